//! Compute pipelines with their layouts.

use ash::vk;

use super::descriptor::SetShape;
use super::{Bound, Check, DescriptorSet, Device, Result};

/// A compute pipeline with its set layouts and pipeline layout.
pub struct Kernel {
    device: Device,
    /// The pipeline.
    pub pipeline: vk::Pipeline,
    /// Its layout.
    pub layout: vk::PipelineLayout,
    sets: Vec<SetShape>,
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
            let samplers = options.immutable_samplers;
            let stages = vk::ShaderStageFlags::COMPUTE;
            kernel.sets.push(SetShape::new(device, bindings, stages, samplers, options.push_sets)?);
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
        }
    }
}
