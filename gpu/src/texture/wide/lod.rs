//! Levels of detail of eight lanes ("Scale Factor Operation", "LOD Operation").

use core::arch::x86_64::*;

use lacuna_shaders::abi::texture::{LodMode, TextureFrame};

use super::super::lod::{MAX_LOD_BIAS, RATIO_SLACK};
use super::Request;
use super::lanes::{F, I, load_floats};
use ash::vk;

/// Levels to read, lane by lane.
pub(super) struct Levels {
    pub(super) first: I,
    pub(super) second: I,
    /// Of the second.
    pub(super) weight: F,
    /// All ones where the filter is linear, else zero.
    pub(super) linear: I,
}

/// Logarithm to base two, within 2e-6 and exact for powers of two; of zero minus infinity.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn log2(x: F) -> F {
    let bits = _mm256_castps_si256(x);
    let exponent = _mm256_sub_epi32(_mm256_srli_epi32::<23>(bits), _mm256_set1_epi32(127));
    let fraction = _mm256_and_si256(bits, _mm256_set1_epi32(0x7f_ffff));
    let m = _mm256_castsi256_ps(_mm256_or_si256(fraction, _mm256_set1_epi32(0x3f80_0000)));
    // The series of the area hyperbolic tangent.
    let one = _mm256_set1_ps(1.0);
    let z = _mm256_div_ps(_mm256_sub_ps(m, one), _mm256_add_ps(m, one));
    let z2 = _mm256_mul_ps(z, z);
    let factor = |n: f32| _mm256_set1_ps(2.0 * std::f32::consts::LOG2_E / n);
    let mut series = factor(9.0);
    for n in [7.0, 5.0, 3.0, 1.0] {
        series = _mm256_fmadd_ps(series, z2, factor(n));
    }
    let log = _mm256_fmadd_ps(series, z, _mm256_cvtepi32_ps(exponent));
    let none = _mm256_cmp_ps::<_CMP_LE_OQ>(x, _mm256_setzero_ps());
    _mm256_blendv_ps(log, _mm256_set1_ps(f32::NEG_INFINITY), none)
}

/// What pixels cover of a texture.
#[derive(Clone, Copy)]
pub(super) struct Footprint {
    /// Logarithm of its size in texels, before bias and clamping.
    pub(super) lod: F,
    /// Samples along its long axis: one or more.
    pub(super) samples: F,
    /// The long axis, in normalized coordinates.
    pub(super) axis: [F; 2],
}

impl Footprint {
    /// Of other lanes.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn permuted(&self, lanes: I) -> Self {
        Self {
            lod: _mm256_permutevar8x32_ps(self.lod, lanes),
            samples: _mm256_permutevar8x32_ps(self.samples, lanes),
            axis: [
                _mm256_permutevar8x32_ps(self.axis[0], lanes),
                _mm256_permutevar8x32_ps(self.axis[1], lanes),
            ],
        }
    }
}

impl Request<'_> {
    /// Derivatives of x and y to the right, then downwards, if the level comes from them.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    fn derivatives(&self, frame: &TextureFrame) -> Option<[[F; 2]; 2]> {
        match self.instruction.lod {
            LodMode::Zero | LodMode::Explicit => None,
            LodMode::Gradient => {
                let of = |d: usize, axis: usize| load_floats(&frame.gradients[d][axis]);
                Some([[of(0, 0), of(0, 1)], [of(1, 0), of(1, 1)]])
            }
            LodMode::Quad => {
                let [x, y] = [load_floats(&frame.coordinates[0]), load_floats(&frame.coordinates[1])];
                // Bit 0 of a lane is its column in the quad, bit 1 its row.
                let across = |x: F| _mm256_sub_ps(_mm256_movehdup_ps(x), _mm256_moveldup_ps(x));
                let down = |x: F| {
                    let upper = _mm256_permute_ps::<0b01_00_01_00>(x);
                    _mm256_sub_ps(_mm256_permute_ps::<0b11_10_11_10>(x), upper)
                };
                Some([[across(x), across(y)], [down(x), down(y)]])
            }
        }
    }

    /// What the pixels of all lanes cover.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn footprint(&self, frame: &TextureFrame) -> Footprint {
        let (zero, one) = (_mm256_setzero_ps(), _mm256_set1_ps(1.0));
        let Some([across, down]) = self.derivatives(frame) else {
            let is_explicit = self.instruction.lod == LodMode::Explicit;
            let lod = if is_explicit { load_floats(&frame.lod) } else { zero };
            return Footprint { lod, samples: one, axis: [zero; 2] };
        };
        let [width, height, _] = self.view.mips[0].extent;
        let (width, height) = (_mm256_set1_ps(width as f32), _mm256_set1_ps(height as f32));
        let square = |[x, y]: [F; 2]| {
            let (x, y) = (_mm256_mul_ps(x, width), _mm256_mul_ps(y, height));
            _mm256_fmadd_ps(x, x, _mm256_mul_ps(y, y))
        };
        let squares = [square(across), square(down)];
        let mut long = _mm256_max_ps(squares[0], squares[1]);
        let (mut samples, mut axis) = (one, [zero; 2]);
        let most = self.sampler.info.max_anisotropy;
        if most > 1.0 {
            let short = _mm256_min_ps(squares[0], squares[1]);
            let is_across = _mm256_cmp_ps::<_CMP_GT_OQ>(squares[0], squares[1]);
            axis = [
                _mm256_blendv_ps(down[0], across[0], is_across),
                _mm256_blendv_ps(down[1], across[1], is_across),
            ];
            let ratio = _mm256_sqrt_ps(_mm256_div_ps(long, short));
            let ratio = _mm256_max_ps(_mm256_min_ps(ratio, _mm256_set1_ps(most)), one);
            // Where a pixel covers nothing, or nobody knows what, it is not long.
            let covers = _mm256_cmp_ps::<_CMP_GT_OQ>(long, zero);
            let ratio = _mm256_blendv_ps(one, ratio, covers);
            let whole = _mm256_ceil_ps(_mm256_sub_ps(ratio, _mm256_set1_ps(RATIO_SLACK)));
            samples = _mm256_max_ps(whole, one);
            long = _mm256_div_ps(long, _mm256_mul_ps(ratio, ratio));
        }
        Footprint { lod: _mm256_mul_ps(_mm256_set1_ps(0.5), log2(long)), samples, axis }
    }

    /// The clamped level of detail, from that of the footprint.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn lod(&self, frame: &TextureFrame, base: F) -> F {
        let info = &self.sampler.info;
        let zero = _mm256_setzero_ps();
        let has_bias = self.instruction.lod == LodMode::Quad;
        let bias = if has_bias { load_floats(&frame.lod) } else { zero };
        let limit = _mm256_set1_ps(MAX_LOD_BIAS);
        let bias = _mm256_add_ps(bias, _mm256_set1_ps(info.mip_lod_bias));
        let bias = _mm256_min_ps(_mm256_max_ps(bias, _mm256_sub_ps(zero, limit)), limit);
        let mut least = _mm256_set1_ps(info.min_lod);
        if self.instruction.min_lod {
            least = _mm256_max_ps(load_floats(&frame.min_lod), least);
        }
        // What is no number becomes the least: of two operands the second is the result then.
        let lod = _mm256_max_ps(_mm256_add_ps(base, bias), least);
        let lod = _mm256_min_ps(lod, _mm256_max_ps(_mm256_set1_ps(info.max_lod), least));
        _mm256_max_ps(lod, _mm256_set1_ps(self.view.min_lod))
    }

    /// The levels for a clamped level of detail ("Image Level(s) Selection").
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn choose(&self, lod: F) -> Levels {
        let info = &self.sampler.info;
        let zero = _mm256_setzero_ps();
        let count = self.view.mips.len() as i32;
        let magnifies = _mm256_cmp_ps::<_CMP_LE_OQ>(lod, zero);
        let set = |filter: vk::Filter| _mm256_set1_epi32(if filter == vk::Filter::NEAREST { 0 } else { -1 });
        let linear =
            _mm256_blendv_epi8(set(info.min_filter), set(info.mag_filter), _mm256_castps_si256(magnifies));
        let lod = _mm256_min_ps(_mm256_max_ps(lod, zero), _mm256_set1_ps((count - 1) as f32));
        if info.mipmap_mode == vk::SamplerMipmapMode::LINEAR {
            let floor = _mm256_floor_ps(lod);
            let first = _mm256_cvttps_epi32(floor);
            let next = _mm256_add_epi32(first, _mm256_set1_epi32(1));
            let second = _mm256_min_epi32(next, _mm256_set1_epi32(count - 1));
            return Levels { first, second, weight: _mm256_sub_ps(lod, floor), linear };
        }
        // The finer one, where both are as near.
        let half = _mm256_set1_ps(0.5);
        let up = _mm256_ceil_ps(_mm256_add_ps(lod, half));
        let first = _mm256_cvttps_epi32(_mm256_sub_ps(up, _mm256_set1_ps(1.0)));
        Levels { first, second: first, weight: zero, linear }
    }
}
