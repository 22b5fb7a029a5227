//! Vulkan that is newer than the headers of `ash`: structures and commands as `vk.xml` has them, and nothing else.
//!
//! Names, order and types of members are the registry's. What a newer `ash` has goes from here.
#![allow(non_camel_case_types, reason = "the names of function pointer types are Vulkan's")]

use std::ffi::c_void;
use std::marker::PhantomData;

use ash::vk;

/// Types of `ash` and of this module under one name, for tables that name both.
pub mod all {
    pub use ash::vk::*;

    pub use super::*;
}

/// A structure with `sType` and `pNext`, all zero by default but for the former.
macro_rules! tagged {
    ($($(#[$doc:meta])* $name:ident = $number:literal {
        $($(#[$member_doc:meta])* $member:ident: $type:ty),* $(,)?
    })*) => {$(
        $(#[$doc])*
        #[repr(C)]
        #[derive(Clone, Copy, Debug)]
        pub struct $name<'a> {
            /// `sType`
            pub s_type: vk::StructureType,
            /// `pNext`
            pub p_next: *mut c_void,
            $($(#[$member_doc])* pub $member: $type,)*
            /// What the pointers point to outlives the structure.
            pub marker: PhantomData<&'a ()>,
        }

        // SAFETY: a `repr(C)` structure that begins with `sType` and `pNext`, and the number is the registry's for it.
        unsafe impl vk::TaggedStructure for $name<'_> {
            const STRUCTURE_TYPE: vk::StructureType = vk::StructureType::from_raw($number);
        }

        impl Default for $name<'_> {
            fn default() -> Self {
                // SAFETY: integers, handles and pointers, which may all be zero.
                let zero = unsafe { std::mem::zeroed() };
                Self { s_type: <Self as vk::TaggedStructure>::STRUCTURE_TYPE, ..zero }
            }
        }
    )*};
}

#[path = "newer/descriptor_heap.rs"]
mod heap;

pub use heap::*;

/// Extensions' modules as `ash` has them, of the first revision.
macro_rules! extensions {
    ($($(#[$doc:meta])* $module:ident = $name:literal;)*) => {$(
        $(#[$doc])*
        pub mod $module {
            use std::ffi::CStr;

            /// The registered name.
            pub const NAME: &CStr = $name;
            /// The revision that is implemented.
            pub const SPEC_VERSION: u32 = 1;
        }
    )*};
}

extensions! {
    /// `VK_EXT_descriptor_heap`
    descriptor_heap = c"VK_EXT_descriptor_heap";
    /// `VK_KHR_shader_untyped_pointers`
    shader_untyped_pointers = c"VK_KHR_shader_untyped_pointers";
    /// `VK_KHR_copy_memory_indirect`
    copy_memory_indirect = c"VK_KHR_copy_memory_indirect";
    /// `VK_KHR_maintenance7`
    maintenance7 = c"VK_KHR_maintenance7";
    /// `VK_KHR_maintenance8`
    maintenance8 = c"VK_KHR_maintenance8";
    /// `VK_KHR_robustness2`, which has the structures of `VK_EXT_robustness2`
    robustness2 = c"VK_KHR_robustness2";
    /// `VK_KHR_shader_relaxed_extended_instruction`
    shader_relaxed_extended_instruction = c"VK_KHR_shader_relaxed_extended_instruction";
    /// `VK_EXT_shader_replicated_composites`
    shader_replicated_composites = c"VK_EXT_shader_replicated_composites";
}

/// `VK_FORMAT_FEATURE_2_COPY_IMAGE_INDIRECT_DST_BIT_KHR`
pub const COPY_IMAGE_INDIRECT_DST: vk::FormatFeatureFlags2 = vk::FormatFeatureFlags2::from_raw(1 << 59);

/// `VkStridedDeviceAddressRangeKHR`
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct StridedDeviceAddressRangeKHR {
    /// The first byte.
    pub address: vk::DeviceAddress,
    /// Bytes.
    pub size: vk::DeviceSize,
    /// Bytes from one element to the next.
    pub stride: vk::DeviceSize,
}

/// `VkCopyMemoryIndirectCommandKHR`
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct CopyMemoryIndirectCommandKHR {
    /// From where.
    pub src_address: vk::DeviceAddress,
    /// To where.
    pub dst_address: vk::DeviceAddress,
    /// Bytes.
    pub size: vk::DeviceSize,
}

/// `VkCopyMemoryToImageIndirectCommandKHR`
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct CopyMemoryToImageIndirectCommandKHR {
    /// From where.
    pub src_address: vk::DeviceAddress,
    /// Texels from one row to the next; zero if they are packed.
    pub buffer_row_length: u32,
    /// Rows from one slice to the next; zero if they are packed.
    pub buffer_image_height: u32,
    /// Level and layers; of a 3D image slices.
    pub image_subresource: vk::ImageSubresourceLayers,
    /// In texels.
    pub image_offset: vk::Offset3D,
    /// In texels.
    pub image_extent: vk::Extent3D,
}

tagged! {
    /// `VkPhysicalDeviceCopyMemoryIndirectFeaturesKHR`
    PhysicalDeviceCopyMemoryIndirectFeaturesKHR = 1000549000 {
        /// `vkCmdCopyMemoryIndirectKHR`
        indirect_memory_copy: vk::Bool32,
        /// `vkCmdCopyMemoryToImageIndirectKHR`
        indirect_memory_to_image_copy: vk::Bool32,
    }
    /// `VkPhysicalDeviceMaintenance7FeaturesKHR`
    PhysicalDeviceMaintenance7FeaturesKHR = 1000562000 {
        /// Inline commands and secondaries in one subpass.
        maintenance7: vk::Bool32,
    }
    /// `VkPhysicalDeviceMaintenance7PropertiesKHR`
    PhysicalDeviceMaintenance7PropertiesKHR = 1000562001 {
        /// Of shading rates.
        robust_fragment_shading_rate_attachment_access: vk::Bool32,
        /// One aspect may be read while the other is written.
        separate_depth_stencil_attachment_access: vk::Bool32,
        /// In all sets together.
        max_descriptor_set_total_uniform_buffers_dynamic: u32,
        /// In all sets together.
        max_descriptor_set_total_storage_buffers_dynamic: u32,
        /// In all sets together.
        max_descriptor_set_total_buffers_dynamic: u32,
        /// In all sets together.
        max_descriptor_set_update_after_bind_total_uniform_buffers_dynamic: u32,
        /// In all sets together.
        max_descriptor_set_update_after_bind_total_storage_buffers_dynamic: u32,
        /// In all sets together.
        max_descriptor_set_update_after_bind_total_buffers_dynamic: u32,
    }
    /// `VkPhysicalDeviceLayeredApiPropertiesListKHR`
    PhysicalDeviceLayeredApiPropertiesListKHR = 1000562002 {
        /// Structures, and how many are needed.
        layered_api_count: u32,
        /// The application's.
        p_layered_apis: *mut c_void,
    }
    /// `VkPhysicalDeviceMaintenance8FeaturesKHR`
    PhysicalDeviceMaintenance8FeaturesKHR = 1000574000 {
        /// Offsets that are computed, copies between depth and color, blits of slices to layers.
        maintenance8: vk::Bool32,
    }
    /// `VkPhysicalDeviceShaderRelaxedExtendedInstructionFeaturesKHR`
    PhysicalDeviceShaderRelaxedExtendedInstructionFeaturesKHR = 1000558000 {
        /// Debug information that names what comes later.
        shader_relaxed_extended_instruction: vk::Bool32,
    }
    /// `VkPhysicalDeviceShaderReplicatedCompositesFeaturesEXT`
    PhysicalDeviceShaderReplicatedCompositesFeaturesEXT = 1000564000 {
        /// Composites whose parts are all the same value.
        shader_replicated_composites: vk::Bool32,
    }
    /// `VkPhysicalDeviceCopyMemoryIndirectPropertiesKHR`
    PhysicalDeviceCopyMemoryIndirectPropertiesKHR = 1000426001 {
        /// Queues with one of these can do it.
        supported_queues: vk::QueueFlags,
    }
    /// `VkCopyMemoryIndirectInfoKHR`
    CopyMemoryIndirectInfoKHR = 1000549002 {
        /// What is known of the source.
        src_copy_flags: vk::Flags,
        /// What is known of the destination.
        dst_copy_flags: vk::Flags,
        /// Commands.
        copy_count: u32,
        /// Where they are.
        copy_address_range: StridedDeviceAddressRangeKHR,
    }
    /// `VkCopyMemoryToImageIndirectInfoKHR`
    CopyMemoryToImageIndirectInfoKHR = 1000549003 {
        /// What is known of the source.
        src_copy_flags: vk::Flags,
        /// Commands.
        copy_count: u32,
        /// Where they are.
        copy_address_range: StridedDeviceAddressRangeKHR,
        /// The destination.
        dst_image: vk::Image,
        /// Its layout.
        dst_image_layout: vk::ImageLayout,
        /// What the commands will name.
        p_image_subresources: *const vk::ImageSubresourceLayers,
    }
}

/// `vkCmdCopyMemoryIndirectKHR`
pub type PFN_vkCmdCopyMemoryIndirectKHR =
    unsafe extern "system" fn(vk::CommandBuffer, *const CopyMemoryIndirectInfoKHR<'_>);
/// `vkCmdCopyMemoryToImageIndirectKHR`
pub type PFN_vkCmdCopyMemoryToImageIndirectKHR =
    unsafe extern "system" fn(vk::CommandBuffer, *const CopyMemoryToImageIndirectInfoKHR<'_>);

#[cfg(test)]
mod tests {
    use super::*;

    /// Sizes that a C compiler gives the structures of the registry on 64-bit machines.
    #[test]
    fn structures_are_as_large_as_those_of_c() {
        assert_eq!(size_of::<StridedDeviceAddressRangeKHR>(), 24);
        assert_eq!(size_of::<CopyMemoryIndirectCommandKHR>(), 24);
        assert_eq!(size_of::<CopyMemoryToImageIndirectCommandKHR>(), 56);
        assert_eq!(size_of::<CopyMemoryIndirectInfoKHR<'_>>(), 56);
        assert_eq!(size_of::<CopyMemoryToImageIndirectInfoKHR<'_>>(), 72);
        assert_eq!(size_of::<PhysicalDeviceCopyMemoryIndirectFeaturesKHR<'_>>(), 24);
    }
}
