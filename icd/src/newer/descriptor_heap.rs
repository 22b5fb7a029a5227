//! `VK_EXT_descriptor_heap`.

use std::ffi::c_void;
use std::marker::PhantomData;

use ash::vk;

/// `VK_PIPELINE_CREATE_2_DESCRIPTOR_HEAP_BIT_EXT`
pub const PIPELINE_CREATE_2_DESCRIPTOR_HEAP: vk::PipelineCreateFlags2KHR =
    vk::PipelineCreateFlags2KHR::from_raw(1 << 36);
/// `VK_SHADER_CREATE_DESCRIPTOR_HEAP_BIT_EXT`
pub const SHADER_CREATE_DESCRIPTOR_HEAP: vk::ShaderCreateFlagsEXT =
    vk::ShaderCreateFlagsEXT::from_raw(1 << 10);
/// `VK_IMAGE_CREATE_DESCRIPTOR_HEAP_CAPTURE_REPLAY_BIT_EXT`
pub const IMAGE_CREATE_DESCRIPTOR_HEAP_CAPTURE_REPLAY: vk::ImageCreateFlags =
    vk::ImageCreateFlags::from_raw(1 << 16);

/// `VkHostAddressRangeEXT`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HostAddressRangeEXT {
    /// The first byte.
    pub address: *mut c_void,
    /// Bytes.
    pub size: usize,
}

/// `VkHostAddressRangeConstEXT`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HostAddressRangeConstEXT {
    /// The first byte.
    pub address: *const c_void,
    /// Bytes.
    pub size: usize,
}

/// `VkDeviceAddressRangeKHR`
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeviceAddressRangeKHR {
    /// The first byte.
    pub address: vk::DeviceAddress,
    /// Bytes.
    pub size: vk::DeviceSize,
}

/// `VkResourceDescriptorDataEXT`
#[repr(C)]
#[derive(Clone, Copy)]
pub union ResourceDescriptorDataEXT<'a> {
    /// Of images.
    pub p_image: *const ImageDescriptorInfoEXT<'a>,
    /// Of texel buffers.
    pub p_texel_buffer: *const TexelBufferDescriptorInfoEXT<'a>,
    /// Of buffers.
    pub p_address_range: *const DeviceAddressRangeKHR,
}

impl std::fmt::Debug for ResourceDescriptorDataEXT<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // SAFETY: all members are pointers.
        write!(f, "{:?}", unsafe { self.p_address_range })
    }
}

/// `VkDescriptorMappingSourceConstantOffsetEXT`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the names are the registry's")]
pub struct DescriptorMappingSourceConstantOffsetEXT<'a> {
    pub heap_offset: u32,
    pub heap_array_stride: u32,
    pub p_embedded_sampler: *const vk::SamplerCreateInfo<'a>,
    pub sampler_heap_offset: u32,
    pub sampler_heap_array_stride: u32,
}

/// `VkDescriptorMappingSourcePushIndexEXT`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the names are the registry's")]
pub struct DescriptorMappingSourcePushIndexEXT<'a> {
    pub heap_offset: u32,
    pub push_offset: u32,
    pub heap_index_stride: u32,
    pub heap_array_stride: u32,
    pub p_embedded_sampler: *const vk::SamplerCreateInfo<'a>,
    pub use_combined_image_sampler_index: vk::Bool32,
    pub sampler_heap_offset: u32,
    pub sampler_push_offset: u32,
    pub sampler_heap_index_stride: u32,
    pub sampler_heap_array_stride: u32,
}

/// `VkDescriptorMappingSourceIndirectIndexEXT`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the names are the registry's")]
pub struct DescriptorMappingSourceIndirectIndexEXT<'a> {
    pub heap_offset: u32,
    pub push_offset: u32,
    pub address_offset: u32,
    pub heap_index_stride: u32,
    pub heap_array_stride: u32,
    pub p_embedded_sampler: *const vk::SamplerCreateInfo<'a>,
    pub use_combined_image_sampler_index: vk::Bool32,
    pub sampler_heap_offset: u32,
    pub sampler_push_offset: u32,
    pub sampler_address_offset: u32,
    pub sampler_heap_index_stride: u32,
    pub sampler_heap_array_stride: u32,
}

/// `VkDescriptorMappingSourceIndirectIndexArrayEXT`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the names are the registry's")]
pub struct DescriptorMappingSourceIndirectIndexArrayEXT<'a> {
    pub heap_offset: u32,
    pub push_offset: u32,
    pub address_offset: u32,
    pub heap_index_stride: u32,
    pub p_embedded_sampler: *const vk::SamplerCreateInfo<'a>,
    pub use_combined_image_sampler_index: vk::Bool32,
    pub sampler_heap_offset: u32,
    pub sampler_push_offset: u32,
    pub sampler_address_offset: u32,
    pub sampler_heap_index_stride: u32,
}

/// `VkDescriptorMappingSourceHeapDataEXT`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the names are the registry's")]
pub struct DescriptorMappingSourceHeapDataEXT {
    pub heap_offset: u32,
    pub push_offset: u32,
}

/// `VkDescriptorMappingSourceIndirectAddressEXT`
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the names are the registry's")]
pub struct DescriptorMappingSourceIndirectAddressEXT {
    pub push_offset: u32,
    pub address_offset: u32,
}

/// `VkDescriptorMappingSourceDataEXT`. What ray tracing adds is no larger than `indirectIndex`.
#[repr(C)]
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "the names are the registry's")]
pub union DescriptorMappingSourceDataEXT<'a> {
    pub constant_offset: DescriptorMappingSourceConstantOffsetEXT<'a>,
    pub push_index: DescriptorMappingSourcePushIndexEXT<'a>,
    pub indirect_index: DescriptorMappingSourceIndirectIndexEXT<'a>,
    pub indirect_index_array: DescriptorMappingSourceIndirectIndexArrayEXT<'a>,
    pub heap_data: DescriptorMappingSourceHeapDataEXT,
    pub push_data_offset: u32,
    pub push_address_offset: u32,
    pub indirect_address: DescriptorMappingSourceIndirectAddressEXT,
}

impl std::fmt::Debug for DescriptorMappingSourceDataEXT<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("one of several sources")
    }
}

/// `VkDescriptorMappingSourceEXT`
#[expect(missing_docs, reason = "the names are the registry's")]
pub mod mapping_source {
    pub const HEAP_WITH_CONSTANT_OFFSET: u32 = 0;
    pub const HEAP_WITH_PUSH_INDEX: u32 = 1;
    pub const HEAP_WITH_INDIRECT_INDEX: u32 = 2;
    pub const HEAP_WITH_INDIRECT_INDEX_ARRAY: u32 = 3;
    pub const RESOURCE_HEAP_DATA: u32 = 4;
    pub const PUSH_DATA: u32 = 5;
    pub const PUSH_ADDRESS: u32 = 6;
    pub const INDIRECT_ADDRESS: u32 = 7;
}

tagged! {
    /// `VkTexelBufferDescriptorInfoEXT`
    TexelBufferDescriptorInfoEXT = 1000135000 {
        /// Of a texel.
        format: vk::Format,
        /// The texels.
        address_range: DeviceAddressRangeKHR,
    }
    /// `VkImageDescriptorInfoEXT`
    ImageDescriptorInfoEXT = 1000135001 {
        /// A view without object.
        p_view: *const vk::ImageViewCreateInfo<'a>,
        /// The image's layout when it is used.
        layout: vk::ImageLayout,
    }
    /// `VkResourceDescriptorInfoEXT`
    ResourceDescriptorInfoEXT = 1000135002 {
        /// Of the descriptor.
        ty: vk::DescriptorType,
        /// What it describes; a null descriptor where the pointer is null.
        data: ResourceDescriptorDataEXT<'a>,
    }
    /// `VkBindHeapInfoEXT`
    BindHeapInfoEXT = 1000135003 {
        /// All of the heap.
        heap_range: DeviceAddressRangeKHR,
        /// What of it the driver may use.
        reserved_range_offset: vk::DeviceSize,
        /// Bytes of that.
        reserved_range_size: vk::DeviceSize,
    }
    /// `VkPushDataInfoEXT`
    PushDataInfoEXT = 1000135004 {
        /// The first byte.
        offset: u32,
        /// What it becomes.
        data: HostAddressRangeConstEXT,
    }
    /// `VkDescriptorSetAndBindingMappingEXT`
    DescriptorSetAndBindingMappingEXT = 1000135005 {
        /// Set of the resources.
        descriptor_set: u32,
        /// Their first binding.
        first_binding: u32,
        /// How many bindings.
        binding_count: u32,
        /// `VkSpirvResourceTypeFlagsEXT`
        resource_mask: vk::Flags,
        /// One of [`mapping_source`].
        source: u32,
        /// Which member: see the source.
        source_data: DescriptorMappingSourceDataEXT<'a>,
    }
    /// `VkShaderDescriptorSetAndBindingMappingInfoEXT`
    ShaderDescriptorSetAndBindingMappingInfoEXT = 1000135006 {
        /// Mappings.
        mapping_count: u32,
        /// They.
        p_mappings: *const DescriptorSetAndBindingMappingEXT<'a>,
    }
    /// `VkPhysicalDeviceDescriptorHeapPropertiesEXT`
    PhysicalDeviceDescriptorHeapPropertiesEXT = 1000135008 {
        /// Of the address of a heap.
        sampler_heap_alignment: vk::DeviceSize,
        /// Of the address of a heap.
        resource_heap_alignment: vk::DeviceSize,
        /// Bytes.
        max_sampler_heap_size: vk::DeviceSize,
        /// Bytes.
        max_resource_heap_size: vk::DeviceSize,
        /// Bytes that the driver needs.
        min_sampler_heap_reserved_range: vk::DeviceSize,
        /// Bytes that the driver needs.
        min_sampler_heap_reserved_range_with_embedded: vk::DeviceSize,
        /// Bytes that the driver needs.
        min_resource_heap_reserved_range: vk::DeviceSize,
        /// Bytes.
        sampler_descriptor_size: vk::DeviceSize,
        /// Bytes.
        image_descriptor_size: vk::DeviceSize,
        /// Bytes.
        buffer_descriptor_size: vk::DeviceSize,
        /// Of the offset in the heap.
        sampler_descriptor_alignment: vk::DeviceSize,
        /// Of the offset in the heap.
        image_descriptor_alignment: vk::DeviceSize,
        /// Of the offset in the heap.
        buffer_descriptor_alignment: vk::DeviceSize,
        /// Bytes.
        max_push_data_size: vk::DeviceSize,
        /// Bytes.
        image_capture_replay_opaque_data_size: usize,
        /// Different ones, in all pipelines together.
        max_descriptor_heap_embedded_samplers: u32,
        /// Embedded samplers that a conversion counts as.
        sampler_ycbcr_conversion_count: u32,
        /// Heaps in sparse buffers.
        sparse_descriptor_heaps: vk::Bool32,
        /// Heaps in protected buffers.
        protected_descriptor_heaps: vk::Bool32,
    }
    /// `VkPhysicalDeviceDescriptorHeapFeaturesEXT`
    PhysicalDeviceDescriptorHeapFeaturesEXT = 1000135009 {
        /// Heaps.
        descriptor_heap: vk::Bool32,
        /// Descriptors of images that are the same in another process.
        descriptor_heap_capture_replay: vk::Bool32,
    }
    /// `VkCommandBufferInheritanceDescriptorHeapInfoEXT`
    CommandBufferInheritanceDescriptorHeapInfoEXT = 1000135010 {
        /// The primary's; null if it has none.
        p_sampler_heap_bind_info: *const BindHeapInfoEXT<'a>,
        /// The primary's; null if it has none.
        p_resource_heap_bind_info: *const BindHeapInfoEXT<'a>,
    }
    /// `VkPhysicalDeviceShaderUntypedPointersFeaturesKHR`
    PhysicalDeviceShaderUntypedPointersFeaturesKHR = 1000387000 {
        /// Pointers whose type does not say what they point at.
        shader_untyped_pointers: vk::Bool32,
    }
}

/// `vkWriteSamplerDescriptorsEXT`
pub type PFN_vkWriteSamplerDescriptorsEXT = unsafe extern "system" fn(
    vk::Device,
    u32,
    *const vk::SamplerCreateInfo<'_>,
    *const HostAddressRangeEXT,
) -> vk::Result;
/// `vkWriteResourceDescriptorsEXT`
pub type PFN_vkWriteResourceDescriptorsEXT = unsafe extern "system" fn(
    vk::Device,
    u32,
    *const ResourceDescriptorInfoEXT<'_>,
    *const HostAddressRangeEXT,
) -> vk::Result;
/// `vkCmdBindSamplerHeapEXT`
pub type PFN_vkCmdBindSamplerHeapEXT =
    unsafe extern "system" fn(vk::CommandBuffer, *const BindHeapInfoEXT<'_>);
/// `vkCmdBindResourceHeapEXT`
pub type PFN_vkCmdBindResourceHeapEXT =
    unsafe extern "system" fn(vk::CommandBuffer, *const BindHeapInfoEXT<'_>);
/// `vkCmdPushDataEXT`
pub type PFN_vkCmdPushDataEXT = unsafe extern "system" fn(vk::CommandBuffer, *const PushDataInfoEXT<'_>);
/// `vkGetImageOpaqueCaptureDataEXT`
pub type PFN_vkGetImageOpaqueCaptureDataEXT =
    unsafe extern "system" fn(vk::Device, u32, *const vk::Image, *mut HostAddressRangeEXT) -> vk::Result;
/// `vkGetPhysicalDeviceDescriptorSizeEXT`
pub type PFN_vkGetPhysicalDeviceDescriptorSizeEXT =
    unsafe extern "system" fn(vk::PhysicalDevice, vk::DescriptorType) -> vk::DeviceSize;
/// `vkRegisterCustomBorderColorEXT`
pub type PFN_vkRegisterCustomBorderColorEXT = unsafe extern "system" fn(
    vk::Device,
    *const vk::SamplerCustomBorderColorCreateInfoEXT<'_>,
    vk::Bool32,
    *mut u32,
) -> vk::Result;
/// `vkUnregisterCustomBorderColorEXT`
pub type PFN_vkUnregisterCustomBorderColorEXT = unsafe extern "system" fn(vk::Device, u32);

#[cfg(test)]
mod tests {
    use super::*;

    /// Sizes that a C compiler gives the structures of the registry on 64-bit machines.
    #[test]
    fn structures_are_as_large_as_those_of_c() {
        assert_eq!(size_of::<DescriptorMappingSourceDataEXT<'_>>(), 56);
        assert_eq!(size_of::<DescriptorSetAndBindingMappingEXT<'_>>(), 96);
        assert_eq!(size_of::<ResourceDescriptorInfoEXT<'_>>(), 32);
        assert_eq!(size_of::<TexelBufferDescriptorInfoEXT<'_>>(), 40);
        assert_eq!(size_of::<BindHeapInfoEXT<'_>>(), 48);
        assert_eq!(size_of::<PushDataInfoEXT<'_>>(), 40);
        assert_eq!(size_of::<PhysicalDeviceDescriptorHeapPropertiesEXT<'_>>(), 152);
    }
}
