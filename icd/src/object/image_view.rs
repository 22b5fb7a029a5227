//! `VkImageView`: one mip level of an image as shaders see it.
//!
//! Instructions on storage images name no level: of a view with several, shaders reach the first.

use std::sync::Arc;

use ash::vk;
use lacuna_gpu::format::Format;
use lacuna_shaders::abi::Descriptor;

use super::image::Image;
use crate::error::Error;
use crate::handle::Object;

/// A view of an image.
pub struct ImageView {
    image: Arc<Image>,
    /// Bytes from the image's first byte to the view's.
    offset: u64,
    /// The descriptor, but for its address.
    shape: Descriptor,
}

crate::object!(ImageView, vk::ImageView);

impl ImageView {
    /// `vkCreateImageView`.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`], [`Error::FormatNotSupported`], [`Error::InvalidUsage`] for parts that the image does not
    /// have and for formats with texels of another size.
    pub fn new(info: &vk::ImageViewCreateInfo<'_>) -> Result<Self, Error> {
        let image = Image::get(info.image)?;
        let format = Format::find(info.format)
            .filter(|format| format.is_storage())
            .ok_or(Error::FormatNotSupported)?;
        if format.texel_bytes() != image.format().texel_bytes() {
            return Err(Error::InvalidUsage("VUID-VkImageViewCreateInfo-image-01761"));
        }
        let range = &info.subresource_range;
        // A 2D view of a 3D image has its slices as layers.
        let slices = image.is_3d() && info.view_type != vk::ImageViewType::TYPE_3D;
        let layers = if slices { 0..1 } else { layers(range, image.layout().shape().layers) };
        let level = image.level(range.aspect_mask, range.base_mip_level, layers.clone())?;
        let [width, height, depth] = level.extent;
        let shown = match (image.is_3d(), slices) {
            (_, true) => self::layers(range, depth),
            (true, false) => 0..depth.into(),
            (false, false) => layers,
        };
        if shown.is_empty() || (image.is_3d() && shown.end > depth.into()) {
            return Err(Error::InvalidUsage("VUID-VkImageViewCreateInfo-image-02724"));
        }
        let pitch = if image.is_3d() { level.block_slice_pitch } else { image.layout().layer_pitch() };
        let count = shown.end - shown.start;
        let shape = Descriptor {
            range: (count - 1) * pitch + u64::from(level.row_pitch) * u64::from(height),
            extent: [width, height, count as u32],
            row_pitch: level.row_pitch,
            block_slice_pitch: pitch,
            block_log2: level.block_log2,
            ..Descriptor::default()
        };
        let offset = level.offset + shown.start * pitch;
        Ok(Self { image, offset, shape })
    }

    /// The descriptor of a storage image; null while the image has no memory.
    pub fn descriptor(&self) -> Descriptor {
        match self.image.address() {
            Some(address) => Descriptor { address: address + self.offset, ..self.shape },
            None => Descriptor::default(),
        }
    }
}

/// The layers of a range, of an image that has `count`.
pub fn layers(range: &vk::ImageSubresourceRange, count: u32) -> std::ops::Range<u64> {
    let first = u64::from(range.base_array_layer);
    let end = match range.layer_count {
        vk::REMAINING_ARRAY_LAYERS => count.into(),
        layers => first + u64::from(layers),
    };
    first..end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(dimensions: vk::ImageType, extent: [u32; 3], levels: u32, count: u32) -> vk::Image {
        let [width, height, depth] = extent;
        let info = vk::ImageCreateInfo::default()
            .image_type(dimensions)
            .format(vk::Format::R32_UINT)
            .extent(vk::Extent3D { width, height, depth })
            .mip_levels(levels)
            .array_layers(count)
            .samples(vk::SampleCountFlags::TYPE_1)
            .usage(vk::ImageUsageFlags::STORAGE);
        Image::new(&info).unwrap().insert()
    }

    fn view(
        image: vk::Image,
        kind: vk::ImageViewType,
        level: u32,
        (first, count): (u32, u32),
    ) -> Result<ImageView, Error> {
        let range = vk::ImageSubresourceRange {
            aspect_mask: vk::ImageAspectFlags::COLOR,
            base_mip_level: level,
            level_count: 1,
            base_array_layer: first,
            layer_count: count,
        };
        let info = vk::ImageViewCreateInfo::default()
            .image(image)
            .view_type(kind)
            .format(vk::Format::R32_SFLOAT)
            .subresource_range(range);
        ImageView::new(&info)
    }

    #[test]
    fn a_view_shows_its_level_and_layers() {
        let array = image(vk::ImageType::TYPE_2D, [16, 8, 1], 2, 5);
        let shown =
            view(array, vk::ImageViewType::TYPE_2D_ARRAY, 1, (2, vk::REMAINING_ARRAY_LAYERS)).unwrap();
        let pitch = shown.image.layout().layer_pitch();
        assert_eq!((shown.shape.extent, shown.shape.row_pitch), ([8, 4, 3], 32));
        assert_eq!((shown.shape.block_slice_pitch, shown.offset), (pitch, 512 + 2 * pitch));
        assert_eq!(shown.shape.range, 2 * pitch + 4 * 32);
        assert_eq!(shown.descriptor(), Descriptor::default(), "the image has no memory");
    }

    #[test]
    fn slices_of_a_3d_image_are_its_depth_or_layers_of_a_view() {
        let solid = image(vk::ImageType::TYPE_3D, [4, 4, 6], 1, 1);
        let whole = view(solid, vk::ImageViewType::TYPE_3D, 0, (0, 1)).unwrap();
        assert_eq!((whole.shape.extent, whole.shape.block_slice_pitch, whole.offset), ([4, 4, 6], 64, 0));
        let part = view(solid, vk::ImageViewType::TYPE_2D_ARRAY, 0, (4, 2)).unwrap();
        assert_eq!((part.shape.extent, part.offset, part.shape.range), ([4, 4, 2], 256, 128));
    }

    #[test]
    fn parts_that_the_image_does_not_have_are_refused() {
        let array = image(vk::ImageType::TYPE_2D, [16, 8, 1], 2, 5);
        let solid = image(vk::ImageType::TYPE_3D, [4, 4, 6], 1, 1);
        let flat = vk::ImageViewType::TYPE_2D_ARRAY;
        for (image, level, layers) in [
            (array, 2, (0, 1)),
            (array, 0, (4, 2)),
            (array, 0, (6, vk::REMAINING_ARRAY_LAYERS)),
            (array, 0, (0, 0)),
            (array, 0, (u32::MAX, 2)),
            (solid, 0, (5, 2)),
        ] {
            assert!(view(image, flat, level, layers).is_err(), "{level} {layers:?}");
        }
    }
}
