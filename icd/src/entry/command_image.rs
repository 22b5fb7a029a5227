//! Recording: copies, clears, blits and resolves of images. Image layouts are not looked at: there is one.

use ash::vk;

use super::record::record;
use crate::guard::{input, slice};
use crate::newer::CopyMemoryToImageIndirectInfoKHR;

/// `vkCmdCopyImage`.
pub(super) unsafe extern "system" fn cmd_copy_image(
    buffer: vk::CommandBuffer,
    source: vk::Image,
    _source_layout: vk::ImageLayout,
    destination: vk::Image,
    _destination_layout: vk::ImageLayout,
    count: u32,
    regions: *const vk::ImageCopy,
) {
    // SAFETY: VUID-vkCmdCopyImage-pRegions-parameter.
    let regions = unsafe { slice(regions, count) }.iter().copied();
    // SAFETY: VUID-vkCmdCopyImage-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.copy_image(source, destination, regions)) }
}

/// `vkCmdCopyImage2`.
pub(super) unsafe extern "system" fn cmd_copy_image2(
    buffer: vk::CommandBuffer,
    info: *const vk::CopyImageInfo2<'_>,
) {
    let commands = |recording: &mut crate::command::Recording| {
        // SAFETY: VUID-vkCmdCopyImage2-pCopyImageInfo-parameter.
        let info = unsafe { input(info)? };
        // SAFETY: members of a valid structure.
        let regions = unsafe { slice(info.p_regions, info.region_count) };
        let plain = |region: &vk::ImageCopy2<'_>| vk::ImageCopy {
            src_subresource: region.src_subresource,
            src_offset: region.src_offset,
            dst_subresource: region.dst_subresource,
            dst_offset: region.dst_offset,
            extent: region.extent,
        };
        recording.copy_image(info.src_image, info.dst_image, regions.iter().map(plain))
    };
    // SAFETY: VUID-vkCmdCopyImage2-commandBuffer-parameter.
    unsafe { record(buffer, commands) }
}

/// `vkCmdCopyBufferToImage`.
pub(super) unsafe extern "system" fn cmd_copy_buffer_to_image(
    buffer: vk::CommandBuffer,
    source: vk::Buffer,
    destination: vk::Image,
    _layout: vk::ImageLayout,
    count: u32,
    regions: *const vk::BufferImageCopy,
) {
    // SAFETY: VUID-vkCmdCopyBufferToImage-pRegions-parameter.
    let regions = unsafe { slice(regions, count) }.iter().copied();
    // SAFETY: VUID-vkCmdCopyBufferToImage-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.copy_buffer_to_image(source, destination, regions)) }
}

/// `vkCmdCopyMemoryToImageIndirectKHR`.
pub(super) unsafe extern "system" fn cmd_copy_memory_to_image_indirect(
    buffer: vk::CommandBuffer,
    info: *const CopyMemoryToImageIndirectInfoKHR<'_>,
) {
    let commands = |recording: &mut crate::command::Recording| {
        // SAFETY: VUID-vkCmdCopyMemoryToImageIndirectKHR-pCopyMemoryToImageIndirectInfo-parameter.
        let info = unsafe { input(info)? };
        recording.copy_indirect(Some(info.dst_image), info.copy_count, info.copy_address_range)
    };
    // SAFETY: VUID-vkCmdCopyMemoryToImageIndirectKHR-commandBuffer-parameter.
    unsafe { record(buffer, commands) }
}

/// `vkCmdCopyBufferToImage2`.
pub(super) unsafe extern "system" fn cmd_copy_buffer_to_image2(
    buffer: vk::CommandBuffer,
    info: *const vk::CopyBufferToImageInfo2<'_>,
) {
    let commands = |recording: &mut crate::command::Recording| {
        // SAFETY: VUID-vkCmdCopyBufferToImage2-pCopyBufferToImageInfo-parameter.
        let info = unsafe { input(info)? };
        // SAFETY: members of a valid structure.
        let regions = unsafe { slice(info.p_regions, info.region_count) };
        recording.copy_buffer_to_image(info.src_buffer, info.dst_image, regions.iter().map(plain))
    };
    // SAFETY: VUID-vkCmdCopyBufferToImage2-commandBuffer-parameter.
    unsafe { record(buffer, commands) }
}

/// `vkCmdCopyImageToBuffer`.
pub(super) unsafe extern "system" fn cmd_copy_image_to_buffer(
    buffer: vk::CommandBuffer,
    source: vk::Image,
    _layout: vk::ImageLayout,
    destination: vk::Buffer,
    count: u32,
    regions: *const vk::BufferImageCopy,
) {
    // SAFETY: VUID-vkCmdCopyImageToBuffer-pRegions-parameter.
    let regions = unsafe { slice(regions, count) }.iter().copied();
    // SAFETY: VUID-vkCmdCopyImageToBuffer-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.copy_image_to_buffer(source, destination, regions)) }
}

/// `vkCmdCopyImageToBuffer2`.
pub(super) unsafe extern "system" fn cmd_copy_image_to_buffer2(
    buffer: vk::CommandBuffer,
    info: *const vk::CopyImageToBufferInfo2<'_>,
) {
    let commands = |recording: &mut crate::command::Recording| {
        // SAFETY: VUID-vkCmdCopyImageToBuffer2-pCopyImageToBufferInfo-parameter.
        let info = unsafe { input(info)? };
        // SAFETY: members of a valid structure.
        let regions = unsafe { slice(info.p_regions, info.region_count) };
        recording.copy_image_to_buffer(info.src_image, info.dst_buffer, regions.iter().map(plain))
    };
    // SAFETY: VUID-vkCmdCopyImageToBuffer2-commandBuffer-parameter.
    unsafe { record(buffer, commands) }
}

/// `vkCmdClearColorImage`.
pub(super) unsafe extern "system" fn cmd_clear_color_image(
    buffer: vk::CommandBuffer,
    image: vk::Image,
    _layout: vk::ImageLayout,
    color: *const vk::ClearColorValue,
    count: u32,
    ranges: *const vk::ImageSubresourceRange,
) {
    let commands = |recording: &mut crate::command::Recording| {
        // SAFETY: VUID-vkCmdClearColorImage-pColor-04961. Every bit pattern is a valid `uint32`.
        let color = unsafe { input(color)?.uint32 };
        // SAFETY: VUID-vkCmdClearColorImage-pRanges-parameter.
        recording.clear_color_image(image, color, unsafe { slice(ranges, count) })
    };
    // SAFETY: VUID-vkCmdClearColorImage-commandBuffer-parameter.
    unsafe { record(buffer, commands) }
}

/// `vkCmdClearDepthStencilImage`.
pub(super) unsafe extern "system" fn cmd_clear_depth_stencil_image(
    buffer: vk::CommandBuffer,
    image: vk::Image,
    _layout: vk::ImageLayout,
    value: *const vk::ClearDepthStencilValue,
    count: u32,
    ranges: *const vk::ImageSubresourceRange,
) {
    let commands = |recording: &mut crate::command::Recording| {
        // SAFETY: VUID-vkCmdClearDepthStencilImage-pDepthStencil-parameter.
        let value = unsafe { *input(value)? };
        // SAFETY: VUID-vkCmdClearDepthStencilImage-pRanges-parameter.
        recording.clear_depth_stencil_image(image, value, unsafe { slice(ranges, count) })
    };
    // SAFETY: VUID-vkCmdClearDepthStencilImage-commandBuffer-parameter.
    unsafe { record(buffer, commands) }
}

/// `vkCmdBlitImage`.
pub(super) unsafe extern "system" fn cmd_blit_image(
    buffer: vk::CommandBuffer,
    source: vk::Image,
    _source_layout: vk::ImageLayout,
    destination: vk::Image,
    _destination_layout: vk::ImageLayout,
    count: u32,
    regions: *const vk::ImageBlit,
    filter: vk::Filter,
) {
    // SAFETY: VUID-vkCmdBlitImage-pRegions-parameter.
    let regions = unsafe { slice(regions, count) }.iter().copied();
    // SAFETY: VUID-vkCmdBlitImage-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.blit_image(source, destination, regions, filter)) }
}

/// `vkCmdBlitImage2`.
pub(super) unsafe extern "system" fn cmd_blit_image2(
    buffer: vk::CommandBuffer,
    info: *const vk::BlitImageInfo2<'_>,
) {
    let commands = |recording: &mut crate::command::Recording| {
        // SAFETY: VUID-vkCmdBlitImage2-pBlitImageInfo-parameter.
        let info = unsafe { input(info)? };
        // SAFETY: members of a valid structure.
        let regions = unsafe { slice(info.p_regions, info.region_count) };
        let plain = |region: &vk::ImageBlit2<'_>| vk::ImageBlit {
            src_subresource: region.src_subresource,
            src_offsets: region.src_offsets,
            dst_subresource: region.dst_subresource,
            dst_offsets: region.dst_offsets,
        };
        recording.blit_image(info.src_image, info.dst_image, regions.iter().map(plain), info.filter)
    };
    // SAFETY: VUID-vkCmdBlitImage2-commandBuffer-parameter.
    unsafe { record(buffer, commands) }
}

/// `vkCmdResolveImage`.
pub(super) unsafe extern "system" fn cmd_resolve_image(
    buffer: vk::CommandBuffer,
    source: vk::Image,
    _source_layout: vk::ImageLayout,
    destination: vk::Image,
    _destination_layout: vk::ImageLayout,
    count: u32,
    regions: *const vk::ImageResolve,
) {
    // SAFETY: VUID-vkCmdResolveImage-pRegions-parameter.
    let regions = unsafe { slice(regions, count) }.iter().copied();
    // SAFETY: VUID-vkCmdResolveImage-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.resolve_image(source, destination, regions)) }
}

/// `vkCmdResolveImage2`.
pub(super) unsafe extern "system" fn cmd_resolve_image2(
    buffer: vk::CommandBuffer,
    info: *const vk::ResolveImageInfo2<'_>,
) {
    let commands = |recording: &mut crate::command::Recording| {
        // SAFETY: VUID-vkCmdResolveImage2-pResolveImageInfo-parameter.
        let info = unsafe { input(info)? };
        // SAFETY: members of a valid structure.
        let regions = unsafe { slice(info.p_regions, info.region_count) };
        let plain = |region: &vk::ImageResolve2<'_>| vk::ImageResolve {
            src_subresource: region.src_subresource,
            src_offset: region.src_offset,
            dst_subresource: region.dst_subresource,
            dst_offset: region.dst_offset,
            extent: region.extent,
        };
        recording.resolve_image(info.src_image, info.dst_image, regions.iter().map(plain))
    };
    // SAFETY: VUID-vkCmdResolveImage2-commandBuffer-parameter.
    unsafe { record(buffer, commands) }
}

/// A region without its chain.
fn plain(region: &vk::BufferImageCopy2<'_>) -> vk::BufferImageCopy {
    vk::BufferImageCopy {
        buffer_offset: region.buffer_offset,
        buffer_row_length: region.buffer_row_length,
        buffer_image_height: region.buffer_image_height,
        image_subresource: region.image_subresource,
        image_offset: region.image_offset,
        image_extent: region.image_extent,
    }
}
