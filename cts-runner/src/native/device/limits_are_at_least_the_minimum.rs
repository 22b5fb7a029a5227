//! The limits are not below what Vulkan requires of every driver (section "Required Limits").

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[];

pub(super) fn run(cx: &Context) -> Outcome {
    let limits = &cx.device.physical.properties.limits;
    let at_least = [
        ("maxUniformBufferRange", limits.max_uniform_buffer_range, 16_384),
        ("maxStorageBufferRange", limits.max_storage_buffer_range, 1 << 27),
        ("maxPushConstantsSize", limits.max_push_constants_size, 128),
        ("maxMemoryAllocationCount", limits.max_memory_allocation_count, 4096),
        ("maxBoundDescriptorSets", limits.max_bound_descriptor_sets, 4),
        ("maxPerStageDescriptorStorageBuffers", limits.max_per_stage_descriptor_storage_buffers, 4),
        ("maxPerStageDescriptorUniformBuffers", limits.max_per_stage_descriptor_uniform_buffers, 12),
        ("maxDescriptorSetStorageBuffersDynamic", limits.max_descriptor_set_storage_buffers_dynamic, 4),
        ("maxComputeSharedMemorySize", limits.max_compute_shared_memory_size, 16_384),
        ("maxComputeWorkGroupInvocations", limits.max_compute_work_group_invocations, 128),
        ("maxComputeWorkGroupCount x", limits.max_compute_work_group_count[0], 65_535),
        ("maxComputeWorkGroupCount y", limits.max_compute_work_group_count[1], 65_535),
        ("maxComputeWorkGroupCount z", limits.max_compute_work_group_count[2], 65_535),
        ("maxComputeWorkGroupSize x", limits.max_compute_work_group_size[0], 128),
        ("maxComputeWorkGroupSize y", limits.max_compute_work_group_size[1], 128),
        ("maxComputeWorkGroupSize z", limits.max_compute_work_group_size[2], 64),
    ];
    for (name, found, minimum) in at_least {
        check!(found >= minimum, "{name} is {found}, below {minimum}");
    }
    let alignments = [
        ("minStorageBufferOffsetAlignment", limits.min_storage_buffer_offset_alignment, 256),
        ("minUniformBufferOffsetAlignment", limits.min_uniform_buffer_offset_alignment, 256),
        ("nonCoherentAtomSize", limits.non_coherent_atom_size, 256),
    ];
    for (name, found, maximum) in alignments {
        check!(found.is_power_of_two() && found <= maximum, "{name} is {found}");
    }
    let one = vk::SampleCountFlags::TYPE_1;
    let samples = [
        ("framebufferColorSampleCounts", limits.framebuffer_color_sample_counts),
        ("framebufferDepthSampleCounts", limits.framebuffer_depth_sample_counts),
        ("framebufferIntegerColorSampleCounts", integer_color_samples(cx)),
    ];
    for (name, found) in samples {
        check!(found.contains(one), "{name} lacks one sample");
    }
    check!(limits.min_memory_map_alignment >= 64, "minMemoryMapAlignment is below 64");
    if cx.device.physical.features.sparse_binding == vk::TRUE {
        let space = limits.sparse_address_space_size;
        check!(space >= 1 << 31, "sparseAddressSpaceSize is {space}, below 2^31");
    }
    Ok(())
}

fn integer_color_samples(cx: &Context) -> vk::SampleCountFlags {
    let physical = &cx.device.physical;
    let mut version = vk::PhysicalDeviceVulkan12Properties::default();
    let mut chain = vk::PhysicalDeviceProperties2::default().push_next(&mut version);
    // SAFETY: a chain of structures on this stack.
    unsafe { physical.instance.properties2().get_physical_device_properties2(physical.handle, &mut chain) };
    if physical.properties.api_version < vk::API_VERSION_1_2 {
        return vk::SampleCountFlags::TYPE_1;
    }
    version.framebuffer_integer_color_sample_counts
}
