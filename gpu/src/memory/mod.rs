//! Device memory: where it comes from, how long it lives, and what a device address means.

pub mod address_space;
pub mod bo;
pub mod fail;
pub mod fault;
pub mod fork;
pub mod in_flight;
mod os;
pub mod pager;
pub mod span;
pub mod swap;

/// A device address: of host memory, or tagged as sparse and translated by the page table.
pub type DeviceAddress = u64;

/// Where memory or a sparse resource gets its addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Placement {
    /// Where there is room.
    #[default]
    Anywhere,
    /// Where there probably is room in another run, too: the address is to be captured.
    Replayable,
    /// At this address, which was captured. For memory a host address, for sparse resources a device address.
    At(u64),
}

/// Why memory or address space could not be had. Nothing was taken then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemoryError {
    /// The operating system refused memory for a buffer object.
    #[error("no host memory for {size} bytes")]
    OutOfMemory {
        /// Bytes asked for.
        size: u64,
    },
    /// Somebody has the addresses that were asked for.
    #[error("the address {address:#x} is taken")]
    AddressTaken {
        /// The first one.
        address: u64,
    },
    /// The page table could not be reserved.
    #[error("the page table cannot be reserved")]
    NoPageTable,
    /// No gap of the sparse address space is big enough.
    #[error("no sparse address range of {size} bytes")]
    OutOfAddresses {
        /// Bytes asked for.
        size: u64,
    },
}
