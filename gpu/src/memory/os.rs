//! The crate's one door to the operating system's memory calls.
#![expect(unsafe_code, reason = "mmap and munmap")]

use core::ffi::c_void;
use core::ptr::{self, NonNull};
use core::sync::atomic::{AtomicUsize, Ordering};

use lacuna_vm::units::PAGE_SIZE;
use rustix::fd::BorrowedFd;
use rustix::io::Errno;
use rustix::mm::{Advice, MapFlags, ProtFlags, madvise, mmap, mmap_anonymous, munmap};

use super::swap::Slot;
use super::{MemoryError, Placement, fail};

/// Where the last mapping begins; zero before the first one. A hint: correctness does not depend on it.
static LAST: AtomicUsize = AtomicUsize::new(0);

/// Where the next mapping goes that is to be replayed. It begins far above the heaps that programs grow and far below what kernels
/// hand out by themselves, so that another run finds the same addresses free.
static REPLAYABLE: AtomicUsize = AtomicUsize::new(1 << 44);
/// How often another place is tried for one.
const TRIES: usize = 16;

/// Bytes of a huge page on the architectures that this runs on.
const HUGE_PAGE: usize = 2 << 20;

/// A private range of zeroed host memory, aligned to [`PAGE_SIZE`] and committed page by page when touched.
#[derive(Debug)]
pub(super) struct Mapping {
    base: NonNull<u8>,
    size: usize,
    is_foreign: bool,
    /// What of a swap file is mapped here: given back when it is not any more.
    slot: Option<Slot>,
}

// SAFETY: a mapping is an address range that belongs to the process, not to a thread; the handle gives no access to its bytes.
unsafe impl Send for Mapping {}
// SAFETY: as for `Send`.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Maps `size` bytes, rounded up to whole pages (at least one).
    pub(super) fn new(size: u64) -> Result<Self, MemoryError> {
        let bytes = allowed(size)?;
        let mapping = Self::below_the_last(bytes).or_else(|| Self::trimmed(bytes));
        let mapping = mapping.ok_or(MemoryError::OutOfMemory { size })?;
        LAST.store(mapping.base.as_ptr() as usize, Ordering::Relaxed);
        Ok(mapping)
    }

    /// The same, where `placement` says.
    pub(super) fn placed(size: u64, placement: Placement) -> Result<Self, MemoryError> {
        match placement {
            Placement::Anywhere => Self::new(size),
            Placement::Replayable => {
                let bytes = allowed(size)?;
                let next = |_| Self::at(REPLAYABLE.fetch_add(bytes, Ordering::Relaxed), bytes);
                (0..TRIES).find_map(next).map_or_else(|| Self::new(size), Ok)
            }
            Placement::At(address) => {
                let (bytes, taken) = (allowed(size)?, MemoryError::AddressTaken { address });
                let base = usize::try_from(address).map_err(|_| taken)?;
                Self::at(base, bytes).filter(|_| address.is_multiple_of(PAGE_SIZE)).ok_or(taken)
            }
        }
    }

    /// Exactly there, if nothing is there.
    fn at(address: usize, size: usize) -> Option<Self> {
        let hint = ptr::without_provenance_mut(address);
        // SAFETY: this flag replaces no mapping.
        let base = unsafe { mmap_anonymous(hint, size, PROTECTION, PRIVATE | MapFlags::FIXED_NOREPLACE) };
        let base = NonNull::new(base.ok()?.cast::<u8>())?;
        if base.as_ptr() as usize != address {
            // A kernel that does not know the flag.
            unmap(base, size);
            return None;
        }
        Some(Self { base, size, is_foreign: false, slot: None })
    }

    /// The first byte.
    pub(super) fn base(&self) -> NonNull<u8> {
        self.base
    }

    /// Bytes, a multiple of [`PAGE_SIZE`].
    pub(super) fn size(&self) -> u64 {
        self.size as u64
    }

    /// A file's first bytes, shared with whoever else maps it.
    pub(super) fn of_file(
        size: u64,
        file: BorrowedFd<'_>,
        placement: Placement,
    ) -> Result<Self, MemoryError> {
        let mapping = Self::placed(size, placement)?;
        // SAFETY: the mapping is new; nobody knows it.
        let replaced = unsafe { replace_by_file(mapping.base, mapping.size, file, 0) };
        replaced.map(|()| mapping).map_err(|_| MemoryError::OutOfMemory { size })
    }

    /// Memory that somebody else unmaps.
    ///
    /// # Safety
    /// `size` bytes from `base` on are mapped for as long as this and what is made from it lives.
    pub(super) unsafe fn foreign(base: NonNull<u8>, size: u64) -> Result<Self, MemoryError> {
        let refused = MemoryError::OutOfMemory { size };
        let bytes = usize::try_from(size).map_err(|_| refused)?;
        let aligned = (base.as_ptr() as u64).is_multiple_of(PAGE_SIZE) && size.is_multiple_of(PAGE_SIZE);
        if !aligned || size == 0 {
            return Err(refused);
        }
        Ok(Self { base, size: bytes, is_foreign: true, slot: None })
    }

    /// Keeps a place in a swap file until the range is unmapped.
    pub(super) fn keep(&mut self, slot: Option<Slot>) {
        self.slot = slot;
    }

    /// Asks for the place right below the last mapping, which is aligned and nearly always free: one system call.
    fn below_the_last(size: usize) -> Option<Self> {
        let hint = LAST.load(Ordering::Relaxed).checked_sub(size)?;
        let base = map(hint, size)?;
        if (base.as_ptr() as u64).is_multiple_of(PAGE_SIZE) {
            return Some(Self { base, size, is_foreign: false, slot: None });
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
        Some(Self { base, size, is_foreign: false, slot: None })
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        if self.is_foreign {
            return;
        }
        unmap(self.base, self.size);
        // The last mapping goes first, often: then the next one can have its place.
        let base = self.base.as_ptr() as usize;
        let _ = LAST.compare_exchange(base, base + self.size, Ordering::Relaxed, Ordering::Relaxed);
    }
}

/// Bytes of the whole pages that `size` bytes take, if they may be had.
fn allowed(size: u64) -> Result<usize, MemoryError> {
    let refused = MemoryError::OutOfMemory { size };
    if fail::is_refused() {
        return Err(refused);
    }
    let size = size.max(1).checked_next_multiple_of(PAGE_SIZE).ok_or(refused)?;
    usize::try_from(size).map_err(|_| refused)
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

const PROTECTION: ProtFlags = ProtFlags::READ.union(ProtFlags::WRITE);
/// `MAP_NORESERVE`: heaps may be larger than the memory that is free right now; only touched pages cost.
const PRIVATE: MapFlags = MapFlags::PRIVATE.union(MapFlags::NORESERVE);

/// Replaces what is mapped in a range by zeroed memory, committed as it is touched.
///
/// # Safety
/// The range is (part of) a [`Mapping`], and nobody looks at it now.
pub(super) unsafe fn replace_by_memory(base: NonNull<u8>, size: usize) -> Result<(), Errno> {
    // SAFETY: the caller owns the range.
    unsafe { mmap_anonymous(base.as_ptr().cast(), size, PROTECTION, PRIVATE | MapFlags::FIXED) }.map(drop)
}

/// Replaces what is mapped in a range by a part of a file, which it shares.
///
/// # Safety
/// As for [`replace_by_memory`].
pub(super) unsafe fn replace_by_file(
    base: NonNull<u8>,
    size: usize,
    file: BorrowedFd<'_>,
    offset: u64,
) -> Result<(), Errno> {
    let start = base.as_ptr().cast::<c_void>();
    // SAFETY: the caller owns the range.
    unsafe { mmap(start, size, PROTECTION, MapFlags::SHARED | MapFlags::FIXED, file, offset) }.map(drop)
}

/// Keeps a range from children: what they would do there would happen to their parent.
pub(super) fn keep_from_children(base: NonNull<u8>, size: usize) {
    // SAFETY: this advice changes nothing in this process.
    if let Err(error) = unsafe { madvise(base.as_ptr().cast::<c_void>(), size, Advice::LinuxDontFork) } {
        log::warn!("children of this process will share evicted memory with it: {error}");
    }
}

/// A page of zeros that stays mapped, and that children of this process find full of zeros again; none where the system has no
/// such pages.
pub(super) fn page_of_one_process() -> Option<NonNull<u8>> {
    let size = PAGE_SIZE as usize;
    let page = map(0, size)?;
    // SAFETY: the page was just mapped; this advice is about children only.
    if let Err(error) = unsafe { madvise(page.as_ptr().cast::<c_void>(), size, Advice::LinuxWipeOnFork) } {
        log::debug!("children of this process will not know that they are: {error}");
        unmap(page, size);
        return None;
    }
    Some(page)
}

/// Maps what is in memory of a file's range that is mapped here, at once instead of fault by fault. Only advice.
pub(super) fn populate(base: NonNull<u8>, size: usize) {
    // SAFETY: this advice changes no contents.
    let _ = unsafe { madvise(base.as_ptr().cast::<c_void>(), size, Advice::LinuxPopulateRead) };
}

/// `hint` is where the mapping goes if that is free; zero leaves the choice to the kernel.
fn map(hint: usize, size: usize) -> Option<NonNull<u8>> {
    // SAFETY: without `MAP_FIXED`, a new mapping overlaps nothing, whatever the hint.
    let base = unsafe { mmap_anonymous(ptr::without_provenance_mut(hint), size, PROTECTION, PRIVATE) };
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
