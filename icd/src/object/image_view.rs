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
        let format = Format::find(info.format).ok_or(Error::FormatNotSupported)?;
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
        let pitch = if image.is_3d() { level.slice_pitch } else { image.layout().layer_pitch() };
        let count = shown.end - shown.start;
        let shape = Descriptor {
            range: (count - 1) * pitch + level.row_pitch * u64::from(height),
            extent: [width, height, count as u32],
            row_pitch: level.row_pitch as u32,
            slice_pitch: pitch,
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
