//! One shader of a pipeline: its module, entry point, constants and resources, and the kernel they become.

use std::borrow::Cow;
use std::ffi::{CStr, c_void};
use std::sync::Arc;

use ash::vk;
use lacuna_shaders::stage::Stage;
use lacuna_shaders::{Binding, CompileError, Layout, StageKernel};

use super::Dispatched;
use crate::error::Error;
use crate::handle::Object;
use crate::object::descriptor_set_layout::is_usable;
use crate::object::heap_mapping;
use crate::object::kernel_cache::{self, Source};
use crate::object::pipeline_layout::PipelineLayout;
use crate::object::shader_module::ShaderModule;
use crate::{diagnostics, guard, pnext};

/// A shader of a pipeline, and where its resources are.
pub(super) struct Shader<'a> {
    source: Source,
    layout: Cow<'a, Layout>,
    module: vk::ShaderModule,
}

impl<'a> Shader<'a> {
    /// Reads a stage of a pipeline. Without a layout it uses descriptor heaps, and says itself where its resources are.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`], [`Error::InvalidUsage`].
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub(super) unsafe fn new(
        info: &vk::PipelineShaderStageCreateInfo<'_>,
        layout: Option<&'a Layout>,
    ) -> Result<Self, Error> {
        let layout = match layout {
            Some(layout) => Cow::Borrowed(layout),
            // SAFETY: the chain of a valid structure.
            None => Cow::Owned(unsafe { heap_mapping::layout(info.p_next)? }),
        };
        // SAFETY: the chain of a valid structure.
        let inline = unsafe { pnext::find::<vk::ShaderModuleCreateInfo<'_>>(info.p_next) };
        let words = match inline {
            // SAFETY: a valid structure.
            Some(inline) if info.module == vk::ShaderModule::null() => unsafe {
                ShaderModule::new(inline)?.words
            },
            _ => Arc::clone(&ShaderModule::get(info.module)?.words),
        };
        if info.p_name.is_null() {
            return Err(Error::InvalidUsage("VUID-VkPipelineShaderStageCreateInfo-pName-parameter"));
        }
        // SAFETY: VUID-VkPipelineShaderStageCreateInfo-pName-parameter: a null-terminated UTF-8 string.
        let entry_point = unsafe { CStr::from_ptr(info.p_name) }.to_str();
        let entry_point = entry_point.map_err(|_| Error::InvalidUsage("pName is not UTF-8"))?;
        // SAFETY: null or valid (VUID-VkPipelineShaderStageCreateInfo-pSpecializationInfo-parameter).
        let specialization = unsafe { specialization(info.p_specialization_info.as_ref())? };
        let source = Source::new(words, entry_point, specialization, &layout);
        Ok(Self { source, layout, module: info.module })
    }

    /// Its machine code, shared with pipelines that have the same shader.
    ///
    /// # Errors
    /// [`Error::InvalidShader`] for what the compiler refuses.
    pub(super) fn dispatched(self) -> Result<Dispatched, Error> {
        let module = self.module;
        Dispatched::new(self.source, &self.layout).map_err(|error| refused(module, &error))
    }

    /// As [`dispatched`](Self::dispatched), of a graphics stage.
    ///
    /// # Errors
    /// [`Error::InvalidShader`] for what the compiler refuses.
    pub(super) fn stage_kernel(self, stage: Stage) -> Result<Arc<StageKernel>, Error> {
        let module = self.module;
        kernel_cache::stage_kernel(stage, self.source, &self.layout).map_err(|error| refused(module, &error))
    }
}

fn refused(module: vk::ShaderModule, error: &CompileError) -> Error {
    Error::InvalidShader(format!("{}: {error}", diagnostics::describe(module)))
}

/// Where shaders find their resources. Descriptors that cannot be used are left out, so that a shader that uses one is refused.
pub(in crate::object) fn shader_layout(layout: &PipelineLayout) -> Layout {
    let sets = layout.sets.iter().zip(0..).filter_map(|(set, number)| Some((set.as_ref()?, number)));
    let bindings = sets.flat_map(|(set, set_number)| {
        let buffers = set.bindings().filter(|(_, binding)| is_usable(binding.kind) && binding.count > 0);
        buffers.map(move |(number, binding)| {
            ((set_number, number), Binding { slot: binding.slot, count: binding.count })
        })
    });
    Layout { bindings: bindings.collect(), mappings: None }
}

/// The flags of a pipeline: those of 64 bits where the chain has them.
///
/// # Safety
/// The chain of a valid create info.
pub unsafe fn pipeline_flags(
    flags: vk::PipelineCreateFlags,
    chain: *const c_void,
) -> vk::PipelineCreateFlags2KHR {
    // SAFETY: this function's contract.
    let wide = unsafe { pnext::find::<vk::PipelineCreateFlags2CreateInfoKHR<'_>>(chain) };
    // The first 32 bits of the two enumerations are the same.
    wide.map_or(vk::PipelineCreateFlags2KHR::from_raw(flags.as_raw().into()), |wide| wide.flags)
}

/// `(constant id, bits)` of each map entry.
///
/// # Safety
/// `info` is a valid structure.
pub(in crate::object) unsafe fn specialization(
    info: Option<&vk::SpecializationInfo<'_>>,
) -> Result<Vec<(u32, u64)>, Error> {
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
