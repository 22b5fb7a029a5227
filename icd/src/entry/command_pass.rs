//! Recording: passes, clears of attachments, queries and conditions.

use ash::vk;

use super::record::record;
use crate::guard::{input, slice};

/// `vkCmdBeginRenderPass`.
pub(super) unsafe extern "system" fn cmd_begin_render_pass(
    buffer: vk::CommandBuffer,
    info: *const vk::RenderPassBeginInfo<'_>,
    _contents: vk::SubpassContents,
) {
    // SAFETY: VUID-vkCmdBeginRenderPass-commandBuffer-parameter and -pRenderPassBegin-parameter.
    unsafe { record(buffer, |recording| recording.begin_render_pass(input(info)?)) }
}

/// `vkCmdBeginRenderPass2`.
pub(super) unsafe extern "system" fn cmd_begin_render_pass2(
    buffer: vk::CommandBuffer,
    info: *const vk::RenderPassBeginInfo<'_>,
    _subpass: *const vk::SubpassBeginInfo<'_>,
) {
    // SAFETY: VUID-vkCmdBeginRenderPass2-commandBuffer-parameter and -pRenderPassBegin-parameter.
    unsafe { record(buffer, |recording| recording.begin_render_pass(input(info)?)) }
}

/// `vkCmdNextSubpass`.
pub(super) unsafe extern "system" fn cmd_next_subpass(
    buffer: vk::CommandBuffer,
    _contents: vk::SubpassContents,
) {
    // SAFETY: VUID-vkCmdNextSubpass-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.next_subpass()) }
}

/// `vkCmdNextSubpass2`.
pub(super) unsafe extern "system" fn cmd_next_subpass2(
    buffer: vk::CommandBuffer,
    _begin: *const vk::SubpassBeginInfo<'_>,
    _end: *const vk::SubpassEndInfo<'_>,
) {
    // SAFETY: VUID-vkCmdNextSubpass2-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.next_subpass()) }
}

/// `vkCmdEndRenderPass`.
pub(super) unsafe extern "system" fn cmd_end_render_pass(buffer: vk::CommandBuffer) {
    // SAFETY: VUID-vkCmdEndRenderPass-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.end_pass()) }
}

/// `vkCmdEndRenderPass2`.
pub(super) unsafe extern "system" fn cmd_end_render_pass2(
    buffer: vk::CommandBuffer,
    _end: *const vk::SubpassEndInfo<'_>,
) {
    // SAFETY: VUID-vkCmdEndRenderPass2-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.end_pass()) }
}

/// `vkCmdBeginRendering`.
pub(super) unsafe extern "system" fn cmd_begin_rendering(
    buffer: vk::CommandBuffer,
    info: *const vk::RenderingInfo<'_>,
) {
    // SAFETY: VUID-vkCmdBeginRendering-commandBuffer-parameter and -pRenderingInfo-parameter.
    unsafe { record(buffer, |recording| recording.begin_rendering(input(info)?)) }
}

/// `vkCmdEndRendering`.
pub(super) unsafe extern "system" fn cmd_end_rendering(buffer: vk::CommandBuffer) {
    // SAFETY: VUID-vkCmdEndRendering-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.end_pass()) }
}

/// `vkCmdSetRenderingAttachmentLocationsKHR`.
pub(super) unsafe extern "system" fn cmd_set_rendering_attachment_locations(
    buffer: vk::CommandBuffer,
    info: *const vk::RenderingAttachmentLocationInfoKHR<'_>,
) {
    // SAFETY: VUID-vkCmdSetRenderingAttachmentLocations-commandBuffer-parameter and -pLocationInfo-parameter.
    unsafe { record(buffer, |recording| recording.set_color_locations(input(info)?)) }
}

/// `vkCmdSetRenderingInputAttachmentIndicesKHR`: shaders read input attachments through descriptors, which name their images.
pub(super) unsafe extern "system" fn cmd_set_rendering_input_attachment_indices(
    buffer: vk::CommandBuffer,
    _info: *const vk::RenderingInputAttachmentIndexInfoKHR<'_>,
) {
    // SAFETY: VUID-vkCmdSetRenderingInputAttachmentIndices-commandBuffer-parameter.
    unsafe { record(buffer, |_| Ok(())) }
}

/// `vkCmdClearAttachments`.
pub(super) unsafe extern "system" fn cmd_clear_attachments(
    buffer: vk::CommandBuffer,
    attachment_count: u32,
    attachments: *const vk::ClearAttachment,
    rect_count: u32,
    rects: *const vk::ClearRect,
) {
    // SAFETY: VUID-vkCmdClearAttachments-pAttachments-parameter and -pRects-parameter.
    let (attachments, rects) = unsafe { (slice(attachments, attachment_count), slice(rects, rect_count)) };
    // SAFETY: VUID-vkCmdClearAttachments-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.clear_attachments(attachments, rects)) }
}

/// `vkCmdBeginQuery`.
pub(super) unsafe extern "system" fn cmd_begin_query(
    buffer: vk::CommandBuffer,
    pool: vk::QueryPool,
    query: u32,
    _flags: vk::QueryControlFlags,
) {
    // SAFETY: VUID-vkCmdBeginQuery-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.begin_query(pool, query, 0)) }
}

/// `vkCmdEndQuery`.
pub(super) unsafe extern "system" fn cmd_end_query(
    buffer: vk::CommandBuffer,
    pool: vk::QueryPool,
    query: u32,
) {
    // SAFETY: VUID-vkCmdEndQuery-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.end_query(pool, query)) }
}

/// `vkCmdBeginConditionalRenderingEXT`.
pub(super) unsafe extern "system" fn cmd_begin_conditional_rendering(
    buffer: vk::CommandBuffer,
    info: *const vk::ConditionalRenderingBeginInfoEXT<'_>,
) {
    // SAFETY: VUID-vkCmdBeginConditionalRenderingEXT-commandBuffer-parameter, -pConditionalRenderingBegin-parameter.
    unsafe { record(buffer, |recording| recording.begin_condition(input(info)?)) }
}

/// `vkCmdEndConditionalRenderingEXT`.
pub(super) unsafe extern "system" fn cmd_end_conditional_rendering(buffer: vk::CommandBuffer) {
    // SAFETY: VUID-vkCmdEndConditionalRenderingEXT-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.end_condition()) }
}

/// `vkCmdBeginQueryIndexedEXT`.
pub(super) unsafe extern "system" fn cmd_begin_query_indexed(
    buffer: vk::CommandBuffer,
    pool: vk::QueryPool,
    query: u32,
    _flags: vk::QueryControlFlags,
    index: u32,
) {
    // SAFETY: VUID-vkCmdBeginQueryIndexedEXT-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.begin_query(pool, query, index)) }
}

/// `vkCmdEndQueryIndexedEXT`.
pub(super) unsafe extern "system" fn cmd_end_query_indexed(
    buffer: vk::CommandBuffer,
    pool: vk::QueryPool,
    query: u32,
    _index: u32,
) {
    // SAFETY: VUID-vkCmdEndQueryIndexedEXT-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.end_query(pool, query)) }
}
