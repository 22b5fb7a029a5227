//! Recording: copies, fills, updates and queries.

use std::ffi::c_void;

use ash::vk;

use super::record::record;
use crate::error::Error;
use crate::guard::{input, slice};
use crate::newer::CopyMemoryIndirectInfoKHR;

/// `vkCmdCopyBuffer`.
pub(super) unsafe extern "system" fn cmd_copy_buffer(
    buffer: vk::CommandBuffer,
    source: vk::Buffer,
    destination: vk::Buffer,
    count: u32,
    regions: *const vk::BufferCopy,
) {
    // SAFETY: VUID-vkCmdCopyBuffer-pRegions-parameter.
    let regions = unsafe { slice(regions, count) };
    // SAFETY: VUID-vkCmdCopyBuffer-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.copy_buffer(source, destination, regions)) }
}

/// `vkCmdCopyBuffer2`.
pub(super) unsafe extern "system" fn cmd_copy_buffer2(
    buffer: vk::CommandBuffer,
    info: *const vk::CopyBufferInfo2<'_>,
) {
    let commands = |recording: &mut crate::command::Recording| {
        // SAFETY: VUID-vkCmdCopyBuffer2-pCopyBufferInfo-parameter.
        let info = unsafe { input(info)? };
        // SAFETY: members of a valid structure.
        let regions = unsafe { slice(info.p_regions, info.region_count) };
        let plain = |region: &vk::BufferCopy2<'_>| vk::BufferCopy {
            src_offset: region.src_offset,
            dst_offset: region.dst_offset,
            size: region.size,
        };
        let regions: smallvec::SmallVec<[vk::BufferCopy; 8]> = regions.iter().map(plain).collect();
        recording.copy_buffer(info.src_buffer, info.dst_buffer, &regions)
    };
    // SAFETY: VUID-vkCmdCopyBuffer2-commandBuffer-parameter.
    unsafe { record(buffer, commands) }
}

/// `vkCmdCopyMemoryIndirectKHR`.
pub(super) unsafe extern "system" fn cmd_copy_memory_indirect(
    buffer: vk::CommandBuffer,
    info: *const CopyMemoryIndirectInfoKHR<'_>,
) {
    let commands = |recording: &mut crate::command::Recording| {
        // SAFETY: VUID-vkCmdCopyMemoryIndirectKHR-pCopyMemoryIndirectInfo-parameter.
        let info = unsafe { input(info)? };
        recording.copy_indirect(None, info.copy_count, info.copy_address_range)
    };
    // SAFETY: VUID-vkCmdCopyMemoryIndirectKHR-commandBuffer-parameter.
    unsafe { record(buffer, commands) }
}

/// `vkCmdFillBuffer`.
pub(super) unsafe extern "system" fn cmd_fill_buffer(
    buffer: vk::CommandBuffer,
    destination: vk::Buffer,
    offset: vk::DeviceSize,
    size: vk::DeviceSize,
    word: u32,
) {
    // SAFETY: VUID-vkCmdFillBuffer-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.fill_buffer(destination, offset, size, word)) }
}

/// `vkCmdUpdateBuffer`.
pub(super) unsafe extern "system" fn cmd_update_buffer(
    buffer: vk::CommandBuffer,
    destination: vk::Buffer,
    offset: vk::DeviceSize,
    size: vk::DeviceSize,
    data: *const c_void,
) {
    /// VUID-vkCmdUpdateBuffer-dataSize-00037
    const MAX: u64 = 65_536;
    let commands = |recording: &mut crate::command::Recording| {
        if size > MAX {
            return Err(Error::InvalidUsage("VUID-vkCmdUpdateBuffer-dataSize-00037"));
        }
        // SAFETY: VUID-vkCmdUpdateBuffer-pData-parameter: `size` bytes.
        recording.update_buffer(destination, offset, unsafe { slice(data.cast(), size as u32) })
    };
    // SAFETY: VUID-vkCmdUpdateBuffer-commandBuffer-parameter.
    unsafe { record(buffer, commands) }
}

/// `vkCmdResetQueryPool`.
pub(super) unsafe extern "system" fn cmd_reset_query_pool(
    buffer: vk::CommandBuffer,
    pool: vk::QueryPool,
    first: u32,
    count: u32,
) {
    // SAFETY: VUID-vkCmdResetQueryPool-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.reset_queries(pool, first, count)) }
}

/// `vkCmdWriteTimestamp`: everything before it is complete, whatever the stage.
pub(super) unsafe extern "system" fn cmd_write_timestamp(
    buffer: vk::CommandBuffer,
    _stage: vk::PipelineStageFlags,
    pool: vk::QueryPool,
    query: u32,
) {
    // SAFETY: VUID-vkCmdWriteTimestamp-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.write_timestamp(pool, query)) }
}

/// `vkCmdWriteTimestamp2`.
pub(super) unsafe extern "system" fn cmd_write_timestamp2(
    buffer: vk::CommandBuffer,
    _stage: vk::PipelineStageFlags2,
    pool: vk::QueryPool,
    query: u32,
) {
    // SAFETY: VUID-vkCmdWriteTimestamp2-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.write_timestamp(pool, query)) }
}

/// `vkCmdCopyQueryPoolResults`.
pub(super) unsafe extern "system" fn cmd_copy_query_pool_results(
    buffer: vk::CommandBuffer,
    pool: vk::QueryPool,
    first: u32,
    count: u32,
    destination: vk::Buffer,
    offset: vk::DeviceSize,
    stride: vk::DeviceSize,
    flags: vk::QueryResultFlags,
) {
    let (queries, target) = ((first, count), (offset, stride));
    // SAFETY: VUID-vkCmdCopyQueryPoolResults-commandBuffer-parameter.
    unsafe {
        record(buffer, |recording| recording.copy_query_results(pool, queries, destination, target, flags))
    }
}
