//! Images of several planes, and the conversions that samplers make of them.

use ash::{khr, vk};

use super::{Buffer, Check, DescriptorSet, Device, Error, Memory, Recorder, Result};

/// A conversion of luma and chroma with the sampler that does it.
pub struct Conversion {
    device: Device,
    commands: khr::sampler_ycbcr_conversion::Device,
    /// The handle.
    pub handle: vk::SamplerYcbcrConversion,
    /// An immutable sampler.
    pub sampler: vk::Sampler,
}

impl Conversion {
    /// A conversion, and a sampler with its chroma filter.
    ///
    /// # Errors
    /// Not supported without `samplerYcbcrConversion`; what the driver returns.
    pub fn new(device: &Device, info: &vk::SamplerYcbcrConversionCreateInfo<'_>) -> Result<Self> {
        if !device.physical.extra.ycbcr_conversion {
            return Err(Error::NotSupported("samplerYcbcrConversion".into()));
        }
        let raw = device.physical.instance.raw();
        let commands = khr::sampler_ycbcr_conversion::Device::new(raw, &device.raw);
        // SAFETY: `info` outlives the call; the device is alive.
        let handle = unsafe { commands.create_sampler_ycbcr_conversion(info, None) }
            .at("vkCreateSamplerYcbcrConversion")?;
        let mut made = Self { device: device.clone(), commands, handle, sampler: vk::Sampler::null() };
        let mut chain = vk::SamplerYcbcrConversionInfo::default().conversion(handle);
        let edge = vk::SamplerAddressMode::CLAMP_TO_EDGE;
        let sampler = vk::SamplerCreateInfo::default()
            .mag_filter(info.chroma_filter)
            .min_filter(info.chroma_filter)
            .address_mode_u(edge)
            .address_mode_v(edge)
            .address_mode_w(edge)
            .push_next(&mut chain);
        // SAFETY: as above.
        made.sampler = unsafe { device.raw.create_sampler(&sampler, None) }.at("vkCreateSampler")?;
        Ok(made)
    }
}

impl Drop for Conversion {
    fn drop(&mut self) {
        // SAFETY: created from this device, destroyed once; null handles are ignored.
        unsafe {
            self.device.raw.destroy_sampler(self.sampler, None);
            self.commands.destroy_sampler_ycbcr_conversion(self.handle, None);
        }
    }
}

/// An image of several planes.
pub struct PlanarImage {
    device: Device,
    /// The handle.
    pub handle: vk::Image,
    /// A view that converts, once one is made.
    pub view: vk::ImageView,
    /// What it was made with.
    format: vk::Format,
    memory: Vec<Memory>,
}

/// The planes' aspects.
pub const PLANES: [vk::ImageAspectFlags; 3] =
    [vk::ImageAspectFlags::PLANE_0, vk::ImageAspectFlags::PLANE_1, vk::ImageAspectFlags::PLANE_2];

impl PlanarImage {
    /// An image without memory.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn new(device: &Device, info: &vk::ImageCreateInfo<'_>) -> Result<Self> {
        // SAFETY: `info` outlives the call; the device is alive.
        let handle = unsafe { device.raw.create_image(info, None) }.at("vkCreateImage")?;
        let view = vk::ImageView::null();
        Ok(Self { device: device.clone(), handle, view, format: info.format, memory: Vec::new() })
    }

    /// Gives it host-visible memory.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn bind(&mut self) -> Result<()> {
        // SAFETY: created from this device.
        let needs = unsafe { self.device.raw.get_image_memory_requirements(self.handle) };
        let memory = Memory::host(&self.device, needs.size, needs.memory_type_bits)?;
        // SAFETY: image and memory are alive and not bound yet.
        unsafe { self.device.raw.bind_image_memory(self.handle, memory.handle, 0) }
            .at("vkBindImageMemory")?;
        self.memory.push(memory);
        Ok(())
    }

    /// Gives so many planes of a disjoint image memory of their own, host-visible.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn bind_planes(&mut self, planes: usize) -> Result<()> {
        let raw = self.device.physical.instance.raw();
        let queries = khr::get_memory_requirements2::Device::new(raw, &self.device.raw);
        let binds = khr::bind_memory2::Device::new(raw, &self.device.raw);
        for &aspect in &PLANES[..planes] {
            let mut plane = vk::ImagePlaneMemoryRequirementsInfo::default().plane_aspect(aspect);
            let info = vk::ImageMemoryRequirementsInfo2::default().image(self.handle).push_next(&mut plane);
            let mut needs = vk::MemoryRequirements2::default();
            // SAFETY: created from this device; the structures outlive the call.
            unsafe { queries.get_image_memory_requirements2(&info, &mut needs) };
            let needs = needs.memory_requirements;
            let memory = Memory::host(&self.device, needs.size, needs.memory_type_bits)?;
            let mut plane = vk::BindImagePlaneMemoryInfo::default().plane_aspect(aspect);
            let info = vk::BindImageMemoryInfo::default()
                .image(self.handle)
                .memory(memory.handle)
                .push_next(&mut plane);
            // SAFETY: image and memory are alive; the plane is not bound yet.
            let result = unsafe { (binds.fp().bind_image_memory2_khr)(binds.device(), 1, &raw const info) };
            result.result().at("vkBindImageMemory2")?;
            self.memory.push(memory);
        }
        Ok(())
    }

    /// The memory that was bound, in that order.
    pub fn memory(&self, index: usize) -> &Memory {
        &self.memory[index]
    }

    /// Makes the view that converts.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn make_view(&mut self, conversion: &Conversion) -> Result<()> {
        let mut chain = vk::SamplerYcbcrConversionInfo::default().conversion(conversion.handle);
        let info = vk::ImageViewCreateInfo::default()
            .image(self.handle)
            .view_type(vk::ImageViewType::TYPE_2D)
            .format(self.format)
            .subresource_range(self.all())
            .push_next(&mut chain);
        // SAFETY: the image is alive and bound.
        self.view = unsafe { self.device.raw.create_image_view(&info, None) }.at("vkCreateImageView")?;
        Ok(())
    }

    /// Makes a view of one plane in a format of its texels' size.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn make_plane_view(&mut self, plane: usize, format: vk::Format) -> Result<()> {
        let info = vk::ImageViewCreateInfo::default()
            .image(self.handle)
            .view_type(vk::ImageViewType::TYPE_2D)
            .format(format)
            .subresource_range(vk::ImageSubresourceRange { aspect_mask: PLANES[plane], ..self.all() });
        // SAFETY: the image is alive and bound.
        self.view = unsafe { self.device.raw.create_image_view(&info, None) }.at("vkCreateImageView")?;
        Ok(())
    }

    fn all(&self) -> vk::ImageSubresourceRange {
        vk::ImageSubresourceRange {
            aspect_mask: vk::ImageAspectFlags::COLOR,
            level_count: 1,
            layer_count: 1,
            ..Default::default()
        }
    }
}

impl Drop for PlanarImage {
    fn drop(&mut self) {
        // SAFETY: created from this device, destroyed once; null handles are ignored. The memory goes after this.
        unsafe {
            self.device.raw.destroy_image_view(self.view, None);
            self.device.raw.destroy_image(self.handle, None);
        }
    }
}

impl DescriptorSet {
    /// Writes a converted image to a binding with an immutable sampler.
    pub fn write_converted(&self, binding: u32, image: &PlanarImage) {
        let infos = [vk::DescriptorImageInfo::default()
            .image_view(image.view)
            .image_layout(vk::ImageLayout::GENERAL)];
        let write = vk::WriteDescriptorSet::default()
            .dst_set(self.handle)
            .dst_binding(binding)
            .descriptor_type(vk::DescriptorType::COMBINED_IMAGE_SAMPLER)
            .image_info(&infos);
        // SAFETY: set and view are alive; the set is not in use by the device.
        unsafe { image.device.raw.update_descriptor_sets(&[write], &[]) };
    }
}

impl Recorder<'_> {
    /// Brings a planar image into the layout `GENERAL`; what it held is gone unless `old` says otherwise.
    pub fn planar_general(&self, image: &PlanarImage, old: vk::ImageLayout) {
        let access = vk::AccessFlags::MEMORY_READ | vk::AccessFlags::MEMORY_WRITE;
        let barrier = vk::ImageMemoryBarrier::default()
            .dst_access_mask(access)
            .old_layout(old)
            .new_layout(vk::ImageLayout::GENERAL)
            .src_queue_family_index(vk::QUEUE_FAMILY_IGNORED)
            .dst_queue_family_index(vk::QUEUE_FAMILY_IGNORED)
            .image(image.handle)
            .subresource_range(image.all());
        let stages = vk::PipelineStageFlags::ALL_COMMANDS;
        let none = vk::DependencyFlags::empty();
        // SAFETY: recording; the image is alive; the barrier outlives the call.
        unsafe {
            self.device.raw.cmd_pipeline_barrier(self.handle, stages, stages, none, &[], &[], &[barrier]);
        }
    }
    /// `vkCmdCopyBufferToImage` of all of a plane, which has so many texels.
    pub fn copy_to_plane(&self, from: &Buffer, to: &PlanarImage, plane: usize, size: [u32; 2]) {
        let (layout, region) = (vk::ImageLayout::GENERAL, whole_plane(plane, size));
        // SAFETY: recording; buffer and image are alive.
        unsafe {
            self.device.raw.cmd_copy_buffer_to_image(self.handle, from.handle, to.handle, layout, &[region]);
        }
    }

    /// `vkCmdCopyImageToBuffer` of all of a plane.
    pub fn copy_from_plane(&self, from: &PlanarImage, to: &Buffer, plane: usize, size: [u32; 2]) {
        let (layout, region) = (vk::ImageLayout::GENERAL, whole_plane(plane, size));
        // SAFETY: recording; buffer and image are alive.
        unsafe {
            self.device.raw.cmd_copy_image_to_buffer(self.handle, from.handle, layout, to.handle, &[region]);
        }
    }
}

fn whole_plane(plane: usize, [width, height]: [u32; 2]) -> vk::BufferImageCopy {
    vk::BufferImageCopy {
        image_subresource: vk::ImageSubresourceLayers {
            aspect_mask: PLANES[plane],
            layer_count: 1,
            ..Default::default()
        },
        image_extent: vk::Extent3D { width, height, depth: 1 },
        ..Default::default()
    }
}
