//! Bilinear samples of texels of four bytes that lie beside each other: nearly all there are.
//!
//! Right neighbours are behind their texel, lower ones a row further, so that each lane needs one place and no wrapping.
#![expect(unsafe_code, reason = "reads texels")]

use core::arch::x86_64::*;

use lacuna_shaders::abi::stage::Lanes;
use lacuna_vm::units::PAGE_SHIFT;

use super::bytes::Weights;
use super::lanes::{Color, F, I, first, is_zero, set_of, spread, store_all, vector, words};
use super::place::Layers;
use super::{Request, axis, bytes};
use crate::draw::Row;
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

/// Where the texels of eight lanes are.
pub(super) struct Place {
    base: *const u8,
    /// Of the upper left ones.
    offsets: I,
    /// Neighbouring lanes have neighbouring texels.
    is_square: bool,
    pub(super) weights: Weights,
}

impl Place {
    /// Blends the texels, channels in the order of their bytes.
    ///
    /// # Safety
    /// The place is one of the level, whose memory is there.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) unsafe fn color(&self, near: &Near) -> Color {
        if self.is_square {
            let start = self.base.wrapping_add(first(self.offsets).cast_unsigned() as usize);
            // SAFETY: as below: those of all lanes together are five columns of three rows.
            let [upper, middle, lower] = unsafe { bytes::square(start, near.below) };
            return bytes::blend([upper, middle], [middle, lower], self.weights);
        }
        let (offsets, below) = (words(self.offsets), self.base.wrapping_add(near.below));
        // SAFETY: all four texels of each lane are in the level, and in the page of the first.
        let (upper, lower) =
            unsafe { (bytes::adjacent(self.base, &offsets), bytes::adjacent(below, &offsets)) };
        bytes::blend(upper, lower, self.weights)
    }

    /// Brings what the packet below will read into the cache, since nothing else tells that it will.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn look_ahead(&self) {
        let upper = first(self.offsets).cast_unsigned();
        let lower = _mm_extract_epi32::<2>(_mm256_castsi256_si128(self.offsets)).cast_unsigned();
        let step = lower.wrapping_sub(upper).cast_signed() as isize;
        let at = self.base.wrapping_add(lower as usize).wrapping_offset(step.wrapping_mul(2));
        // Any address will do.
        _mm_prefetch::<_MM_HINT_T0>(at.cast());
        _mm_prefetch::<_MM_HINT_T0>(at.wrapping_offset(step).cast());
    }
}

/// A [`Place`] in memory.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Kept {
    base: usize,
    is_square: bool,
    offsets: Row,
    across: Row,
    down: Row,
}

impl Kept {
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn keep(&mut self, place: &Place) {
        (self.base, self.is_square) = (place.base.expose_provenance(), place.is_square);
        store_all(&mut self.offsets.0, place.offsets);
        store_all(&mut self.across.0, place.weights.across);
        store_all(&mut self.down.0, place.weights.down);
    }

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn place(&self) -> Place {
        Place {
            base: core::ptr::with_exposed_provenance(self.base),
            is_square: self.is_square,
            offsets: vector(&self.offsets.0),
            weights: Weights { across: vector(&self.across.0), down: vector(&self.down.0) },
        }
    }
}

impl Request<'_> {
    /// The texels of all lanes at one level. `None` if some lane looks across the edge of the level or of a block.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn near(&self, mip: &Mip, near: &Near, layers: &Layers, at: [F; 2]) -> Option<Place> {
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
        let is_square = is_zero(_mm256_xor_si256(offsets, square));
        Some(Place { base, offsets, is_square, weights: Weights::new(x.weight, y.weight) })
    }
}
