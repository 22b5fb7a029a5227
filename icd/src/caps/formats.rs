//! Formats: what can be done with images and buffers of each, by one set of rules.
//!
//! Every query goes by [`optimal`], [`linear`] and [`buffers`], so that they cannot disagree; which images can be made of that is in
//! [`images`](super::images). A unit of the device that is not built in has its constant false here, and nothing advertises it.

use ash::vk;
use lacuna_gpu::format::{Format, Numeric, NumericClass};
use vk::FormatFeatureFlags2 as Features;

use crate::newer;

pub use super::images::{ImageKind, fill_host_copy, image_properties, sparse_block, sparse_properties};

/// Whether there is a texture unit.
pub(super) const TEXTURES: bool = true;
/// Whether images can be rendered to.
pub(super) const ATTACHMENTS: bool = true;
/// Whether shaders load and store samples of storage images.
pub(super) const MULTISAMPLED_STORAGE: bool = true;
/// Whether shaders load and store storage images whose format they do not name.
const FORMATLESS_STORAGE: bool = true;
/// Whether draws fetch vertices.
const VERTICES: bool = ATTACHMENTS;

/// Conditions and the features that they give.
fn sum(rules: &[(bool, Features)]) -> Features {
    let given = rules.iter().filter(|(holds, _)| *holds);
    given.fold(Features::empty(), |all, &(_, features)| all | features)
}

/// Features of images of optimal tiling.
pub fn optimal(format: Format) -> Features {
    let traits = Traits::of(format);
    if traits.is_scaled {
        return Features::empty();
    }
    let filtered = traits.is_float && !traits.is_wide;
    // Texels that share chroma are filtered by conversions alone.
    let reduced = TEXTURES && filtered && !traits.is_converted && !format.has_stencil_only();
    let sampled = TEXTURES;
    sum(&[
        (
            true,
            Features::TRANSFER_SRC
                | Features::TRANSFER_DST
                | Features::HOST_IMAGE_TRANSFER_EXT
                | newer::COPY_IMAGE_INDIRECT_DST,
        ),
        (sampled, Features::SAMPLED_IMAGE),
        (sampled && filtered, Features::SAMPLED_IMAGE_FILTER_LINEAR),
        (reduced, Features::SAMPLED_IMAGE_FILTER_MINMAX | Features::SAMPLED_IMAGE_FILTER_CUBIC_EXT),
        (sampled && converts(format), CONVERSIONS),
        (format.has_planes(), Features::DISJOINT),
        (sampled && compares(format), Features::SAMPLED_IMAGE_DEPTH_COMPARISON),
        (!(traits.is_wide || traits.is_converted), Features::BLIT_SRC),
        (!(traits.is_wide || traits.is_converted || traits.is_compressed), Features::BLIT_DST),
        (format.is_storage() || is_formatless(format), Features::STORAGE_IMAGE),
        (format.has_atomics(), Features::STORAGE_IMAGE_ATOMIC),
        (
            (format.is_storage() || is_formatless(format)) && FORMATLESS_STORAGE,
            Features::STORAGE_READ_WITHOUT_FORMAT | Features::STORAGE_WRITE_WITHOUT_FORMAT,
        ),
        (ATTACHMENTS && traits.is_renderable, Features::COLOR_ATTACHMENT),
        (ATTACHMENTS && traits.is_renderable && traits.is_float, Features::COLOR_ATTACHMENT_BLEND),
        (ATTACHMENTS && (format.has_depth() || format.has_stencil()), Features::DEPTH_STENCIL_ATTACHMENT),
    ])
}

/// Storage images of formats that SPIR-V has no name for: shaders do not name them, and the texture unit writes them.
fn is_formatless(format: Format) -> bool {
    use vk::Format as F;
    [
        F::A8_UNORM_KHR,
        F::R10X6_UNORM_PACK16,
        F::R10X6G10X6_UNORM_2PACK16,
        F::R10X6G10X6B10X6A10X6_UNORM_4PACK16,
        F::R12X4_UNORM_PACK16,
        F::R12X4G12X4_UNORM_2PACK16,
    ]
    .contains(&format.name)
}

/// What conversions of luma and chroma do.
const CONVERSIONS: Features = Features::from_raw(
    Features::MIDPOINT_CHROMA_SAMPLES.as_raw()
        | Features::COSITED_CHROMA_SAMPLES.as_raw()
        | Features::SAMPLED_IMAGE_YCBCR_CONVERSION_LINEAR_FILTER.as_raw()
        | Features::SAMPLED_IMAGE_YCBCR_CONVERSION_SEPARATE_RECONSTRUCTION_FILTER.as_raw()
        | Features::SAMPLED_IMAGE_YCBCR_CONVERSION_CHROMA_RECONSTRUCTION_EXPLICIT_FORCEABLE.as_raw(),
);

/// Three channels of which one may be luma.
fn converts(format: Format) -> bool {
    let has_color = format.has_planes() || (format.has_color() && format.channel_count() >= 3);
    has_color && format.numeric == Numeric::Unorm && (!format.is_compressed() || format.has_subsampling())
}

/// Depth, and colors that are used like it.
fn compares(format: Format) -> bool {
    format.has_depth() || [vk::Format::R16_UNORM, vk::Format::R32_SFLOAT].contains(&format.name)
}

/// Features of images of linear tiling: those of color formats whose elements are texels, or have luma and chroma.
pub fn linear(format: Format) -> Features {
    let plain = format.has_color() && !format.is_compressed();
    let chroma = format.has_planes() || format.has_subsampling();
    if plain || chroma { optimal(format) } else { Features::empty() }
}

/// Formats that lie in memory as others do that SPIR-V has a name for.
const PACKED_RGBA8: &[vk::Format] = &[
    vk::Format::A8B8G8R8_UNORM_PACK32,
    vk::Format::A8B8G8R8_SNORM_PACK32,
    vk::Format::A8B8G8R8_UINT_PACK32,
    vk::Format::A8B8G8R8_SINT_PACK32,
];

/// Features of buffers.
pub fn buffers(format: Format) -> Features {
    let traits = Traits::of(format);
    let plain = format.has_color() && !(traits.is_compressed || traits.is_converted);
    let stored = format.is_storage() || PACKED_RGBA8.contains(&format.name);
    let texels = plain && TEXTURES && !traits.is_scaled && !format.is_srgb();
    sum(&[
        (texels, Features::UNIFORM_TEXEL_BUFFER),
        (stored, Features::STORAGE_TEXEL_BUFFER),
        (format.has_atomics(), Features::STORAGE_TEXEL_BUFFER_ATOMIC),
        (
            format.is_storage() && FORMATLESS_STORAGE,
            Features::STORAGE_READ_WITHOUT_FORMAT | Features::STORAGE_WRITE_WITHOUT_FORMAT,
        ),
        (VERTICES && plain && !traits.is_wide && !format.is_srgb(), Features::VERTEX_BUFFER),
    ])
}

/// What the rules ask of a format.
struct Traits {
    /// Shaders see floats.
    is_float: bool,
    /// Has channels of 64 bits.
    is_wide: bool,
    /// Integers that shaders would see as floats: for vertices only.
    is_scaled: bool,
    is_compressed: bool,
    /// Shaders see it through a conversion of luma and chroma, or not at all.
    is_converted: bool,
    /// Color attachments can be of it.
    is_renderable: bool,
}

impl Traits {
    fn of(format: Format) -> Self {
        let is_wide = format.channel_bits.contains(&64);
        let is_scaled = matches!(format.numeric, Numeric::Uscaled | Numeric::Sscaled);
        let is_compressed = format.is_compressed();
        let shared_exponent = format.name == vk::Format::E5B9G9R9_UFLOAT_PACK32;
        let bits: u32 = format.channel_bits.iter().map(|&bits| u32::from(bits)).sum();
        // Unused bits of a texel must survive copies, and rendering would lose them.
        let is_padded = bits != format.element_bytes() * 8;
        let is_renderable = format.has_color()
            && !is_padded
            && !(is_scaled || is_compressed || shared_exponent)
            // Outputs have 32 bits, which integers of one channel of 64 bits can hold.
            && (!is_wide || format.channel_count() == 1 && format.class() != NumericClass::Float)
            && format.element_bytes().is_power_of_two();
        Self {
            is_float: format.class() == NumericClass::Float && !format.has_stencil_only(),
            is_wide,
            is_scaled,
            is_compressed,
            is_converted: format.has_planes()
                || format.has_subsampling()
                || format.name == vk::Format::R12X4G12X4B12X4A12X4_UNORM_4PACK16,
            is_renderable,
        }
    }
}

/// What [`Format`] leaves to its planes.
pub trait Aspects {
    /// Stencil without depth.
    fn has_stencil_only(self) -> bool;
    /// Luma and chroma lie apart.
    fn has_planes(self) -> bool;
    /// Two texels share their chroma in one element.
    fn has_subsampling(self) -> bool;
}

impl Aspects for Format {
    fn has_stencil_only(self) -> bool {
        self.has_stencil() && !self.has_depth()
    }

    fn has_planes(self) -> bool {
        self.aspects().contains(vk::ImageAspectFlags::PLANE_0)
    }

    fn has_subsampling(self) -> bool {
        self.block_extent() == [2, 1]
    }
}

/// `vkGetPhysicalDeviceFormatProperties2` with `VkFormatProperties3`: linear, optimal, buffer.
pub fn properties3(name: vk::Format) -> [Features; 3] {
    Format::find(name)
        .map_or([Features::empty(); 3], |format| [linear(format), optimal(format), buffers(format)])
}

/// `vkGetPhysicalDeviceFormatProperties`.
pub fn properties(name: vk::Format) -> vk::FormatProperties {
    // The first 32 bits of the two enumerations are the same; features with higher bits exist in the newer one only.
    let [linear_tiling_features, optimal_tiling_features, buffer_features] = properties3(name)
        .map(|features| vk::FormatFeatureFlags::from_raw(features.as_raw() as u32 & 0x7fff_ffff));
    vk::FormatProperties { linear_tiling_features, optimal_tiling_features, buffer_features }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texels_of_one_word_have_atomics() {
        let atomic = vk::FormatFeatureFlags::STORAGE_IMAGE_ATOMIC;
        let has = |format| properties(format).optimal_tiling_features.contains(atomic);
        assert!(has(vk::Format::R32_UINT) && has(vk::Format::R64_SINT) && has(vk::Format::R32_SFLOAT));
        assert!(!has(vk::Format::R16_UINT) && !has(vk::Format::R32G32_UINT) && !has(vk::Format::UNDEFINED));
    }

    #[test]
    fn every_format_can_be_copied_but_those_of_vertices() {
        for &format in lacuna_gpu::format::TABLE {
            let [_, optimal, _] = properties3(format.name);
            if matches!(format.numeric, Numeric::Uscaled | Numeric::Sscaled) {
                assert!(optimal.is_empty(), "{format:?}");
                continue;
            }
            assert!(optimal.contains(Features::TRANSFER_SRC | Features::TRANSFER_DST), "{format:?}");
        }
        assert_eq!(properties3(vk::Format::UNDEFINED), [Features::empty(); 3]);
    }

    #[test]
    fn only_colors_depth_and_stencil_are_attachments() {
        for &format in lacuna_gpu::format::TABLE {
            let [linear, optimal, _] = properties3(format.name);
            let has = |feature| (linear | optimal).contains(feature);
            let is_depth = format.has_depth() || format.has_stencil();
            assert_eq!(has(Features::DEPTH_STENCIL_ATTACHMENT), is_depth, "{format:?}");
            assert!(!has(Features::COLOR_ATTACHMENT) || format.has_color(), "{format:?}");
        }
    }

    #[test]
    fn what_needs_a_conversion_is_sampled_and_copied_only() {
        let names = [vk::Format::G8_B8R8_2PLANE_420_UNORM, vk::Format::R12X4G12X4B12X4A12X4_UNORM_4PACK16];
        for [linear, optimal, buffers] in names.map(properties3) {
            let others = Features::STORAGE_IMAGE | Features::BLIT_SRC | Features::BLIT_DST;
            assert!(!(linear | optimal).intersects(others) && buffers.is_empty());
            assert!(optimal.contains(Features::SAMPLED_IMAGE | Features::MIDPOINT_CHROMA_SAMPLES));
        }
    }

    #[test]
    fn depth_is_neither_linear_nor_a_buffer() {
        let found = properties(vk::Format::D24_UNORM_S8_UINT);
        assert_eq!((found.linear_tiling_features.as_raw(), found.buffer_features.as_raw()), (0, 0));
    }
}
