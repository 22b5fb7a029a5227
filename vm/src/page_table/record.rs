//! The test double: writes down every call and keeps the entries in a map.

use std::collections::BTreeMap;

use super::{PageTable, pte};
use crate::mapping::MapFlags;
use crate::units::PAGE_SIZE;

/// One call to a page table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// `map_pages`.
    Map {
        /// First page.
        first: u64,
        /// Number of pages.
        count: u64,
        /// Where their memory is.
        host_address: u64,
        /// How they are mapped.
        flags: MapFlags,
    },
    /// `unmap_pages`: first page and number of pages.
    Unmap(u64, u64),
    /// `set_null`: first page and number of pages.
    SetNull(u64, u64),
    /// `set_fault`: first page and number of pages.
    SetFault(u64, u64),
    /// `invalidate`: first page and number of pages.
    Invalidate(u64, u64),
}

/// A page table that remembers what it was told.
#[derive(Clone, Debug, Default)]
pub struct RecordingPageTable {
    /// Every call, in order.
    pub calls: Vec<Call>,
    entries: BTreeMap<u64, u64>,
}

impl RecordingPageTable {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The entry of a page, as [`pte`] describes it.
    #[must_use]
    pub fn load(&self, page: u64) -> u64 {
        self.entries.get(&page).copied().unwrap_or(0)
    }

    fn fill(&mut self, first: u64, count: u64, entry: u64) {
        for page in first..first + count {
            self.entries.insert(page, entry);
        }
    }
}

impl PageTable for RecordingPageTable {
    fn map_pages(&mut self, first: u64, count: u64, host_address: u64, flags: MapFlags) {
        self.calls.push(Call::Map { first, count, host_address, flags });
        for i in 0..count {
            self.entries.insert(first + i, pte::valid(host_address + i * PAGE_SIZE, flags));
        }
    }

    fn unmap_pages(&mut self, first: u64, count: u64) {
        self.calls.push(Call::Unmap(first, count));
        for page in first..first + count {
            self.entries.remove(&page);
        }
    }

    fn set_null(&mut self, first: u64, count: u64) {
        self.calls.push(Call::SetNull(first, count));
        self.fill(first, count, pte::NULL);
    }

    fn set_fault(&mut self, first: u64, count: u64, host_address: u64, flags: MapFlags) {
        self.calls.push(Call::SetFault(first, count));
        for i in 0..count {
            self.entries.insert(first + i, pte::fault(host_address + i * PAGE_SIZE, flags));
        }
    }

    fn invalidate(&mut self, first: u64, count: u64) {
        self.calls.push(Call::Invalidate(first, count));
    }
}
