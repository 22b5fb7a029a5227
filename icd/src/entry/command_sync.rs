//! Recording: barriers and events.
//!
//! A queue executes one command after the other, so that a barrier has nothing to do; but events are real.

use ash::vk;

use super::record::record;
use crate::guard::slice;

/// `vkCmdPipelineBarrier`.
pub(super) unsafe extern "system" fn cmd_pipeline_barrier(
    _buffer: vk::CommandBuffer,
    _source: vk::PipelineStageFlags,
    _destination: vk::PipelineStageFlags,
    _flags: vk::DependencyFlags,
    _memory_count: u32,
    _memory: *const vk::MemoryBarrier<'_>,
    _buffer_count: u32,
    _buffers: *const vk::BufferMemoryBarrier<'_>,
    _image_count: u32,
    _images: *const vk::ImageMemoryBarrier<'_>,
) {
}

/// `vkCmdPipelineBarrier2`.
pub(super) unsafe extern "system" fn cmd_pipeline_barrier2(
    _buffer: vk::CommandBuffer,
    _info: *const vk::DependencyInfo<'_>,
) {
}

/// `vkCmdSetEvent`.
pub(super) unsafe extern "system" fn cmd_set_event(
    buffer: vk::CommandBuffer,
    event: vk::Event,
    _stages: vk::PipelineStageFlags,
) {
    // SAFETY: VUID-vkCmdSetEvent-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.set_event(event)) }
}

/// `vkCmdSetEvent2`.
pub(super) unsafe extern "system" fn cmd_set_event2(
    buffer: vk::CommandBuffer,
    event: vk::Event,
    _info: *const vk::DependencyInfo<'_>,
) {
    // SAFETY: VUID-vkCmdSetEvent2-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.set_event(event)) }
}

/// `vkCmdResetEvent`.
pub(super) unsafe extern "system" fn cmd_reset_event(
    buffer: vk::CommandBuffer,
    event: vk::Event,
    _stages: vk::PipelineStageFlags,
) {
    // SAFETY: VUID-vkCmdResetEvent-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.reset_event(event)) }
}

/// `vkCmdResetEvent2`.
pub(super) unsafe extern "system" fn cmd_reset_event2(
    buffer: vk::CommandBuffer,
    event: vk::Event,
    _stages: vk::PipelineStageFlags2,
) {
    // SAFETY: VUID-vkCmdResetEvent2-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.reset_event(event)) }
}

/// `vkCmdWaitEvents`.
pub(super) unsafe extern "system" fn cmd_wait_events(
    buffer: vk::CommandBuffer,
    count: u32,
    events: *const vk::Event,
    _source: vk::PipelineStageFlags,
    _destination: vk::PipelineStageFlags,
    _memory_count: u32,
    _memory: *const vk::MemoryBarrier<'_>,
    _buffer_count: u32,
    _buffers: *const vk::BufferMemoryBarrier<'_>,
    _image_count: u32,
    _images: *const vk::ImageMemoryBarrier<'_>,
) {
    // SAFETY: VUID-vkCmdWaitEvents-commandBuffer-parameter, VUID-vkCmdWaitEvents-pEvents-parameter.
    unsafe { record(buffer, |recording| recording.wait_events(slice(events, count))) }
}

/// `vkCmdWaitEvents2`.
pub(super) unsafe extern "system" fn cmd_wait_events2(
    buffer: vk::CommandBuffer,
    count: u32,
    events: *const vk::Event,
    _infos: *const vk::DependencyInfo<'_>,
) {
    // SAFETY: VUID-vkCmdWaitEvents2-commandBuffer-parameter, VUID-vkCmdWaitEvents2-pEvents-parameter.
    unsafe { record(buffer, |recording| recording.wait_events(slice(events, count))) }
}
