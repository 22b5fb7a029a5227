//! Along one axis: from a coordinate to the texels around it, as the wrapping has it.

use core::arch::x86_64::*;

use ash::vk::SamplerAddressMode as Mode;

use super::lanes::{F, I};
use super::near::Side;

/// Texels of eight lanes along one axis.
#[derive(Clone, Copy)]
pub(super) struct Axis {
    /// On both sides of the coordinate, inside of the level; of a nearest filter only the first counts.
    pub(super) at: [I; 2],
    /// Which of them are the border instead.
    pub(super) outside: [I; 2],
    /// Of the second one.
    pub(super) weight: F,
}

/// What a mode does to coordinates, after mirrors.
struct Fold {
    /// All ones if whole numbers are taken away.
    repeats: u32,
    low: f32,
    high: f32,
}

/// By mode.
static FOLDS: [Fold; 5] = [
    Fold { repeats: u32::MAX, low: 0.0, high: 1.0 },
    Fold { repeats: 0, low: 0.0, high: 1.0 },
    Fold { repeats: 0, low: 0.0, high: 1.0 },
    Fold { repeats: 0, low: -1.0, high: 2.0 },
    Fold { repeats: 0, low: 0.0, high: 1.0 },
];

/// A coordinate where wrapping has ended: from 0 to 1, or with a border a little beyond. What is no number becomes the least one.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn folded(mode: Mode, mut s: F) -> F {
    if mode == Mode::MIRRORED_REPEAT || mode == Mode::MIRROR_CLAMP_TO_EDGE {
        s = mirrored(mode, s);
    }
    let fold = &FOLDS[mode.as_raw().clamp(0, 4) as usize];
    let whole = _mm256_and_ps(_mm256_floor_ps(s), _mm256_set1_ps(f32::from_bits(fold.repeats)));
    let part = _mm256_sub_ps(s, whole);
    _mm256_min_ps(_mm256_max_ps(part, _mm256_set1_ps(fold.low)), _mm256_set1_ps(fold.high))
}

#[inline(never)]
#[target_feature(enable = "avx2,fma,f16c")]
fn mirrored(mode: Mode, s: F) -> F {
    let absolute = |s: F| _mm256_andnot_ps(_mm256_set1_ps(-0.0), s);
    if mode == Mode::MIRROR_CLAMP_TO_EDGE {
        return absolute(s);
    }
    let (one, half) = (_mm256_set1_ps(1.0), _mm256_floor_ps(_mm256_mul_ps(s, _mm256_set1_ps(0.5))));
    let s = _mm256_fnmadd_ps(half, _mm256_set1_ps(2.0), s);
    _mm256_sub_ps(one, absolute(_mm256_sub_ps(one, s)))
}

/// Numbers of texels limited to a level, and which were outside.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn limited(at: I, last: I) -> (I, I) {
    let inside = _mm256_min_epi32(_mm256_max_epi32(at, _mm256_setzero_si256()), last);
    (inside, _mm256_xor_si256(_mm256_cmpeq_epi32(inside, at), _mm256_set1_epi32(-1)))
}

/// The texels that hold coordinates.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn nearest(mode: Mode, s: F, size: i32) -> Axis {
    let u = _mm256_floor_ps(_mm256_mul_ps(folded(mode, s), _mm256_set1_ps(size as f32)));
    let (at, mut outside) = limited(_mm256_cvttps_epi32(u), _mm256_set1_epi32(size - 1));
    if mode != Mode::CLAMP_TO_BORDER {
        outside = _mm256_setzero_si256();
    }
    Axis { at: [at; 2], outside: [outside; 2], weight: _mm256_setzero_ps() }
}

/// The texels that coordinates lie between.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn pair(mode: Mode, s: F, size: i32) -> Axis {
    let u = _mm256_fmsub_ps(folded(mode, s), _mm256_set1_ps(size as f32), _mm256_set1_ps(0.5));
    let floor = _mm256_floor_ps(u);
    let weight = _mm256_sub_ps(u, floor);
    let low = _mm256_cvttps_epi32(floor);
    let high = _mm256_sub_epi32(low, _mm256_set1_epi32(-1));
    let last = _mm256_set1_epi32(size - 1);
    let none = _mm256_setzero_si256();
    if mode == Mode::REPEAT {
        // From -1 to size: the one becomes the last texel, the other the first.
        let before = _mm256_blendv_epi8(low, last, _mm256_cmpgt_epi32(none, low));
        let behind = _mm256_andnot_si256(_mm256_cmpgt_epi32(high, last), high);
        return Axis { at: [before, behind], outside: [none; 2], weight };
    }
    let ((low, before), (high, behind)) = (limited(low, last), limited(high, last));
    let outside = if mode == Mode::CLAMP_TO_BORDER { [before, behind] } else { [none; 2] };
    Axis { at: [low, high], outside, weight }
}

/// Texels of eight lanes along one axis whose neighbours are behind them.
#[derive(Clone, Copy)]
pub(super) struct Inner {
    /// Before the coordinate.
    pub(super) at: I,
    /// All ones in the lanes that are so: both texels are inside of the level, and of one block.
    pub(super) fits: I,
    /// Of the one behind the coordinate.
    pub(super) weight: F,
}

/// [`pair`], where nothing wraps and no block ends.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn inner(mode: Mode, s: F, side: &Side) -> Inner {
    let u = _mm256_fmsub_ps(folded(mode, s), _mm256_set1_ps(side.size), _mm256_set1_ps(0.5));
    let floor = _mm256_floor_ps(u);
    let at = _mm256_cvttps_epi32(floor);
    let next = _mm256_sub_epi32(at, _mm256_set1_epi32(-1));
    let last = _mm256_set1_epi32(side.last);
    // Without a sign, what is before the first is behind the last.
    let inside = _mm256_cmpeq_epi32(_mm256_max_epu32(next, last), last);
    let within = _mm256_and_si256(next, _mm256_set1_epi32(side.within));
    let begins = _mm256_cmpeq_epi32(within, _mm256_setzero_si256());
    Inner { at, fits: _mm256_andnot_si256(begins, inside), weight: _mm256_sub_ps(u, floor) }
}
