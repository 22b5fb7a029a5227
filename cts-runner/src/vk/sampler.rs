//! Samplers, and images to be sampled.

use ash::vk;

use super::{Check, DescriptorSet, Device, ImageShape, Result, StorageImage};

/// A sampler.
pub struct TextureSampler {
    device: Device,
    /// The handle.
    pub handle: vk::Sampler,
}

impl TextureSampler {
    /// `vkCreateSampler`.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn new(device: &Device, info: &vk::SamplerCreateInfo<'_>) -> Result<Self> {
        // SAFETY: `info` outlives the call; the device is alive.
        let handle = unsafe { device.raw.create_sampler(info, None) }.at("vkCreateSampler")?;
        Ok(Self { device: device.clone(), handle })
    }
}

impl Drop for TextureSampler {
    fn drop(&mut self) {
        // SAFETY: created from this device, destroyed once.
        unsafe { self.device.raw.destroy_sampler(self.handle, None) };
    }
}

impl StorageImage {
    /// An image that shaders sample, with a view of its first level; not for storage.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn sampled(device: &Device, shape: ImageShape) -> Result<Self> {
        let [width, height, depth] = shape.extent;
        let info = vk::ImageCreateInfo::default()
            .image_type(shape.dimensions)
            .format(shape.format)
            .extent(vk::Extent3D { width, height, depth })
            .mip_levels(shape.levels)
            .array_layers(shape.layers)
            .samples(vk::SampleCountFlags::TYPE_1)
            .usage(vk::ImageUsageFlags::SAMPLED | vk::ImageUsageFlags::TRANSFER_DST);
        let mut image = Self::with_info(device, &info, shape)?;
        image.make_view()?;
        Ok(image)
    }
}

impl DescriptorSet {
    /// Writes a combined image sampler.
    pub fn write_sampled(&self, binding: u32, image: &StorageImage, sampler: &TextureSampler) {
        let infos = [vk::DescriptorImageInfo::default()
            .image_view(image.view)
            .sampler(sampler.handle)
            .image_layout(vk::ImageLayout::GENERAL)];
        let write = vk::WriteDescriptorSet::default()
            .dst_set(self.handle)
            .dst_binding(binding)
            .descriptor_type(vk::DescriptorType::COMBINED_IMAGE_SAMPLER)
            .image_info(&infos);
        // SAFETY: set, view and sampler are alive; the set is not in use by the device.
        unsafe { sampler.device.raw.update_descriptor_sets(&[write], &[]) };
    }
}
