//! Page tables: what a driver's hardware (or machine code) looks addresses up in.
//!
//! The manager knows them only through [`PageTable`] and tells them no more than what changes (`delta`). [`LinearPageTable`] is a real one for
//! code that runs on the host; [`RecordingPageTable`] writes down what it is told.
//!
//! Machine code that translates with one load knows the linear table only. Where the host refuses to reserve a large one, that gets smaller until it fits
//! ([`LinearPageTable::reserve`]), down to 512 KiB of table for 4 GiB of addresses. [`RadixPageTable`] is for readers that can walk (interpreters,
//! copy engines, a debugger's view) and need all of 52 bits on such a host: it takes memory only where something is bound, at four loads a translation.
//!
//! Pages are counted absolutely: page number = address >> [`PAGE_SHIFT`](crate::units::PAGE_SHIFT).

pub(crate) mod delta;
mod linear;
pub mod pte;
mod radix;
mod record;

pub use linear::{LinearPageTable, ReserveError};
pub use radix::RadixPageTable;
pub use record::{Call, RecordingPageTable};

use crate::mapping::MapFlags;

/// Where the manager writes. No method may fail or allocate: they run when a job can no longer be refused.
///
/// The pages named lie inside the VM; calls for different pages may come in any order within a job.
pub trait PageTable {
    /// Pages `first..first + count` now are the memory from `host_address` on.
    fn map_pages(&mut self, first: u64, count: u64, host_address: u64, flags: MapFlags);
    /// The pages now are unbound.
    fn unmap_pages(&mut self, first: u64, count: u64);
    /// The pages now are bound to nothing, on purpose.
    fn set_null(&mut self, first: u64, count: u64);
    /// The pages' memory, from `host_address` on, is evicted: an access has to bring it back or be refused.
    fn set_fault(&mut self, first: u64, count: u64, host_address: u64, flags: MapFlags);
    /// All changes since the last call lie in these pages; from now on every access must see them.
    fn invalidate(&mut self, first: u64, count: u64);
    /// The page's entry is likely to change soon: a table that lies in memory may ask for it ahead. Changes nothing.
    #[inline]
    fn expect(&self, _page: u64) {}
}

impl<T: PageTable + ?Sized> PageTable for &mut T {
    fn map_pages(&mut self, first: u64, count: u64, host_address: u64, flags: MapFlags) {
        (**self).map_pages(first, count, host_address, flags);
    }

    fn unmap_pages(&mut self, first: u64, count: u64) {
        (**self).unmap_pages(first, count);
    }

    fn set_null(&mut self, first: u64, count: u64) {
        (**self).set_null(first, count);
    }

    fn set_fault(&mut self, first: u64, count: u64, host_address: u64, flags: MapFlags) {
        (**self).set_fault(first, count, host_address, flags);
    }

    fn invalidate(&mut self, first: u64, count: u64) {
        (**self).invalidate(first, count);
    }

    fn expect(&self, page: u64) {
        (**self).expect(page);
    }
}
