//! The crate's one door to the operating system's memory calls.
#![expect(unsafe_code, reason = "mmap and munmap")]

use core::ffi::c_void;
use core::ptr::{self, NonNull};
use core::sync::atomic::{AtomicUsize, Ordering};

use lacuna_vm::units::PAGE_SIZE;
use rustix::mm::{Advice, MapFlags, ProtFlags, madvise, mmap_anonymous, munmap};

use super::MemoryError;

/// Where the last mapping begins; zero before the first one. A hint: correctness does not depend on it.
static LAST: AtomicUsize = AtomicUsize::new(0);

/// Bytes of a huge page on the architectures that this runs on.
const HUGE_PAGE: usize = 2 << 20;

/// A private range of zeroed host memory, aligned to [`PAGE_SIZE`] and committed page by page when touched.
#[derive(Debug)]
pub(super) struct Mapping {
    base: NonNull<u8>,
    size: usize,
}

// SAFETY: a mapping is an address range that belongs to the process, not to a thread; the handle gives no access to its bytes.
unsafe impl Send for Mapping {}
// SAFETY: as for `Send`.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Maps `size` bytes, rounded up to whole pages (at least one).
    pub(super) fn new(size: u64) -> Result<Self, MemoryError> {
        let refused = MemoryError::OutOfMemory { size };
        let size = size.max(1).checked_next_multiple_of(PAGE_SIZE).ok_or(refused)?;
        let size = usize::try_from(size).map_err(|_| refused)?;
        let mapping = Self::below_the_last(size).or_else(|| Self::trimmed(size)).ok_or(refused)?;
        LAST.store(mapping.base.as_ptr() as usize, Ordering::Relaxed);
        Ok(mapping)
    }

    /// The first byte.
    pub(super) fn base(&self) -> NonNull<u8> {
        self.base
    }

    /// Bytes, a multiple of [`PAGE_SIZE`].
    pub(super) fn size(&self) -> u64 {
        self.size as u64
    }

    /// Asks for the place right below the last mapping, which is aligned and nearly always free: one system call.
    fn below_the_last(size: usize) -> Option<Self> {
        let hint = LAST.load(Ordering::Relaxed).checked_sub(size)?;
        let base = map(hint, size)?;
        if (base.as_ptr() as u64).is_multiple_of(PAGE_SIZE) {
            return Some(Self { base, size });
        }
        unmap(base, size);
        None
    }

    /// Maps one page too many and gives back what lies outside the aligned range.
    fn trimmed(size: usize) -> Option<Self> {
        let slack = PAGE_SIZE as usize;
        let start = map(0, size.checked_add(slack)?)?;
        let head = start.as_ptr().align_offset(slack);
        // SAFETY: `head` < `slack` bytes (invariant of `align_offset` for bytes), inside the range just mapped.
        let base = unsafe { start.add(head) };
        if head > 0 {
            unmap(start, head);
        }
        if slack > head {
            // SAFETY: `head + size` bytes from `start` end inside the range just mapped.
            unmap(unsafe { base.add(size) }, slack - head);
        }
        Some(Self { base, size })
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        unmap(self.base, self.size);
        // The last mapping goes first, often: then the next one can have its place.
        let base = self.base.as_ptr() as usize;
        let _ = LAST.compare_exchange(base, base + self.size, Ordering::Relaxed, Ordering::Relaxed);
    }
}

/// Asks for huge pages where `size` bytes from `start` on are touched: one page fault instead of 512, and fewer TLB misses.
/// Only advice: contents do not change, and where the system has no huge pages nothing happens.
pub(super) fn prefer_huge_pages(start: NonNull<u8>, size: usize) {
    let inner = start.as_ptr().align_offset(HUGE_PAGE);
    let Some(size) = size.checked_sub(inner) else { return };
    let start = start.as_ptr().wrapping_add(inner).cast::<c_void>();
    // SAFETY: this advice changes no contents, whatever the range is; it fails for ranges that are not mapped.
    if let Err(error) = unsafe { madvise(start, size - size % HUGE_PAGE, Advice::LinuxHugepage) } {
        log::debug!("no huge pages for {size} bytes: {error}");
    }
}

/// `MAP_NORESERVE`: heaps may be larger than the memory that is free right now; only touched pages cost.
///
/// `hint` is where the mapping goes if that is free; zero leaves the choice to the kernel.
fn map(hint: usize, size: usize) -> Option<NonNull<u8>> {
    let protection = ProtFlags::READ | ProtFlags::WRITE;
    let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
    // SAFETY: without `MAP_FIXED`, a new mapping overlaps nothing, whatever the hint.
    let base = unsafe { mmap_anonymous(ptr::without_provenance_mut(hint), size, protection, flags) };
    NonNull::new(base.ok()?.cast())
}

/// Gives back a range that this file mapped and that nobody uses any more.
fn unmap(base: NonNull<u8>, size: usize) {
    // SAFETY: callers in this file pass ranges that they mapped and own, once.
    let unmapped = unsafe { munmap(base.as_ptr().cast::<c_void>(), size) };
    if let Err(error) = unmapped {
        log::warn!("munmap of {size} bytes at {base:?}: {error}");
    }
}
