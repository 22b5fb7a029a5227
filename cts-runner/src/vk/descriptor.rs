//! Descriptor sets, each with its own pool, and their layouts.

use ash::vk;

use super::{Attachment, Buffer, Check, Device, Result};

/// A range of a buffer, as a descriptor sees it.
#[derive(Clone, Copy)]
pub struct Bound {
    /// The buffer; null for a null descriptor.
    pub buffer: vk::Buffer,
    /// Offset in bytes.
    pub offset: u64,
    /// Size in bytes, or `VK_WHOLE_SIZE`.
    pub range: u64,
}

impl Bound {
    /// All of a buffer.
    #[must_use]
    pub fn whole(buffer: &Buffer) -> Self {
        Self { buffer: buffer.handle, offset: 0, range: vk::WHOLE_SIZE }
    }

    /// `range` bytes from `offset` on.
    #[must_use]
    pub fn part(buffer: &Buffer, offset: u64, range: u64) -> Self {
        Self { buffer: buffer.handle, offset, range }
    }

    /// The null descriptor of `VK_EXT_robustness2`.
    #[must_use]
    pub fn null() -> Self {
        Self { buffer: vk::Buffer::null(), offset: 0, range: vk::WHOLE_SIZE }
    }
}

/// A set's layout, and what it has at bindings 0, 1, …
pub(super) struct SetShape {
    device: Device,
    pub(super) layout: vk::DescriptorSetLayout,
    bindings: Vec<(vk::DescriptorType, u32)>,
}

impl SetShape {
    /// Bindings with their counts, for the stages; pushed if `push`.
    pub(super) fn new(
        device: &Device,
        bindings: &[(vk::DescriptorType, u32)],
        stages: vk::ShaderStageFlags,
        immutable_samplers: &[vk::Sampler],
        push: bool,
    ) -> Result<Self> {
        let entries: Vec<_> = (0u32..)
            .zip(bindings)
            .map(|(binding, &(kind, count))| {
                let info = vk::DescriptorSetLayoutBinding::default()
                    .binding(binding)
                    .descriptor_type(kind)
                    .descriptor_count(count)
                    .stage_flags(stages);
                let samples = kind == vk::DescriptorType::COMBINED_IMAGE_SAMPLER;
                match samples && immutable_samplers.len() == count as usize {
                    true => info.immutable_samplers(immutable_samplers),
                    false => info,
                }
            })
            .collect();
        let flags = if push {
            vk::DescriptorSetLayoutCreateFlags::PUSH_DESCRIPTOR_KHR
        } else {
            vk::DescriptorSetLayoutCreateFlags::empty()
        };
        let info = vk::DescriptorSetLayoutCreateInfo::default().bindings(&entries).flags(flags);
        // SAFETY: `info` outlives the call.
        let layout = unsafe { device.raw.create_descriptor_set_layout(&info, None) }
            .at("vkCreateDescriptorSetLayout")?;
        Ok(Self { device: device.clone(), layout, bindings: bindings.to_vec() })
    }
}

impl Drop for SetShape {
    fn drop(&mut self) {
        // SAFETY: created from this device, destroyed once.
        unsafe { self.device.raw.destroy_descriptor_set_layout(self.layout, None) };
    }
}

/// One descriptor set with its own pool.
pub struct DescriptorSet {
    device: Device,
    pool: vk::DescriptorPool,
    /// The handle.
    pub handle: vk::DescriptorSet,
    kinds: Vec<vk::DescriptorType>,
}

impl DescriptorSet {
    pub(super) fn new(device: &Device, shape: &SetShape) -> Result<Self> {
        let sizes: Vec<_> = shape
            .bindings
            .iter()
            .map(|&(ty, descriptor_count)| vk::DescriptorPoolSize { ty, descriptor_count })
            .collect();
        let info = vk::DescriptorPoolCreateInfo::default().max_sets(1).pool_sizes(&sizes);
        // SAFETY: `info` outlives the call.
        let pool = unsafe { device.raw.create_descriptor_pool(&info, None) }.at("vkCreateDescriptorPool")?;
        let kinds = shape.bindings.iter().map(|b| b.0).collect();
        let mut set = Self { device: device.clone(), pool, handle: vk::DescriptorSet::null(), kinds };
        let layouts = [shape.layout];
        let info = vk::DescriptorSetAllocateInfo::default().descriptor_pool(pool).set_layouts(&layouts);
        // SAFETY: pool and layout are alive.
        let sets = unsafe { device.raw.allocate_descriptor_sets(&info) }.at("vkAllocateDescriptorSets")?;
        set.handle = sets[0];
        Ok(set)
    }

    /// Writes an input attachment.
    pub fn write_input(&self, binding: u32, attachment: &Attachment) {
        let infos = [vk::DescriptorImageInfo::default()
            .image_view(attachment.view)
            .image_layout(vk::ImageLayout::GENERAL)];
        let write = vk::WriteDescriptorSet::default()
            .dst_set(self.handle)
            .dst_binding(binding)
            .descriptor_type(vk::DescriptorType::INPUT_ATTACHMENT)
            .image_info(&infos);
        // SAFETY: set and view are alive; the set is not in use by the device.
        unsafe { self.device.raw.update_descriptor_sets(&[write], &[]) };
    }

    /// Writes consecutive array elements of a binding.
    pub fn write(&self, binding: u32, element: u32, buffers: &[Bound]) {
        let infos: Vec<_> = buffers
            .iter()
            .map(|b| vk::DescriptorBufferInfo { buffer: b.buffer, offset: b.offset, range: b.range })
            .collect();
        let write = vk::WriteDescriptorSet::default()
            .dst_set(self.handle)
            .dst_binding(binding)
            .dst_array_element(element)
            .descriptor_type(self.kinds[binding as usize])
            .buffer_info(&infos);
        // SAFETY: set and buffers are alive; the set is not in use by the device.
        unsafe { self.device.raw.update_descriptor_sets(&[write], &[]) };
    }
}

impl Drop for DescriptorSet {
    fn drop(&mut self) {
        // SAFETY: created from this device, destroyed once; frees its set.
        unsafe { self.device.raw.destroy_descriptor_pool(self.pool, None) };
    }
}
