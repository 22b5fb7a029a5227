//! Bilinear samples of texels of four bytes that lie beside each other: nearly all there are.
//!
//! Right neighbours are behind their texel, lower ones a row further, so that each lane needs one place and no wrapping.
#![expect(unsafe_code, reason = "reads texels")]

use core::arch::x86_64::*;

use lacuna_shaders::abi::stage::Lanes;
use lacuna_vm::units::PAGE_SHIFT;

use super::lanes::{Color, F, I, first, is_zero, set_of, spread, vector, words};
use super::place::Layers;
use super::{Request, axis, bytes};
use crate::texture::view::Mip;

/// A level, as vectors want it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Near {
    sides: [Side; 2],
    /// Bytes from a texel to the one below, in the same block.
    below: usize,
    /// Bytes from the texel of lane 0 to those of all lanes, where neighbours have neighbouring texels.
    square: Lanes,
}

/// One axis of a level.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side {
    /// Texels.
    pub(super) size: f32,
    pub(super) last: i32,
    /// The bits of a texel's number in its block.
    pub(super) within: i32,
    /// From a texel's number to its block's.
    shift: u64,
    /// Bytes from texel to texel, and those that each block adds.
    small: i32,
    more: i32,
}

impl Near {
    pub(super) fn new(mip: &Mip) -> Self {
        let level = &mip.level;
        let side = |axis: usize, small: u32, big: u32| {
            let log2 = level.block_log2[axis];
            // A block without end is the only one.
            let is_endless = log2 >= 31;
            Side {
                size: mip.extent[axis] as f32,
                last: mip.extent[axis] - 1,
                within: if is_endless { i32::MAX } else { (1 << log2) - 1 },
                shift: log2.into(),
                small: small.cast_signed(),
                more: if is_endless { 0 } else { big.wrapping_sub(small << log2).cast_signed() },
            }
        };
        Self {
            sides: [
                side(0, level.element_bytes, 1 << PAGE_SHIFT),
                side(1, level.row_pitch, level.block_row_pitch),
            ],
            below: level.row_pitch as usize,
            square: std::array::from_fn(|lane| {
                let (x, y) = ([0, 1, 0, 1, 2, 3, 2, 3][lane], [0, 0, 1, 1][lane % 4]);
                (level.element_bytes * x).wrapping_add(level.row_pitch.wrapping_mul(y))
            }),
        }
    }
}

impl Side {
    /// Bytes that texels are behind the first one.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    fn steps(&self, at: I) -> I {
        let inside = _mm256_mullo_epi32(at, _mm256_set1_epi32(self.small));
        if self.more == 0 {
            return inside;
        }
        let blocks = _mm256_srl_epi32(at, _mm_cvtsi64_si128(self.shift.cast_signed()));
        _mm256_add_epi32(inside, _mm256_mullo_epi32(blocks, _mm256_set1_epi32(self.more)))
    }
}

impl Request<'_> {
    /// All lanes at one level, channels in the order of their bytes. `None` if some lane looks across the edge of the level or of a
    /// block.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn near(&self, mip: &Mip, near: &Near, layers: &Layers, at: [F; 2]) -> Option<Color> {
        let modes = self.sampler.info.address_modes;
        let [columns, rows] = &near.sides;
        let x = axis::inner(modes[0], at[0], columns);
        let y = axis::inner(modes[1], at[1], rows);
        if set_of(_mm256_and_si256(x.fits, y.fits)) != 0xff {
            return None;
        }
        let offsets = _mm256_add_epi32(columns.steps(x.at), rows.steps(y.at));
        let base = self.base(mip, layers, &[offsets])?;
        let square = _mm256_add_epi32(spread(offsets), vector(&near.square));
        if is_zero(_mm256_xor_si256(offsets, square)) {
            let start = base.wrapping_add(first(offsets).cast_unsigned() as usize);
            // SAFETY: as below: those of all lanes together are five columns of three rows.
            let [upper, middle, lower] = unsafe { bytes::square(start, near.below) };
            // The packet below comes soon, and its rows are not in the cache: nothing else has told that they will be needed.
            let next = start.wrapping_add(near.below.wrapping_mul(3));
            soon(next);
            soon(next.wrapping_add(near.below));
            return Some(bytes::blend([upper, middle], [middle, lower], x.weight, y.weight));
        }
        let (offsets, below) = (words(offsets), base.wrapping_add(near.below));
        let step = offsets[2].wrapping_sub(offsets[0]).cast_signed() as isize;
        for lane in [0, 2] {
            soon(base.wrapping_add(offsets[lane] as usize).wrapping_offset(step.wrapping_mul(2)));
        }
        // SAFETY: all four texels of each lane are in the level, and in the page of the first.
        let (upper, lower) = unsafe { (bytes::adjacent(base, &offsets), bytes::adjacent(below, &offsets)) };
        Some(bytes::blend(upper, lower, x.weight, y.weight))
    }
}

/// Brings what will be read into the cache. Any address will do.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn soon(at: *const u8) {
    _mm_prefetch::<_MM_HINT_T0>(at.cast());
}
