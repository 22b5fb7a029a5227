//! Compute pipelines.

use std::sync::Arc;

use ash::vk;

use super::dispatched::Dispatched;
use super::shader::{Shader, pipeline_flags, shader_layout};
use crate::error::Error;
use crate::handle::Object;
use crate::newer::PIPELINE_CREATE_2_DESCRIPTOR_HEAP;
use crate::object::pipeline_layout::PipelineLayout;

/// A compute pipeline.
#[derive(Clone)]
pub struct ComputePipeline {
    /// The machine code.
    pub code: Dispatched,
    /// What it was made with.
    pub layout: Arc<PipelineLayout>,
}

impl ComputePipeline {
    /// One pipeline of `vkCreateComputePipelines`.
    ///
    /// # Errors
    /// [`Error::InvalidShader`] for what the compiler refuses, [`Error::InvalidHandle`], [`Error::InvalidUsage`].
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn new(info: &vk::ComputePipelineCreateInfo<'_>) -> Result<Self, Error> {
        if info.stage.stage != vk::ShaderStageFlags::COMPUTE {
            return Err(Error::InvalidUsage("VUID-VkComputePipelineCreateInfo-stage-00701"));
        }
        // SAFETY: the chain of a valid structure.
        let flags = unsafe { pipeline_flags(info.flags, info.p_next) };
        let uses_heaps = flags.contains(PIPELINE_CREATE_2_DESCRIPTOR_HEAP);
        let layout = match uses_heaps {
            true => Arc::new(PipelineLayout::of(&[], &[])?),
            false => PipelineLayout::get(info.layout)?,
        };
        let resources = shader_layout(&layout);
        // SAFETY: a member of a valid structure.
        let shader = unsafe { Shader::new(&info.stage, (!uses_heaps).then_some(&resources))? };
        Ok(Self { code: shader.dispatched()?, layout })
    }
}
