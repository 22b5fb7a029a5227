//! Everything that can be wrong with a call, as one enum: which rule was broken, and where.

use thiserror::Error;

use crate::units::{BoOffset, Va, VaRange};

/// Why a call was refused. Nothing has changed when one of these is returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Error {
    /// The caller gave a range without a single byte.
    #[error("the range is empty")]
    Empty,
    /// The caller gave a range that wraps around the end of the 64-bit space.
    #[error("{size} bytes from {start} wrap around")]
    Overflow {
        /// First address.
        start: Va,
        /// Length in bytes.
        size: u64,
    },
    /// An address, offset or size is not a multiple of the page size.
    #[error("{0:#x} is not a multiple of the page size")]
    Misaligned(u64),
    /// The range does not lie wholly inside the VM.
    #[error("{0} is not inside the VM")]
    OutsideVm(VaRange),
    /// The range touches what only the driver itself may use.
    #[error("{0} touches the reserved range")]
    Reserved(VaRange),
    /// The VM has regions and the range does not lie inside one of them.
    #[error("{0} is not inside one region")]
    OutsideRegion(VaRange),
    /// The new region overlaps an existing one, or the VM has no regions.
    #[error("a region at {0} is not possible")]
    RegionConflict(VaRange),
    /// The region still holds mappings.
    #[error("the region at {0} still holds mappings")]
    RegionNotEmpty(VaRange),
    /// The bytes do not lie inside the BO.
    #[error("{size} bytes from offset {offset} are not inside the BO")]
    OutsideBo {
        /// First byte.
        offset: BoOffset,
        /// Length in bytes.
        size: u64,
    },
    /// A VM or BO has more pages than 32 bits can count.
    #[error("{0} bytes are too many to manage")]
    TooLarge(u64),
    /// The flags hold bits that the manager sets itself.
    #[error("the flags hold bits that are not the caller's")]
    InvalidFlags,
    /// Something is already mapped there.
    #[error("something is mapped inside {0}")]
    Exists(VaRange),
    /// The VM does not exist (any more).
    #[error("no such VM")]
    NoVm,
    /// The BO does not exist (any more).
    #[error("no such BO")]
    NoBo,
    /// The region does not exist (any more).
    #[error("no such region")]
    NoRegion,
    /// The BO is pinned: its memory has to stay.
    #[error("the BO is pinned")]
    Pinned,
    /// The BO is not pinned.
    #[error("the BO is not pinned")]
    NotPinned,
    /// Host memory is exhausted.
    #[error("out of host memory")]
    OutOfMemory,
}
