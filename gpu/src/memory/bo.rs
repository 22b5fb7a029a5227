//! Buffer objects: the backing memory of `VkDeviceMemory`.
//!
//! # Invariants
//! 1. A BO is aligned to and sized in whole [`PAGE_SIZE`](lacuna_vm::units::PAGE_SIZE) pages, so that its pages fit page table entries.
//! 2. Its bytes are zero when it is made.
//! 3. Its range stays mapped until everything that was executing when it was dropped has finished
//!    (see [`in_flight`]): machine code may still hold a translated address.

use core::mem::ManuallyDrop;
use core::ops::RangeInclusive;
use core::ptr::NonNull;

use super::os::{self, Mapping};
use super::{MemoryError, in_flight};

/// Sizes in bytes for which huge pages are worth having. Smaller ones hardly contain one; larger ones tend to be pools of
/// pages that are touched here and there, where they would take memory that nobody uses.
const HUGE_PAGES: RangeInclusive<u64> = 4 << 20..=256 << 20;

/// A range of host memory that backs device memory.
#[derive(Debug)]
pub struct Bo {
    mapping: ManuallyDrop<Mapping>,
}

impl Bo {
    /// Memory for `size` bytes, rounded up to whole pages; zeroed, and committed only where touched.
    pub fn allocate(size: u64) -> Result<Self, MemoryError> {
        let mapping = Mapping::new(size)?;
        if HUGE_PAGES.contains(&mapping.size()) {
            os::prefer_huge_pages(mapping.base(), mapping.size() as usize);
        }
        Ok(Self { mapping: ManuallyDrop::new(mapping) })
    }

    /// The first byte. Valid as long as the BO lives; access through it is unsynchronised device memory.
    pub fn host(&self) -> NonNull<u8> {
        self.mapping.base()
    }

    /// Bytes, a whole number of pages: at least what was asked for.
    pub fn size(&self) -> u64 {
        self.mapping.size()
    }
}

impl Drop for Bo {
    #[expect(unsafe_code, reason = "takes the mapping out in drop")]
    fn drop(&mut self) {
        // SAFETY: `drop` runs once and nothing uses the field afterwards.
        in_flight::retire(unsafe { ManuallyDrop::take(&mut self.mapping) });
    }
}

#[cfg(test)]
mod tests {
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
    fn impossible_sizes_are_refused() {
        assert_eq!(Bo::allocate(u64::MAX).unwrap_err(), MemoryError::OutOfMemory { size: u64::MAX });
        assert!(Bo::allocate(1 << 62).is_err());
    }
}
