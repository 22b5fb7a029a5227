//! Commands on descriptor set layouts, pools, sets, update templates, pipeline layouts and samplers.

use std::ffi::c_void;

use ash::vk;

use super::destroy;
use crate::guard::{guard, input, output, slice};
use crate::handle::Object;
use crate::object::descriptor_pool::DescriptorPool;
use crate::object::descriptor_set::{self, DescriptorSet};
use crate::object::descriptor_set_layout::DescriptorSetLayout;
use crate::object::descriptor_template::DescriptorTemplate;
use crate::object::pipeline_layout::PipelineLayout;
use crate::object::sampler::Sampler;
use crate::pnext;

/// `vkCreateDescriptorSetLayout`.
pub(super) unsafe extern "system" fn create_set_layout(
    _device: vk::Device,
    info: *const vk::DescriptorSetLayoutCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    layout: *mut vk::DescriptorSetLayout,
) -> vk::Result {
    // SAFETY: VUID-vkCreateDescriptorSetLayout-pCreateInfo-parameter and -pSetLayout-parameter.
    guard(|| unsafe { output(layout, DescriptorSetLayout::new(input(info)?)?.insert()) })
}

/// `vkDestroyDescriptorSetLayout`.
pub(super) unsafe extern "system" fn destroy_set_layout(
    _device: vk::Device,
    layout: vk::DescriptorSetLayout,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| destroy::<DescriptorSetLayout>(layout).map(drop))
}

/// `vkGetDescriptorSetLayoutSupport`.
pub(super) unsafe extern "system" fn get_set_layout_support(
    _device: vk::Device,
    info: *const vk::DescriptorSetLayoutCreateInfo<'_>,
    support: *mut vk::DescriptorSetLayoutSupport<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkGetDescriptorSetLayoutSupport-pCreateInfo-parameter.
        let layout = unsafe { DescriptorSetLayout::new(input(info)?) };
        let supported = layout.is_ok();
        // SAFETY: VUID-vkGetDescriptorSetLayoutSupport-pSupport-parameter: a valid chain.
        unsafe {
            pnext::for_each_output(support.cast(), |node| {
                let _ = node
                    .fill(|head: &mut vk::DescriptorSetLayoutSupport<'_>| head.supported = supported.into())
                    || node.fill(
                        |variable: &mut vk::DescriptorSetVariableDescriptorCountLayoutSupport<'_>| {
                            variable.max_variable_descriptor_count =
                                layout.as_ref().map_or(0, |layout| layout.most_variable());
                        },
                    );
            });
        }
        Ok(())
    })
}

/// `vkCreateDescriptorPool`.
pub(super) unsafe extern "system" fn create_pool(
    _device: vk::Device,
    info: *const vk::DescriptorPoolCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    pool: *mut vk::DescriptorPool,
) -> vk::Result {
    // SAFETY: VUID-vkCreateDescriptorPool-pCreateInfo-parameter and -pDescriptorPool-parameter.
    guard(|| unsafe { output(pool, DescriptorPool::new(input(info)?).insert()) })
}

/// `vkDestroyDescriptorPool`, with its sets.
pub(super) unsafe extern "system" fn destroy_pool(
    _device: vk::Device,
    pool: vk::DescriptorPool,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| destroy::<DescriptorPool>(pool).map(drop))
}

/// `vkResetDescriptorPool`.
pub(super) unsafe extern "system" fn reset_pool(
    _device: vk::Device,
    pool: vk::DescriptorPool,
    _flags: vk::DescriptorPoolResetFlags,
) -> vk::Result {
    guard(|| {
        DescriptorPool::get(pool)?.reset();
        Ok(())
    })
}

/// `vkAllocateDescriptorSets`: on failure every handle is null.
pub(super) unsafe extern "system" fn allocate_sets(
    _device: vk::Device,
    info: *const vk::DescriptorSetAllocateInfo<'_>,
    sets: *mut vk::DescriptorSet,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkAllocateDescriptorSets-pAllocateInfo-parameter.
        let info = unsafe { input(info)? };
        // SAFETY: a member of a valid structure.
        let layouts = unsafe { slice(info.p_set_layouts, info.descriptor_set_count) };
        // SAFETY: the chain of a valid structure.
        let counts = unsafe {
            pnext::find::<vk::DescriptorSetVariableDescriptorCountAllocateInfo<'_>>(info.p_next)
                .map_or(&[][..], |counts| slice(counts.p_descriptor_counts, counts.descriptor_set_count))
        };
        let allocated =
            DescriptorPool::get(info.descriptor_pool).and_then(|pool| pool.allocate(layouts, counts));
        for index in 0..layouts.len() {
            let set = allocated.as_ref().map_or(vk::DescriptorSet::null(), |allocated| allocated[index]);
            // SAFETY: VUID-vkAllocateDescriptorSets-pDescriptorSets-parameter: an array of this many handles.
            unsafe { output(sets.wrapping_add(index), set)? };
        }
        allocated.map(|_| ())
    })
}

/// `vkFreeDescriptorSets`.
pub(super) unsafe extern "system" fn free_sets(
    _device: vk::Device,
    pool: vk::DescriptorPool,
    count: u32,
    sets: *const vk::DescriptorSet,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkFreeDescriptorSets-pDescriptorSets-00310.
        DescriptorPool::get(pool)?.free(unsafe { slice(sets, count) });
        Ok(())
    })
}

/// `vkUpdateDescriptorSets`.
pub(super) unsafe extern "system" fn update_sets(
    _device: vk::Device,
    write_count: u32,
    writes: *const vk::WriteDescriptorSet<'_>,
    copy_count: u32,
    copies: *const vk::CopyDescriptorSet<'_>,
) {
    // SAFETY: VUID-vkUpdateDescriptorSets-pDescriptorWrites-parameter and -pDescriptorCopies-parameter.
    guard(|| unsafe { descriptor_set::update(slice(writes, write_count), slice(copies, copy_count)) })
}

/// `vkCreateDescriptorUpdateTemplate`.
pub(super) unsafe extern "system" fn create_template(
    _device: vk::Device,
    info: *const vk::DescriptorUpdateTemplateCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    template: *mut vk::DescriptorUpdateTemplate,
) -> vk::Result {
    // SAFETY: VUID-vkCreateDescriptorUpdateTemplate-pCreateInfo-parameter and -pDescriptorUpdateTemplate-parameter.
    guard(|| unsafe { output(template, DescriptorTemplate::new(input(info)?).insert()) })
}

/// `vkDestroyDescriptorUpdateTemplate`.
pub(super) unsafe extern "system" fn destroy_template(
    _device: vk::Device,
    template: vk::DescriptorUpdateTemplate,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| destroy::<DescriptorTemplate>(template).map(drop))
}

/// `vkUpdateDescriptorSetWithTemplate`.
pub(super) unsafe extern "system" fn update_set_with_template(
    _device: vk::Device,
    set: vk::DescriptorSet,
    template: vk::DescriptorUpdateTemplate,
    data: *const c_void,
) {
    guard(|| {
        let set = DescriptorSet::get(set)?;
        // SAFETY: VUID-vkUpdateDescriptorSetWithTemplate-pData-01685.
        unsafe { DescriptorTemplate::get(template)?.apply(&set, data) }
    })
}

/// `vkCreatePipelineLayout`.
pub(super) unsafe extern "system" fn create_pipeline_layout(
    _device: vk::Device,
    info: *const vk::PipelineLayoutCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    layout: *mut vk::PipelineLayout,
) -> vk::Result {
    // SAFETY: VUID-vkCreatePipelineLayout-pCreateInfo-parameter and -pPipelineLayout-parameter.
    guard(|| unsafe { output(layout, PipelineLayout::new(input(info)?)?.insert()) })
}

/// `vkDestroyPipelineLayout`.
pub(super) unsafe extern "system" fn destroy_pipeline_layout(
    _device: vk::Device,
    layout: vk::PipelineLayout,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| destroy::<PipelineLayout>(layout).map(drop))
}

/// `vkCreateSampler`.
pub(super) unsafe extern "system" fn create_sampler(
    _device: vk::Device,
    info: *const vk::SamplerCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    sampler: *mut vk::Sampler,
) -> vk::Result {
    // SAFETY: VUID-vkCreateSampler-pCreateInfo-parameter and -pSampler-parameter.
    guard(|| unsafe { output(sampler, Sampler::new(input(info)?)?.insert()) })
}

/// `vkDestroySampler`.
pub(super) unsafe extern "system" fn destroy_sampler(
    _device: vk::Device,
    sampler: vk::Sampler,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| destroy::<Sampler>(sampler).map(drop))
}
