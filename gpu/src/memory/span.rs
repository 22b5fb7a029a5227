//! Device address ranges as runs of host memory: how copies see memory.
//!
//! ```text
//!   address range   [ page 7      | page 8      | page 9      | page 10   )
//!   entries           bo1 page 0    bo1 page 1    unbound       bo2 page 5
//!   spans           [ Some(bo1)                 | None        | Some(bo2) )
//! ```
//!
//! # Invariants
//! 1. The sizes of the spans add up to the size of the range.
//! 2. Neighbours whose host memory is contiguous come as one span; so do unbound neighbours.
//! 3. An address beyond the page table is unbound; an address range that wraps ends at the top.
#![expect(unsafe_code, reason = "reads page table entries")]

use core::ptr::NonNull;
use core::sync::atomic::{AtomicU64, Ordering};

use lacuna_vm::mutation;
use lacuna_vm::page_table::pte;
use lacuna_vm::units::{PAGE_SHIFT, PAGE_SIZE};

use super::{DeviceAddress, address_space, fault};

/// What a range is looked up for. Read-only pages have no memory for writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Unbound memory reads zero.
    Read,
    /// Writes to unbound memory vanish.
    Write,
}

/// A run of bytes that is contiguous in host memory, or not backed at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first byte; `None` where nothing is bound.
    pub host: Option<NonNull<u8>>,
    /// Bytes.
    pub size: u64,
}

/// The page table as machine code sees it: the address of entry 0 and how many there are.
#[derive(Clone, Copy, Debug)]
pub struct Entries {
    base: *const AtomicU64,
    count: u64,
}

impl Entries {
    /// A table without entries: every sparse address is unbound.
    pub const EMPTY: Self = Self { base: core::ptr::null(), count: 0 };

    /// # Safety
    /// `base` points to `count` entries that live as long as this value is used.
    pub const unsafe fn new(base: *const AtomicU64, count: u64) -> Self {
        Self { base, count }
    }

    /// Entry 0, null when there is none.
    pub fn base(self) -> *const u64 {
        self.base.cast()
    }

    /// How many entries there are.
    pub fn count(self) -> u64 {
        self.count
    }

    /// The entry of a sparse address. Ordering: who waits for a bind has synchronised with it through a semaphore or fence
    /// before it gets here.
    pub(super) fn load(self, address: DeviceAddress) -> u64 {
        let page = (address & !pte::SPARSE_TAG) >> PAGE_SHIFT;
        if page >= self.count {
            return 0;
        }
        // SAFETY: `page < count`, and the contract of `new`.
        unsafe { (*self.base.add(page as usize)).load(Ordering::Relaxed) }
    }
}

/// The spans of `size` bytes from `address` on, at this moment.
pub fn spans(address: DeviceAddress, size: u64, access: Access) -> Spans {
    spans_in(address_space::entries(), address, size, access)
}

/// [`spans`] with the page table given.
pub fn spans_in(entries: Entries, address: DeviceAddress, size: u64, access: Access) -> Spans {
    Spans { entries, access, address, left: size.min(u64::MAX - address) }
}

/// See [`spans`].
#[derive(Clone, Debug)]
pub struct Spans {
    entries: Entries,
    access: Access,
    address: DeviceAddress,
    left: u64,
}

impl Spans {
    /// Host memory of the page that holds `address`, from that byte on.
    fn translate(&self, address: DeviceAddress) -> Option<NonNull<u8>> {
        let mut entry = self.entries.load(address);
        if !fault::permits(entry, self.access) {
            entry = fault::resolve(entry, self.access);
        }
        let host = (entry & pte::ADDRESS_MASK) + (address & (PAGE_SIZE - 1));
        if entry & pte::VALID == 0 { None } else { NonNull::new(host as *mut u8) }
    }

    /// The span from here to the end of the page, and its followers as long as they continue it.
    fn sparse(&self) -> Span {
        let host = self.translate(self.address);
        let mut size = (PAGE_SIZE - (self.address & (PAGE_SIZE - 1))).min(self.left);
        while size < self.left {
            let next = self.translate(self.address + size);
            let joins = mutation::is("copies_take_pages_as_contiguous") && host.is_some() && next.is_some();
            if !joins && next != host.map(|host| host.map_addr(|start| start.saturating_add(size as usize))) {
                break;
            }
            size += PAGE_SIZE.min(self.left - size);
        }
        Span { host, size }
    }
}

impl Iterator for Spans {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        if self.left == 0 {
            return None;
        }
        let span = if self.address & pte::SPARSE_TAG == 0 {
            Span { host: NonNull::new(self.address as *mut u8), size: self.left }
        } else {
            self.sparse()
        };
        self.address += span.size;
        self.left -= span.size;
        Some(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RO: u64 = pte::VALID | pte::READ_ONLY;

    /// The spans of a table as `(host address or 0, size)`.
    fn walk(table: &[u64], offset: u64, size: u64, access: Access) -> Vec<(u64, u64)> {
        let table: Vec<AtomicU64> = table.iter().map(|entry| AtomicU64::new(*entry)).collect();
        // SAFETY: `table` outlives the walk.
        let entries = unsafe { Entries::new(table.as_ptr(), table.len() as u64) };
        spans_in(entries, pte::SPARSE_TAG | offset, size, access)
            .map(|span| (span.host.map_or(0, |host| host.as_ptr() as u64), span.size))
            .collect()
    }

    #[test]
    fn contiguous_pages_are_one_span_and_scattered_ones_are_not() {
        let (a, b) = (0x7000_0000, 0x1000_0000);
        let table = [a | 1, (a + PAGE_SIZE) | 1, 0, 0, b | 1];
        assert_eq!(
            walk(&table, 0, 5 * PAGE_SIZE, Access::Read),
            [(a, 2 * PAGE_SIZE), (0, 2 * PAGE_SIZE), (b, PAGE_SIZE)]
        );
    }

    #[test]
    fn ranges_begin_and_end_inside_pages() {
        let a = 0x7000_0000;
        assert_eq!(walk(&[a | 1, 0], 100, PAGE_SIZE, Access::Read), [(a + 100, PAGE_SIZE - 100), (0, 100)]);
        assert_eq!(walk(&[a | 1], 8, 4, Access::Read), [(a + 8, 4)]);
        assert_eq!(walk(&[a | 1], 8, 0, Access::Read), []);
    }

    #[test]
    fn read_only_pages_swallow_writes_only() {
        let a = 0x7000_0000;
        assert_eq!(walk(&[a | RO], 0, 4, Access::Read), [(a, 4)]);
        assert_eq!(walk(&[a | RO], 0, 4, Access::Write), [(0, 4)]);
    }

    #[test]
    fn what_lies_beyond_the_table_is_unbound() {
        assert_eq!(walk(&[], 0, 3 * PAGE_SIZE, Access::Read), [(0, 3 * PAGE_SIZE)]);
        assert_eq!(walk(&[], !pte::SPARSE_TAG - 8, 100, Access::Read), [(0, 8)]);
    }

    #[test]
    fn host_addresses_are_one_span() {
        let spans: Vec<_> = spans_in(Entries::EMPTY, 0x1234, 1 << 30, Access::Write).collect();
        assert_eq!(spans, [Span { host: NonNull::new(0x1234 as *mut u8), size: 1 << 30 }]);
    }
}
