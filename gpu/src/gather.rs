//! Words from anywhere, for eight lanes at once.
//!
//! The processor's gather instructions are for this, but most processors make them from more operations than eight loads are, and
//! some have been slowed down further against leaks. Eight loads also take what the last instructions stored as a vector from the
//! store buffer.
#![expect(unsafe_code, reason = "reads what it is told to")]

use core::arch::x86_64::*;

/// The words at these places.
///
/// # Safety
/// Each is four bytes that may be read.
#[inline]
#[target_feature(enable = "avx2")]
pub(crate) unsafe fn words_at(places: &[*const u8; 8]) -> __m256i {
    // No closure: one that is not inlined gives its results in memory.
    macro_rules! word {
        ($lane:literal) => {
            // SAFETY: the caller's promise.
            unsafe { places[$lane].cast::<i32>().read_unaligned() }
        };
    }
    let low = _mm_setr_epi32(word!(0), word!(1), word!(2), word!(3));
    let high = _mm_setr_epi32(word!(4), word!(5), word!(6), word!(7));
    _mm256_set_m128i(high, low)
}

/// The words that are so many bytes behind `base`. Offsets have no sign.
///
/// # Safety
/// As [`words_at`].
#[inline]
#[target_feature(enable = "avx2")]
pub(crate) unsafe fn words(base: *const u8, offsets: __m256i) -> __m256i {
    let mut behind = [0u32; 8];
    // SAFETY: eight words; the caller's promise.
    unsafe {
        _mm256_storeu_si256(behind.as_mut_ptr().cast(), offsets);
        words_at(&behind.map(|offset| base.wrapping_add(offset as usize)))
    }
}

/// Entries of a table of words.
///
/// # Safety
/// It has as many.
#[inline]
#[target_feature(enable = "avx2")]
pub(crate) unsafe fn entries(table: *const u32, numbers: __m256i) -> __m256i {
    // SAFETY: the caller's promise.
    unsafe { words(table.cast(), _mm256_slli_epi32::<2>(numbers)) }
}
