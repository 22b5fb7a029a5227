//! Images that are drawn to.

use ash::vk;

use super::{Buffer, Check, Device, Memory, Recorder, Result};

/// What an attachment is.
#[derive(Clone, Copy, Debug)]
pub struct AttachmentShape {
    /// Format of its texels.
    pub format: vk::Format,
    /// Width and height.
    pub extent: [u32; 2],
    /// Array layers.
    pub layers: u32,
    /// Samples of a texel.
    pub samples: vk::SampleCountFlags,
}

impl AttachmentShape {
    /// One layer with one sample.
    #[must_use]
    pub fn flat(format: vk::Format, extent: [u32; 2]) -> Self {
        Self { format, extent, layers: 1, samples: vk::SampleCountFlags::TYPE_1 }
    }

    /// Color, or whatever else the format has.
    #[must_use]
    pub fn aspect(&self) -> vk::ImageAspectFlags {
        match self.format {
            vk::Format::D16_UNORM | vk::Format::D32_SFLOAT => vk::ImageAspectFlags::DEPTH,
            vk::Format::S8_UINT => vk::ImageAspectFlags::STENCIL,
            vk::Format::D24_UNORM_S8_UINT | vk::Format::D32_SFLOAT_S8_UINT => {
                vk::ImageAspectFlags::DEPTH | vk::ImageAspectFlags::STENCIL
            }
            _ => vk::ImageAspectFlags::COLOR,
        }
    }

    fn usage(&self) -> vk::ImageUsageFlags {
        let target = match self.aspect() {
            vk::ImageAspectFlags::COLOR => vk::ImageUsageFlags::COLOR_ATTACHMENT,
            _ => vk::ImageUsageFlags::DEPTH_STENCIL_ATTACHMENT,
        };
        target | vk::ImageUsageFlags::TRANSFER_SRC | vk::ImageUsageFlags::INPUT_ATTACHMENT
    }
}

/// An image with memory and a view of all of it.
pub struct Attachment {
    device: Device,
    /// The handle.
    pub handle: vk::Image,
    /// A view of all of it.
    pub view: vk::ImageView,
    /// What it is.
    pub shape: AttachmentShape,
    memory: Option<Memory>,
}

impl Attachment {
    /// An attachment of undefined contents.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn new(device: &Device, shape: AttachmentShape) -> Result<Self> {
        let [width, height] = shape.extent;
        let info = vk::ImageCreateInfo::default()
            .image_type(vk::ImageType::TYPE_2D)
            .format(shape.format)
            .extent(vk::Extent3D { width, height, depth: 1 })
            .mip_levels(1)
            .array_layers(shape.layers)
            .samples(shape.samples)
            .usage(shape.usage());
        // SAFETY: `info` outlives the call; the device is alive.
        let handle = unsafe { device.raw.create_image(&info, None) }.at("vkCreateImage")?;
        let view = vk::ImageView::null();
        let mut image = Self { device: device.clone(), handle, view, shape, memory: None };
        // SAFETY: just created from this device.
        let needs = unsafe { device.raw.get_image_memory_requirements(handle) };
        let index = device.physical.memory_type(needs.memory_type_bits, vk::MemoryPropertyFlags::empty())?;
        let memory = image.memory.insert(Memory::of_type(device, needs.size, index, false)?);
        // SAFETY: image and memory are alive and not bound yet.
        unsafe { device.raw.bind_image_memory(handle, memory.handle, 0) }.at("vkBindImageMemory")?;
        let kind =
            if shape.layers == 1 { vk::ImageViewType::TYPE_2D } else { vk::ImageViewType::TYPE_2D_ARRAY };
        let range = vk::ImageSubresourceRange {
            aspect_mask: shape.aspect(),
            level_count: 1,
            layer_count: shape.layers,
            ..Default::default()
        };
        let info = vk::ImageViewCreateInfo::default()
            .image(handle)
            .view_type(kind)
            .format(shape.format)
            .subresource_range(range);
        // SAFETY: the image is alive and bound.
        image.view = unsafe { device.raw.create_image_view(&info, None) }.at("vkCreateImageView")?;
        Ok(image)
    }

    /// Texels of all layers.
    #[must_use]
    pub fn texels(&self) -> u64 {
        let [width, height] = self.shape.extent;
        u64::from(width) * u64::from(height) * u64::from(self.shape.layers)
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        // SAFETY: created from this device, destroyed once; null handles are ignored. The memory goes after this.
        unsafe {
            self.device.raw.destroy_image_view(self.view, None);
            self.device.raw.destroy_image(self.handle, None);
        }
    }
}

impl Recorder<'_> {
    /// Copies an attachment that is in the layout `TRANSFER_SRC_OPTIMAL`, all layers, tightly packed.
    pub fn copy_from_attachment(&self, from: &Attachment, to: &Buffer) {
        let [width, height] = from.shape.extent;
        let region = vk::BufferImageCopy {
            image_subresource: vk::ImageSubresourceLayers {
                aspect_mask: from.shape.aspect(),
                mip_level: 0,
                base_array_layer: 0,
                layer_count: from.shape.layers,
            },
            image_extent: vk::Extent3D { width, height, depth: 1 },
            ..Default::default()
        };
        let layout = vk::ImageLayout::TRANSFER_SRC_OPTIMAL;
        // SAFETY: recording; image and buffer are alive.
        unsafe {
            self.device.raw.cmd_copy_image_to_buffer(self.handle, from.handle, layout, to.handle, &[region]);
        }
    }
}
