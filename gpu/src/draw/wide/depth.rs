//! The depth test of packets.
#![expect(unsafe_code, reason = "reads and writes the application's memory")]

use core::arch::x86_64::*;

use ash::vk::CompareOp;

use super::inputs::{plane, positions};
use super::{F, I, chosen, crossed};
use crate::draw::depth_stencil::{Depth, Kind};
use crate::draw::primitive::Planes;

/// Where depths come from.
#[derive(Clone, Copy)]
pub(in super::super) struct Depths<'a> {
    pub(in super::super) planes: &'a Planes,
    /// Of the sample in its pixel.
    pub(in super::super) offset: [f32; 2],
    /// They are limited to it.
    pub(in super::super) range: Option<[f32; 2]>,
}

impl Depths<'_> {
    #[inline]
    #[target_feature(enable = "avx2")]
    fn at(&self, at: [i32; 2]) -> F {
        let Self { planes, offset, range } = *self;
        let offset = [offset[0] - planes.origin[0], offset[1] - planes.origin[1]];
        let depths = plane(&planes.depth, positions(at, offset));
        match range {
            Some([low, high]) => {
                _mm256_min_ps(_mm256_max_ps(depths, _mm256_set1_ps(low)), _mm256_set1_ps(high))
            }
            None => depths,
        }
    }
}

/// Tests the packet at a place, whose rows are given; gives the lanes of the set that pass.
///
/// # Safety
/// Each row has four depths of the kind.
#[inline]
#[target_feature(enable = "avx2")]
pub(in super::super) unsafe fn test(
    depth: &Depth,
    depths: &Depths<'_>,
    at: [i32; 2],
    rows: [*mut u8; 2],
    set: u32,
) -> u32 {
    // SAFETY: the caller's promise.
    let stored = unsafe { load(depth.kind, rows) };
    let new = quantized(depth.kind, depths.at(at));
    let passed = set & _mm256_movemask_ps(compare(depth.compare, new, stored)).cast_unsigned();
    if depth.write && passed != 0 {
        let mixed = _mm256_blendv_ps(stored, new, _mm256_castsi256_ps(chosen(passed)));
        // SAFETY: the caller's promise.
        unsafe { store(depth.kind, rows, mixed) };
    }
    passed
}

#[inline]
#[target_feature(enable = "avx2")]
fn compare(op: CompareOp, new: F, stored: F) -> F {
    match op {
        CompareOp::NEVER => _mm256_setzero_ps(),
        CompareOp::LESS => _mm256_cmp_ps::<_CMP_LT_OQ>(new, stored),
        CompareOp::EQUAL => _mm256_cmp_ps::<_CMP_EQ_OQ>(new, stored),
        CompareOp::LESS_OR_EQUAL => _mm256_cmp_ps::<_CMP_LE_OQ>(new, stored),
        CompareOp::GREATER => _mm256_cmp_ps::<_CMP_GT_OQ>(new, stored),
        CompareOp::NOT_EQUAL => _mm256_cmp_ps::<_CMP_NEQ_UQ>(new, stored),
        CompareOp::GREATER_OR_EQUAL => _mm256_cmp_ps::<_CMP_GE_OQ>(new, stored),
        _ => _mm256_castsi256_ps(_mm256_set1_epi32(-1)),
    }
}

/// Depths as they are stored, as floats.
///
/// # Safety
/// As [`test()`].
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn load(kind: Kind, rows: [*mut u8; 2]) -> F {
    let [first, second] = rows.map(<*mut u8>::cast::<__m128i>);
    if kind == Kind::D16 {
        // SAFETY: the caller's promise.
        let (low, high) = unsafe { (_mm_loadl_epi64(first), _mm_loadl_epi64(second)) };
        return _mm256_cvtepi32_ps(crossed(_mm256_cvtepu16_epi32(_mm_unpacklo_epi64(low, high))));
    }
    // SAFETY: the caller's promise.
    let (low, high) = unsafe { (_mm_loadu_si128(first), _mm_loadu_si128(second)) };
    let words = crossed(_mm256_set_m128i(high, low));
    if kind == Kind::D24 {
        return _mm256_cvtepi32_ps(_mm256_and_si256(words, _mm256_set1_epi32(0xff_ffff)));
    }
    _mm256_castsi256_ps(words)
}

/// # Safety
/// As [`test()`].
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn store(kind: Kind, rows: [*mut u8; 2], depths: F) {
    let [first, second] = rows.map(<*mut u8>::cast::<__m128i>);
    let words: I = crossed(match kind {
        Kind::D32 => _mm256_castps_si256(depths),
        Kind::D16 | Kind::D24 => _mm256_cvttps_epi32(depths),
    });
    let (low, high) = (_mm256_castsi256_si128(words), _mm256_extracti128_si256::<1>(words));
    // SAFETY: the caller's promise.
    unsafe {
        if kind == Kind::D16 {
            let both = _mm_packus_epi32(low, high);
            _mm_storel_epi64(first, both);
            _mm_storel_epi64(second, _mm_unpackhi_epi64(both, both));
        } else {
            _mm_storeu_si128(first, low);
            _mm_storeu_si128(second, high);
        }
    }
}

/// Depths as they would be stored.
#[inline]
#[target_feature(enable = "avx2")]
fn quantized(kind: Kind, depths: F) -> F {
    match kind {
        Kind::D16 => steps(depths, 65535.0),
        Kind::D24 => steps(depths, 16_777_215.0),
        Kind::D32 => depths,
    }
}

/// To the nearest of so many steps.
#[inline]
#[target_feature(enable = "avx2")]
fn steps(depths: F, scale: f64) -> F {
    let limited = _mm256_min_ps(_mm256_max_ps(depths, _mm256_setzero_ps()), _mm256_set1_ps(1.0));
    let low = half(_mm256_castps256_ps128(limited), scale);
    let high = half(_mm256_extractf128_ps::<1>(limited), scale);
    _mm256_set_m128(high, low)
}

#[inline]
#[target_feature(enable = "avx2")]
fn half(depths: __m128, scale: f64) -> __m128 {
    // Numbers of this size have no bits behind the point.
    let whole = _mm256_set1_pd(4_503_599_627_370_496.0);
    let scaled = _mm256_mul_pd(_mm256_cvtps_pd(depths), _mm256_set1_pd(scale));
    _mm256_cvtpd_ps(_mm256_sub_pd(_mm256_add_pd(scaled, whole), whole))
}
