//! Commands on shader modules, pipeline caches and pipelines.

use std::ffi::c_void;
use std::time::Instant;

use ash::vk;

use super::destroy;
use crate::error::Error;
use crate::guard::{guard, input, output, slice};
use crate::handle::Object;
use crate::object::pipeline::{ComputePipeline, GraphicsPipeline, Pipeline};
use crate::object::pipeline_cache::PipelineCache;
use crate::object::shader_module::ShaderModule;
use crate::pnext;

/// `vkCreateShaderModule`.
pub(super) unsafe extern "system" fn create_shader_module(
    _device: vk::Device,
    info: *const vk::ShaderModuleCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    module: *mut vk::ShaderModule,
) -> vk::Result {
    // SAFETY: VUID-vkCreateShaderModule-pCreateInfo-parameter and -pShaderModule-parameter.
    guard(|| unsafe { output(module, ShaderModule::new(input(info)?)?.insert()) })
}

/// `vkDestroyShaderModule`.
pub(super) unsafe extern "system" fn destroy_shader_module(
    _device: vk::Device,
    module: vk::ShaderModule,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| destroy::<ShaderModule>(module).map(drop))
}

/// `vkCreatePipelineCache`: the initial data of any driver is accepted and holds nothing for us.
pub(super) unsafe extern "system" fn create_pipeline_cache(
    _device: vk::Device,
    _info: *const vk::PipelineCacheCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    cache: *mut vk::PipelineCache,
) -> vk::Result {
    // SAFETY: VUID-vkCreatePipelineCache-pPipelineCache-parameter.
    guard(|| unsafe { output(cache, PipelineCache.insert()) })
}

/// `vkDestroyPipelineCache`.
pub(super) unsafe extern "system" fn destroy_pipeline_cache(
    _device: vk::Device,
    cache: vk::PipelineCache,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| destroy::<PipelineCache>(cache).map(drop))
}

/// `vkGetPipelineCacheData`.
pub(super) unsafe extern "system" fn get_pipeline_cache_data(
    _device: vk::Device,
    cache: vk::PipelineCache,
    size: *mut usize,
    data: *mut c_void,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkGetPipelineCacheData-pDataSize-parameter.
        let size = unsafe { size.as_mut() }.ok_or(Error::InvalidUsage("pDataSize is null"))?;
        // SAFETY: VUID-vkGetPipelineCacheData-pData-parameter.
        Ok(unsafe { PipelineCache::get(cache)?.copy_data(size, data) })
    })
}

/// `vkMergePipelineCaches`: of nothing and nothing comes nothing.
pub(super) unsafe extern "system" fn merge_pipeline_caches(
    _device: vk::Device,
    target: vk::PipelineCache,
    count: u32,
    sources: *const vk::PipelineCache,
) -> vk::Result {
    guard(|| {
        PipelineCache::get(target)?;
        // SAFETY: VUID-vkMergePipelineCaches-pSrcCaches-parameter.
        unsafe { slice(sources, count) }.iter().try_for_each(|&source| PipelineCache::get(source).map(|_| ()))
    })
}

/// `vkCreateComputePipelines`: a pipeline that cannot be made is null, the others are made.
pub(super) unsafe extern "system" fn create_compute_pipelines(
    _device: vk::Device,
    _cache: vk::PipelineCache,
    count: u32,
    infos: *const vk::ComputePipelineCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    pipelines: *mut vk::Pipeline,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkCreateComputePipelines-pCreateInfos-parameter.
        let infos = unsafe { slice(infos, count) };
        // SAFETY: as above, and VUID-vkCreateComputePipelines-pPipelines-parameter: an array of `count` handles.
        unsafe {
            create_all(infos.iter().map(|info| (info.flags, info.p_next)), pipelines, |index| {
                Ok(Pipeline::Compute(ComputePipeline::new(&infos[index])?))
            })
        }
    })
}

/// `vkCreateGraphicsPipelines`: a pipeline that cannot be made is null, the others are made.
pub(super) unsafe extern "system" fn create_graphics_pipelines(
    _device: vk::Device,
    _cache: vk::PipelineCache,
    count: u32,
    infos: *const vk::GraphicsPipelineCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    pipelines: *mut vk::Pipeline,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkCreateGraphicsPipelines-pCreateInfos-parameter.
        let infos = unsafe { slice(infos, count) };
        // SAFETY: as above, and VUID-vkCreateGraphicsPipelines-pPipelines-parameter: an array of `count` handles.
        unsafe {
            create_all(infos.iter().map(|info| (info.flags, info.p_next)), pipelines, |index| {
                Ok(Pipeline::Graphics(GraphicsPipeline::new(&infos[index])?.into()))
            })
        }
    })
}

/// Makes a pipeline of each structure, whose flags and chains these are: null for those that cannot be made, and for all
/// behind them where `EARLY_RETURN_ON_FAILURE` says so. Gives the first error.
///
/// # Safety
/// `pipelines` is valid for as many handles as there are structures; the chains are valid.
unsafe fn create_all(
    infos: impl Iterator<Item = (vk::PipelineCreateFlags, *const c_void)>,
    pipelines: *mut vk::Pipeline,
    make: impl Fn(usize) -> Result<Pipeline, Error>,
) -> Result<(), Error> {
    let mut outcome = Ok(());
    let mut ends = false;
    for (index, (flags, chain)) in infos.enumerate() {
        let mut handle = vk::Pipeline::null();
        if !ends {
            let begin = Instant::now();
            let pipeline = make(index).map(Object::insert);
            handle = *pipeline.as_ref().unwrap_or(&handle);
            ends = pipeline.is_err() && flags.contains(vk::PipelineCreateFlags::EARLY_RETURN_ON_FAILURE);
            outcome = outcome.and(pipeline.map(|_| ()));
            // SAFETY: this function's contract.
            unsafe { report(chain, begin.elapsed().as_nanos() as u64) };
        }
        // SAFETY: this function's contract.
        unsafe { output(pipelines.wrapping_add(index), handle)? };
    }
    outcome
}

/// Says how long a pipeline took, where the application asks (`VkPipelineCreationFeedbackCreateInfo`). What its stages took is
/// not known.
///
/// # Safety
/// `chain` is a valid chain of a pipeline's structure.
unsafe fn report(chain: *const c_void, duration: u64) {
    // SAFETY: this function's contract.
    let Some(wanted) = (unsafe { pnext::find::<vk::PipelineCreationFeedbackCreateInfo<'_>>(chain) }) else {
        return;
    };
    let feedback = vk::PipelineCreationFeedback { flags: vk::PipelineCreationFeedbackFlags::VALID, duration };
    for stage in 0..wanted.pipeline_stage_creation_feedback_count as usize {
        let place = wanted.p_pipeline_stage_creation_feedbacks.wrapping_add(stage);
        // SAFETY: as many elements as the structure says, or none. What is not valid says so.
        let _ = unsafe { output(place, vk::PipelineCreationFeedback::default()) };
    }
    // SAFETY: a valid pointer by the structure's valid usage. Null is refused, and nobody has to hear of it.
    let _ = unsafe { output(wanted.p_pipeline_creation_feedback, feedback) };
}

/// `vkDestroyPipeline`.
pub(super) unsafe extern "system" fn destroy_pipeline(
    _device: vk::Device,
    pipeline: vk::Pipeline,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| destroy::<Pipeline>(pipeline).map(drop))
}
