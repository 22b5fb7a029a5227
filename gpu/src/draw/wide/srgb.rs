//! The sRGB transfer function of eight pixels; see [`srgb`](crate::format::srgb), where the same is done to one number.
#![expect(unsafe_code, reason = "looks up in tables")]

use core::arch::x86_64::*;

use super::{F, I};
use crate::format::srgb::{FIRST_BUCKET, OFFSET_BITS, Tables};
use crate::gather;

/// The linear numbers of codes, which are bytes.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn linear(tables: &Tables, [a, b, c]: [I; 3]) -> [F; 3] {
    // SAFETY: each code has a number.
    let look_up =
        |codes: I| unsafe { _mm256_castsi256_ps(gather::entries(tables.linear.as_ptr().cast(), codes)) };
    [look_up(a), look_up(b), look_up(c)]
}

/// The codes of linear numbers.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn codes(tables: &Tables, [a, b, c]: [F; 3]) -> [I; 3] {
    [codes_of(tables, a), codes_of(tables, b), codes_of(tables, c)]
}

#[inline]
#[target_feature(enable = "avx2")]
fn codes_of(tables: &Tables, numbers: F) -> I {
    const LEAST: f32 = f32::from_bits(FIRST_BUCKET << OFFSET_BITS);
    const GREATEST: f32 = 1.0f32.next_down();
    // What is no number is the least one.
    let numbers = _mm256_max_ps(numbers, _mm256_set1_ps(LEAST));
    let bits = _mm256_castps_si256(_mm256_min_ps(numbers, _mm256_set1_ps(GREATEST)));
    let number = _mm256_sub_epi32(
        _mm256_srli_epi32::<{ OFFSET_BITS as i32 }>(bits),
        _mm256_set1_epi32(FIRST_BUCKET as i32),
    );
    // SAFETY: there are buckets for all numbers from the least to the greatest.
    let buckets = unsafe { gather::entries(tables.buckets.as_ptr(), number) };
    let offset = _mm256_and_si256(bits, _mm256_set1_epi32((1 << OFFSET_BITS) - 1));
    let next = _mm256_and_si256(buckets, _mm256_set1_epi32(0xffff));
    // All ones, hence one less, before the next code begins.
    let is_before = _mm256_cmpgt_epi32(next, offset);
    let code = _mm256_add_epi32(_mm256_srli_epi32::<16>(buckets), _mm256_set1_epi32(1));
    _mm256_add_epi32(code, is_before)
}
