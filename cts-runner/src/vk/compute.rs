//! Compute pipelines with their layouts, and descriptor sets made for them.

use ash::vk;

use super::{Buffer, Check, Device, Result};

/// A compute pipeline with its set layouts and pipeline layout.
pub struct Kernel {
    device: Device,
    /// The pipeline.
    pub pipeline: vk::Pipeline,
    /// Its layout.
    pub layout: vk::PipelineLayout,
    sets: Vec<SetShape>,
}

struct SetShape {
    layout: vk::DescriptorSetLayout,
    bindings: Vec<(vk::DescriptorType, u32)>,
}

/// What a kernel needs beside its code.
#[derive(Clone, Copy, Default)]
pub struct KernelOptions<'a> {
    /// For each set, the type and the count of its bindings 0, 1, …
    pub sets: &'a [&'a [(vk::DescriptorType, u32)]],
    /// Bytes of push constants.
    pub push_bytes: u32,
    /// Whether sets are pushed descriptors.
    pub push_sets: bool,
    /// Immutable samplers of each binding with combined images, as many as it has.
    pub immutable_samplers: &'a [vk::Sampler],
    /// Specialization constants: id and 32-bit value.
    pub constants: &'a [(u32, u32)],
    /// Pipeline flags, such as `DISPATCH_BASE`.
    pub flags: vk::PipelineCreateFlags,
}

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

impl Kernel {
    /// A kernel whose set 0 has `buffers` storage buffers.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn storage(device: &Device, code: &[u32], buffers: usize, push_bytes: u32) -> Result<Self> {
        let bindings = vec![(vk::DescriptorType::STORAGE_BUFFER, 1); buffers];
        let sets = [bindings.as_slice()];
        Self::new(device, code, KernelOptions { sets: &sets, push_bytes, ..KernelOptions::default() })
    }

    /// Compiles a kernel from SPIR-V with the entry point `main`.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn new(device: &Device, code: &[u32], options: KernelOptions<'_>) -> Result<Self> {
        // Built up step by step, so that an error on the way drops what exists; null handles are ignored by Vulkan.
        let mut kernel = Self {
            device: device.clone(),
            pipeline: vk::Pipeline::null(),
            layout: vk::PipelineLayout::null(),
            sets: Vec::new(),
        };
        for bindings in options.sets {
            kernel.sets.push(SetShape::new(device, bindings, options)?);
        }
        let layouts: Vec<_> = kernel.sets.iter().map(|s| s.layout).collect();
        let ranges = [vk::PushConstantRange {
            stage_flags: vk::ShaderStageFlags::COMPUTE,
            offset: 0,
            size: options.push_bytes,
        }];
        let ranges = &ranges[..usize::from(options.push_bytes > 0)];
        let info = vk::PipelineLayoutCreateInfo::default().set_layouts(&layouts).push_constant_ranges(ranges);
        // SAFETY: `info` outlives the call; the set layouts are alive.
        kernel.layout =
            unsafe { device.raw.create_pipeline_layout(&info, None) }.at("vkCreatePipelineLayout")?;
        kernel.pipeline = kernel.compile(code, options)?;
        Ok(kernel)
    }

    fn compile(&self, code: &[u32], options: KernelOptions<'_>) -> Result<vk::Pipeline> {
        let raw = &self.device.raw;
        let (entries, data): (Vec<_>, Vec<u32>) = options
            .constants
            .iter()
            .zip(0u32..)
            .map(|(&(id, value), i)| {
                (vk::SpecializationMapEntry { constant_id: id, offset: i * 4, size: 4 }, value)
            })
            .unzip();
        let bytes: Vec<u8> = data.iter().flat_map(|w| w.to_ne_bytes()).collect();
        let constants = vk::SpecializationInfo::default().map_entries(&entries).data(&bytes);
        let info = vk::ShaderModuleCreateInfo::default().code(code);
        // SAFETY: valid SPIR-V from `build.rs`, alive during the call.
        let module = unsafe { raw.create_shader_module(&info, None) }.at("vkCreateShaderModule")?;
        let mut stage = vk::PipelineShaderStageCreateInfo::default()
            .stage(vk::ShaderStageFlags::COMPUTE)
            .module(module)
            .name(c"main");
        if !entries.is_empty() {
            stage = stage.specialization_info(&constants);
        }
        let info =
            vk::ComputePipelineCreateInfo::default().stage(stage).layout(self.layout).flags(options.flags);
        // SAFETY: all parts are alive during the call.
        let pipelines = unsafe { raw.create_compute_pipelines(vk::PipelineCache::null(), &[info], None) };
        // SAFETY: the pipeline does not need its module any more.
        unsafe { raw.destroy_shader_module(module, None) };
        pipelines.map(|p| p[0]).map_err(|(_, e)| e).at("vkCreateComputePipelines")
    }

    /// A set for set number 0 with one buffer for each binding.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn set(&self, buffers: &[Bound]) -> Result<DescriptorSet> {
        let set = self.empty_set(0)?;
        for (binding, bound) in (0u32..).zip(buffers) {
            set.write(binding, 0, &[*bound]);
        }
        Ok(set)
    }

    /// A set for set number `number` in which nothing is written yet.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn empty_set(&self, number: usize) -> Result<DescriptorSet> {
        DescriptorSet::new(&self.device, &self.sets[number])
    }

    /// The layout of set `number`.
    #[must_use]
    pub fn set_layout(&self, number: usize) -> vk::DescriptorSetLayout {
        self.sets[number].layout
    }
}

impl Drop for Kernel {
    fn drop(&mut self) {
        let raw = &self.device.raw;
        // SAFETY: created from this device, destroyed once; null handles are ignored.
        unsafe {
            raw.destroy_pipeline(self.pipeline, None);
            raw.destroy_pipeline_layout(self.layout, None);
            for set in &self.sets {
                raw.destroy_descriptor_set_layout(set.layout, None);
            }
        }
    }
}

impl SetShape {
    fn new(
        device: &Device,
        bindings: &[(vk::DescriptorType, u32)],
        options: KernelOptions<'_>,
    ) -> Result<Self> {
        let entries: Vec<_> = (0u32..)
            .zip(bindings)
            .map(|(binding, &(kind, count))| {
                let info = vk::DescriptorSetLayoutBinding::default()
                    .binding(binding)
                    .descriptor_type(kind)
                    .descriptor_count(count)
                    .stage_flags(vk::ShaderStageFlags::COMPUTE);
                let samples = kind == vk::DescriptorType::COMBINED_IMAGE_SAMPLER;
                match samples && options.immutable_samplers.len() == count as usize {
                    true => info.immutable_samplers(options.immutable_samplers),
                    false => info,
                }
            })
            .collect();
        let flags = if options.push_sets {
            vk::DescriptorSetLayoutCreateFlags::PUSH_DESCRIPTOR_KHR
        } else {
            vk::DescriptorSetLayoutCreateFlags::empty()
        };
        let info = vk::DescriptorSetLayoutCreateInfo::default().bindings(&entries).flags(flags);
        // SAFETY: `info` outlives the call.
        let layout = unsafe { device.raw.create_descriptor_set_layout(&info, None) }
            .at("vkCreateDescriptorSetLayout")?;
        Ok(Self { layout, bindings: bindings.to_vec() })
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
    fn new(device: &Device, shape: &SetShape) -> Result<Self> {
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
