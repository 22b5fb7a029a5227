//! Images with memory and a view of all of it.

use ash::vk;

use super::{Buffer, Check, DescriptorSet, Device, Memory, Recorder, Result};

/// What an image is.
#[derive(Clone, Copy, Debug)]
pub struct ImageShape {
    /// Format of its texels.
    pub format: vk::Format,
    /// How many dimensions.
    pub dimensions: vk::ImageType,
    /// Texels in each dimension.
    pub extent: [u32; 3],
    /// Mip levels.
    pub levels: u32,
    /// Array layers.
    pub layers: u32,
    /// Samples of a texel.
    pub samples: vk::SampleCountFlags,
}

impl ImageShape {
    /// A 2D image of one level.
    #[must_use]
    pub fn flat(format: vk::Format, width: u32, height: u32) -> Self {
        Self::new(format, vk::ImageType::TYPE_2D, [width, height, 1])
    }

    /// A 3D image of one level.
    #[must_use]
    pub fn solid(format: vk::Format, extent: [u32; 3]) -> Self {
        Self::new(format, vk::ImageType::TYPE_3D, extent)
    }

    /// An image of one level, one layer and one sample.
    #[must_use]
    pub fn new(format: vk::Format, dimensions: vk::ImageType, extent: [u32; 3]) -> Self {
        Self { format, dimensions, extent, levels: 1, layers: 1, samples: vk::SampleCountFlags::TYPE_1 }
    }

    /// Texels of a level.
    #[must_use]
    pub fn extent_of(&self, level: u32) -> [u32; 3] {
        self.extent.map(|size| (size >> level).max(1))
    }

    fn view_type(&self) -> vk::ImageViewType {
        match (self.dimensions, self.layers) {
            (vk::ImageType::TYPE_3D, _) => vk::ImageViewType::TYPE_3D,
            (vk::ImageType::TYPE_2D, 1) => vk::ImageViewType::TYPE_2D,
            (vk::ImageType::TYPE_2D, _) => vk::ImageViewType::TYPE_2D_ARRAY,
            (_, 1) => vk::ImageViewType::TYPE_1D,
            _ => vk::ImageViewType::TYPE_1D_ARRAY,
        }
    }

    /// All texels of a level, in all layers, as a region of a buffer from `offset` on.
    pub fn whole_level(&self, level: u32, offset: u64) -> vk::BufferImageCopy {
        let [width, height, depth] = self.extent_of(level);
        vk::BufferImageCopy {
            buffer_offset: offset,
            image_subresource: vk::ImageSubresourceLayers {
                aspect_mask: vk::ImageAspectFlags::COLOR,
                mip_level: level,
                base_array_layer: 0,
                layer_count: self.layers,
            },
            image_extent: vk::Extent3D { width, height, depth },
            ..Default::default()
        }
    }
}

/// An image for storage and copies. All of it is in the layout `GENERAL` after [`Recorder::general`].
pub struct StorageImage {
    device: Device,
    /// The handle.
    pub handle: vk::Image,
    /// A view of its first level, all layers.
    pub view: vk::ImageView,
    /// What it is.
    pub shape: ImageShape,
    memory: Option<Memory>,
}

impl StorageImage {
    /// What images are made for here.
    pub const USAGE: vk::ImageUsageFlags = vk::ImageUsageFlags::from_raw(
        vk::ImageUsageFlags::STORAGE.as_raw()
            | vk::ImageUsageFlags::SAMPLED.as_raw()
            | vk::ImageUsageFlags::TRANSFER_SRC.as_raw()
            | vk::ImageUsageFlags::TRANSFER_DST.as_raw(),
    );

    /// An image of undefined contents.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn new(device: &Device, shape: ImageShape) -> Result<Self> {
        let mut image = Self::unbound(device, shape, vk::ImageCreateFlags::empty(), Self::USAGE)?;
        image.bind_memory()?;
        image.make_view()?;
        Ok(image)
    }

    /// Makes the view, of an image that has memory or needs none.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn make_view(&mut self) -> Result<()> {
        let info = vk::ImageViewCreateInfo::default()
            .image(self.handle)
            .view_type(self.shape.view_type())
            .format(self.shape.format)
            .subresource_range(vk::ImageSubresourceRange { level_count: 1, ..self.all() });
        // SAFETY: the image is alive, and bound or sparse.
        self.view = unsafe { self.device.raw.create_image_view(&info, None) }.at("vkCreateImageView")?;
        Ok(())
    }

    /// An image of any kind with memory, without a view.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn with_info(device: &Device, info: &vk::ImageCreateInfo<'_>, shape: ImageShape) -> Result<Self> {
        // SAFETY: `info` outlives the call; the device is alive.
        let handle = unsafe { device.raw.create_image(info, None) }.at("vkCreateImage")?;
        let mut image = Self::from_handle(device, handle, shape);
        image.bind_memory()?;
        Ok(image)
    }

    /// Gives the image memory of its own.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn bind_memory(&mut self) -> Result<()> {
        let device = self.device.clone();
        // SAFETY: just created from this device.
        let needs = unsafe { device.raw.get_image_memory_requirements(self.handle) };
        let index = device.physical.memory_type(needs.memory_type_bits, vk::MemoryPropertyFlags::empty())?;
        let memory = self.memory.insert(Memory::of_type(&device, needs.size, index, false)?);
        // SAFETY: image and memory are alive and not bound yet.
        unsafe { device.raw.bind_image_memory(self.handle, memory.handle, 0) }.at("vkBindImageMemory")
    }

    /// An image that is made and has no memory and no view.
    pub(super) fn from_handle(device: &Device, handle: vk::Image, shape: ImageShape) -> Self {
        Self { device: device.clone(), handle, view: vk::ImageView::null(), shape, memory: None }
    }

    /// All levels and layers.
    pub fn all(&self) -> vk::ImageSubresourceRange {
        vk::ImageSubresourceRange {
            aspect_mask: vk::ImageAspectFlags::COLOR,
            level_count: vk::REMAINING_MIP_LEVELS,
            layer_count: vk::REMAINING_ARRAY_LAYERS,
            ..Default::default()
        }
    }
}

impl Drop for StorageImage {
    fn drop(&mut self) {
        // SAFETY: created from this device, destroyed once; null handles are ignored. The memory goes after this.
        unsafe {
            self.device.raw.destroy_image_view(self.view, None);
            self.device.raw.destroy_image(self.handle, None);
        }
    }
}

impl DescriptorSet {
    /// Writes a storage image.
    pub fn write_image(&self, binding: u32, image: &StorageImage) {
        let infos = [vk::DescriptorImageInfo::default()
            .image_view(image.view)
            .image_layout(vk::ImageLayout::GENERAL)];
        let write = vk::WriteDescriptorSet::default()
            .dst_set(self.handle)
            .dst_binding(binding)
            .descriptor_type(vk::DescriptorType::STORAGE_IMAGE)
            .image_info(&infos);
        // SAFETY: set and view are alive; the set is not in use by the device.
        unsafe { image.device.raw.update_descriptor_sets(&[write], &[]) };
    }
}

impl Recorder<'_> {
    /// Brings images into the layout `GENERAL`; what they held is gone.
    pub fn general(&self, images: &[&StorageImage]) {
        let access = vk::AccessFlags::MEMORY_READ | vk::AccessFlags::MEMORY_WRITE;
        let barrier = |image: &&StorageImage| {
            vk::ImageMemoryBarrier::default()
                .dst_access_mask(access)
                .new_layout(vk::ImageLayout::GENERAL)
                .src_queue_family_index(vk::QUEUE_FAMILY_IGNORED)
                .dst_queue_family_index(vk::QUEUE_FAMILY_IGNORED)
                .image(image.handle)
                .subresource_range(image.all())
        };
        let barriers: Vec<_> = images.iter().map(barrier).collect();
        let stages = vk::PipelineStageFlags::ALL_COMMANDS;
        let none = vk::DependencyFlags::empty();
        // SAFETY: recording; the images are alive; `barriers` outlives the call.
        unsafe {
            self.device.raw.cmd_pipeline_barrier(self.handle, stages, stages, none, &[], &[], &barriers);
        }
    }

    /// `vkCmdCopyBufferToImage`.
    pub fn copy_to_image(&self, from: &Buffer, to: &StorageImage, regions: &[vk::BufferImageCopy]) {
        let layout = vk::ImageLayout::GENERAL;
        // SAFETY: recording; buffer and image are alive.
        unsafe {
            self.device.raw.cmd_copy_buffer_to_image(self.handle, from.handle, to.handle, layout, regions);
        }
    }

    /// `vkCmdCopyImageToBuffer`.
    pub fn copy_from_image(&self, from: &StorageImage, to: &Buffer, regions: &[vk::BufferImageCopy]) {
        let layout = vk::ImageLayout::GENERAL;
        // SAFETY: recording; buffer and image are alive.
        unsafe {
            self.device.raw.cmd_copy_image_to_buffer(self.handle, from.handle, layout, to.handle, regions);
        }
    }

    /// `vkCmdCopyImage`.
    pub fn copy_image(&self, from: &StorageImage, to: &StorageImage, regions: &[vk::ImageCopy]) {
        let layout = vk::ImageLayout::GENERAL;
        // SAFETY: recording; both images are alive.
        unsafe {
            self.device.raw.cmd_copy_image(self.handle, from.handle, layout, to.handle, layout, regions);
        }
    }

    /// `vkCmdBlitImage`, one region.
    pub fn blit(&self, from: &StorageImage, to: &StorageImage, region: vk::ImageBlit, filter: vk::Filter) {
        let layout = vk::ImageLayout::GENERAL;
        // SAFETY: recording; both images are alive.
        unsafe {
            self.device.raw.cmd_blit_image(
                self.handle,
                from.handle,
                layout,
                to.handle,
                layout,
                &[region],
                filter,
            );
        }
    }

    /// `vkCmdClearColorImage`.
    pub fn clear(
        &self,
        image: &StorageImage,
        color: vk::ClearColorValue,
        ranges: &[vk::ImageSubresourceRange],
    ) {
        let layout = vk::ImageLayout::GENERAL;
        // SAFETY: recording; the image is alive.
        unsafe { self.device.raw.cmd_clear_color_image(self.handle, image.handle, layout, &color, ranges) };
    }
}
