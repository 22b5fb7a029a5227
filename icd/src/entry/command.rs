//! The life of command buffers.

use ash::vk;

use super::record::record;
use crate::command::CommandBuffer;
use crate::error::Error;
use crate::guard::{guard, input, output, slice};
use crate::handle::{self, Object};
use crate::object::command_pool::CommandPool;
use crate::pnext;

/// `vkAllocateCommandBuffers`.
pub(super) unsafe extern "system" fn allocate_command_buffers(
    _device: vk::Device,
    info: *const vk::CommandBufferAllocateInfo<'_>,
    buffers: *mut vk::CommandBuffer,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkAllocateCommandBuffers-pAllocateInfo-parameter.
        let info = unsafe { input(info)? };
        let pool = CommandPool::get(info.command_pool);
        for index in 0..info.command_buffer_count as usize {
            let new = pool.as_ref().map(|pool| {
                let buffer = handle::create(CommandBuffer::new(info.level).into());
                pool.add(buffer);
                buffer
            });
            // SAFETY: VUID-vkAllocateCommandBuffers-pCommandBuffers-parameter: `commandBufferCount` elements.
            unsafe { output(buffers.wrapping_add(index), new.unwrap_or_default())? };
        }
        pool.map(|_| ())
    })
}

/// `vkFreeCommandBuffers`.
pub(super) unsafe extern "system" fn free_command_buffers(
    _device: vk::Device,
    pool: vk::CommandPool,
    count: u32,
    buffers: *const vk::CommandBuffer,
) {
    guard(|| {
        let pool = CommandPool::get(pool)?;
        // SAFETY: VUID-vkFreeCommandBuffers-pCommandBuffers-00048.
        for &buffer in unsafe { slice(buffers, count) } {
            // Null and foreign handles are not in the pool.
            if pool.remove(buffer) {
                // SAFETY: the pool knew it as live, and knows it no more; host access is externally synchronised.
                drop(unsafe { handle::destroy::<CommandBuffer>(buffer) });
            }
        }
        Ok(())
    })
}

/// `vkBeginCommandBuffer`. What the application promises (one-time, simultaneous use, inheritance) is not needed.
pub(super) unsafe extern "system" fn begin_command_buffer(
    buffer: vk::CommandBuffer,
    info: *const vk::CommandBufferBeginInfo<'_>,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkBeginCommandBuffer-pBeginInfo-parameter.
        let info = unsafe { input(info)? };
        // SAFETY: the chain of a valid structure.
        let group = unsafe { pnext::find::<vk::DeviceGroupCommandBufferBeginInfo<'_>>(info.p_next) };
        // SAFETY: VUID-vkBeginCommandBuffer-commandBuffer-parameter.
        let buffer = unsafe { handle::get::<CommandBuffer>(buffer)? };
        buffer.begin(group.map_or(u32::MAX, |group| group.device_mask));
        // SAFETY: VUID-vkBeginCommandBuffer-commandBuffer-00051: valid for secondaries, ignored for others.
        match unsafe { info.p_inheritance_info.as_ref() }.filter(|_| buffer.is_secondary()) {
            // SAFETY: a valid structure.
            Some(inherited) => buffer.record(|recording| unsafe { recording.inherit_heaps(inherited) }),
            None => Ok(()),
        }
    })
}

/// `vkEndCommandBuffer`: the first error of recording, out of memory among them.
pub(super) unsafe extern "system" fn end_command_buffer(buffer: vk::CommandBuffer) -> vk::Result {
    // SAFETY: VUID-vkEndCommandBuffer-commandBuffer-parameter.
    guard(|| unsafe { handle::get::<CommandBuffer>(buffer)? }.end())
}

/// `vkResetCommandBuffer`.
pub(super) unsafe extern "system" fn reset_command_buffer(
    buffer: vk::CommandBuffer,
    _flags: vk::CommandBufferResetFlags,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkResetCommandBuffer-commandBuffer-parameter.
        unsafe { handle::get::<CommandBuffer>(buffer)? }.reset();
        Ok::<_, Error>(())
    })
}

/// `vkCmdExecuteCommands`.
pub(super) unsafe extern "system" fn cmd_execute_commands(
    buffer: vk::CommandBuffer,
    count: u32,
    buffers: *const vk::CommandBuffer,
) {
    // SAFETY: VUID-vkCmdExecuteCommands-commandBuffer-parameter, VUID-vkCmdExecuteCommands-pCommandBuffers-parameter.
    unsafe { record(buffer, |recording| recording.execute_commands(slice(buffers, count))) }
}

/// `vkCmdSetDeviceMask`.
pub(super) unsafe extern "system" fn cmd_set_device_mask(buffer: vk::CommandBuffer, mask: u32) {
    // SAFETY: VUID-vkCmdSetDeviceMask-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.set_device_mask(mask)) }
}
