//! Entry points: one file per kind of object, and the one table of all commands.
//!
//! An entry point is three lines: handles to objects, call the object, hand the result out, all inside
//! [`guard`](crate::guard::guard). A command that is not in the table cannot be found by name, hence not called.
//!
//! To add a command: write the function in the file of its object, and one line in the table below under what provides
//! it: the command's name, its `PFN_*` type (the compiler compares it with the function, and its name with the
//! command's name), the function.

pub mod device;
pub mod instance;
pub mod lookup;

use ash::vk::*;

use crate::caps::extensions::InstanceExtension;
use lookup::{Command, Provider, Scope};

/// Blocks of `Scope, Provider => { "name": PFN_type = function; … }`.
macro_rules! commands {
    ($($scope:expr, $provider:expr => { $($name:literal : $pfn:ident = $module:ident :: $function:ident;)* })*) => {
        /// Every command that the driver has.
        pub static COMMANDS: &[Command] = &[$($({
            const _: () = assert!(lookup::names_agree(stringify!($pfn), $name), $name);
            const FUNCTION: $pfn = $module::$function;
            // SAFETY: function pointers of all types have the same size; the caller casts back to `$pfn`.
            let function = unsafe { std::mem::transmute::<$pfn, unsafe extern "system" fn()>(FUNCTION) };
            Command { name: $name, scope: $scope, provider: $provider, function }
        },)*)*];
    };
}

commands! {
    Scope::Global, Provider::Core10 => {
        "vkCreateInstance": PFN_vkCreateInstance = instance::create_instance;
        "vkEnumerateInstanceExtensionProperties": PFN_vkEnumerateInstanceExtensionProperties = instance::enumerate_instance_extension_properties;
        "vkEnumerateInstanceLayerProperties": PFN_vkEnumerateInstanceLayerProperties = instance::enumerate_instance_layer_properties;
        "vkGetInstanceProcAddr": PFN_vkGetInstanceProcAddr = instance::get_instance_proc_addr;
    }
    Scope::Global, Provider::Core11 => {
        "vkEnumerateInstanceVersion": PFN_vkEnumerateInstanceVersion = instance::enumerate_instance_version;
    }
    Scope::Instance, Provider::Core10 => {
        "vkDestroyInstance": PFN_vkDestroyInstance = instance::destroy_instance;
        "vkEnumeratePhysicalDevices": PFN_vkEnumeratePhysicalDevices = instance::enumerate_physical_devices;
    }
    Scope::Instance, Provider::Core11 => {
        "vkEnumeratePhysicalDeviceGroups": PFN_vkEnumeratePhysicalDeviceGroups = instance::enumerate_physical_device_groups;
    }
    Scope::Instance, Provider::Instance(InstanceExtension::DeviceGroupCreation) => {
        "vkEnumeratePhysicalDeviceGroupsKHR": PFN_vkEnumeratePhysicalDeviceGroups = instance::enumerate_physical_device_groups;
    }
    Scope::PhysicalDevice, Provider::Core10 => {
        "vkCreateDevice": PFN_vkCreateDevice = device::create_device;
    }
    Scope::Device, Provider::Core10 => {
        "vkDestroyDevice": PFN_vkDestroyDevice = device::destroy_device;
        "vkGetDeviceProcAddr": PFN_vkGetDeviceProcAddr = device::get_device_proc_addr;
        "vkGetDeviceQueue": PFN_vkGetDeviceQueue = device::get_device_queue;
    }
}
