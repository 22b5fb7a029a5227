//! Samples along the longer axis of what a pixel covers ("Texel Anisotropic Filtering").
//!
//! Lanes whose pixels are longer take more samples than others; each sample is taken for all lanes, and counts for those that want it.

use core::arch::x86_64::*;

use super::Request;
use super::filter::Filter;
use super::lanes::{Color, F, set_of, words};
use super::lod::Footprint;
use super::place::Layers;
use super::texels::Texels;

/// Where all lanes sample.
pub(super) struct Center {
    pub(super) at: [F; 2],
    pub(super) layers: Layers,
    pub(super) reference: Option<F>,
}

impl Request<'_> {
    /// The mean of all samples of each lane, and a bit for each lane that found all its texels resident.
    #[inline(never)]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn along<const CLASS: u8>(
        &self,
        texels: &Texels,
        center: &Center,
        footprint: &Footprint,
        lod: F,
    ) -> (Color, u32) {
        let Footprint { samples, axis, .. } = *footprint;
        let one = _mm256_set1_ps(1.0);
        let (share, intervals) = (_mm256_div_ps(one, samples), _mm256_add_ps(samples, one));
        let most = words(_mm256_cvttps_epi32(samples)).into_iter().max().unwrap_or(1);
        let (mut color, mut resident) = ([_mm256_setzero_ps(); 4], 0xff);
        for number in 1..=most.min(16) {
            let number = _mm256_set1_ps(number as f32);
            let counts = _mm256_cmp_ps::<_CMP_LE_OQ>(number, samples);
            let place = _mm256_sub_ps(_mm256_div_ps(number, intervals), _mm256_set1_ps(0.5));
            let at = [
                _mm256_fmadd_ps(axis[0], place, center.at[0]),
                _mm256_fmadd_ps(axis[1], place, center.at[1]),
            ];
            let filter = Filter::new(self, texels, at, center.layers, center.reference);
            let (more, there) = filter.at::<CLASS>(lod);
            for (sum, more) in color.iter_mut().zip(more) {
                *sum = _mm256_add_ps(*sum, _mm256_and_ps(_mm256_mul_ps(more, share), counts));
            }
            resident &= there | !set_of(_mm256_castps_si256(counts));
        }
        (color, resident)
    }
}
