//! Commands of `VK_KHR_external_memory_fd` and `VK_EXT_external_memory_host`.

use std::ffi::{c_int, c_void};

use ash::vk;

use crate::caps::memory::HOST_TYPES;
use crate::error::Error;
use crate::guard::{guard, input, output};
use crate::handle::Object;
use crate::object::external_memory;
use crate::object::memory::Memory;
use crate::pnext;

/// `vkGetMemoryFdKHR`.
pub(super) unsafe extern "system" fn get_memory_fd(
    _device: vk::Device,
    info: *const vk::MemoryGetFdInfoKHR<'_>,
    fd: *mut c_int,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkGetMemoryFdKHR-pGetFdInfo-parameter.
        let info = unsafe { input(info)? };
        let file = Memory::get(info.memory)?.export(info.handle_type)?;
        // SAFETY: VUID-vkGetMemoryFdKHR-pFd-parameter.
        unsafe { output(fd, file) }
    })
}

/// `vkGetMemoryFdPropertiesKHR`: not for opaque descriptors, and there are no others.
pub(super) unsafe extern "system" fn get_memory_fd_properties(
    _device: vk::Device,
    _handle_type: vk::ExternalMemoryHandleTypeFlags,
    _fd: c_int,
    _properties: *mut vk::MemoryFdPropertiesKHR<'_>,
) -> vk::Result {
    guard(|| Err::<(), _>(Error::InvalidExternalHandle))
}

/// `vkGetMemoryHostPointerPropertiesEXT`.
pub(super) unsafe extern "system" fn get_host_pointer_properties(
    _device: vk::Device,
    handle_type: vk::ExternalMemoryHandleTypeFlags,
    pointer: *const c_void,
    out: *mut vk::MemoryHostPointerPropertiesEXT<'_>,
) -> vk::Result {
    guard(|| {
        external_memory::check_host_pointer(handle_type, pointer)?;
        // SAFETY: VUID-vkGetMemoryHostPointerPropertiesEXT-pMemoryHostPointerProperties-parameter: a valid chain.
        unsafe {
            pnext::for_each_output(out.cast(), |node| {
                node.fill(|head: &mut vk::MemoryHostPointerPropertiesEXT<'_>| {
                    head.memory_type_bits = HOST_TYPES
                });
            });
        }
        Ok(())
    })
}
