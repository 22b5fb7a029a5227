//! Filters of one level for eight lanes, and of two.
#![expect(unsafe_code, reason = "reads texels")]

use core::arch::x86_64::*;

use ash::vk;

use super::bytes::Weights;
use super::lanes::{Color, F, I, is_zero, mix, select, set_of, words};
use super::lod::Levels;
use super::near::Place;
use super::place::{Layers, columns, rows};
use super::texels::{Texels, class};
use super::{Request, axis, bytes};
use crate::format::Numeric;
use crate::gather;
use crate::texture::view::Mip;

/// What all levels of a sample share.
pub(super) struct Filter<'a> {
    request: &'a Request<'a>,
    texels: &'a Texels,
    coordinates: [F; 2],
    layers: Layers,
    /// What texels are compared with, if they are.
    reference: Option<F>,
}

/// The weights of both texels along an axis, from that of the second.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn sides(weight: F) -> [F; 2] {
    [_mm256_sub_ps(_mm256_set1_ps(1.0), weight), weight]
}

/// Upper and lower texels, left ones first, by their weights.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn weighed([a, b, c, d]: [F; 4], weights: [F; 2], heights: [F; 2]) -> F {
    let top = _mm256_fmadd_ps(b, weights[1], _mm256_mul_ps(a, weights[0]));
    let bottom = _mm256_fmadd_ps(d, weights[1], _mm256_mul_ps(c, weights[0]));
    _mm256_fmadd_ps(bottom, heights[1], _mm256_mul_ps(top, heights[0]))
}

/// Words of texels of four bytes.
///
/// # Safety
/// `base` plus each offset is a texel.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
unsafe fn corners_of(base: *const u8, corners: &[I; 4]) -> [I; 4] {
    // SAFETY: the caller's promise.
    unsafe {
        [
            gather::words(base, corners[0]),
            gather::words(base, corners[1]),
            gather::words(base, corners[2]),
            gather::words(base, corners[3]),
        ]
    }
}

impl<'a> Filter<'a> {
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn new(
        request: &'a Request<'a>,
        texels: &'a Texels,
        coordinates: [F; 2],
        layers: Layers,
        reference: Option<F>,
    ) -> Self {
        let fixed = request.view.format.numeric == Numeric::Unorm;
        let reference = reference.map(|reference| {
            let limited = _mm256_min_ps(_mm256_max_ps(reference, _mm256_setzero_ps()), _mm256_set1_ps(1.0));
            if fixed { limited } else { reference }
        });
        Self { request, texels, coordinates, layers, reference }
    }

    /// All lanes, at their clamped levels of detail.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn at<const CLASS: u8>(&self, lod: F) -> (Color, u32) {
        if self.request.has_levels() {
            return self.levels::<CLASS>(self.request.choose(lod));
        }
        self.level::<CLASS>(0, self.request.sampler.info.mag_filter != vk::Filter::NEAREST)
    }

    /// Levels differ from lane to lane, though seldom: each is done for all lanes, and those take it that want it.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    fn levels<const CLASS: u8>(&self, levels: Levels) -> (Color, u32) {
        let Levels { first, second, weight, linear } = levels;
        let kinds = _mm256_or_si256(_mm256_slli_epi32::<1>(first), _mm256_srli_epi32::<31>(linear));
        let (mut color, mut resident, mut left) = ([_mm256_setzero_ps(); 4], 0xff, 0xff_u32);
        let (seconds, numbers) = (words(second), words(kinds));
        while left != 0 {
            let lane = left.trailing_zeros() as usize;
            let kind = _mm256_set1_epi32(numbers[lane].cast_signed());
            let group = _mm256_cmpeq_epi32(kinds, kind);
            let set = set_of(group);
            let is_linear = numbers[lane] & 1 != 0;
            let (mut texels, mut here) = self.level::<CLASS>(numbers[lane] as usize >> 1, is_linear);
            let blended = _mm256_and_ps(weight, _mm256_castsi256_ps(group));
            let counting = self.request.counting(blended);
            if counting != 0 {
                let (more, there) = self.level::<CLASS>(seconds[lane] as usize, is_linear);
                for (one, other) in texels.iter_mut().zip(more) {
                    *one = mix(*one, other, blended);
                }
                here &= there | !counting;
            }
            for (color, texels) in color.iter_mut().zip(texels) {
                *color = select(group, *color, texels);
            }
            resident &= here | !set;
            left &= !set;
        }
        (color, resident)
    }

    /// All lanes at one level: the color, and a bit for each lane that found all its texels resident.
    #[inline(never)]
    #[target_feature(enable = "avx2,fma,f16c")]
    fn level<const CLASS: u8>(&self, level: usize, linear: bool) -> (Color, u32) {
        let mips = &self.request.view.mips;
        let level = level.min(mips.len() - 1);
        let mip = &mips[level];
        let at = self.moved(mip);
        let mut place = Place::default();
        if class::are_bytes(CLASS)
            && linear
            && self.reference.is_none()
            && let Some(near) = self.texels.near.get(level)
            && self.request.near_one(mip, near, &self.layers, at, &mut place)
        {
            // SAFETY: the place is one of the level.
            let color = unsafe { place.color::<CLASS>(near, self.texels) };
            return (color, 0xff);
        }
        if linear { self.linear::<CLASS>(mip, at) } else { self.nearest::<CLASS>(mip, at) }
    }

    /// The coordinates, moved by the instruction's offset.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    fn moved(&self, mip: &Mip) -> [F; 2] {
        let [x, y, _] = self.request.instruction.offsets[0];
        if x == 0 && y == 0 {
            return self.coordinates;
        }
        let step = |axis: usize, offset: i8| {
            _mm256_add_ps(self.coordinates[axis], _mm256_set1_ps(f32::from(offset) / mip.extent[axis] as f32))
        };
        [step(0, x), step(1, y)]
    }

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn nearest<const CLASS: u8>(&self, mip: &Mip, at: [F; 2]) -> (Color, u32) {
        let modes = self.request.sampler.info.address_modes;
        let x = axis::nearest(modes[0], at[0], mip.extent[0]);
        let y = axis::nearest(modes[1], at[1], mip.extent[1]);
        let offsets = _mm256_add_epi32(columns(mip, x.at[0]), rows(mip, y.at[0]));
        let base = self.request.base(mip, &self.layers, &[offsets]);
        self.texel::<CLASS>(mip, base, offsets, _mm256_or_si256(x.outside[0], y.outside[0]))
    }

    /// [`linear`](Self::linear), where some lane looks across an edge, or at several pages.
    #[inline(never)]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn across<const CLASS: u8>(&self, mip: &Mip, at: [F; 2]) -> (Color, u32) {
        self.linear::<CLASS>(mip, at)
    }

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn linear<const CLASS: u8>(&self, mip: &Mip, at: [F; 2]) -> (Color, u32) {
        let modes = self.request.sampler.info.address_modes;
        let x = axis::pair(modes[0], at[0], mip.extent[0]);
        let y = axis::pair(modes[1], at[1], mip.extent[1]);
        let (left, right) = (columns(mip, x.at[0]), columns(mip, x.at[1]));
        let (upper, lower) = (rows(mip, y.at[0]), rows(mip, y.at[1]));
        let corners = [
            _mm256_add_epi32(left, upper),
            _mm256_add_epi32(right, upper),
            _mm256_add_epi32(left, lower),
            _mm256_add_epi32(right, lower),
        ];
        let base = self.request.base(mip, &self.layers, &corners);
        let outside = _mm256_or_si256(
            _mm256_or_si256(x.outside[0], x.outside[1]),
            _mm256_or_si256(y.outside[0], y.outside[1]),
        );
        let is_plain = self.reference.is_none() && is_zero(outside);
        if CLASS == class::BYTES && is_plain {
            let Some(base) = base else { return self.scattered(mip, &corners, x.weight, y.weight) };
            let next = _mm256_add_epi32(left, _mm256_set1_epi32(4));
            // SAFETY: the offsets are of texels of the level, in memory that starts at `base`.
            let color = unsafe { self.bytes(base, &corners, next, right, x.weight, y.weight) };
            return (color, 0xff);
        }
        if CLASS == class::SRGB
            && is_plain
            && let Some(base) = base
        {
            // SAFETY: as above.
            let words = unsafe { corners_of(base, &corners) };
            return (self.encoded(&words, x.weight, y.weight), 0xff);
        }
        let mut resident = 0xff;
        let (weights, heights) = (sides(x.weight), sides(y.weight));
        let mut taps = [[_mm256_setzero_ps(); 4]; 4];
        for (k, tap) in taps.iter_mut().enumerate() {
            let outside = _mm256_or_si256(x.outside[k & 1], y.outside[k >> 1]);
            let (color, there) = self.texel::<CLASS>(mip, base, corners[k], outside);
            resident &= self.excused(there, weights[k & 1], heights[k >> 1]);
            *tap = color;
        }
        let ([a, b, c, d], mut color) = (taps, [_mm256_setzero_ps(); 4]);
        for (n, lanes) in color.iter_mut().enumerate() {
            *lanes = weighed([a[n], b[n], c[n], d[n]], weights, heights);
        }
        (color, resident)
    }

    /// Texels of four bytes, whose words are given, that are encoded: without [`Encoded`](super::encoded::Encoded) channel by
    /// channel, so that nothing goes through memory.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    fn encoded(&self, words: &[I; 4], across: F, down: F) -> Color {
        if let Some(encoded) = self.texels.encoded {
            let [a, b, c, d] = *words;
            let (upper, lower) = (bytes::apart(a, b), bytes::apart(c, d));
            return self.texels.channels(encoded.blend(upper, lower, across, down));
        }
        let (weights, heights) = (sides(across), sides(down));
        let mut color = [_mm256_setzero_ps(); 4];
        for (channel, lanes) in color.iter_mut().enumerate() {
            if self.texels.is_used(channel) {
                let [a, b, c, d] = *words;
                let a = self.texels.channel::<{ class::SRGB }>(a, channel);
                let b = self.texels.channel::<{ class::SRGB }>(b, channel);
                let c = self.texels.channel::<{ class::SRGB }>(c, channel);
                let d = self.texels.channel::<{ class::SRGB }>(d, channel);
                *lanes = weighed([a, b, c, d], weights, heights);
            }
        }
        color
    }

    /// Texels of four bytes that have no base.
    #[inline(never)]
    #[target_feature(enable = "avx2,fma,f16c")]
    fn scattered(&self, mip: &Mip, corners: &[I; 4], across: F, down: F) -> (Color, u32) {
        let mut resident = 0xff;
        let (weights, heights) = (sides(across), sides(down));
        let mut found = [_mm256_setzero_si256(); 4];
        for (k, (words, &corner)) in found.iter_mut().zip(corners).enumerate() {
            if let Some(resident) = self.request.resident_words(mip, &self.layers, corner) {
                *words = resident;
                continue;
            }
            let (eight, there) = self.request.eight(mip, &self.layers, None, corner);
            // SAFETY: they are texels of four bytes, or zeros.
            *words = unsafe { eight.words(4) }[0];
            resident &= self.excused(there, weights[k & 1], heights[k >> 1]);
        }
        let [a, b, c, d] = found;
        let color = bytes::blend(bytes::apart(a, b), bytes::apart(c, d), Weights::new(across, down));
        (self.texels.channels(color), resident)
    }

    /// Lanes whose texel is resident, or need not be because it has no weight.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    fn excused(&self, there: u32, weight: F, height: F) -> u32 {
        if there == 0xff { there } else { there | !self.request.counting(_mm256_mul_ps(weight, height)) }
    }

    /// # Safety
    /// `base` plus each offset is a texel of four bytes.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    unsafe fn bytes(
        &self,
        base: *const u8,
        corners: &[I; 4],
        next: I,
        right: I,
        across: F,
        down: F,
    ) -> Color {
        let (upper, lower) = if is_zero(_mm256_xor_si256(next, right)) {
            let (upper, lower) = (words(corners[0]), words(corners[2]));
            // SAFETY: right neighbours are texels, and lie behind.
            unsafe { (bytes::adjacent(base, &upper), bytes::adjacent(base, &lower)) }
        } else {
            // SAFETY: the caller's promise.
            let [a, b, c, d] = unsafe { corners_of(base, corners) };
            (bytes::apart(a, b), bytes::apart(c, d))
        };
        self.texels.channels(bytes::blend(upper, lower, Weights::new(across, down)))
    }

    /// One texel for each lane, compared if that is asked for; those outside are the border. And a bit for each that is resident.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    fn texel<const CLASS: u8>(
        &self,
        mip: &Mip,
        base: Option<*const u8>,
        offsets: I,
        outside: I,
    ) -> (Color, u32) {
        let (eight, mut resident) = self.request.eight(mip, &self.layers, base, offsets);
        // SAFETY: they are texels of a level of the view, or zeros.
        let mut color = unsafe { self.texels.read::<CLASS>(&eight) };
        if !is_zero(outside) {
            let border = self.request.view.replaced(self.request.sampler.info.border_color);
            for (lanes, border) in color.iter_mut().zip(border) {
                *lanes = select(outside, *lanes, _mm256_set1_ps(f32::from_bits(border)));
            }
            resident |= set_of(outside);
        }
        if let Some(reference) = self.reference {
            color[0] = self.compared(reference, color[0]);
        }
        (color, resident)
    }

    /// One where the comparison holds, else zero.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    fn compared(&self, reference: F, depth: F) -> F {
        use vk::CompareOp as Op;
        let one = _mm256_set1_ps(1.0);
        let holds = match self.request.sampler.info.compare {
            Some(Op::NEVER) => return _mm256_setzero_ps(),
            Some(Op::LESS) => _mm256_cmp_ps::<_CMP_LT_OQ>(reference, depth),
            Some(Op::EQUAL) => _mm256_cmp_ps::<_CMP_EQ_OQ>(reference, depth),
            Some(Op::LESS_OR_EQUAL) => _mm256_cmp_ps::<_CMP_LE_OQ>(reference, depth),
            Some(Op::GREATER) => _mm256_cmp_ps::<_CMP_GT_OQ>(reference, depth),
            Some(Op::NOT_EQUAL) => _mm256_cmp_ps::<_CMP_NEQ_UQ>(reference, depth),
            Some(Op::GREATER_OR_EQUAL) => _mm256_cmp_ps::<_CMP_GE_OQ>(reference, depth),
            _ => return one,
        };
        _mm256_and_ps(holds, one)
    }
}
