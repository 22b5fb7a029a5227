//! Commands on shader modules, pipeline caches and pipelines.

use std::ffi::c_void;

use ash::vk;

use super::destroy;
use super::pipeline_creation::{Wishes, create_all};
use crate::error::Error;
use crate::guard::{guard, input, output, slice};
use crate::handle::Object;
use crate::object::pipeline::{ComputePipeline, GraphicsPipeline, Pipeline};
use crate::object::pipeline_cache::PipelineCache;
use crate::object::shader_module::ShaderModule;

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
    // SAFETY: VUID-vkCreateComputePipelines-pCreateInfos-parameter.
    let made = |info: &vk::ComputePipelineCreateInfo<'_>| unsafe { ComputePipeline::new(info) };
    // SAFETY: as above, and -pPipelines-parameter: an array of `count` handles.
    guard(|| unsafe {
        let wishes =
            |info: &vk::ComputePipelineCreateInfo<'_>| Wishes { flags: info.flags, chain: info.p_next };
        create_all(slice(infos, count), pipelines, wishes, |info| Ok(Pipeline::Compute(made(info)?)))
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
    // SAFETY: VUID-vkCreateGraphicsPipelines-pCreateInfos-parameter.
    let made = |info: &vk::GraphicsPipelineCreateInfo<'_>| unsafe { GraphicsPipeline::new(info) };
    // SAFETY: as above, and -pPipelines-parameter: an array of `count` handles.
    guard(|| unsafe {
        let wishes =
            |info: &vk::GraphicsPipelineCreateInfo<'_>| Wishes { flags: info.flags, chain: info.p_next };
        create_all(slice(infos, count), pipelines, wishes, |info| Ok(Pipeline::Graphics(made(info)?.into())))
    })
}

/// `vkDestroyPipeline`.
pub(super) unsafe extern "system" fn destroy_pipeline(
    _device: vk::Device,
    pipeline: vk::Pipeline,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| destroy::<Pipeline>(pipeline).map(drop))
}
