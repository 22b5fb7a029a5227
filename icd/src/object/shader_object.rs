//! `VkShaderEXT`: one shader that is bound without a pipeline (`VK_EXT_shader_object`).
//!
//! Stages are compiled one by one anyway, so that a shader object is what a pipeline has of a stage, and linking shaders
//! changes nothing. All state around them is dynamic.

use std::ffi::{CStr, c_void};
use std::sync::Arc;

use ash::vk;
use lacuna_shaders::stage::Stage;
use lacuna_shaders::{CompileError, Layout, StageKernel};

use super::heap_mapping;
use super::kernel_cache::{self, Source};
use super::pipeline::{self, ComputePipeline, Dispatched};
use super::pipeline_layout::PipelineLayout;
use super::shader_binary;
use crate::error::Error;
use crate::guard::slice;
use crate::newer::SHADER_CREATE_DESCRIPTOR_HEAP;

/// A shader object.
pub struct ShaderObject {
    /// The machine code.
    pub code: Code,
    /// Where its resources are.
    pub layout: Arc<PipelineLayout>,
    stage: vk::ShaderStageFlags,
    source: Source,
}

/// Machine code, by what it is bound to.
pub enum Code {
    /// A kernel for dispatches.
    Compute(ComputePipeline),
    /// A stage of draws.
    Stage(Stage, Arc<StageKernel>),
}

crate::object!(ShaderObject, vk::ShaderEXT);

impl ShaderObject {
    /// One shader of `vkCreateShadersEXT`.
    ///
    /// # Errors
    /// [`Error::InvalidShader`] for what the compiler refuses, [`Error::IncompatibleBinary`], [`Error::InvalidHandle`],
    /// [`Error::InvalidUsage`].
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn new(info: &vk::ShaderCreateInfoEXT<'_>) -> Result<Self, Error> {
        // SAFETY: members of a valid structure, which those of a pipeline layout have too.
        let layout = unsafe {
            PipelineLayout::of(
                slice(info.p_set_layouts, info.set_layout_count),
                slice(info.p_push_constant_ranges, info.push_constant_range_count),
            )?
        };
        // SAFETY: this function's contract.
        let parts = unsafe { parts(info)? };
        let resources = match parts.mappings {
            Some(_) => Layout { mappings: parts.mappings, ..Layout::default() },
            None => pipeline::shader_layout(&layout),
        };
        let layout = Arc::new(layout);
        let source = Source::new(parts.words, &parts.entry_point, parts.specialization, &resources);
        let code = match info.stage {
            vk::ShaderStageFlags::COMPUTE => {
                let code = Dispatched::new(source.clone(), &resources).map_err(refused)?;
                Code::Compute(ComputePipeline { code, layout: Arc::clone(&layout) })
            }
            flag => {
                let stage = pipeline::stage(flag)?;
                let kernel =
                    kernel_cache::stage_kernel(stage, source.clone(), &resources).map_err(refused)?;
                Code::Stage(stage, kernel)
            }
        };
        Ok(Self { code, layout, stage: info.stage, source })
    }

    /// `vkGetShaderBinaryDataEXT`: all of it, or nothing where it does not fit.
    ///
    /// # Safety
    /// `data` is null or valid for writes of `*size` bytes.
    pub unsafe fn copy_binary(&self, size: &mut usize, data: *mut c_void) -> vk::Result {
        let binary = shader_binary::encode(self.stage, &self.source);
        if data.is_null() {
            *size = binary.len();
        } else if *size < binary.len() {
            *size = 0;
            return vk::Result::INCOMPLETE;
        } else {
            *size = binary.len();
            // SAFETY: this function's contract, and at least as many bytes as checked above.
            unsafe { data.cast::<u8>().copy_from_nonoverlapping(binary.as_ptr(), binary.len()) };
        }
        vk::Result::SUCCESS
    }
}

fn refused(error: CompileError) -> Error {
    Error::InvalidShader(error.to_string())
}

/// The parts of a source that do not depend on a layout.
///
/// # Safety
/// `info` is a valid structure.
unsafe fn parts(info: &vk::ShaderCreateInfoEXT<'_>) -> Result<shader_binary::Parts, Error> {
    if info.p_code.is_null() {
        return Err(Error::InvalidUsage("VUID-VkShaderCreateInfoEXT-pCode-parameter"));
    }
    // SAFETY: `pCode` points to `codeSize` bytes (VUID-VkShaderCreateInfoEXT-pCode-parameter).
    let bytes = unsafe { std::slice::from_raw_parts(info.p_code.cast::<u8>(), info.code_size) };
    if info.code_type == vk::ShaderCodeTypeEXT::BINARY {
        return shader_binary::decode(info.stage, bytes).ok_or(Error::IncompatibleBinary);
    }
    let (words, rest) = bytes.as_chunks::<4>();
    if words.is_empty() || !rest.is_empty() {
        return Err(Error::InvalidUsage("VUID-VkShaderCreateInfoEXT-codeSize-08735"));
    }
    if info.p_name.is_null() {
        return Err(Error::InvalidUsage("VUID-VkShaderCreateInfoEXT-pName-parameter"));
    }
    // SAFETY: VUID-VkShaderCreateInfoEXT-pName-parameter: a null-terminated UTF-8 string.
    let entry_point = unsafe { CStr::from_ptr(info.p_name) }.to_str();
    let mappings = match info.flags.contains(SHADER_CREATE_DESCRIPTOR_HEAP) {
        // SAFETY: the chain of a valid structure.
        true => unsafe { heap_mapping::layout(info.p_next)? }.mappings,
        false => None,
    };
    Ok(shader_binary::Parts {
        mappings,
        words: words.iter().map(|word| u32::from_ne_bytes(*word)).collect(),
        entry_point: entry_point.map_err(|_| Error::InvalidUsage("pName is not UTF-8"))?.into(),
        // SAFETY: null or valid (VUID-VkShaderCreateInfoEXT-pSpecializationInfo-parameter).
        specialization: unsafe { pipeline::specialization(info.p_specialization_info.as_ref())? },
    })
}
