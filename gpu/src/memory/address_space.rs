//! The sparse address space of the process: one page table, and who has which range of it.
//!
//! Starts with the first sparse resource; every device shares it, so that making a device reserves nothing.
//!
//! A group of GPUs ([`Gpu`]) has the space divided: each GPU translates by its own part of the table, so that one address can
//! mean another page on each. Addresses are handed out in the first part; the same range of all others belongs to them.
//!
//! ```text
//!   table     [ entries of GPU 0         | entries of GPU 1         | …
//!   address     a ──► entry n              a ──► entry n of here
//! ```
//!
//! # Invariants
//! 1. Ranges handed out are disjoint, page-aligned and inside the table.
//! 2. A range comes back unbound: whoever gives it back has unmapped it. So every range is handed out with zero entries.
//! 3. Below `floor` no page is free.

use core::ptr::NonNull;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use lacuna_vm::page_table::{LinearPageTable, PageTable, pte};
use lacuna_vm::tree::{RangeTree, Span};
use lacuna_vm::units::{PAGE_SHIFT, PAGE_SIZE, Va, VaRange};
use parking_lot::Mutex;

use super::span::Entries;
use super::{DeviceAddress, MemoryError, Placement, fail, os};

/// Sparse addresses have at most so many bits: 64 TiB, and 8 GiB of reserved page table.
pub const ADDRESS_BITS: u32 = 46;

/// Ranges of this many pages are dropped from the table without looking at them: a system call costs less than reading
/// entries that were never touched.
const LARGE: u64 = 16 * 1024;

static SPACE: OnceLock<AddressSpace> = OnceLock::new();

/// Into how many parts the space is divided when it is reserved.
static PARTS: AtomicU32 = AtomicU32::new(1);

/// One of the GPUs of a group, by its number: whose part of the page table an access goes by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gpu(u32);

impl Gpu {
    /// The GPU of a number that is less than what [`divide`] was told.
    pub const fn new(index: u32) -> Self {
        Self(index)
    }

    /// Its number.
    pub const fn index(self) -> u32 {
        self.0
    }

    /// Where the sparse addresses of this GPU begin in the page table of the process, in bytes.
    pub fn offset(self) -> u64 {
        SPACE.get().map_or(0, |space| space.range.size() * u64::from(self.0))
    }

    /// The address in the page table of the process of what this GPU knows as `address`: what copies and attachments take.
    pub fn resolve(self, address: DeviceAddress) -> DeviceAddress {
        match self.0 != 0 && address & pte::SPARSE_TAG != 0 {
            true => address + self.offset(),
            false => address,
        }
    }

    /// Its part of the page table, for machine code; empty when there is no sparse resource yet.
    pub fn entries(self) -> Entries {
        SPACE.get().map_or(Entries::EMPTY, |space| space.entries_of(self))
    }
}

/// Divides the space between so many GPUs. Too late, and without effect, once the space is reserved.
pub fn divide(gpus: u32) {
    // Relaxed: whoever makes instances has read the settings before.
    PARTS.store(gpus.max(1), Ordering::Relaxed);
}

/// See the [module](self).
#[derive(Debug)]
pub struct AddressSpace {
    table: LinearPageTable,
    /// All addresses that can be handed out: the first part.
    range: VaRange,
    ranges: Mutex<Ranges>,
}

/// The process's sparse address space, which is reserved by the first call.
///
/// # Errors
/// [`MemoryError::NoPageTable`] where not even a small one can be reserved; a later call tries again.
pub fn address_space() -> Result<&'static AddressSpace, MemoryError> {
    if let Some(space) = SPACE.get() {
        return Ok(space);
    }
    let space = AddressSpace::new(ADDRESS_BITS, PARTS.load(Ordering::Relaxed))?;
    Ok(SPACE.get_or_init(|| space))
}

/// The entries of the process's page table; empty when there is no sparse resource yet.
pub fn entries() -> Entries {
    SPACE.get().map_or(Entries::EMPTY, AddressSpace::entries)
}

/// The device address of a place in the sparse address space: what shaders and applications see.
pub const fn device_address(va: Va) -> DeviceAddress {
    va.0 | pte::SPARSE_TAG
}

impl AddressSpace {
    fn new(bits: u32, parts: u32) -> Result<Self, MemoryError> {
        let table = LinearPageTable::reserve(bits).map_err(|error| {
            log::error!("{error}");
            MemoryError::NoPageTable
        })?;
        let part = table.address_limit() / u64::from(parts.max(1)) / PAGE_SIZE * PAGE_SIZE;
        let range = VaRange::new(Va(0), part).map_err(|_| MemoryError::NoPageTable)?;
        Ok(Self { table, range, ranges: Mutex::default() })
    }

    /// All addresses that can be handed out (without the tag).
    pub fn range(&self) -> VaRange {
        self.range
    }

    /// The page table. Writers own the ranges that they write.
    pub fn table(&self) -> &LinearPageTable {
        &self.table
    }

    /// Hands out `size` bytes, rounded up to pages, with a start that is a multiple of `align` (and of a page).
    ///
    /// # Errors
    /// [`MemoryError::OutOfAddresses`].
    pub fn allocate(&self, size: u64, align: u64) -> Result<VaRange, MemoryError> {
        let align = pages(align).ok_or(MemoryError::OutOfAddresses { size })?;
        self.hand_out(size, |ranges, limit, pages| ranges.allocate(limit, pages, align))
    }

    fn hand_out(
        &self,
        size: u64,
        allocate: impl FnOnce(&mut Ranges, u32, u32) -> Option<Span>,
    ) -> Result<VaRange, MemoryError> {
        let refused = MemoryError::OutOfAddresses { size };
        if fail::is_refused() {
            return Err(refused);
        }
        let pages = pages(size).ok_or(refused)?;
        let span = allocate(&mut self.ranges.lock(), self.limit(), pages).ok_or(refused)?;
        self.expect_many_binds(span);
        va_range(span).ok_or(refused)
    }

    /// Hands out `size` bytes, rounded up to pages, where `placement` says. What is to be replayed goes to the end of the space, where
    /// nothing else goes before the space is full: another run finds it free.
    ///
    /// # Errors
    /// [`MemoryError::OutOfAddresses`], [`MemoryError::AddressTaken`].
    pub fn allocate_placed(&self, size: u64, placement: Placement) -> Result<VaRange, MemoryError> {
        match placement {
            Placement::Anywhere => self.allocate(size, PAGE_SIZE),
            Placement::Replayable => self.hand_out(size, Ranges::allocate_high),
            Placement::At(address) => {
                let taken = MemoryError::AddressTaken { address };
                if address & pte::SPARSE_TAG == 0 {
                    return Err(taken);
                }
                let pages = pages(size).ok_or(MemoryError::OutOfAddresses { size })?;
                let bytes = u64::from(pages) << PAGE_SHIFT;
                let range = VaRange::new(Va(address & !pte::SPARSE_TAG), bytes).map_err(|_| taken)?;
                self.allocate_at(range).map_err(|_| taken)?;
                Ok(range)
            }
        }
    }

    /// The page table of a range that is large enough to fill huge pages of it.
    fn expect_many_binds(&self, span: Span) {
        let first = self.table.entries().wrapping_add(span.start as usize);
        if let Some(first) = NonNull::new(first.cast_mut().cast::<u8>()) {
            os::prefer_huge_pages(first, span.len() as usize * size_of::<u64>());
        }
    }

    /// Hands out exactly `range`, if nobody has any part of it: how captured addresses are replayed.
    ///
    /// # Errors
    /// [`MemoryError::OutOfAddresses`].
    pub fn allocate_at(&self, range: VaRange) -> Result<(), MemoryError> {
        let refused = MemoryError::OutOfAddresses { size: range.size() };
        if !range.is_page_aligned() || range.end() > self.range.end() {
            return Err(refused);
        }
        self.ranges.lock().take(page_span(range)).ok_or(refused)
    }

    /// Takes a range back that [`allocate`](Self::allocate) or [`allocate_at`](Self::allocate_at) handed out, and
    /// returns the memory of its part of the page table. The range has to be unbound, on all GPUs.
    pub fn free(&self, range: VaRange) {
        let span = page_span(range);
        let count = u64::from(span.len());
        for part in 0..self.table.address_limit() / self.range.size() {
            let first = u64::from(span.start) + part * (self.range.size() >> PAGE_SHIFT);
            if count < LARGE {
                self.table.give_back(first, count);
            } else {
                (&self.table).unmap_pages(first, count);
            }
        }
        self.ranges.lock().free(span);
    }

    fn entries_of(&self, gpu: Gpu) -> Entries {
        let count = self.range.size() >> PAGE_SHIFT;
        let first = count * u64::from(gpu.0);
        if first + count > self.table.len() {
            return Entries::EMPTY;
        }
        #[expect(unsafe_code, reason = "the page table's array")]
        // SAFETY: inside the table, which belongs to a static that is never dropped.
        unsafe {
            Entries::new(self.table.entries().add(first as usize), count)
        }
    }

    fn entries(&self) -> Entries {
        #[expect(unsafe_code, reason = "the page table's array")]
        // SAFETY: the table belongs to a static that is never dropped (tests: to the test that uses the entries).
        unsafe {
            Entries::new(self.table.entries(), self.table.len())
        }
    }

    fn limit(&self) -> u32 {
        u32::try_from(self.range.size() >> PAGE_SHIFT).unwrap_or(u32::MAX)
    }
}

/// Which pages are handed out.
#[derive(Debug, Default)]
struct Ranges {
    taken: RangeTree<()>,
    /// See invariant 3.
    floor: u32,
}

impl Ranges {
    fn allocate(&mut self, limit: u32, pages: u32, align: u32) -> Option<Span> {
        let span = self.taken.gap_bottom_up(Span::new(self.floor, limit), pages, align)?;
        self.take(span)?;
        Some(span)
    }

    fn allocate_high(&mut self, limit: u32, pages: u32) -> Option<Span> {
        let span = self.taken.gap_top_down(Span::new(self.floor, limit), pages, 1)?;
        self.take(span)?;
        Some(span)
    }

    fn take(&mut self, span: Span) -> Option<()> {
        self.taken.insert(span, ()).ok()?;
        if span.start == self.floor {
            self.floor = span.end;
        }
        Some(())
    }

    fn free(&mut self, span: Span) {
        match self.taken.remove(span) {
            Some(()) => self.floor = self.floor.min(span.start),
            None => log::error!("pages {}..{} were given back but not handed out", span.start, span.end),
        }
    }
}

/// Bytes as pages, rounded up; at least one.
fn pages(bytes: u64) -> Option<u32> {
    u32::try_from(bytes.max(1).div_ceil(PAGE_SIZE)).ok()
}

fn va_range(span: Span) -> Option<VaRange> {
    VaRange::new(Va(u64::from(span.start) << PAGE_SHIFT), u64::from(span.len()) << PAGE_SHIFT).ok()
}

/// A page-aligned range inside the table as page numbers.
fn page_span(range: VaRange) -> Span {
    Span::new((range.start().0 >> PAGE_SHIFT) as u32, (range.end().0 >> PAGE_SHIFT) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> AddressSpace {
        AddressSpace::new(32, 1).unwrap()
    }

    #[test]
    fn ranges_are_disjoint_aligned_and_reused() {
        let space = small();
        let first = space.allocate(1, 1).unwrap();
        let second = space.allocate(3 * PAGE_SIZE, 4 * PAGE_SIZE).unwrap();
        assert_eq!((first.size(), second.size()), (PAGE_SIZE, 3 * PAGE_SIZE));
        assert!(!first.intersects(second) && second.start().0.is_multiple_of(4 * PAGE_SIZE));
        space.free(first);
        assert_eq!(space.allocate(PAGE_SIZE, 1).unwrap(), first);
    }

    #[test]
    fn the_gap_below_an_aligned_range_is_found_again() {
        let space = small();
        space.allocate(PAGE_SIZE, 1).unwrap();
        let high = space.allocate(PAGE_SIZE, 1 << 20).unwrap();
        let between = space.allocate(PAGE_SIZE, 1).unwrap();
        assert!(between.start() < high.start());
    }

    #[test]
    fn a_replayed_range_must_be_free() {
        let space = small();
        let range = VaRange::new(Va(PAGE_SIZE), 2 * PAGE_SIZE).unwrap();
        assert_eq!(space.allocate_at(range), Ok(()));
        assert!(space.allocate_at(range).is_err());
        assert_eq!(space.allocate(2 * PAGE_SIZE, 1).unwrap().start(), Va(3 * PAGE_SIZE));
        assert_eq!(space.allocate(PAGE_SIZE, 1).unwrap().start(), Va(0));
        space.free(range);
        assert_eq!(space.allocate_at(range), Ok(()));
    }

    #[test]
    fn what_is_to_be_replayed_is_out_of_the_way() {
        let space = small();
        let captured = space.allocate_placed(3, Placement::Replayable).unwrap();
        assert_eq!(captured.end(), space.range().end());
        let address = device_address(captured.start());
        let again = || space.allocate_placed(3, Placement::At(address));
        assert_eq!(again(), Err(MemoryError::AddressTaken { address }));
        space.free(captured);
        space.allocate(PAGE_SIZE, 1).unwrap();
        assert_eq!(again(), Ok(captured));
        for address in [0, 1 << 20, address + 1, u64::MAX] {
            let refused = space.allocate_placed(3, Placement::At(address));
            assert_eq!(refused, Err(MemoryError::AddressTaken { address }));
        }
    }

    /// The test runs itself again, in a process that may only have 2 GB of addresses.
    #[test]
    fn where_addresses_are_scarce_the_space_is_smaller_and_memory_is_left() {
        const LIMITED: &str = "LACUNA_TEST_LIMITED";
        if std::env::var_os(LIMITED).is_some() {
            let space = address_space().unwrap();
            assert!((1 << 40..1 << ADDRESS_BITS).contains(&space.range().size()), "{:?}", space.range());
            let range = space.allocate(space.range().size() / 2, 1).unwrap();
            let bo = crate::memory::bo::Bo::allocate(1 << 30).unwrap();
            let host = bo.host().addr().get() as u64;
            let last = range.end().page() - 1;
            space.table().map_pages(last, 1, host, lacuna_vm::MapFlags::EMPTY);
            assert_eq!(space.table().load(last), host | pte::VALID);
            return;
        }
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", r#"ulimit -v 2000000; exec "$0" where_addresses_are_scarce"#]);
        let output = shell.arg(std::env::current_exe().unwrap()).env(LIMITED, "1").output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }

    #[test]
    fn each_gpu_has_a_part_of_the_table_and_ranges_are_of_the_first() {
        let space = AddressSpace::new(32, 3).unwrap();
        let part = space.range().size();
        assert!(part * 3 <= 1 << 32 && part.is_multiple_of(PAGE_SIZE));
        assert!(space.allocate(part + PAGE_SIZE, 1).is_err());
        let whole = space.allocate(part, 1).unwrap();
        assert_eq!(whole, space.range());
        let entries = [0, 1, 2].map(|index| space.entries_of(Gpu::new(index)));
        for pair in entries.windows(2) {
            assert_eq!(pair[1].base() as u64 - pair[0].base() as u64, pair[0].count() * 8);
        }
        assert_eq!(space.entries_of(Gpu::new(3)).count(), 0, "there are three");
        space.table().map_pages((part * 2) >> PAGE_SHIFT, 1, PAGE_SIZE, lacuna_vm::MapFlags::EMPTY);
        space.free(whole);
        assert_eq!(space.table().load((part * 2) >> PAGE_SHIFT), 0, "given back on every GPU");
    }

    #[test]
    fn more_than_there_is_is_refused() {
        let space = small();
        assert!(space.allocate(1 << 33, 1).is_err());
        assert!(space.allocate(u64::MAX, 1).is_err());
        space.allocate(1 << 32, 1).unwrap();
        assert_eq!(space.allocate(1, 1), Err(MemoryError::OutOfAddresses { size: 1 }));
    }
}
