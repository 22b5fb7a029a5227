//! Recording: pipelines, descriptor sets, push constants, dispatches.

use std::ffi::c_void;

use ash::vk;

use super::record::record;
use crate::guard::slice;

/// `vkCmdBindPipeline`.
pub(super) unsafe extern "system" fn cmd_bind_pipeline(
    buffer: vk::CommandBuffer,
    point: vk::PipelineBindPoint,
    pipeline: vk::Pipeline,
) {
    // SAFETY: VUID-vkCmdBindPipeline-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.bind_pipeline(point, pipeline)) }
}

/// `vkCmdBindDescriptorSets`.
pub(super) unsafe extern "system" fn cmd_bind_descriptor_sets(
    buffer: vk::CommandBuffer,
    point: vk::PipelineBindPoint,
    _layout: vk::PipelineLayout,
    first: u32,
    count: u32,
    sets: *const vk::DescriptorSet,
    offset_count: u32,
    offsets: *const u32,
) {
    // SAFETY: VUID-vkCmdBindDescriptorSets-pDescriptorSets-parameter, -pDynamicOffsets-parameter.
    let (sets, offsets) = unsafe { (slice(sets, count), slice(offsets, offset_count)) };
    // SAFETY: VUID-vkCmdBindDescriptorSets-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.bind_sets(point, first, sets, offsets)) }
}

/// `vkCmdPushDescriptorSetKHR`.
pub(super) unsafe extern "system" fn cmd_push_descriptor_set(
    buffer: vk::CommandBuffer,
    point: vk::PipelineBindPoint,
    layout: vk::PipelineLayout,
    set: u32,
    count: u32,
    writes: *const vk::WriteDescriptorSet<'_>,
) {
    // SAFETY: VUID-vkCmdPushDescriptorSetKHR-pDescriptorWrites-parameter.
    let writes = unsafe { slice(writes, count) };
    // SAFETY: VUID-vkCmdPushDescriptorSetKHR-commandBuffer-parameter, and as above.
    unsafe { record(buffer, |recording| recording.push_descriptors(point, layout, set, writes)) }
}

/// `vkCmdPushDescriptorSetWithTemplateKHR`.
pub(super) unsafe extern "system" fn cmd_push_descriptor_set_with_template(
    buffer: vk::CommandBuffer,
    template: vk::DescriptorUpdateTemplate,
    layout: vk::PipelineLayout,
    set: u32,
    data: *const c_void,
) {
    // SAFETY: VUID-vkCmdPushDescriptorSetWithTemplateKHR-commandBuffer-parameter and -pData-01686.
    unsafe { record(buffer, |recording| recording.push_with_template(layout, set, template, data)) }
}

/// `vkCmdPushConstants`.
pub(super) unsafe extern "system" fn cmd_push_constants(
    buffer: vk::CommandBuffer,
    _layout: vk::PipelineLayout,
    _stages: vk::ShaderStageFlags,
    offset: u32,
    size: u32,
    values: *const c_void,
) {
    // SAFETY: VUID-vkCmdPushConstants-pValues-parameter: `size` bytes.
    let values = unsafe { slice(values.cast(), size) };
    // SAFETY: VUID-vkCmdPushConstants-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.push_constants(offset, values)) }
}

/// `vkCmdDispatch`.
pub(super) unsafe extern "system" fn cmd_dispatch(buffer: vk::CommandBuffer, x: u32, y: u32, z: u32) {
    // SAFETY: VUID-vkCmdDispatch-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.dispatch([0; 3], [x, y, z])) }
}

/// `vkCmdDispatchBase`.
pub(super) unsafe extern "system" fn cmd_dispatch_base(
    buffer: vk::CommandBuffer,
    base_x: u32,
    base_y: u32,
    base_z: u32,
    x: u32,
    y: u32,
    z: u32,
) {
    // SAFETY: VUID-vkCmdDispatchBase-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.dispatch([base_x, base_y, base_z], [x, y, z])) }
}

/// `vkCmdDispatchIndirect`.
pub(super) unsafe extern "system" fn cmd_dispatch_indirect(
    buffer: vk::CommandBuffer,
    arguments: vk::Buffer,
    offset: vk::DeviceSize,
) {
    // SAFETY: VUID-vkCmdDispatchIndirect-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.dispatch_indirect(arguments, offset)) }
}
