//! `VkPipeline`: a compiled compute shader. There are no graphics pipelines.

use std::ffi::CStr;
use std::sync::Arc;

use ash::vk;
use lacuna_shaders::{Binding, CompileError, ComputeKernel, Layout};

use super::descriptor_set_layout::is_usable;
use super::kernel_cache::{self, Source};
use super::pipeline_layout::PipelineLayout;
use super::shader_module::ShaderModule;
use crate::diagnostics;
use crate::error::Error;
use crate::guard;
use crate::handle::Object;

/// A compute pipeline.
pub struct Pipeline {
    /// The machine code; other pipelines may share it.
    pub kernel: Arc<ComputeKernel>,
    /// What it was made with.
    pub layout: Arc<PipelineLayout>,
}

crate::object!(Pipeline, vk::Pipeline);

impl Pipeline {
    /// One pipeline of `vkCreateComputePipelines`.
    ///
    /// # Errors
    /// [`Error::InvalidShader`] for what the compiler refuses, [`Error::InvalidHandle`], [`Error::InvalidUsage`].
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn compute(info: &vk::ComputePipelineCreateInfo<'_>) -> Result<Self, Error> {
        let stage = &info.stage;
        if stage.stage != vk::ShaderStageFlags::COMPUTE || stage.p_name.is_null() {
            return Err(Error::InvalidUsage("VUID-VkComputePipelineCreateInfo-stage-00701"));
        }
        let module = ShaderModule::get(stage.module)?;
        let layout = PipelineLayout::get(info.layout)?;
        // SAFETY: VUID-VkPipelineShaderStageCreateInfo-pName-parameter: a null-terminated UTF-8 string.
        let entry_point = unsafe { CStr::from_ptr(stage.p_name) }.to_str();
        let entry_point = entry_point.map_err(|_| Error::InvalidUsage("pName is not UTF-8"))?;
        // SAFETY: null or valid (VUID-VkPipelineShaderStageCreateInfo-pSpecializationInfo-parameter).
        let specialization = unsafe { specialization(stage.p_specialization_info.as_ref())? };
        let bindings = shader_layout(&layout);
        let source = Source::new(Arc::clone(&module.words), entry_point, specialization, &bindings);
        let refused = |error: CompileError| {
            Error::InvalidShader(format!("{}: {error}", diagnostics::describe(stage.module)))
        };
        let kernel = kernel_cache::kernel(source, &bindings).map_err(refused)?;
        Ok(Self { kernel, layout })
    }
}

/// Where the shader finds its buffers and storage images. Other descriptors are left out, so that a shader that uses one is refused.
fn shader_layout(layout: &PipelineLayout) -> Layout {
    let sets = layout.sets.iter().zip(0..).filter_map(|(set, number)| Some((set.as_ref()?, number)));
    let bindings = sets.flat_map(|(set, set_number)| {
        let buffers = set.bindings().filter(|(_, binding)| is_usable(binding.kind) && binding.count > 0);
        buffers.map(move |(number, binding)| {
            ((set_number, number), Binding { slot: binding.slot, count: binding.count })
        })
    });
    Layout { bindings: bindings.collect() }
}

/// `(constant id, bits)` of each map entry.
///
/// # Safety
/// `info` is a valid structure.
unsafe fn specialization(info: Option<&vk::SpecializationInfo<'_>>) -> Result<Vec<(u32, u64)>, Error> {
    let Some(info) = info else { return Ok(Vec::new()) };
    // SAFETY: members of a valid structure.
    let entries = unsafe { guard::slice(info.p_map_entries, info.map_entry_count) };
    let data: &[u8] = if info.p_data.is_null() {
        &[]
    } else {
        // SAFETY: `pData` points to `dataSize` bytes (VUID-VkSpecializationInfo-pData-parameter).
        unsafe { std::slice::from_raw_parts(info.p_data.cast(), info.data_size) }
    };
    entries.iter().map(|entry| Ok((entry.constant_id, constant(data, entry)?))).collect()
}

/// The bits of one constant, zero-extended.
fn constant(data: &[u8], entry: &vk::SpecializationMapEntry) -> Result<u64, Error> {
    let bytes = data.get(entry.offset as usize..).and_then(|data| data.get(..entry.size));
    let bytes = bytes.ok_or(Error::InvalidUsage("VUID-VkSpecializationInfo-pMapEntries-00774"))?;
    let mut bits = [0; 8];
    let target = bits.get_mut(..bytes.len());
    target
        .ok_or(Error::InvalidUsage("VUID-VkSpecializationMapEntry-constantID-00776"))?
        .copy_from_slice(bytes);
    Ok(u64::from_le_bytes(bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_come_from_their_place_and_never_from_beyond_the_data() {
        let data: Vec<u8> = (1..=10).collect();
        let entry = |offset, size| vk::SpecializationMapEntry { constant_id: 0, offset, size };
        assert_eq!(constant(&data, &entry(0, 4)), Ok(0x0403_0201));
        assert_eq!(constant(&data, &entry(2, 8)), Ok(0x0a09_0807_0605_0403));
        assert_eq!(constant(&data, &entry(9, 1)), Ok(10));
        for (offset, size) in [(3, 8), (10, 1), (u32::MAX, 4), (0, 9)] {
            assert!(constant(&data, &entry(offset, size)).is_err());
        }
    }
}
