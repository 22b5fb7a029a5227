//! Formats: what can be done with images of each, and which images can be made.
//!
//! Every query and `vkCreateImage` go by the same two functions, so that they cannot disagree. Images can be copied, cleared
//! and used as storage images, buffers as storage texel buffers; nothing samples or renders them, and none can be sparse or multisampled.

use ash::vk;
use lacuna_gpu::format::Format;
use lacuna_gpu::layout::Shape;

use super::limits;
use crate::error::Error;

/// What images can be used for.
const USAGES: vk::ImageUsageFlags = vk::ImageUsageFlags::from_raw(
    vk::ImageUsageFlags::TRANSFER_SRC.as_raw()
        | vk::ImageUsageFlags::TRANSFER_DST.as_raw()
        | vk::ImageUsageFlags::STORAGE.as_raw(),
);

/// What images can be made with.
const FLAGS: vk::ImageCreateFlags = vk::ImageCreateFlags::from_raw(
    vk::ImageCreateFlags::MUTABLE_FORMAT.as_raw()
        | vk::ImageCreateFlags::CUBE_COMPATIBLE.as_raw()
        | vk::ImageCreateFlags::TYPE_2D_ARRAY_COMPATIBLE.as_raw(),
);

/// `vkGetPhysicalDeviceFormatProperties`. Both tilings are the same layout.
pub fn properties(format: vk::Format) -> vk::FormatProperties {
    let Some(format) = Format::find(format).filter(|format| format.is_storage()) else {
        return vk::FormatProperties::default();
    };
    let images = features(format);
    vk::FormatProperties {
        linear_tiling_features: images,
        optimal_tiling_features: images,
        buffer_features: buffer_features(format),
    }
}

fn features(format: Format) -> vk::FormatFeatureFlags {
    let all = vk::FormatFeatureFlags::STORAGE_IMAGE
        | vk::FormatFeatureFlags::TRANSFER_SRC
        | vk::FormatFeatureFlags::TRANSFER_DST;
    if format.has_atomics() { all | vk::FormatFeatureFlags::STORAGE_IMAGE_ATOMIC } else { all }
}

fn buffer_features(format: Format) -> vk::FormatFeatureFlags {
    let all = vk::FormatFeatureFlags::STORAGE_TEXEL_BUFFER;
    if format.has_atomics() { all | vk::FormatFeatureFlags::STORAGE_TEXEL_BUFFER_ATOMIC } else { all }
}

/// What an image is made of, besides its size.
#[derive(Clone, Copy, Debug)]
pub struct ImageKind {
    /// Format of its texels.
    pub format: vk::Format,
    /// How many dimensions it has.
    pub dimensions: vk::ImageType,
    /// Linear or optimal.
    pub tiling: vk::ImageTiling,
    /// What it will be used for.
    pub usage: vk::ImageUsageFlags,
    /// How it is made.
    pub flags: vk::ImageCreateFlags,
}

/// `vkGetPhysicalDeviceImageFormatProperties`: the limits of images of a kind.
///
/// # Errors
/// [`Error::FormatNotSupported`] for kinds that no image can be of.
pub fn image_properties(kind: &ImageKind) -> Result<vk::ImageFormatProperties, Error> {
    let tilings = [vk::ImageTiling::OPTIMAL, vk::ImageTiling::LINEAR];
    let supported = Format::find(kind.format).is_some_and(Format::is_storage)
        && tilings.contains(&kind.tiling)
        && !kind.usage.is_empty()
        && USAGES.contains(kind.usage)
        && FLAGS.contains(kind.flags);
    if !supported {
        return Err(Error::FormatNotSupported);
    }
    let limits = limits::properties().limits;
    let layers = limits.max_image_array_layers;
    let (extent, layers) = match kind.dimensions {
        vk::ImageType::TYPE_1D => ([limits.max_image_dimension1_d, 1, 1], layers),
        vk::ImageType::TYPE_2D => ([limits.max_image_dimension2_d, limits.max_image_dimension2_d, 1], layers),
        vk::ImageType::TYPE_3D => ([limits.max_image_dimension3_d; 3], 1),
        _ => return Err(Error::FormatNotSupported),
    };
    let [width, height, depth] = extent;
    Ok(vk::ImageFormatProperties {
        max_extent: vk::Extent3D { width, height, depth },
        max_mip_levels: Shape::complete_levels(extent),
        max_array_layers: layers,
        sample_counts: vk::SampleCountFlags::TYPE_1,
        max_resource_size: limits::MAX_ALLOCATION,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: ImageKind = ImageKind {
        format: vk::Format::R32_UINT,
        dimensions: vk::ImageType::TYPE_2D,
        tiling: vk::ImageTiling::OPTIMAL,
        usage: vk::ImageUsageFlags::STORAGE,
        flags: vk::ImageCreateFlags::empty(),
    };

    #[test]
    fn images_of_supported_kinds_have_the_limits_of_the_device() {
        let found = image_properties(&KIND).unwrap();
        let limits = limits::properties().limits;
        assert_eq!(found.max_extent.width, limits.max_image_dimension2_d);
        assert_eq!(found.max_mip_levels, limits.max_image_dimension2_d.ilog2() + 1);
        assert_eq!(found.sample_counts, vk::SampleCountFlags::TYPE_1);
    }

    #[test]
    fn what_images_cannot_be_is_refused() {
        let refused = [
            ImageKind { format: vk::Format::D32_SFLOAT, ..KIND },
            ImageKind { usage: vk::ImageUsageFlags::SAMPLED | vk::ImageUsageFlags::STORAGE, ..KIND },
            ImageKind { usage: vk::ImageUsageFlags::COLOR_ATTACHMENT, ..KIND },
            ImageKind { usage: vk::ImageUsageFlags::empty(), ..KIND },
            ImageKind { flags: vk::ImageCreateFlags::SPARSE_BINDING, ..KIND },
            ImageKind { tiling: vk::ImageTiling::DRM_FORMAT_MODIFIER_EXT, ..KIND },
        ];
        for kind in refused {
            assert_eq!(image_properties(&kind).err(), Some(Error::FormatNotSupported), "{kind:?}");
        }
    }

    #[test]
    fn only_32_bit_integers_have_atomics() {
        let atomic = vk::FormatFeatureFlags::STORAGE_IMAGE_ATOMIC;
        let has = |format| properties(format).optimal_tiling_features.contains(atomic);
        assert!(has(vk::Format::R32_UINT) && has(vk::Format::R32_SINT));
        assert!(!has(vk::Format::R32_SFLOAT) && !has(vk::Format::R32G32_UINT) && !has(vk::Format::UNDEFINED));
    }
}
