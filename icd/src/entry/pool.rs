//! Commands on query pools and command pools themselves.

use std::ffi::c_void;

use ash::vk;

use super::destroy;
use crate::error::Error;
use crate::guard::{guard, input, output};
use crate::handle::{self, Object};
use crate::object::command_pool::CommandPool;
use crate::object::device::Device;
use crate::object::query_pool::QueryPool;

/// `vkCreateQueryPool`.
pub(super) unsafe extern "system" fn create_query_pool(
    _device: vk::Device,
    info: *const vk::QueryPoolCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    pool: *mut vk::QueryPool,
) -> vk::Result {
    // SAFETY: VUID-vkCreateQueryPool-pCreateInfo-parameter and -pQueryPool-parameter.
    guard(|| unsafe { output(pool, QueryPool::new(input(info)?)?.insert()) })
}

/// `vkDestroyQueryPool`.
pub(super) unsafe extern "system" fn destroy_query_pool(
    _device: vk::Device,
    pool: vk::QueryPool,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| destroy::<QueryPool>(pool).map(drop))
}

/// `vkResetQueryPool`.
pub(super) unsafe extern "system" fn reset_query_pool(
    _device: vk::Device,
    pool: vk::QueryPool,
    first: u32,
    count: u32,
) {
    guard(|| {
        QueryPool::get(pool)?.reset(first, count);
        Ok(())
    })
}

/// `vkGetQueryPoolResults`.
pub(super) unsafe extern "system" fn get_query_pool_results(
    device: vk::Device,
    pool: vk::QueryPool,
    first: u32,
    count: u32,
    size: usize,
    data: *mut c_void,
    stride: u64,
    flags: vk::QueryResultFlags,
) -> vk::Result {
    guard(|| {
        if data.is_null() {
            return Err(Error::InvalidUsage("VUID-vkGetQueryPoolResults-pData-parameter"));
        }
        let pool = QueryPool::get(pool)?;
        if flags.contains(vk::QueryResultFlags::WAIT) {
            // SAFETY: VUID-vkGetQueryPoolResults-device-parameter.
            pool.wait(unsafe { handle::get::<Device>(device)? }, first, count)?;
        }
        let available = pool.copy_results((first, count), flags, stride, |offset, bytes| {
            if offset.checked_add(bytes.len() as u64).is_some_and(|end| end <= size as u64) {
                let target = data.wrapping_byte_add(offset as usize).cast::<u8>();
                // SAFETY: inside the `size` bytes of VUID-vkGetQueryPoolResults-pData-parameter.
                unsafe { target.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
            }
        });
        Ok(if available { vk::Result::SUCCESS } else { vk::Result::NOT_READY })
    })
}

/// `vkCreateCommandPool`.
pub(super) unsafe extern "system" fn create_command_pool(
    _device: vk::Device,
    info: *const vk::CommandPoolCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    pool: *mut vk::CommandPool,
) -> vk::Result {
    // SAFETY: VUID-vkCreateCommandPool-pCreateInfo-parameter and -pCommandPool-parameter.
    guard(|| unsafe { output(pool, CommandPool::new(input(info)?)?.insert()) })
}

/// `vkDestroyCommandPool`, with its command buffers.
pub(super) unsafe extern "system" fn destroy_command_pool(
    _device: vk::Device,
    pool: vk::CommandPool,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| destroy::<CommandPool>(pool).map(drop))
}

/// `vkResetCommandPool`.
pub(super) unsafe extern "system" fn reset_command_pool(
    _device: vk::Device,
    pool: vk::CommandPool,
    _flags: vk::CommandPoolResetFlags,
) -> vk::Result {
    guard(|| {
        CommandPool::get(pool)?.reset();
        Ok(())
    })
}

/// `vkTrimCommandPool`: a pool keeps no memory of its own.
pub(super) unsafe extern "system" fn trim_command_pool(
    _device: vk::Device,
    pool: vk::CommandPool,
    _flags: vk::CommandPoolTrimFlags,
) {
    guard(|| CommandPool::get(pool).map(drop))
}
