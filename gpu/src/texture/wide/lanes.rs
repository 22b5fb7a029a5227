//! Words of the vector code: eight lanes at once.
#![expect(unsafe_code, reason = "moves vectors from and to memory")]

use core::arch::x86_64::*;

use lacuna_shaders::abi::stage::Lanes;

use crate::draw::Row;

/// Eight floats.
pub(super) type F = __m256;
/// Eight integers of 32 bits.
pub(super) type I = __m256i;
/// The components of eight texels.
pub(super) type Color = [F; 4];

/// What an operand holds, as integers.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn load(lanes: &Lanes) -> I {
    let halves = lanes.as_ptr().cast::<__m128i>();
    // Machine code has just stored halves. A load of both would wait until they are in the cache, hence loads that are not
    // made one.
    // SAFETY: eight words are two halves, and those of a frame are aligned.
    let [low, high] = unsafe { [halves.read_volatile(), halves.add(1).read_volatile()] };
    _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(low), high)
}

/// What an operand holds, as floats.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn load_floats(lanes: &Lanes) -> F {
    _mm256_castsi256_ps(load(lanes))
}

/// Writes the lanes whose words in `mask` are negative.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn store(lanes: &mut Lanes, mask: I, value: I) {
    // SAFETY: eight words.
    unsafe { _mm256_maskstore_epi32(lanes.as_mut_ptr().cast(), mask, value) };
}

/// Writes all lanes.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn store_all(lanes: &mut Lanes, value: I) {
    // SAFETY: eight words.
    unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast(), value) };
}

/// The words of a vector.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn words(value: I) -> Lanes {
    let mut words = [0; 8];
    store_all(&mut words, value);
    words
}

/// A vector of words.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn vector(words: &Lanes) -> I {
    // SAFETY: eight words.
    unsafe { _mm256_loadu_si256(words.as_ptr().cast()) }
}

/// A row as floats.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn floats(row: &Row) -> F {
    _mm256_castsi256_ps(vector(&row.0))
}

/// The number of the first lane.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn first(value: I) -> i32 {
    _mm_cvtsi128_si32(_mm256_castsi256_si128(value))
}

/// The number of the first lane in all lanes.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn spread(value: I) -> I {
    _mm256_broadcastd_epi32(_mm256_castsi256_si128(value))
}

/// The lanes of a set of bits: all ones, or zero.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn mask_of(set: u32) -> I {
    let bits = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(set.cast_signed()), bits), bits)
}

/// The set of bits of lanes that are all ones or zero.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn set_of(mask: I) -> u32 {
    _mm256_movemask_ps(_mm256_castsi256_ps(mask)).cast_unsigned()
}

/// Whether all lanes are zero.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn is_zero(value: I) -> bool {
    _mm256_testz_si256(value, value) != 0
}

/// Where to take each lane from so that those outside of a set, which must not be empty, have what its first one has.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn filling(set: u32) -> I {
    let own = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    let first = _mm256_set1_epi32(set.trailing_zeros().cast_signed());
    _mm256_blendv_epi8(first, own, mask_of(set))
}

/// `a` and `b` blended: `a` where the weight is zero, `b` where it is one.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn mix(a: F, b: F, weight: F) -> F {
    _mm256_fmadd_ps(weight, _mm256_sub_ps(b, a), a)
}

/// `b` in the lanes of `mask`, else `a`.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn select(mask: I, a: F, b: F) -> F {
    _mm256_blendv_ps(a, b, _mm256_castsi256_ps(mask))
}
