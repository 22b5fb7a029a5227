//! Recording: transform feedback.

use ash::vk;

use super::record::record;
use crate::guard::slice;

/// `vkCmdBindTransformFeedbackBuffersEXT`.
pub(super) unsafe extern "system" fn cmd_bind_transform_feedback_buffers(
    buffer: vk::CommandBuffer,
    first: u32,
    count: u32,
    buffers: *const vk::Buffer,
    offsets: *const vk::DeviceSize,
    sizes: *const vk::DeviceSize,
) {
    // SAFETY: VUID-vkCmdBindTransformFeedbackBuffersEXT-pBuffers-parameter, -pOffsets-parameter; sizes are null or as many.
    let (buffers, offsets, sizes) =
        unsafe { (slice(buffers, count), slice(offsets, count), slice(sizes, count)) };
    // SAFETY: VUID-vkCmdBindTransformFeedbackBuffersEXT-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.bind_feedback_buffers(first, buffers, offsets, sizes)) }
}

/// `vkCmdBeginTransformFeedbackEXT`.
pub(super) unsafe extern "system" fn cmd_begin_transform_feedback(
    buffer: vk::CommandBuffer,
    first: u32,
    count: u32,
    buffers: *const vk::Buffer,
    offsets: *const vk::DeviceSize,
) {
    // SAFETY: VUID-vkCmdBeginTransformFeedbackEXT-pCounterBuffers-parameter, and offsets likewise: null or `count`.
    let (buffers, offsets) = unsafe { (slice(buffers, count), slice(offsets, count)) };
    // SAFETY: VUID-vkCmdBeginTransformFeedbackEXT-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.begin_feedback(first, buffers, offsets)) }
}

/// `vkCmdEndTransformFeedbackEXT`.
pub(super) unsafe extern "system" fn cmd_end_transform_feedback(
    buffer: vk::CommandBuffer,
    first: u32,
    count: u32,
    buffers: *const vk::Buffer,
    offsets: *const vk::DeviceSize,
) {
    // SAFETY: VUID-vkCmdEndTransformFeedbackEXT-pCounterBuffers-parameter, and offsets likewise: null or `count`.
    let (buffers, offsets) = unsafe { (slice(buffers, count), slice(offsets, count)) };
    // SAFETY: VUID-vkCmdEndTransformFeedbackEXT-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.end_feedback(first, buffers, offsets)) }
}

/// `vkCmdDrawIndirectByteCountEXT`.
pub(super) unsafe extern "system" fn cmd_draw_indirect_byte_count(
    buffer: vk::CommandBuffer,
    instances: u32,
    first_instance: u32,
    counter: vk::Buffer,
    counter_offset: vk::DeviceSize,
    offset: u32,
    stride: u32,
) {
    let (instances, counter) = ([instances, first_instance], (counter, counter_offset));
    // SAFETY: VUID-vkCmdDrawIndirectByteCountEXT-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.draw_byte_count(instances, counter, offset, stride)) }
}
