//! Commands on `VkDevice` itself.

use std::ffi::{CStr, c_char};

use ash::vk;

use super::lookup;
use crate::error::Error;
use crate::guard::{guard, input, output};
use crate::handle;
use crate::object::device::Device;
use crate::object::physical_device::PhysicalDevice;

/// `vkCreateDevice`.
pub(super) unsafe extern "system" fn create_device(
    physical_device: vk::PhysicalDevice,
    info: *const vk::DeviceCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    device: *mut vk::Device,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkCreateDevice-physicalDevice-parameter.
        let physical_device = unsafe { handle::get::<PhysicalDevice>(physical_device)? };
        // SAFETY: VUID-vkCreateDevice-pCreateInfo-parameter.
        let new = unsafe { Device::new(physical_device, input(info)?)? };
        // SAFETY: VUID-vkCreateDevice-pDevice-parameter.
        unsafe { output(device, handle::create(new)) }
    })
}

/// `vkDestroyDevice`. Submissions that still run hold the device until they end.
pub(super) unsafe extern "system" fn destroy_device(
    device: vk::Device,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkDestroyDevice-device-parameter, and its host access is externally synchronised.
        if let Some(device) = unsafe { handle::destroy::<Device>(device) } {
            device.queues().for_each(|queue| queue.abandon());
        }
        Ok(())
    })
}

/// `vkGetDeviceProcAddr`.
pub(super) unsafe extern "system" fn get_device_proc_addr(
    device: vk::Device,
    name: *const c_char,
) -> vk::PFN_vkVoidFunction {
    guard(|| {
        if name.is_null() {
            return Ok(None);
        }
        // SAFETY: VUID-vkGetDeviceProcAddr-device-parameter.
        let device = unsafe { handle::get::<Device>(device)? };
        // SAFETY: not null, and a string by VUID-vkGetDeviceProcAddr-pName-parameter.
        Ok(lookup::device(unsafe { CStr::from_ptr(name) }, device.enabled()))
    })
}

/// `vkGetDeviceQueue`.
pub(super) unsafe extern "system" fn get_device_queue(
    device: vk::Device,
    family: u32,
    index: u32,
    queue: *mut vk::Queue,
) {
    // SAFETY: VUID-vkGetDeviceQueue-device-parameter and -pQueue-parameter.
    guard(|| unsafe { write_queue(device, (family, index), queue) })
}

/// `vkGetDeviceQueue2`: no queue is made with flags, so that none has any.
pub(super) unsafe extern "system" fn get_device_queue2(
    device: vk::Device,
    info: *const vk::DeviceQueueInfo2<'_>,
    queue: *mut vk::Queue,
) {
    guard(|| {
        // SAFETY: VUID-vkGetDeviceQueue2-pQueueInfo-parameter.
        let info = unsafe { input(info)? };
        // SAFETY: VUID-vkGetDeviceQueue2-device-parameter and -pQueue-parameter.
        unsafe { write_queue(device, (info.queue_family_index, info.queue_index), queue) }
    })
}

/// # Safety
/// `device` is alive; `queue` is valid for a write.
unsafe fn write_queue(
    device: vk::Device,
    (family, index): (u32, u32),
    queue: *mut vk::Queue,
) -> Result<(), Error> {
    // SAFETY: this function's contract.
    let device = unsafe { handle::get::<Device>(device)? };
    let found = device.queue_handle(family, index);
    let found = found.ok_or(Error::InvalidUsage("VUID-vkGetDeviceQueue-queueFamilyIndex-00384"));
    // SAFETY: this function's contract.
    unsafe { output(queue, *found.as_ref().unwrap_or(&vk::Queue::null()))? };
    found.map(|_| ())
}
