//! Buffer objects: the backing memory of `VkDeviceMemory`.
//!
//! # Invariants
//! 1. A BO is aligned to and sized in whole [`PAGE_SIZE`](lacuna_vm::units::PAGE_SIZE) pages, so that its pages fit page table entries.
//! 2. Its bytes are zero when it is made, unless they are somebody else's ([`import`](Bo::import)).
//! 3. Its range stays mapped until everything that was executing when it was dropped has finished
//!    (see [`in_flight`]): machine code may still hold a translated address.
//! 4. Its address never changes. Its bytes may be in the swap file for a while, if it is [pageable](Bo::make_pageable).

use core::mem::ManuallyDrop;
use core::ops::RangeInclusive;
use core::ptr::NonNull;
use std::sync::OnceLock;

use lacuna_vm::evict::Priority;
use parking_lot::Mutex;
use rustix::fd::BorrowedFd;

use super::os::{self, Mapping};
use super::pager::{Pager, Tenant, Terms};
use super::swap::Slot;
use super::{MemoryError, Placement, in_flight};

/// Sizes in bytes for which huge pages are worth having. Smaller ones hardly contain one; larger ones tend to be pools of
/// pages that are touched here and there, where they would take memory that nobody uses.
const HUGE_PAGES: RangeInclusive<u64> = 4 << 20..=256 << 20;

/// A range of host memory that backs device memory.
#[derive(Debug)]
pub struct Bo {
    mapping: ManuallyDrop<Mapping>,
    /// Who may move its bytes; none for what stays in memory.
    pager: OnceLock<&'static Pager>,
    /// Where its bytes were when its pager was done with it, if they were not in memory.
    slot: Mutex<Option<Slot>>,
}

impl Bo {
    /// Memory for `size` bytes, rounded up to whole pages; zeroed, and committed only where touched.
    pub fn allocate(size: u64) -> Result<Self, MemoryError> {
        Self::allocate_placed(size, Placement::Anywhere)
    }

    /// The same, at addresses of the caller's choice.
    ///
    /// # Errors
    /// [`MemoryError::AddressTaken`], [`MemoryError::OutOfMemory`].
    pub fn allocate_placed(size: u64, placement: Placement) -> Result<Self, MemoryError> {
        let mapping = Mapping::placed(size, placement)?;
        prefer_huge_pages(mapping.base(), mapping.size());
        Ok(Self::of(mapping))
    }

    /// The memory of a file, whose other users see every change at once.
    pub fn share(size: u64, file: BorrowedFd<'_>, placement: Placement) -> Result<Self, MemoryError> {
        Mapping::of_file(size, file, placement).map(Self::of)
    }

    /// Memory that belongs to somebody else; whole pages, aligned.
    ///
    /// # Safety
    /// `size` bytes from `base` on stay mapped until the BO is gone and all work that knows it has ended.
    #[expect(unsafe_code, reason = "the caller owns the memory")]
    pub unsafe fn import(base: NonNull<u8>, size: u64) -> Result<Self, MemoryError> {
        // SAFETY: this function's contract.
        unsafe { Mapping::foreign(base, size) }.map(Self::of)
    }

    fn of(mapping: Mapping) -> Self {
        Self { mapping: ManuallyDrop::new(mapping), pager: OnceLock::new(), slot: Mutex::new(None) }
    }

    /// The first byte. Valid as long as the BO lives; access through it is unsynchronised device memory.
    pub fn host(&self) -> NonNull<u8> {
        self.mapping.base()
    }

    /// Bytes, a whole number of pages: at least what was asked for.
    pub fn size(&self) -> u64 {
        self.mapping.size()
    }

    /// From now on a pager counts it and may move its bytes away while nobody touches them; `tenant` hears of it.
    ///
    /// # Errors
    /// [`MemoryError::OutOfMemory`] when there is neither room for it nor a place to move to.
    pub fn make_pageable(
        &self,
        pager: &'static Pager,
        terms: Terms,
        tenant: Box<dyn Tenant>,
    ) -> Result<(), MemoryError> {
        pager.admit(self.host(), self.size(), terms, tenant)?;
        // Nobody else admits it: its address is its own.
        let _ = self.pager.set(pager);
        Ok(())
    }

    /// Its pager no longer counts it; its bytes stay where they are now.
    pub fn dismiss(&self) {
        if let Some(slot) = self.pager.get().and_then(|pager| pager.dismiss(self.host())) {
            *self.slot.lock() = Some(slot);
        }
    }

    /// Keeps its bytes where they are until [`unpin`](Self::unpin) was called as often: somebody looks at them at any time.
    pub fn pin(&self) {
        if let Some(pager) = self.pager.get() {
            pager.pin(self.host());
        }
    }

    /// Takes back one [`pin`](Self::pin).
    pub fn unpin(&self) {
        if let Some(pager) = self.pager.get() {
            pager.unpin(self.host());
        }
    }

    /// Work is about to use it, if this thread executes work: those who only ask for an address do not use it.
    #[inline]
    pub fn touch(&self) {
        if let Some(pager) = self.pager.get().filter(|pager| pager.is_busy() && in_flight::is_executing()) {
            pager.touch(self.host().as_ptr() as u64);
        }
    }

    /// How late it leaves memory.
    pub fn set_priority(&self, priority: Priority) {
        if let Some(pager) = self.pager.get() {
            pager.set_priority(self.host(), priority);
        }
    }
}

/// Asks for huge pages for the memory of a BO, where they help.
pub(super) fn prefer_huge_pages(base: NonNull<u8>, size: u64) {
    if HUGE_PAGES.contains(&size) {
        os::prefer_huge_pages(base, size as usize);
    }
}

impl Drop for Bo {
    #[expect(unsafe_code, reason = "takes the mapping out in drop")]
    fn drop(&mut self) {
        self.dismiss();
        self.mapping.keep(self.slot.get_mut().take());
        // SAFETY: `drop` runs once and nothing uses the field afterwards.
        in_flight::retire(unsafe { ManuallyDrop::take(&mut self.mapping) });
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use lacuna_vm::units::PAGE_SIZE;

    use super::*;

    #[test]
    fn is_page_aligned_and_rounded_up_to_pages() {
        let bos: Vec<Bo> =
            [1, 4096, PAGE_SIZE, PAGE_SIZE + 1].into_iter().map(|size| Bo::allocate(size).unwrap()).collect();
        for bo in &bos {
            assert!((bo.host().as_ptr() as u64).is_multiple_of(PAGE_SIZE));
        }
        assert_eq!(
            bos.iter().map(Bo::size).collect::<Vec<_>>(),
            [PAGE_SIZE, PAGE_SIZE, PAGE_SIZE, 2 * PAGE_SIZE]
        );
    }

    #[test]
    fn a_captured_address_is_had_again_once_it_is_free() {
        let first = Bo::allocate_placed(3 * PAGE_SIZE, Placement::Replayable).unwrap();
        let second = Bo::allocate_placed(PAGE_SIZE, Placement::Replayable).unwrap();
        let address = first.host().as_ptr() as u64;
        assert_ne!(address, second.host().as_ptr() as u64);
        let again = || Bo::allocate_placed(3 * PAGE_SIZE, Placement::At(address));
        assert_eq!(again().unwrap_err(), MemoryError::AddressTaken { address });
        drop(first);
        // It is free when all that other tests execute now has ended.
        let patience = Instant::now() + Duration::from_secs(60);
        let mut had = again();
        while had.is_err() && Instant::now() < patience {
            std::thread::yield_now();
            had = again();
        }
        assert_eq!(had.unwrap().host().as_ptr() as u64, address);
    }

    #[test]
    fn addresses_that_are_no_pages_are_refused() {
        for address in [1, PAGE_SIZE + 4096, u64::MAX, 1 << 63] {
            let refused = Bo::allocate_placed(PAGE_SIZE, Placement::At(address));
            assert_eq!(refused.unwrap_err(), MemoryError::AddressTaken { address });
        }
    }

    #[test]
    fn impossible_sizes_are_refused() {
        assert_eq!(Bo::allocate(u64::MAX).unwrap_err(), MemoryError::OutOfMemory { size: u64::MAX });
        assert!(Bo::allocate(1 << 62).is_err());
    }
}
