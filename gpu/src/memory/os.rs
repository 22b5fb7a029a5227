//! The crate's one door to the operating system's memory calls.
#![expect(unsafe_code, reason = "mmap and munmap")]

use core::ffi::c_void;
use core::ptr::{self, NonNull};

use lacuna_vm::units::PAGE_SIZE;
use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous, munmap};

use super::MemoryError;

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
        Self::that_is_aligned(size).or_else(|| Self::trimmed(size)).ok_or(refused)
    }

    /// The first byte.
    pub(super) fn base(&self) -> NonNull<u8> {
        self.base
    }

    /// Bytes, a multiple of [`PAGE_SIZE`].
    pub(super) fn size(&self) -> u64 {
        self.size as u64
    }

    /// Takes what the kernel gives if it is aligned, which it nearly always is: new mappings go right below the last one.
    fn that_is_aligned(size: usize) -> Option<Self> {
        let base = map(size)?;
        if (base.as_ptr() as u64).is_multiple_of(PAGE_SIZE) {
            return Some(Self { base, size });
        }
        unmap(base, size);
        None
    }

    /// Maps one page too many and gives back what lies outside the aligned range.
    fn trimmed(size: usize) -> Option<Self> {
        let slack = PAGE_SIZE as usize;
        let start = map(size.checked_add(slack)?)?;
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
    }
}

/// `MAP_NORESERVE`: heaps may be larger than the memory that is free right now; only touched pages cost.
fn map(size: usize) -> Option<NonNull<u8>> {
    let protection = ProtFlags::READ | ProtFlags::WRITE;
    let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
    // SAFETY: a new mapping at an address of the kernel's choice overlaps nothing.
    let base = unsafe { mmap_anonymous(ptr::null_mut(), size, protection, flags) };
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
