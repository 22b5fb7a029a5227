//! Bilinear samples of texels of four bytes that lie beside each other: nearly all there are.
//!
//! Right neighbours are behind their texel, lower ones a row further, so that each lane needs one place and no wrapping.
#![expect(unsafe_code, reason = "reads texels")]

use core::arch::x86_64::*;

use lacuna_vm::units::PAGE_SHIFT;

use super::lanes::{Color, F, I, set_of, words};
use super::place::Layers;
use super::{Request, axis, bytes};
use crate::texture::view::Mip;

/// A level, as vectors want it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Near {
    sides: [Side; 2],
    /// Bytes from a texel to the one below, in the same block.
    below: usize,
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
        }
    }
}

impl Side {
    /// Bytes that texels are behind the first one.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    fn steps(&self, at: I) -> I {
        let blocks = _mm256_srl_epi32(at, _mm_cvtsi64_si128(self.shift.cast_signed()));
        let inside = _mm256_mullo_epi32(at, _mm256_set1_epi32(self.small));
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
        let (offsets, below) = (words(offsets), base.wrapping_add(near.below));
        // SAFETY: all four texels of each lane are in the level, and in the page of the first.
        let (upper, lower) = unsafe { (bytes::adjacent(base, &offsets), bytes::adjacent(below, &offsets)) };
        Some(bytes::blend(upper, lower, x.weight, y.weight))
    }
}
