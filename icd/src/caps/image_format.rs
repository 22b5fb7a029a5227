//! Names that formats of storage images have in SPIR-V ("Compatibility Between SPIR-V Image Formats and Vulkan Formats").

use ash::vk;
use lacuna_shaders::abi::ImageFormat;

/// The name of a format whose texels shaders access themselves, else [`ImageFormat::Unknown`].
pub fn image_format(format: vk::Format) -> ImageFormat {
    match format {
        vk::Format::R32G32B32A32_SFLOAT => ImageFormat::Rgba32f,
        vk::Format::R32G32_SFLOAT => ImageFormat::Rg32f,
        vk::Format::R32_SFLOAT => ImageFormat::R32f,
        vk::Format::R16G16B16A16_SFLOAT => ImageFormat::Rgba16f,
        vk::Format::R16G16_SFLOAT => ImageFormat::Rg16f,
        vk::Format::R16_SFLOAT => ImageFormat::R16f,
        vk::Format::R16G16B16A16_UNORM => ImageFormat::Rgba16,
        vk::Format::R16G16_UNORM => ImageFormat::Rg16,
        vk::Format::R16_UNORM => ImageFormat::R16,
        vk::Format::R16G16B16A16_SNORM => ImageFormat::Rgba16Snorm,
        vk::Format::R16G16_SNORM => ImageFormat::Rg16Snorm,
        vk::Format::R16_SNORM => ImageFormat::R16Snorm,
        vk::Format::R8G8B8A8_UNORM | vk::Format::A8B8G8R8_UNORM_PACK32 => ImageFormat::Rgba8,
        vk::Format::R8G8_UNORM => ImageFormat::Rg8,
        vk::Format::R8_UNORM => ImageFormat::R8,
        vk::Format::R8G8B8A8_SNORM | vk::Format::A8B8G8R8_SNORM_PACK32 => ImageFormat::Rgba8Snorm,
        vk::Format::R8G8_SNORM => ImageFormat::Rg8Snorm,
        vk::Format::R8_SNORM => ImageFormat::R8Snorm,
        vk::Format::R32G32B32A32_UINT => ImageFormat::Rgba32ui,
        vk::Format::R32G32_UINT => ImageFormat::Rg32ui,
        vk::Format::R32_UINT => ImageFormat::R32ui,
        vk::Format::R16G16B16A16_UINT => ImageFormat::Rgba16ui,
        vk::Format::R16G16_UINT => ImageFormat::Rg16ui,
        vk::Format::R16_UINT => ImageFormat::R16ui,
        vk::Format::R8G8B8A8_UINT | vk::Format::A8B8G8R8_UINT_PACK32 => ImageFormat::Rgba8ui,
        vk::Format::R8G8_UINT => ImageFormat::Rg8ui,
        vk::Format::R8_UINT => ImageFormat::R8ui,
        vk::Format::R32G32B32A32_SINT => ImageFormat::Rgba32i,
        vk::Format::R32G32_SINT => ImageFormat::Rg32i,
        vk::Format::R32_SINT => ImageFormat::R32i,
        vk::Format::R16G16B16A16_SINT => ImageFormat::Rgba16i,
        vk::Format::R16G16_SINT => ImageFormat::Rg16i,
        vk::Format::R16_SINT => ImageFormat::R16i,
        vk::Format::R8G8B8A8_SINT | vk::Format::A8B8G8R8_SINT_PACK32 => ImageFormat::Rgba8i,
        vk::Format::R8G8_SINT => ImageFormat::Rg8i,
        vk::Format::R8_SINT => ImageFormat::R8i,
        vk::Format::R64_UINT => ImageFormat::R64ui,
        vk::Format::R64_SINT => ImageFormat::R64i,
        _ => ImageFormat::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use lacuna_gpu::format::Format;

    use super::*;

    #[test]
    fn what_has_a_name_can_be_stored_to() {
        for format in (0..200).map(vk::Format::from_raw) {
            let named = image_format(format) != ImageFormat::Unknown;
            assert!(!named || Format::find(format).is_some_and(Format::is_storage), "{format:?}");
        }
    }
}
