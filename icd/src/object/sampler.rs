//! `VkSampler`: the texture unit's state, made from the create info.

use ash::vk;
use lacuna_gpu::texture::{self, SamplerInfo};

use crate::error::Error;
use crate::pnext;

/// A sampler.
#[derive(Debug)]
pub struct Sampler {
    state: texture::Sampler,
}

crate::object!(Sampler, vk::Sampler);

/// Two samplers are the same if they are one.
impl PartialEq for Sampler {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Sampler {}

impl Sampler {
    /// `vkCreateSampler`.
    ///
    /// A conversion is the same in the view, which does it.
    ///
    /// # Errors
    /// None.
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn new(info: &vk::SamplerCreateInfo<'_>) -> Result<Self, Error> {
        // SAFETY: this function's contract.
        Ok(Self { state: texture::Sampler::new(&unsafe { Self::info(info) }) })
    }

    /// What the texture unit has to know of a sampler.
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn info(info: &vk::SamplerCreateInfo<'_>) -> SamplerInfo {
        // SAFETY: the chain of a valid structure.
        let (reduction, custom) = unsafe {
            (
                pnext::find::<vk::SamplerReductionModeCreateInfo<'_>>(info.p_next),
                pnext::find::<vk::SamplerCustomBorderColorCreateInfoEXT<'_>>(info.p_next),
            )
        };
        let is_custom =
            [vk::BorderColor::FLOAT_CUSTOM_EXT, vk::BorderColor::INT_CUSTOM_EXT].contains(&info.border_color);
        let border_color = match custom {
            // SAFETY: every bit pattern is a valid `uint32`.
            Some(custom) if is_custom => unsafe { custom.custom_border_color.uint32 },
            _ => SamplerInfo::border_color(info.border_color),
        };
        SamplerInfo {
            mag_filter: info.mag_filter,
            min_filter: info.min_filter,
            mipmap_mode: info.mipmap_mode,
            address_modes: [info.address_mode_u, info.address_mode_v, info.address_mode_w],
            mip_lod_bias: info.mip_lod_bias,
            max_anisotropy: if info.anisotropy_enable == vk::TRUE { info.max_anisotropy } else { 1.0 },
            compare: (info.compare_enable == vk::TRUE).then_some(info.compare_op),
            min_lod: info.min_lod,
            max_lod: info.max_lod,
            border_color,
            non_seamless: info.flags.contains(vk::SamplerCreateFlags::NON_SEAMLESS_CUBE_MAP_EXT),
            unnormalized: info.unnormalized_coordinates == vk::TRUE,
            reduction: reduction.map_or(SamplerInfo::default().reduction, |info| info.reduction_mode),
        }
    }

    /// What descriptors point at, as long as the sampler lives.
    pub fn address(&self) -> u64 {
        &raw const self.state as u64
    }
}
