//! Color attachments whose texels are four bytes.
#![expect(unsafe_code, reason = "reads and writes the application's memory")]

use core::arch::x86_64::*;

use super::blend::{blend, over};
use super::{Color, F, I, chosen, crossed, srgb};
use crate::draw::blend::Equation;
use crate::draw::color::Output;
use crate::draw::encoding::Encoding;
use crate::draw::lanes::ALL;

/// How a packet is written.
#[derive(Clone, Copy)]
pub(in super::super) struct Way<'a> {
    pub(in super::super) encoding: Encoding,
    /// With what is there, if it is blended.
    pub(in super::super) equation: Option<Equation<'a>>,
}

/// A packet that is to be written.
pub(in super::super) struct Packet<'a> {
    /// Its rows.
    pub(in super::super) rows: [*mut u8; 2],
    pub(in super::super) set: u32,
    pub(in super::super) first: &'a Output,
    /// Of dual-source blending.
    pub(in super::super) second: Option<&'a Output>,
}

/// Writes the lanes that are in the set of each packet.
///
/// # Safety
/// Rows have four texels of four bytes.
#[inline]
#[target_feature(enable = "avx2")]
pub(in super::super) unsafe fn write<'a>(way: Way<'_>, packets: impl Iterator<Item = Packet<'a>>) {
    // SAFETY: the caller's promise.
    unsafe {
        match way.equation {
            None => each::<REPLACE>(way, packets),
            Some(equation) if equation.is_over => each::<OVER>(way, packets),
            Some(_) => each::<BLEND>(way, packets),
        }
    }
}

const REPLACE: u8 = 0;
const OVER: u8 = 1;
const BLEND: u8 = 2;

/// # Safety
/// As [`write()`].
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn each<'a, const KIND: u8>(way: Way<'_>, packets: impl Iterator<Item = Packet<'a>>) {
    for Packet { rows, set, first, second } in packets {
        let rows = rows.map(<*mut u8>::cast::<__m128i>);
        let mut stored = _mm256_setzero_si256();
        if KIND != REPLACE || set != ALL {
            // SAFETY: the caller's promise.
            let (low, high) = unsafe { (_mm_loadu_si128(rows[0]), _mm_loadu_si128(rows[1])) };
            stored = crossed(_mm256_set_m128i(high, low));
        }
        let mut colors = load(first);
        if KIND == OVER {
            colors = over(&limited(colors), &unpacked(stored, way.encoding));
        } else if KIND == BLEND
            && let Some(equation) = &way.equation
        {
            let first = limited(colors);
            let second = second.map_or(first, |second| limited(load(second)));
            colors = blend(equation, &first, &second, &unpacked(stored, way.encoding));
        }
        let mut new = packed(colors, way.encoding);
        if set != ALL {
            new = _mm256_blendv_epi8(stored, new, chosen(set));
        }
        let new = crossed(new);
        // SAFETY: the caller's promise.
        unsafe {
            _mm_storeu_si128(rows[0], _mm256_castsi256_si128(new));
            _mm_storeu_si128(rows[1], _mm256_extracti128_si256::<1>(new));
        }
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(output: &Output) -> Color {
    let [r, g, b, a] = output;
    // SAFETY: a row is eight floats, and aligned.
    unsafe {
        [
            _mm256_load_ps(r.0.as_ptr().cast()),
            _mm256_load_ps(g.0.as_ptr().cast()),
            _mm256_load_ps(b.0.as_ptr().cast()),
            _mm256_load_ps(a.0.as_ptr().cast()),
        ]
    }
}

/// From zero to one; what is no number is zero.
#[inline]
#[target_feature(enable = "avx2")]
fn limit(value: F) -> F {
    _mm256_min_ps(_mm256_max_ps(value, _mm256_setzero_ps()), _mm256_set1_ps(1.0))
}

#[inline]
#[target_feature(enable = "avx2")]
fn limited([r, g, b, a]: Color) -> Color {
    [limit(r), limit(g), limit(b), limit(a)]
}

#[inline]
#[target_feature(enable = "avx2")]
fn unpacked(texels: I, encoding: Encoding) -> Color {
    let most = _mm256_set1_epi32(0xff);
    let share = _mm256_set1_ps(1.0 / 255.0);
    let bytes = [
        _mm256_and_si256(texels, most),
        _mm256_and_si256(_mm256_srli_epi32::<8>(texels), most),
        _mm256_and_si256(_mm256_srli_epi32::<16>(texels), most),
    ];
    let [low, green, high] = match encoding.srgb {
        Some(tables) => srgb::linear(tables, bytes),
        None => {
            let [low, green, high] = bytes;
            [
                _mm256_mul_ps(_mm256_cvtepi32_ps(low), share),
                _mm256_mul_ps(_mm256_cvtepi32_ps(green), share),
                _mm256_mul_ps(_mm256_cvtepi32_ps(high), share),
            ]
        }
    };
    let alpha = _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_srli_epi32::<24>(texels)), share);
    if encoding.is_swapped { [high, green, low, alpha] } else { [low, green, high, alpha] }
}

/// The nearest eight bits, and others above them.
#[inline]
#[target_feature(enable = "avx2")]
fn byte(value: F) -> I {
    // Floats of this size count ones in their low bits.
    let ones = _mm256_set1_ps(8_388_608.0);
    _mm256_castps_si256(_mm256_add_ps(_mm256_mul_ps(limit(value), _mm256_set1_ps(255.0)), ones))
}

#[inline]
#[target_feature(enable = "avx2")]
fn packed([r, g, b, a]: Color, encoding: Encoding) -> I {
    let (low, high) = if encoding.is_swapped { (b, r) } else { (r, b) };
    let [low, green, high] = match encoding.srgb {
        Some(tables) => srgb::codes(tables, [low, g, high]),
        None => [byte(low), byte(g), byte(high)],
    };
    // The bits above a byte are 0x4b0000: shifted, they are where a later byte goes, or gone.
    let most = _mm256_set1_epi32(0xff);
    let upper = _mm256_or_si256(
        _mm256_slli_epi32::<16>(_mm256_and_si256(high, most)),
        _mm256_slli_epi32::<24>(byte(a)),
    );
    let lower =
        _mm256_or_si256(_mm256_and_si256(low, most), _mm256_slli_epi32::<8>(_mm256_and_si256(green, most)));
    _mm256_or_si256(lower, upper)
}
