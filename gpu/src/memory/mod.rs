//! Device memory: where it comes from, how long it lives, and what a device address means.

pub mod address_space;
pub mod bo;
pub mod fail;
pub mod fault;
pub mod in_flight;
mod os;
pub mod pager;
pub mod span;
pub mod swap;

/// A device address: of host memory, or tagged as sparse and translated by the page table.
pub type DeviceAddress = u64;

/// Why memory or address space could not be had. Nothing was taken then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemoryError {
    /// The operating system refused memory for a buffer object.
    #[error("no host memory for {size} bytes")]
    OutOfMemory {
        /// Bytes asked for.
        size: u64,
    },
    /// The page table could not be reserved.
    #[error("the page table cannot be reserved")]
    NoPageTable,
    /// No gap of the sparse address space is big enough, or the one asked for is taken.
    #[error("no sparse address range of {size} bytes")]
    OutOfAddresses {
        /// Bytes asked for.
        size: u64,
    },
}
