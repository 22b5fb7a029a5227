//! Commands on `VkBuffer`.

use std::ffi::c_void;

use ash::vk;

use super::destroy;
use super::memory::write_requirements;
use crate::binding_report;
use crate::error::Error;
use crate::guard::{guard, input, output, slice};
use crate::handle::{self, Object};
use crate::object::buffer::{self, Buffer};
use crate::object::device::Device;
use crate::pnext;

/// `vkCreateBuffer`.
pub(super) unsafe extern "system" fn create_buffer(
    device: vk::Device,
    info: *const vk::BufferCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    buffer: *mut vk::Buffer,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkCreateBuffer-device-parameter, VUID-vkCreateBuffer-pCreateInfo-parameter.
        let new = unsafe { Buffer::new(handle::get::<Device>(device)?, input(info)?)? };
        let addresses = new.addresses();
        let handle = new.insert();
        binding_report::bound(handle, addresses);
        // SAFETY: VUID-vkCreateBuffer-pBuffer-parameter.
        unsafe { output(buffer, handle) }
    })
}

/// `vkDestroyBuffer`.
pub(super) unsafe extern "system" fn destroy_buffer(
    _device: vk::Device,
    buffer: vk::Buffer,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| {
        let gone = destroy::<Buffer>(buffer)?;
        binding_report::unbound(buffer, gone.and_then(|gone| gone.addresses()));
        Ok(())
    })
}

/// `vkBindBufferMemory`.
pub(super) unsafe extern "system" fn bind_buffer_memory(
    _device: vk::Device,
    buffer: vk::Buffer,
    memory: vk::DeviceMemory,
    offset: u64,
) -> vk::Result {
    guard(|| bind(buffer, memory, offset))
}

/// `vkBindBufferMemory2`.
pub(super) unsafe extern "system" fn bind_buffer_memory2(
    _device: vk::Device,
    count: u32,
    infos: *const vk::BindBufferMemoryInfo<'_>,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkBindBufferMemory2-pBindInfos-parameter.
        let infos = unsafe { slice(infos, count) };
        bind_all(infos, |info| info.p_next, |info| bind(info.buffer, info.memory, info.memory_offset))
    })
}

fn bind(handle: vk::Buffer, memory: vk::DeviceMemory, offset: u64) -> Result<(), Error> {
    let buffer = Buffer::get(handle)?;
    buffer.bind(memory, offset)?;
    binding_report::bound(handle, buffer.addresses());
    Ok(())
}

/// Binds one after the other, whatever comes of the ones before; the first error is what the command returns. Each has a
/// result of its own where its chain asks for it.
pub(super) fn bind_all<T>(
    infos: &[T],
    chain: impl Fn(&T) -> *const c_void,
    bind: impl Fn(&T) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut outcome = Ok(());
    for info in infos {
        let bound = bind(info);
        // SAFETY: the chain of a valid structure.
        if let Some(status) = unsafe { pnext::find::<vk::BindMemoryStatusKHR<'_>>(chain(info)) } {
            let result = bound.as_ref().map_or_else(|error| error.code(), |()| vk::Result::SUCCESS);
            // SAFETY: VUID-VkBindMemoryStatus-pResult-parameter.
            unsafe { output(status.p_result, result)? };
        }
        outcome = outcome.and(bound);
    }
    outcome
}

/// `vkGetBufferMemoryRequirements`.
pub(super) unsafe extern "system" fn get_requirements(
    _device: vk::Device,
    buffer: vk::Buffer,
    out: *mut vk::MemoryRequirements,
) {
    guard(|| {
        let requirements = Buffer::get(buffer)?.requirements();
        // SAFETY: VUID-vkGetBufferMemoryRequirements-pMemoryRequirements-parameter.
        unsafe { output(out, requirements) }
    })
}

/// `vkGetBufferMemoryRequirements2`. No buffer wants an allocation of its own.
pub(super) unsafe extern "system" fn get_requirements2(
    _device: vk::Device,
    info: *const vk::BufferMemoryRequirementsInfo2<'_>,
    out: *mut vk::MemoryRequirements2<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkGetBufferMemoryRequirements2-pInfo-parameter.
        let requirements = Buffer::get(unsafe { input(info)? }.buffer)?.requirements();
        // SAFETY: VUID-vkGetBufferMemoryRequirements2-pMemoryRequirements-parameter: a valid chain.
        unsafe { write_requirements(out, requirements) };
        Ok(())
    })
}

/// `vkGetDeviceBufferMemoryRequirements`.
pub(super) unsafe extern "system" fn get_device_requirements(
    _device: vk::Device,
    info: *const vk::DeviceBufferMemoryRequirements<'_>,
    out: *mut vk::MemoryRequirements2<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkGetDeviceBufferMemoryRequirements-pInfo-parameter, and a member of it.
        let requirements = buffer::requirements(unsafe { input(input(info)?.p_create_info)? });
        // SAFETY: VUID-vkGetDeviceBufferMemoryRequirements-pMemoryRequirements-parameter: a valid chain.
        unsafe { write_requirements(out, requirements) };
        Ok(())
    })
}

/// `vkGetBufferDeviceAddress`.
pub(super) unsafe extern "system" fn get_device_address(
    _device: vk::Device,
    info: *const vk::BufferDeviceAddressInfo<'_>,
) -> vk::DeviceAddress {
    guard(|| {
        // SAFETY: VUID-vkGetBufferDeviceAddress-pInfo-parameter.
        let buffer = Buffer::get(unsafe { input(info)? }.buffer)?;
        buffer.address().ok_or(Error::InvalidUsage("VUID-VkBufferDeviceAddressInfo-buffer-02600"))
    })
}

/// `vkGetBufferOpaqueCaptureAddress`: where the buffer is. One that is not sparse goes where its memory goes when it is replayed.
pub(super) unsafe extern "system" fn get_opaque_capture_address(
    device: vk::Device,
    info: *const vk::BufferDeviceAddressInfo<'_>,
) -> u64 {
    // SAFETY: VUID-vkGetBufferOpaqueCaptureAddress-pInfo-parameter.
    unsafe { get_device_address(device, info) }
}
