//! `VkImage`: a layout of texels, bound to memory as a whole.

use std::sync::{Arc, OnceLock};

use ash::vk;
use lacuna_gpu::format::Format;
use lacuna_gpu::layout::{ALIGNMENT, ImageLayout, Level, Shape};

use super::memory::Memory;
use crate::caps::formats::{self, ImageKind};
use crate::caps::limits::MAX_ALLOCATION;
use crate::caps::memory::ALL_TYPES;
use crate::error::Error;
use crate::handle::Object;

/// An image.
pub struct Image {
    format: Format,
    dimensions: vk::ImageType,
    layout: ImageLayout,
    /// In one memory, from this offset on; bound once.
    bound: OnceLock<(Arc<Memory>, u64)>,
}

crate::object!(Image, vk::Image);

impl Image {
    /// `vkCreateImage`.
    ///
    /// # Errors
    /// [`Error::FormatNotSupported`] for images that the format queries do not offer, [`Error::OutOfDeviceMemory`] for
    /// images that no memory could hold, [`Error::InvalidUsage`].
    pub fn new(info: &vk::ImageCreateInfo<'_>) -> Result<Self, Error> {
        let kind = ImageKind {
            format: info.format,
            dimensions: info.image_type,
            tiling: info.tiling,
            usage: info.usage,
            flags: info.flags,
        };
        let limits = formats::image_properties(&kind)?;
        let format = Format::find(info.format)
            .filter(|format| format.is_storage())
            .ok_or(Error::FormatNotSupported)?;
        check(info, &limits)?;
        let vk::Extent3D { width, height, depth } = info.extent;
        let shape = Shape {
            extent: [width, height, depth],
            levels: info.mip_levels,
            layers: info.array_layers,
            element_bytes: format.texel_bytes(),
            samples: 1,
        };
        let layout = ImageLayout::linear(shape).filter(|layout| layout.size() <= MAX_ALLOCATION);
        let layout = layout.ok_or(Error::OutOfDeviceMemory)?;
        Ok(Self { format, dimensions: info.image_type, layout, bound: OnceLock::new() })
    }

    /// The format of its texels.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Where its texels lie.
    pub fn layout(&self) -> &ImageLayout {
        &self.layout
    }

    /// Whether its third dimension is depth; else it is layers.
    pub fn is_3d(&self) -> bool {
        self.dimensions == vk::ImageType::TYPE_3D
    }

    /// The device address of its first byte; `None` while it is not bound.
    pub fn address(&self) -> Option<u64> {
        self.bound.get().map(|(memory, offset)| memory.bo.host().as_ptr() as u64 + offset)
    }

    /// `vkGetImageMemoryRequirements`.
    pub fn requirements(&self) -> vk::MemoryRequirements {
        vk::MemoryRequirements { size: self.layout.size(), alignment: ALIGNMENT, memory_type_bits: ALL_TYPES }
    }

    /// `vkBindImageMemory`.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for bound images, and where the image does not fit the memory.
    pub fn bind(&self, memory: vk::DeviceMemory, offset: u64) -> Result<(), Error> {
        self.bind_to(Memory::get(memory)?, offset)
    }

    /// Binds memory that need not have a handle. Errors as for [`bind`](Self::bind).
    pub fn bind_to(&self, memory: Arc<Memory>, offset: u64) -> Result<(), Error> {
        if !offset.is_multiple_of(ALIGNMENT) {
            return Err(Error::InvalidUsage("VUID-vkBindImageMemory-memoryOffset-01048"));
        }
        if offset.checked_add(self.layout.size()).is_none_or(|end| end > memory.size) {
            return Err(Error::InvalidUsage("VUID-vkBindImageMemory-size-01049"));
        }
        self.bound
            .set((memory, offset))
            .map_err(|_| Error::InvalidUsage("VUID-vkBindImageMemory-image-07460"))
    }

    /// A mip level of the color aspect, and the bytes from one of its slices (of a 3D image) or layers to the next.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for another aspect and for levels and layers that the image does not have.
    pub fn level(
        &self,
        aspect: vk::ImageAspectFlags,
        level: u32,
        layers: std::ops::Range<u64>,
    ) -> Result<&Level, Error> {
        if aspect != vk::ImageAspectFlags::COLOR {
            return Err(Error::InvalidUsage("an aspect that the image does not have"));
        }
        if layers.is_empty() || layers.end > self.layout.shape().layers.into() {
            return Err(Error::InvalidUsage("array layers that the image does not have"));
        }
        self.layout.level(level).ok_or(Error::InvalidUsage("a mip level that the image does not have"))
    }

    /// `vkGetImageSubresourceLayout`.
    pub fn subresource(&self, place: &vk::ImageSubresource) -> Result<vk::SubresourceLayout, Error> {
        let layer = u64::from(place.array_layer);
        let level = self.level(place.aspect_mask, place.mip_level, layer..layer + 1)?;
        Ok(vk::SubresourceLayout {
            offset: level.offset + layer * self.layout.layer_pitch(),
            size: level.size,
            row_pitch: level.row_pitch.into(),
            array_pitch: self.layout.layer_pitch(),
            depth_pitch: level.block_slice_pitch,
        })
    }
}

fn check(info: &vk::ImageCreateInfo<'_>, limits: &vk::ImageFormatProperties) -> Result<(), Error> {
    let (extent, most) = (info.extent, limits.max_extent);
    if extent.width == 0 || extent.height == 0 || extent.depth == 0 {
        return Err(Error::InvalidUsage("VUID-VkImageCreateInfo-extent-00944 to 00946"));
    }
    if extent.width > most.width || extent.height > most.height || extent.depth > most.depth {
        return Err(Error::InvalidUsage("VUID-VkImageCreateInfo-extent-02252 to 02254"));
    }
    let complete = Shape::complete_levels([extent.width, extent.height, extent.depth]);
    if info.mip_levels == 0 || info.mip_levels > complete {
        return Err(Error::InvalidUsage("VUID-VkImageCreateInfo-mipLevels-00947, -00958"));
    }
    if info.array_layers == 0 || info.array_layers > limits.max_array_layers {
        return Err(Error::InvalidUsage("VUID-VkImageCreateInfo-arrayLayers-00948, -02256"));
    }
    if info.samples != vk::SampleCountFlags::TYPE_1 {
        return Err(Error::FormatNotSupported);
    }
    let cube = info.flags.contains(vk::ImageCreateFlags::CUBE_COMPATIBLE);
    let can_be_cube = info.image_type == vk::ImageType::TYPE_2D && extent.width == extent.height;
    if cube && !(can_be_cube && info.array_layers >= 6) {
        return Err(Error::InvalidUsage("VUID-VkImageCreateInfo-flags-08865, -08866"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info() -> vk::ImageCreateInfo<'static> {
        vk::ImageCreateInfo::default()
            .image_type(vk::ImageType::TYPE_2D)
            .format(vk::Format::R16G16_UINT)
            .extent(vk::Extent3D { width: 20, height: 10, depth: 1 })
            .mip_levels(3)
            .array_layers(4)
            .samples(vk::SampleCountFlags::TYPE_1)
            .usage(vk::ImageUsageFlags::STORAGE)
    }

    #[test]
    fn sizes_that_images_cannot_have_are_refused() {
        assert!(Image::new(&info()).is_ok());
        let extent = |width, height, depth| info().extent(vk::Extent3D { width, height, depth });
        for wrong in [
            extent(0, 10, 1),
            extent(20, 10, 2),
            extent(u32::MAX, 10, 1),
            info().mip_levels(0),
            info().mip_levels(6),
            info().array_layers(0),
            info().array_layers(u32::MAX),
            info().flags(vk::ImageCreateFlags::CUBE_COMPATIBLE),
        ] {
            assert!(matches!(Image::new(&wrong), Err(Error::InvalidUsage(_))), "{wrong:?}");
        }
        let samples = info().samples(vk::SampleCountFlags::TYPE_4);
        assert_eq!(Image::new(&samples).err(), Some(Error::FormatNotSupported));
    }

    #[test]
    fn subresources_that_do_not_exist_have_no_layout() {
        let image = Image::new(&info()).unwrap();
        let place = |level, layer| vk::ImageSubresource {
            aspect_mask: vk::ImageAspectFlags::COLOR,
            mip_level: level,
            array_layer: layer,
        };
        let found = image.subresource(&place(1, 3)).unwrap();
        assert_eq!((found.row_pitch, found.size), (40, 200));
        assert!(found.offset + found.size <= image.requirements().size);

        for wrong in [place(3, 0), place(0, 4), place(u32::MAX, 0), place(0, u32::MAX)] {
            assert!(image.subresource(&wrong).is_err(), "{wrong:?}");
        }
        let depth = vk::ImageSubresource { aspect_mask: vk::ImageAspectFlags::DEPTH, ..place(0, 0) };
        assert!(image.subresource(&depth).is_err());
    }
}
