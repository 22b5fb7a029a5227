//! A page table that is one long array: one load translates an address.
//!
//! The array is reserved for the whole address space and committed by the operating system where it is written. Zero is *unbound*, which is what
//! untouched memory reads as, so empty space costs nothing; ranges that are unbound again are given back.
//!
//! ```text
//!   address  [TAG | page number | offset in page]        entries()
//!                       |                                 +------+------+------+-- ... --+
//!                       +------------------- index -----> | pte  | pte  | pte  |         |   2^(address_bits - 16) words
//!                                                         +------+------+------+-- ... --+
//! ```
//!
//! # Safety
//! The crate's only `unsafe`, but for the advice in [`advice`](crate::advice): mapping the array, seeing it as a slice of atomics, giving parts of it
//! back. Machine code reads the same words through [`entries`](LinearPageTable::entries) with plain loads while they are written here.
#![allow(unsafe_code, reason = "memory that the operating system commits lazily")]

use std::ffi::c_void;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicU64, Ordering, fence};

use rustix::mm::{Advice, MapFlags as MmapFlags, ProtFlags, madvise, mmap_anonymous, munmap};
use thiserror::Error;

use super::{PageTable, pte};
use crate::advice::{prefetch, use_huge_pages};
use crate::mapping::MapFlags;
use crate::units::{PAGE_SHIFT, PAGE_SIZE};

/// Spaces smaller than this are not worth having.
const MIN_ADDRESS_BITS: u32 = 32;
/// Larger ones do not leave room for [`pte::SPARSE_TAG`] or are not representable in the host.
const MAX_ADDRESS_BITS: u32 = 57;
/// Unbinding more entries than this gives memory back at once: a system call costs less than writing them.
const GIVE_BACK: usize = 16 * 1024;
/// Entries whose memory is huge pages, where the host has them: those of the lowest tebibyte of addresses, where whoever hands them out from the bottom stays.
/// A bind in an empty part of them takes 2 MiB, at most 128 MiB in all.
const HUGE: u64 = 1 << (40 - PAGE_SHIFT);
/// A page number without the address's tag bit.
const INDEX_MASK: u64 = !(pte::SPARSE_TAG >> PAGE_SHIFT);

/// The host refused even the smallest table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the host refuses to reserve a page table: {0}")]
pub struct ReserveError(rustix::io::Errno);

/// The array of all entries. Shared freely: entries are atomic, and the manager's caller sees to it that no two jobs write the same pages at once.
#[derive(Debug)]
pub struct LinearPageTable {
    base: NonNull<AtomicU64>,
    len: usize,
    host_page: usize,
}

// SAFETY: the array lives as long as the table, no thread owns it, and its elements are atomics, which any thread may use.
unsafe impl Send for LinearPageTable {}
// SAFETY: as above; through `&LinearPageTable` only atomic accesses and `madvise` on words that the caller owns are possible.
unsafe impl Sync for LinearPageTable {}

impl LinearPageTable {
    /// Reserves a table for addresses of up to `address_bits` bits. Where limits of the process (`ulimit -v`, containers, sanitizers) refuse that, a quarter
    /// of the largest power of two that they allow: the addresses are needed for the memory itself, too.
    ///
    /// # Errors
    /// [`ReserveError`] if not even 32 bits are possible.
    pub fn reserve(address_bits: u32) -> Result<Self, ReserveError> {
        let most = address_bits.clamp(MIN_ADDRESS_BITS, MAX_ADDRESS_BITS);
        let mut bits = most;
        loop {
            match Self::of_bits(bits) {
                Err(_) if bits > MIN_ADDRESS_BITS => bits -= 1,
                Ok(all) if bits < most && bits > MIN_ADDRESS_BITS => {
                    drop(all);
                    return Self::of_bits(bits.saturating_sub(2).max(MIN_ADDRESS_BITS)).map_err(ReserveError);
                }
                result => return result.map_err(ReserveError),
            }
        }
    }

    fn of_bits(bits: u32) -> Result<Self, rustix::io::Errno> {
        let len = 1_usize << (bits - PAGE_SHIFT);
        let base = map(len * size_of::<AtomicU64>())?.cast();
        let table = Self { base, len, host_page: rustix::param::page_size() };
        use_huge_pages(table.slice(0, HUGE));
        Ok(table)
    }

    /// The first entry, for machine code: `entries()[(address & !SPARSE_TAG) >> PAGE_SHIFT]`. Valid as long as the table.
    #[must_use]
    pub const fn entries(&self) -> *const AtomicU64 {
        self.base.as_ptr()
    }

    /// Number of entries, a power of two.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.len as u64
    }

    /// Never: a table has at least 2^16 entries.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Addresses (without the tag) below this have an entry.
    #[must_use]
    pub const fn address_limit(&self) -> u64 {
        (self.len as u64) << PAGE_SHIFT
    }

    /// The entry of a page; zero for pages that the table does not reach.
    #[must_use]
    pub fn load(&self, page: u64) -> u64 {
        self.slice(page, 1).first().map_or(0, |entry| entry.load(Ordering::Acquire))
    }

    /// Returns host memory of entries in the range that are all zero. Nobody may write these pages meanwhile.
    pub fn give_back(&self, first: u64, count: u64) {
        let per_page = self.host_page / size_of::<AtomicU64>();
        let whole = whole_host_pages(self.slice(first, count), self.host_page);
        for page in whole.chunks_exact(per_page) {
            if page.iter().all(|entry| entry.load(Ordering::Relaxed) == 0) {
                self.discard(page);
            }
        }
    }

    /// The entries of some pages; those beyond the table are left out.
    #[inline]
    fn slice(&self, first: u64, count: u64) -> &[AtomicU64] {
        // SAFETY: `base` begins a readable and writable mapping of `len` words, zero or written through atomics, unmapped only in `drop`.
        let all = unsafe { std::slice::from_raw_parts(self.base.as_ptr(), self.len) };
        let first = usize::try_from(first & INDEX_MASK).map_or(self.len, |first| first.min(self.len));
        let count = usize::try_from(count).map_or(self.len, |count| count.min(self.len - first));
        &all[first..first + count]
    }

    fn fill(&self, first: u64, count: u64, entry: u64) {
        for place in self.slice(first, count) {
            place.store(entry, Ordering::Relaxed);
        }
    }

    /// Entries whose addresses ascend page by page.
    #[inline]
    fn ascend(&self, first: u64, count: u64, mut entry: u64) {
        for place in self.slice(first, count) {
            place.store(entry, Ordering::Relaxed);
            entry = entry.wrapping_add(PAGE_SIZE);
        }
    }

    /// Makes whole host pages zero by returning their memory; writes zeros if the host does not want it.
    fn discard(&self, entries: &[AtomicU64]) {
        let start = entries.as_ptr().cast::<c_void>().cast_mut();
        // SAFETY: the words lie in our own private anonymous mapping, so that they read as zero afterwards; readers see the old word or zero,
        // as with a store, and nobody else writes them now.
        let discarded = unsafe { madvise(start, size_of_val(entries), Advice::LinuxDontNeed) };
        if discarded.is_err() {
            entries.iter().for_each(|entry| entry.store(0, Ordering::Relaxed));
        }
    }
}

/// The part of `entries` that fills host pages.
fn whole_host_pages(entries: &[AtomicU64], host_page: usize) -> &[AtomicU64] {
    let before = entries.as_ptr().align_offset(host_page).min(entries.len());
    let per_page = host_page / size_of::<AtomicU64>();
    let count = (entries.len() - before) / per_page * per_page;
    &entries[before..before + count]
}

fn map(bytes: usize) -> Result<NonNull<c_void>, rustix::io::Errno> {
    let flags = MmapFlags::PRIVATE | MmapFlags::NORESERVE;
    // SAFETY: a new mapping at an address of the kernel's choice touches nothing that exists.
    let base = unsafe { mmap_anonymous(null_mut(), bytes, ProtFlags::READ | ProtFlags::WRITE, flags) }?;
    NonNull::new(base).ok_or(rustix::io::Errno::NOMEM)
}

impl Drop for LinearPageTable {
    fn drop(&mut self) {
        // SAFETY: `base` and `len` are what `map` was asked for, and `&mut self` says that nobody looks any more.
        let unmapped = unsafe { munmap(self.base.as_ptr().cast(), self.len * size_of::<AtomicU64>()) };
        debug_assert!(unmapped.is_ok());
    }
}

impl PageTable for &LinearPageTable {
    #[inline]
    fn map_pages(&mut self, first: u64, count: u64, host_address: u64, flags: MapFlags) {
        self.ascend(first, count, pte::valid(host_address, flags));
    }

    fn unmap_pages(&mut self, first: u64, count: u64) {
        let entries = self.slice(first, count);
        if entries.len() < GIVE_BACK {
            return self.fill(first, count, 0);
        }
        let whole = whole_host_pages(entries, self.host_page);
        let before = entries.as_ptr().align_offset(self.host_page);
        self.fill(first, before as u64, 0);
        self.discard(whole);
        let rest = before + whole.len();
        entries[rest..].iter().for_each(|entry| entry.store(0, Ordering::Relaxed));
    }

    fn set_null(&mut self, first: u64, count: u64) {
        self.fill(first, count, pte::NULL);
    }

    fn set_fault(&mut self, first: u64, count: u64, host_address: u64, flags: MapFlags) {
        self.ascend(first, count, pte::fault(host_address, flags));
    }

    fn invalidate(&mut self, _first: u64, _count: u64) {
        // Whoever learns of the bind through a semaphore or fence (an acquire) sees the entries written before.
        fence(Ordering::Release);
    }

    #[inline]
    fn expect(&self, page: u64) {
        self.slice(page, 1).iter().for_each(prefetch);
    }
}

#[cfg(all(test, not(miri)))]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_with_and_without_the_tag() {
        let table = LinearPageTable::reserve(40).unwrap();
        let mut writer = &table;
        writer.map_pages(pte::SPARSE_TAG >> PAGE_SHIFT | 5, 2, 0x10_0000, MapFlags::READ_ONLY);
        assert_eq!(table.load(5), 0x10_0000 | pte::VALID | pte::READ_ONLY);
        assert_eq!(table.load(6), 0x11_0000 | pte::VALID | pte::READ_ONLY);
        assert_eq!(table.load(7), 0);
        assert_eq!(table.load(u64::MAX), 0);
    }

    #[test]
    fn a_large_unmap_clears_exactly_its_pages() {
        let table = LinearPageTable::reserve(40).unwrap();
        let mut writer = &table;
        writer.map_pages(0, 100_000, 0x10_0000, MapFlags::EMPTY);
        writer.unmap_pages(3, 99_990);
        for page in [0, 1, 2, 99_993, 99_999] {
            assert_ne!(table.load(page), 0);
        }
        assert!((3..99_993).all(|page| table.load(page) == 0));
    }

    #[test]
    fn giving_back_keeps_entries_that_are_in_use() {
        let table = LinearPageTable::reserve(40).unwrap();
        let mut writer = &table;
        writer.map_pages(0, 4096, 0x10_0000, MapFlags::EMPTY);
        writer.unmap_pages(10, 3000);
        table.give_back(0, 4096);
        assert_eq!(table.load(9), (0x10_0000 + 9 * PAGE_SIZE) | pte::VALID);
        assert_eq!(table.load(3010), (0x10_0000 + 3010 * PAGE_SIZE) | pte::VALID);
        assert_eq!(table.load(1000), 0);
    }

    /// The test runs itself again, in a process that may only have 2 GB of addresses.
    #[test]
    fn a_table_that_the_host_refuses_becomes_smaller() {
        const LIMITED: &str = "LACUNA_TEST_LIMITED";
        if std::env::var_os(LIMITED).is_some() {
            let table = LinearPageTable::reserve(46).unwrap();
            // A gibibyte would fit, a quarter of it is taken.
            assert_eq!(table.len() * 8, 1 << 28);
            (&table).map_pages(table.len() - 1, 1, 0x10_0000, MapFlags::EMPTY);
            assert_eq!(table.load(table.len() - 1), 0x10_0000 | pte::VALID);
            return;
        }
        let this = std::env::current_exe().unwrap();
        let mut shell = std::process::Command::new("sh");
        shell
            .args(["-c", r#"ulimit -v 2000000; exec "$0" a_table_that_the_host_refuses"#])
            .arg(this)
            .env(LIMITED, "1");
        let output = shell.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
    }

    #[test]
    fn a_reader_sees_old_or_new_entries_while_a_job_writes() {
        let table = LinearPageTable::reserve(40).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for round in 1..500 {
                    (&table).map_pages(0, 64, round << 32, MapFlags::EMPTY);
                }
            });
            for _ in 0..500 {
                for page in 0..64 {
                    let entry = table.load(page);
                    let low = entry & 0xffff_ffff;
                    assert!(entry == 0 || low == (page << PAGE_SHIFT) | pte::VALID, "{entry:#x}");
                }
            }
        });
    }
}
