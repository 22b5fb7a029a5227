//! `VkSamplerYcbcrConversion`: what views and samplers have to say about luma and chroma. The views' planes do the work.

use ash::vk;
use lacuna_gpu::format::Format;
use lacuna_gpu::texture::ConversionInfo;
use vk::FormatFeatureFlags2 as Features;

use crate::caps::formats;
use crate::error::Error;

/// A conversion.
#[derive(Debug)]
pub struct YcbcrConversion {
    /// What it does.
    pub info: ConversionInfo,
}

crate::object!(YcbcrConversion, vk::SamplerYcbcrConversion);

impl YcbcrConversion {
    /// `vkCreateSamplerYcbcrConversion`.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for formats that cannot be converted.
    pub fn new(info: &vk::SamplerYcbcrConversionCreateInfo<'_>) -> Result<Self, Error> {
        const CONVERTIBLE: Features = Features::from_raw(
            Features::MIDPOINT_CHROMA_SAMPLES.as_raw() | Features::COSITED_CHROMA_SAMPLES.as_raw(),
        );
        let features = Format::find(info.format).map_or(Features::empty(), formats::optimal);
        if !features.intersects(CONVERTIBLE) {
            return Err(Error::InvalidUsage("VUID-VkSamplerYcbcrConversionCreateInfo-format-01650"));
        }
        let info = ConversionInfo {
            model: info.ycbcr_model,
            range: info.ycbcr_range,
            components: info.components,
            chroma_offsets: [info.x_chroma_offset, info.y_chroma_offset],
            chroma_filter: info.chroma_filter,
            explicit: info.force_explicit_reconstruction == vk::TRUE,
        };
        Ok(Self { info })
    }
}
