//! Commands before and on `VkInstance`.

use std::ffi::{CStr, c_char};

use ash::vk;

use super::lookup::{self, Enabled};
use crate::caps;
use crate::caps::extensions::{Extension, InstanceExtension};
use crate::error::Error;
use crate::guard::{fill, guard, input, output};
use crate::handle;
use crate::object::instance::Instance;

/// `vkGetInstanceProcAddr`.
pub(crate) unsafe extern "system" fn get_instance_proc_addr(
    instance: vk::Instance,
    name: *const c_char,
) -> vk::PFN_vkVoidFunction {
    guard(|| {
        if name.is_null() {
            return Ok(None);
        }
        // SAFETY: not null, and a string by VUID-vkGetInstanceProcAddr-pName-parameter.
        let name = unsafe { CStr::from_ptr(name) };
        if instance == vk::Instance::null() {
            return Ok(lookup::global(name));
        }
        // SAFETY: a live instance by VUID-vkGetInstanceProcAddr-instance-parameter.
        let instance = unsafe { handle::get::<Instance>(instance)? };
        Ok(lookup::instance(
            name,
            Enabled { instance: instance.extensions, device: None, version: instance.version },
        ))
    })
}

/// `vkEnumerateInstanceVersion`.
pub(super) unsafe extern "system" fn enumerate_instance_version(version: *mut u32) -> vk::Result {
    // SAFETY: VUID-vkEnumerateInstanceVersion-pApiVersion-parameter.
    guard(|| unsafe { output(version, caps::INSTANCE_VERSION) })
}

/// `vkEnumerateInstanceExtensionProperties`. Drivers have no layers.
pub(super) unsafe extern "system" fn enumerate_instance_extension_properties(
    layer: *const c_char,
    count: *mut u32,
    properties: *mut vk::ExtensionProperties,
) -> vk::Result {
    guard(|| {
        if !layer.is_null() {
            return Err(Error::LayerNotPresent);
        }
        let all = InstanceExtension::ALL.iter().map(|extension| extension.properties());
        // SAFETY: VUID-vkEnumerateInstanceExtensionProperties-pProperties-parameter.
        unsafe { fill(all, count, properties, |slot, value| *slot = value) }
    })
}

/// `vkEnumerateInstanceLayerProperties`: none.
pub(super) unsafe extern "system" fn enumerate_instance_layer_properties(
    count: *mut u32,
    properties: *mut vk::LayerProperties,
) -> vk::Result {
    // SAFETY: VUID-vkEnumerateInstanceLayerProperties-pProperties-parameter.
    guard(|| unsafe { fill([].into_iter(), count, properties, |slot, value| *slot = value) })
}

/// `vkCreateInstance`.
pub(super) unsafe extern "system" fn create_instance(
    info: *const vk::InstanceCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    instance: *mut vk::Instance,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkCreateInstance-pCreateInfo-parameter.
        let new = unsafe { Instance::new(input(info)?)? };
        // SAFETY: VUID-vkCreateInstance-pInstance-parameter.
        unsafe { output(instance, handle::create(new)) }
    })
}

/// `vkDestroyInstance`.
pub(super) unsafe extern "system" fn destroy_instance(
    instance: vk::Instance,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkDestroyInstance-instance-parameter, and its host access is externally synchronised.
        drop(unsafe { handle::destroy::<Instance>(instance) });
        Ok(())
    })
}

/// `vkEnumeratePhysicalDevices`.
pub(super) unsafe extern "system" fn enumerate_physical_devices(
    instance: vk::Instance,
    count: *mut u32,
    devices: *mut vk::PhysicalDevice,
) -> vk::Result {
    // SAFETY: VUID-vkEnumeratePhysicalDevices-instance-parameter and -pPhysicalDevices-parameter.
    guard(|| unsafe { handle::get::<Instance>(instance)?.enumerate(count, devices) })
}

/// `vkEnumeratePhysicalDeviceGroups`.
pub(super) unsafe extern "system" fn enumerate_physical_device_groups(
    instance: vk::Instance,
    count: *mut u32,
    groups: *mut vk::PhysicalDeviceGroupProperties<'_>,
) -> vk::Result {
    // SAFETY: VUID-vkEnumeratePhysicalDeviceGroups-instance-parameter and -pPhysicalDeviceGroupProperties-parameter.
    guard(|| unsafe { handle::get::<Instance>(instance)?.enumerate_groups(count, groups) })
}
