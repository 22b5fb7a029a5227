//! The features that this driver advertises, and the check that a device asks for no others.
//!
//! One line per feature structure; everything not named is false.

use std::ffi::c_void;

use ash::vk;

use crate::error::Error;
use crate::pnext::{self, Node};

/// The features of Vulkan 1.0.
pub fn core() -> vk::PhysicalDeviceFeatures {
    vk::PhysicalDeviceFeatures::default()
        .robust_buffer_access(true)
        .shader_float64(true)
        .shader_int64(true)
        .shader_int16(true)
        .shader_uniform_buffer_array_dynamic_indexing(true)
        .shader_storage_buffer_array_dynamic_indexing(true)
        .sparse_binding(true)
        .sparse_residency_buffer(true)
        .sparse_residency_aliased(true)
}

/// Feature structures with all their members: makes what fills them in a query and what checks them at device creation.
/// Structures of Vulkan 1.1 are here although all their members are false, so that asking for one is noticed.
macro_rules! features {
    ($($structure:ident { $($member:ident: $value:literal),* $(,)? })*) => {
        /// Fills one structure of the chain of `vkGetPhysicalDeviceFeatures2`, if it is known.
        pub fn fill(node: &mut Node) {
            $(if node.fill(|features: &mut vk::$structure<'_>| { $(features.$member = $value as vk::Bool32;)* }) {
                return;
            })*
        }

        /// Refuses features of the chain of `vkCreateDevice` that [`fill`] does not report.
        unsafe fn check_chain(chain: *const c_void) -> Result<(), Error> {
            // SAFETY: the caller's contract.
            $(if let Some(wanted) = unsafe { pnext::find::<vk::$structure<'_>>(chain) } {
                $(if wanted.$member != vk::FALSE && !$value {
                    return Err(Error::FeatureNotPresent(stringify!($member)));
                })*
            })*
            Ok(())
        }
    };
}

features! {
    PhysicalDevice8BitStorageFeatures {
        storage_buffer8_bit_access: true, uniform_and_storage_buffer8_bit_access: true, storage_push_constant8: true,
    }
    PhysicalDevice16BitStorageFeatures {
        storage_buffer16_bit_access: true, uniform_and_storage_buffer16_bit_access: true,
        storage_push_constant16: true, storage_input_output16: false,
    }
    PhysicalDeviceBufferDeviceAddressFeatures {
        buffer_device_address: true, buffer_device_address_capture_replay: false,
        buffer_device_address_multi_device: false,
    }
    PhysicalDeviceMultiviewFeatures {
        multiview: false, multiview_geometry_shader: false, multiview_tessellation_shader: false,
    }
    PhysicalDeviceProtectedMemoryFeatures { protected_memory: false }
    PhysicalDeviceSamplerYcbcrConversionFeatures { sampler_ycbcr_conversion: false }
    PhysicalDeviceShaderDrawParametersFeatures { shader_draw_parameters: false }
    PhysicalDeviceHostQueryResetFeatures { host_query_reset: true }
    PhysicalDeviceMemoryPriorityFeaturesEXT { memory_priority: true }
    PhysicalDeviceRobustness2FeaturesEXT {
        robust_buffer_access2: true, robust_image_access2: false, null_descriptor: true,
    }
    PhysicalDeviceScalarBlockLayoutFeatures { scalar_block_layout: true }
    PhysicalDeviceShaderAtomicInt64Features {
        shader_buffer_int64_atomics: true, shader_shared_int64_atomics: true,
    }
    PhysicalDeviceShaderFloat16Int8Features { shader_float16: true, shader_int8: true }
    PhysicalDevicePresentIdFeaturesKHR { present_id: true }
    PhysicalDevicePresentWaitFeaturesKHR { present_wait: true }
    PhysicalDeviceSwapchainMaintenance1FeaturesEXT { swapchain_maintenance1: true }
    PhysicalDeviceSynchronization2Features { synchronization2: true }
    PhysicalDeviceTimelineSemaphoreFeatures { timeline_semaphore: true }
    PhysicalDeviceUniformBufferStandardLayoutFeatures { uniform_buffer_standard_layout: true }
    // Pointers in variables and from functions are not supported.
    PhysicalDeviceVariablePointersFeatures { variable_pointers_storage_buffer: false, variable_pointers: false }
    PhysicalDeviceVulkanMemoryModelFeatures {
        vulkan_memory_model: true, vulkan_memory_model_device_scope: true,
        vulkan_memory_model_availability_visibility_chains: true,
    }
    PhysicalDeviceZeroInitializeWorkgroupMemoryFeatures { shader_zero_initialize_workgroup_memory: true }
}

/// The features that a device wants, in `pEnabledFeatures` or in its chain.
///
/// # Errors
/// [`Error::FeatureNotPresent`] for the first one that is not advertised.
///
/// # Safety
/// `info` is a valid structure.
pub unsafe fn check(info: &vk::DeviceCreateInfo<'_>) -> Result<(), Error> {
    // SAFETY: a member of a valid structure: null or a valid structure.
    if let Some(wanted) = unsafe { info.p_enabled_features.as_ref() } {
        check_core(wanted)?;
    }
    // SAFETY: the chain of a valid structure.
    if let Some(wanted) = unsafe { pnext::find::<vk::PhysicalDeviceFeatures2<'_>>(info.p_next) } {
        check_core(&wanted.features)?;
    }
    // SAFETY: the chain of a valid structure.
    unsafe { check_chain(info.p_next) }
}

/// `VkPhysicalDeviceFeatures` is nothing but `VkBool32`s.
const CORE_FEATURES: usize = size_of::<vk::PhysicalDeviceFeatures>() / size_of::<vk::Bool32>();

fn check_core(wanted: &vk::PhysicalDeviceFeatures) -> Result<(), Error> {
    let missing =
        |(&wanted, &present): (&vk::Bool32, &vk::Bool32)| wanted != vk::FALSE && present == vk::FALSE;
    if words(wanted).iter().zip(words(&core())).any(missing) {
        return Err(Error::FeatureNotPresent("a member of VkPhysicalDeviceFeatures"));
    }
    Ok(())
}

fn words(features: &vk::PhysicalDeviceFeatures) -> &[vk::Bool32; CORE_FEATURES] {
    // SAFETY: a `repr(C)` structure of `CORE_FEATURES` members of type `Bool32` has the layout of this array.
    unsafe { &*(&raw const *features).cast() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_may_ask_for_what_is_advertised_and_for_nothing_else() {
        let advertised = core();
        let info = vk::DeviceCreateInfo::default().enabled_features(&advertised);
        // SAFETY: valid structures on this stack.
        assert_eq!(unsafe { check(&info) }, Ok(()));

        let graphics = vk::PhysicalDeviceFeatures::default().geometry_shader(true);
        let info = vk::DeviceCreateInfo::default().enabled_features(&graphics);
        // SAFETY: as above.
        assert!(matches!(unsafe { check(&info) }, Err(Error::FeatureNotPresent(_))));

        let mut images = vk::PhysicalDeviceRobustness2FeaturesEXT::default().robust_image_access2(true);
        let info = vk::DeviceCreateInfo::default().push_next(&mut images);
        // SAFETY: as above.
        assert_eq!(unsafe { check(&info) }, Err(Error::FeatureNotPresent("robust_image_access2")));
    }

    #[test]
    fn queries_write_true_and_false_over_what_was_there() {
        let mut features = vk::PhysicalDeviceRobustness2FeaturesEXT::default().robust_image_access2(true);
        // SAFETY: a chain of one structure.
        unsafe { pnext::for_each_output((&raw mut features).cast(), fill) };
        assert_eq!((features.robust_image_access2, features.null_descriptor), (vk::FALSE, vk::TRUE));
    }
}
