//! Recording: vertex and index buffers, draws.

use ash::vk;
use lacuna_gpu::draw::DrawCommand;

use super::record::record;
use crate::command::graphics::indirect::Place;
use crate::guard::slice;

/// `vkCmdBindVertexBuffers`.
pub(super) unsafe extern "system" fn cmd_bind_vertex_buffers(
    buffer: vk::CommandBuffer,
    first: u32,
    count: u32,
    buffers: *const vk::Buffer,
    offsets: *const vk::DeviceSize,
) {
    // SAFETY: VUID-vkCmdBindVertexBuffers-pBuffers-parameter and -pOffsets-parameter.
    let (buffers, offsets) = unsafe { (slice(buffers, count), slice(offsets, count)) };
    // SAFETY: VUID-vkCmdBindVertexBuffers-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.bind_vertex_buffers(first, buffers, offsets, &[], &[])) }
}

/// `vkCmdBindVertexBuffers2`.
pub(super) unsafe extern "system" fn cmd_bind_vertex_buffers2(
    buffer: vk::CommandBuffer,
    first: u32,
    count: u32,
    buffers: *const vk::Buffer,
    offsets: *const vk::DeviceSize,
    sizes: *const vk::DeviceSize,
    strides: *const vk::DeviceSize,
) {
    // SAFETY: VUID-vkCmdBindVertexBuffers2-pBuffers-parameter and its siblings: null or `count` elements.
    let (buffers, offsets) = unsafe { (slice(buffers, count), slice(offsets, count)) };
    // SAFETY: as above.
    let (sizes, strides) = unsafe { (slice(sizes, count), slice(strides, count)) };
    // SAFETY: VUID-vkCmdBindVertexBuffers2-commandBuffer-parameter.
    unsafe {
        record(buffer, |recording| recording.bind_vertex_buffers(first, buffers, offsets, sizes, strides));
    }
}

/// `vkCmdBindIndexBuffer`.
pub(super) unsafe extern "system" fn cmd_bind_index_buffer(
    buffer: vk::CommandBuffer,
    indices: vk::Buffer,
    offset: vk::DeviceSize,
    index_type: vk::IndexType,
) {
    // SAFETY: VUID-vkCmdBindIndexBuffer-commandBuffer-parameter.
    unsafe {
        record(buffer, |recording| recording.bind_index_buffer(indices, offset, vk::WHOLE_SIZE, index_type));
    }
}

/// `vkCmdBindIndexBuffer2KHR`.
pub(super) unsafe extern "system" fn cmd_bind_index_buffer2(
    buffer: vk::CommandBuffer,
    indices: vk::Buffer,
    offset: vk::DeviceSize,
    size: vk::DeviceSize,
    index_type: vk::IndexType,
) {
    // SAFETY: VUID-vkCmdBindIndexBuffer2-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.bind_index_buffer(indices, offset, size, index_type)) }
}

/// `vkCmdDraw`.
pub(super) unsafe extern "system" fn cmd_draw(
    buffer: vk::CommandBuffer,
    vertices: u32,
    instances: u32,
    first_vertex: u32,
    first_instance: u32,
) {
    let draw = DrawCommand::Direct { vertices, instances, first_vertex, first_instance };
    // SAFETY: VUID-vkCmdDraw-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.draw(draw, 0)) }
}

/// `vkCmdDrawIndexed`.
pub(super) unsafe extern "system" fn cmd_draw_indexed(
    buffer: vk::CommandBuffer,
    indices: u32,
    instances: u32,
    first_index: u32,
    vertex_offset: i32,
    first_instance: u32,
) {
    let draw = DrawCommand::Indexed { indices, instances, first_index, vertex_offset, first_instance };
    // SAFETY: VUID-vkCmdDrawIndexed-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.draw(draw, 0)) }
}

/// `vkCmdDrawIndirect`.
pub(super) unsafe extern "system" fn cmd_draw_indirect(
    buffer: vk::CommandBuffer,
    draws: vk::Buffer,
    offset: vk::DeviceSize,
    count: u32,
    stride: u32,
) {
    let draws = Place { buffer: draws, offset };
    // SAFETY: VUID-vkCmdDrawIndirect-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.draw_indirect(false, draws, None, count, stride)) }
}

/// `vkCmdDrawIndexedIndirect`.
pub(super) unsafe extern "system" fn cmd_draw_indexed_indirect(
    buffer: vk::CommandBuffer,
    draws: vk::Buffer,
    offset: vk::DeviceSize,
    count: u32,
    stride: u32,
) {
    let draws = Place { buffer: draws, offset };
    // SAFETY: VUID-vkCmdDrawIndexedIndirect-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.draw_indirect(true, draws, None, count, stride)) }
}

/// `vkCmdDrawIndirectCount`.
pub(super) unsafe extern "system" fn cmd_draw_indirect_count(
    buffer: vk::CommandBuffer,
    draws: vk::Buffer,
    offset: vk::DeviceSize,
    counter: vk::Buffer,
    counter_offset: vk::DeviceSize,
    most: u32,
    stride: u32,
) {
    let (draws, counter) =
        (Place { buffer: draws, offset }, Place { buffer: counter, offset: counter_offset });
    // SAFETY: VUID-vkCmdDrawIndirectCount-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.draw_indirect(false, draws, Some(counter), most, stride)) }
}

/// `vkCmdDrawIndexedIndirectCount`.
pub(super) unsafe extern "system" fn cmd_draw_indexed_indirect_count(
    buffer: vk::CommandBuffer,
    draws: vk::Buffer,
    offset: vk::DeviceSize,
    counter: vk::Buffer,
    counter_offset: vk::DeviceSize,
    most: u32,
    stride: u32,
) {
    let (draws, counter) =
        (Place { buffer: draws, offset }, Place { buffer: counter, offset: counter_offset });
    // SAFETY: VUID-vkCmdDrawIndexedIndirectCount-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.draw_indirect(true, draws, Some(counter), most, stride)) }
}

/// Structures in an application's array whose elements are `stride` bytes apart.
///
/// # Safety
/// Each element is a valid `T` as long as the iterator lives.
unsafe fn strided<T: Copy>(first: *const T, count: u32, stride: u32) -> impl Iterator<Item = T> {
    let count = if first.is_null() { 0 } else { count as usize };
    // SAFETY: this function's contract.
    (0..count).map(move |index| unsafe { first.byte_add(index * stride as usize).read_unaligned() })
}

/// `vkCmdDrawMultiEXT`.
pub(super) unsafe extern "system" fn cmd_draw_multi(
    buffer: vk::CommandBuffer,
    count: u32,
    draws: *const vk::MultiDrawInfoEXT,
    instances: u32,
    first_instance: u32,
    stride: u32,
) {
    // SAFETY: VUID-vkCmdDrawMultiEXT-drawCount-04935.
    let draws = unsafe { strided(draws, count, stride) };
    // SAFETY: VUID-vkCmdDrawMultiEXT-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.draw_multi(draws, instances, first_instance)) }
}

/// `vkCmdDrawMultiIndexedEXT`.
pub(super) unsafe extern "system" fn cmd_draw_multi_indexed(
    buffer: vk::CommandBuffer,
    count: u32,
    draws: *const vk::MultiDrawIndexedInfoEXT,
    instances: u32,
    first_instance: u32,
    stride: u32,
    vertex_offset: *const i32,
) {
    // SAFETY: VUID-vkCmdDrawMultiIndexedEXT-drawCount-04940; the offset is null or valid.
    let (draws, offset) = unsafe { (strided(draws, count, stride), vertex_offset.as_ref().copied()) };
    // SAFETY: VUID-vkCmdDrawMultiIndexedEXT-commandBuffer-parameter.
    unsafe {
        record(buffer, |recording| recording.draw_multi_indexed(draws, instances, first_instance, offset));
    }
}
