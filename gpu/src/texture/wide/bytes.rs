//! Texels of four bytes, and bilinear blends of them in integers.
//!
//! Weights are multiples of 1/255: as fine as `subTexelPrecisionBits` promises, and a texel alone keeps its value. Bytes are
//! multiplied as signed numbers, 128 less than they are, so that sums of products fit 16 bits.
#![expect(unsafe_code, reason = "reads texels")]

use core::arch::x86_64::*;

use lacuna_shaders::abi::stage::Lanes;
use lacuna_shaders::abi::texture::TextureFrame;

use super::lanes::{Color, F, I, first, is_zero, load_floats};
use super::near::Place;
use super::place::Layers;
use super::texels::{Texels, class};
use super::{Request, give, sample_bytes};
use crate::gather;

sample_bytes!(class::BYTES, "avx2,fma,f16c", of_bytes);

impl Texels {
    /// Channels of the texels in words.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    fn of_bytes(&self, words: I) -> Color {
        self.of_words::<{ class::BYTES }>(&[words; 4])
    }
}

/// Words of texels: mostly four in each of two rows.
///
/// # Safety
/// `base` plus each offset is a texel.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) unsafe fn texels(base: *const u8, offsets: I) -> I {
    let starts = _mm256_permutevar8x32_epi32(offsets, _mm256_setr_epi32(0, 0, 2, 2, 0, 0, 2, 2));
    let rows = _mm256_add_epi32(starts, _mm256_setr_epi32(0, 4, 0, 4, 8, 12, 8, 12));
    if !is_zero(_mm256_xor_si256(rows, offsets)) {
        // SAFETY: the caller's promise.
        return unsafe { gather::words(base, offsets) };
    }
    let row = |offset: i32| base.wrapping_add(offset.cast_unsigned() as usize).cast::<__m128i>();
    let (upper, lower) = (row(first(offsets)), row(_mm256_extract_epi32::<2>(offsets)));
    // SAFETY: the caller's promise: four texels behind each other are 128 bits.
    let (upper, lower) = unsafe { (_mm_loadu_si128(upper), _mm_loadu_si128(lower)) };
    _mm256_set_m128i(_mm_unpackhi_epi64(upper, lower), _mm_unpacklo_epi64(upper, lower))
}

/// Texels of lanes 0, 1, 4, 5 and of lanes 2, 3, 6, 7, each with its right neighbour, byte by byte.
pub(super) type Pairs = [I; 2];

/// Pairs of texels that lie one behind the other.
///
/// # Safety
/// `base` plus each offset is a texel, and there is one behind it.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) unsafe fn adjacent(base: *const u8, offsets: &Lanes) -> Pairs {
    // No closures: one that is not inlined gives its vector in memory.
    macro_rules! two {
        ($one:literal, $other:literal) => {{
            let at = [base.wrapping_add(offsets[$one] as usize), base.wrapping_add(offsets[$other] as usize)];
            // SAFETY: the caller's promise: two texels are 64 bits.
            let [one, other] = unsafe { [_mm_loadl_epi64(at[0].cast()), _mm_loadl_epi64(at[1].cast())] };
            _mm_unpacklo_epi64(one, other)
        }};
    }
    let upper = _mm256_set_m128i(two!(4, 5), two!(0, 1));
    let lower = _mm256_set_m128i(two!(6, 7), two!(2, 3));
    let order =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15));
    [_mm256_shuffle_epi8(upper, order), _mm256_shuffle_epi8(lower, order)]
}

/// Pairs of texels of three rows, where neighbouring lanes have neighbouring texels: of lanes 0, 1, 4, 5, then of lanes
/// 2, 3, 6, 7, then of what is below these.
///
/// # Safety
/// `start` is a texel, with four more behind it, in each of three rows that are so many bytes apart.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) unsafe fn square(start: *const u8, below: usize) -> [I; 3] {
    // Of texels 0 to 3, then of texels 1 to 4.
    let order = _mm256_setr_epi8(
        0, 4, 1, 5, 2, 6, 3, 7, 4, 8, 5, 9, 6, 10, 7, 11, 4, 8, 5, 9, 6, 10, 7, 11, 8, 12, 9, 13, 10, 14, 11,
        15,
    );
    macro_rules! row {
        ($at:expr) => {{
            let at: *const u8 = $at;
            let after = at.wrapping_add(4);
            // SAFETY: the caller's promise: four texels are 128 bits.
            let [left, right] = unsafe { [_mm_loadu_si128(at.cast()), _mm_loadu_si128(after.cast())] };
            _mm256_shuffle_epi8(_mm256_set_m128i(right, left), order)
        }};
    }
    [row!(start), row!(start.wrapping_add(below)), row!(start.wrapping_add(below).wrapping_add(below))]
}

/// Pairs of texels that are anywhere.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn apart(left: I, right: I) -> Pairs {
    [_mm256_unpacklo_epi8(left, right), _mm256_unpackhi_epi8(left, right)]
}

/// A weight and what it leaves of 255, in the low half of a word.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn steps(weight: F) -> I {
    _mm256_cvtps_epi32(_mm256_mul_ps(weight, _mm256_set1_ps(255.0)))
}

/// Weights as the multiplications want them.
#[derive(Clone, Copy)]
pub(super) struct Weights {
    /// Of left and right texels, as bytes, twice.
    pub(super) across: I,
    /// Of upper and lower pairs, as words.
    pub(super) down: I,
}

impl Weights {
    /// `across` weighs the right neighbours, `down` the lower pairs.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn new(across: F, down: F) -> Self {
        let most = _mm256_set1_epi32(255);
        let right = steps(across);
        let both = _mm256_or_si256(_mm256_xor_si256(right, most), _mm256_slli_epi32::<8>(right));
        let below = steps(down);
        Self {
            across: _mm256_or_si256(both, _mm256_slli_epi32::<16>(both)),
            down: _mm256_or_si256(_mm256_xor_si256(below, most), _mm256_slli_epi32::<16>(below)),
        }
    }
}

/// Blends. Channels are in the order of their bytes.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn blend(upper: Pairs, lower: Pairs, weights: Weights) -> Color {
    let Weights { across, down: heights } = weights;
    let weights = [_mm256_unpacklo_epi32(across, across), _mm256_unpackhi_epi32(across, across)];
    let signed = _mm256_set1_epi8(-128);
    let row = |pairs: Pairs| {
        [
            _mm256_maddubs_epi16(weights[0], _mm256_xor_si256(pairs[0], signed)),
            _mm256_maddubs_epi16(weights[1], _mm256_xor_si256(pairs[1], signed)),
        ]
    };
    let (upper, lower) = (row(upper), row(lower));
    let sum = |rows: I, heights: I| {
        let sum = _mm256_add_epi32(_mm256_madd_epi16(rows, heights), _mm256_set1_epi32(128 * 255 * 255));
        _mm256_mul_ps(_mm256_cvtepi32_ps(sum), _mm256_set1_ps(1.0 / (255.0 * 255.0 * 255.0)))
    };
    // Red, green, blue, alpha of two lanes: 0 and 4, 1 and 5, and so on.
    let p = sum(_mm256_unpacklo_epi16(upper[0], lower[0]), _mm256_shuffle_epi32::<0x00>(heights));
    let q = sum(_mm256_unpackhi_epi16(upper[0], lower[0]), _mm256_shuffle_epi32::<0x55>(heights));
    let r = sum(_mm256_unpacklo_epi16(upper[1], lower[1]), _mm256_shuffle_epi32::<0xaa>(heights));
    let s = sum(_mm256_unpackhi_epi16(upper[1], lower[1]), _mm256_shuffle_epi32::<0xff>(heights));
    let (pq, rs) = (_mm256_unpacklo_ps(p, q), _mm256_unpacklo_ps(r, s));
    let (pq_high, rs_high) = (_mm256_unpackhi_ps(p, q), _mm256_unpackhi_ps(r, s));
    [
        _mm256_shuffle_ps::<0b01_00_01_00>(pq, rs),
        _mm256_shuffle_ps::<0b11_10_11_10>(pq, rs),
        _mm256_shuffle_ps::<0b01_00_01_00>(pq_high, rs_high),
        _mm256_shuffle_ps::<0b11_10_11_10>(pq_high, rs_high),
    ]
}
