//! Samples of texels of four bytes that lie beside each other: nearly all there are.
//!
//! Right neighbours are behind their texel, lower ones a row further, so that each lane needs one place and no wrapping.
#![expect(unsafe_code, reason = "reads texels")]

use core::arch::x86_64::*;
use core::slice;

use lacuna_shaders::abi::stage::Lanes;
use lacuna_vm::units::PAGE_SHIFT;

use super::bytes::Weights;
use super::lanes::{Color, F, I, floats, is_zero, set_of, spread, store_all, vector};
use super::place::Layers;
use super::texels::{Texels, class};
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
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Place {
    /// Address.
    base: usize,
    /// Neighbouring lanes have neighbouring texels.
    is_square: bool,
    /// Of the upper left ones.
    offsets: Row,
    /// Weights of the right ones, then of the lower ones.
    weights: [Row; 2],
}

impl Place {
    /// Blends the texels.
    ///
    /// # Safety
    /// The place is one of the level, whose memory is there.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) unsafe fn color<const CLASS: u8>(&self, near: &Near, texels: &Texels) -> Color {
        let base: *const u8 = core::ptr::with_exposed_provenance(self.base);
        let (upper, lower) = if self.is_square {
            let start = base.wrapping_add(self.offsets.0[0] as usize);
            // SAFETY: as below: those of all lanes together are five columns of three rows.
            let [upper, middle, lower] = unsafe { bytes::square(start, near.below) };
            ([upper, middle], [middle, lower])
        } else {
            let below = base.wrapping_add(near.below);
            // SAFETY: all four texels of each lane are in the level, and in the page of the first.
            unsafe { (bytes::adjacent(base, &self.offsets.0), bytes::adjacent(below, &self.offsets.0)) }
        };
        let (across, down) = (floats(&self.weights[0]), floats(&self.weights[1]));
        texels.channels(match texels.encoded {
            Some(encoded) if CLASS == class::SRGB => encoded.blend(upper, lower, across, down),
            _ => bytes::blend(upper, lower, Weights::new(across, down)),
        })
    }

    /// Brings what the packet below will read into the cache, since nothing else tells that it will.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn look_ahead(&self) {
        let (upper, lower) = (self.offsets.0[0], self.offsets.0[2]);
        let step = lower.wrapping_sub(upper).cast_signed() as isize;
        let base: *const u8 = core::ptr::with_exposed_provenance(self.base);
        let at = base.wrapping_add(lower as usize).wrapping_offset(step.wrapping_mul(2));
        // Any address will do.
        _mm_prefetch::<_MM_HINT_T0>(at.cast());
        _mm_prefetch::<_MM_HINT_T0>(at.wrapping_offset(step).cast());
    }
}

impl Request<'_> {
    /// Finds the texels of packets at one level, and gives a bit for each packet that has its place: not those of which some lane
    /// looks across the edge of the level or of a block.
    #[inline(never)]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn near(
        &self,
        mip: &Mip,
        near: &Near,
        layers: &Layers,
        coordinates: [&[Row]; 2],
        places: &mut [Place],
    ) -> u32 {
        let modes = self.sampler.info.address_modes;
        let [columns, rows] = &near.sides;
        let mut found = 0;
        for (number, ((place, x), y)) in places.iter_mut().zip(coordinates[0]).zip(coordinates[1]).enumerate()
        {
            let x = axis::inner(modes[0], floats(x), columns);
            let y = axis::inner(modes[1], floats(y), rows);
            if set_of(_mm256_and_si256(x.fits, y.fits)) != 0xff {
                continue;
            }
            let offsets = _mm256_add_epi32(columns.steps(x.at), rows.steps(y.at));
            let Some(base) = self.base(mip, layers, &[offsets]) else { continue };
            let square = _mm256_add_epi32(spread(offsets), vector(&near.square));
            place.base = base.expose_provenance();
            place.is_square = is_zero(_mm256_xor_si256(offsets, square));
            store_all(&mut place.offsets.0, offsets);
            store_all(&mut place.weights[0].0, _mm256_castps_si256(x.weight));
            store_all(&mut place.weights[1].0, _mm256_castps_si256(y.weight));
            found |= 1 << number;
        }
        found
    }

    /// The same of one packet. The place is not given by value: a copy would wait for what has just been stored in other pieces.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn near_one(
        &self,
        mip: &Mip,
        near: &Near,
        layers: &Layers,
        at: [F; 2],
        place: &mut Place,
    ) -> bool {
        let mut rows = [Row::default(); 2];
        for (row, at) in rows.iter_mut().zip(at) {
            store_all(&mut row.0, _mm256_castps_si256(at));
        }
        let coordinates = [slice::from_ref(&rows[0]), slice::from_ref(&rows[1])];
        self.near(mip, near, layers, coordinates, slice::from_mut(place)) != 0
    }

    /// Words of the texels that all lanes are in. `None` if some lane is outside of the level, or they are in several pages.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn nearest(&self, mip: &Mip, near: &Near, at: [F; 2]) -> Option<I> {
        let modes = self.sampler.info.address_modes;
        let [columns, rows] = &near.sides;
        let x = axis::nearest(modes[0], at[0], mip.extent[0]);
        let y = axis::nearest(modes[1], at[1], mip.extent[1]);
        if !is_zero(_mm256_or_si256(x.outside[0], y.outside[0])) {
            return None;
        }
        let offsets = _mm256_add_epi32(columns.steps(x.at[0]), rows.steps(y.at[0]));
        let base = self.base(mip, &Layers::One(0), &[offsets])?;
        // SAFETY: they are texels of the level, in memory that starts at `base`.
        Some(unsafe { bytes::texels(base, offsets) })
    }
}
