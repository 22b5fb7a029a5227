//! Samplers: how coordinates become texels.

use ash::vk;

use super::fast;
#[cfg(target_arch = "x86_64")]
use super::wide;

/// What a sampler is made from: `VkSamplerCreateInfo` with its chain.
#[derive(Clone, Copy, Debug)]
pub struct SamplerInfo {
    /// Filter where texels are magnified.
    pub mag_filter: vk::Filter,
    /// Filter where texels are minified.
    pub min_filter: vk::Filter,
    /// Filter between mip levels.
    pub mipmap_mode: vk::SamplerMipmapMode,
    /// What lies beyond the edges in x, y, z.
    pub address_modes: [vk::SamplerAddressMode; 3],
    /// Added to each level of detail.
    pub mip_lod_bias: f32,
    /// The most samples along an axis; one or less: off.
    pub max_anisotropy: f32,
    /// The comparison, if it is enabled.
    pub compare: Option<vk::CompareOp>,
    /// Least level of detail.
    pub min_lod: f32,
    /// Greatest level of detail.
    pub max_lod: f32,
    /// Red, green, blue, alpha beyond the edges: floats as their bits, or integers.
    pub border_color: [u32; 4],
    /// Coordinates count texels.
    pub unnormalized: bool,
    /// Faces of cubes end at their edges, as other images do.
    pub non_seamless: bool,
    /// How texels are combined.
    pub reduction: vk::SamplerReductionMode,
}

impl Default for SamplerInfo {
    /// Nearest texels, repeated.
    fn default() -> Self {
        Self {
            mag_filter: vk::Filter::NEAREST,
            min_filter: vk::Filter::NEAREST,
            mipmap_mode: vk::SamplerMipmapMode::NEAREST,
            address_modes: [vk::SamplerAddressMode::REPEAT; 3],
            mip_lod_bias: 0.0,
            max_anisotropy: 1.0,
            compare: None,
            min_lod: 0.0,
            max_lod: 0.0,
            border_color: [0; 4],
            unnormalized: false,
            non_seamless: false,
            reduction: vk::SamplerReductionMode::WEIGHTED_AVERAGE,
        }
    }
}

impl SamplerInfo {
    /// The numbers of a border color that is no custom one.
    pub fn border_color(color: vk::BorderColor) -> [u32; 4] {
        let one = 1f32.to_bits();
        match color {
            vk::BorderColor::FLOAT_OPAQUE_BLACK => [0, 0, 0, one],
            vk::BorderColor::INT_OPAQUE_BLACK => [0, 0, 0, 1],
            vk::BorderColor::FLOAT_OPAQUE_WHITE => [one; 4],
            vk::BorderColor::INT_OPAQUE_WHITE => [1; 4],
            _ => [0; 4],
        }
    }
}

/// A sampler as the texture unit uses it.
#[derive(Clone, Copy, Debug)]
pub struct Sampler {
    pub(super) info: SamplerInfo,
    /// Whether [`fast`] knows it.
    pub(super) fast: bool,
    /// Whether the routines for the processor's vectors know it.
    #[cfg(target_arch = "x86_64")]
    pub(super) wide: bool,
    /// The filter of all samples of an image with one level, if that is all there is to do.
    #[cfg(target_arch = "x86_64")]
    pub(super) filter: Option<vk::Filter>,
}

impl Sampler {
    /// A sampler.
    pub fn new(info: &SamplerInfo) -> Self {
        Self {
            info: *info,
            fast: fast::knows(info),
            #[cfg(target_arch = "x86_64")]
            wide: wide::knows(info),
            #[cfg(target_arch = "x86_64")]
            filter: wide::only_filter(info),
        }
    }
}
