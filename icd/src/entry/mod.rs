//! Entry points: one file per kind of object, and the one table of all commands.
//!
//! An entry point is three lines: handles to objects, call the object, hand the result out, all inside
//! [`guard`](crate::guard::guard). A command that is not in the table cannot be found by name, hence not called.
//!
//! To add a command: write the function in the file of its object, and one line in the table below under what provides
//! it: the command's name, its `PFN_*` type (the compiler compares it with the function, and its name with the
//! command's name), the function.

pub mod buffer;
pub mod buffer_view;
pub mod command;
pub mod command_binding2;
pub mod command_compute;
pub mod command_draw;
pub mod command_dynamic;
pub mod command_feedback;
pub mod command_foreign;
pub mod command_image;
pub mod command_pass;
pub mod command_sync;
pub mod command_transfer;
pub mod debug;
pub mod descriptor;
mod descriptor_heap;
pub mod device;
pub mod external_memory;
pub mod fault;
mod host_image_copy;
pub mod image;
pub mod instance;
pub mod lookup;
pub mod memory;
pub mod physical_device;
pub mod pipeline;
mod pipeline_creation;
pub mod pool;
pub mod private_data;
pub mod queue;
mod record;
pub mod render_pass;
pub mod shader_object;
pub mod sparse;
pub mod surface;
pub mod swapchain;
pub mod sync;
mod ycbcr;

use std::sync::Arc;

use ash::vk::Handle;

use crate::caps::extensions::{DeviceExtension, InstanceExtension};
use crate::diagnostics;
use crate::error::Error;
use crate::handle::Object;
use crate::newer::all;
use lookup::{Command, Provider, Scope};

/// Ends a handle: what every `vkDestroy*` of a [table object](Object) does. Null is allowed and gives `None`.
///
/// # Errors
/// [`Error::InvalidHandle`] for a handle that was destroyed already.
fn destroy<T: Object>(handle: T::Handle) -> Result<Option<Arc<T>>, Error> {
    if handle.is_null() {
        return Ok(None);
    }
    let object = T::remove(handle);
    if object.is_none() {
        log::warn!("destroyed twice: {}", diagnostics::describe(handle));
        return Err(Error::InvalidHandle);
    }
    diagnostics::forget(handle);
    Ok(object)
}

/// Blocks of `Scope, Provider => { "name": PFN_type = function; … }`.
macro_rules! commands {
    ($($scope:expr, $provider:expr => { $($name:literal : $pfn:ident = $module:ident :: $function:ident;)* })*) => {
        /// Every command that the driver has.
        pub static COMMANDS: &[Command] = &[$($({
            const _: () = assert!(lookup::names_agree(stringify!($pfn), $name), $name);
            const FUNCTION: all::$pfn = $module::$function;
            // SAFETY: function pointers of all types have the same size; the caller casts back to `$pfn`.
            let function = unsafe { std::mem::transmute::<all::$pfn, unsafe extern "system" fn()>(FUNCTION) };
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
        "vkGetPhysicalDeviceFeatures": PFN_vkGetPhysicalDeviceFeatures = physical_device::get_features;
        "vkGetPhysicalDeviceProperties": PFN_vkGetPhysicalDeviceProperties = physical_device::get_properties;
        "vkGetPhysicalDeviceQueueFamilyProperties": PFN_vkGetPhysicalDeviceQueueFamilyProperties = physical_device::get_queue_families;
        "vkGetPhysicalDeviceMemoryProperties": PFN_vkGetPhysicalDeviceMemoryProperties = physical_device::get_memory_properties;
        "vkGetPhysicalDeviceFormatProperties": PFN_vkGetPhysicalDeviceFormatProperties = physical_device::get_format_properties;
        "vkGetPhysicalDeviceImageFormatProperties": PFN_vkGetPhysicalDeviceImageFormatProperties = physical_device::get_image_format_properties;
        "vkGetPhysicalDeviceSparseImageFormatProperties": PFN_vkGetPhysicalDeviceSparseImageFormatProperties = physical_device::get_sparse_image_format_properties;
        "vkEnumerateDeviceExtensionProperties": PFN_vkEnumerateDeviceExtensionProperties = physical_device::enumerate_extensions;
        "vkEnumerateDeviceLayerProperties": PFN_vkEnumerateDeviceLayerProperties = physical_device::enumerate_layers;
    }
    Scope::PhysicalDevice, Provider::Core11 => {
        "vkGetPhysicalDeviceFeatures2": PFN_vkGetPhysicalDeviceFeatures2 = physical_device::get_features2;
        "vkGetPhysicalDeviceProperties2": PFN_vkGetPhysicalDeviceProperties2 = physical_device::get_properties2;
        "vkGetPhysicalDeviceQueueFamilyProperties2": PFN_vkGetPhysicalDeviceQueueFamilyProperties2 = physical_device::get_queue_families2;
        "vkGetPhysicalDeviceMemoryProperties2": PFN_vkGetPhysicalDeviceMemoryProperties2 = physical_device::get_memory_properties2;
        "vkGetPhysicalDeviceFormatProperties2": PFN_vkGetPhysicalDeviceFormatProperties2 = physical_device::get_format_properties2;
        "vkGetPhysicalDeviceImageFormatProperties2": PFN_vkGetPhysicalDeviceImageFormatProperties2 = physical_device::get_image_format_properties2;
        "vkGetPhysicalDeviceSparseImageFormatProperties2": PFN_vkGetPhysicalDeviceSparseImageFormatProperties2 = physical_device::get_sparse_image_format_properties2;
        "vkGetPhysicalDeviceExternalBufferProperties": PFN_vkGetPhysicalDeviceExternalBufferProperties = physical_device::get_external_buffer_properties;
        "vkGetPhysicalDeviceExternalFenceProperties": PFN_vkGetPhysicalDeviceExternalFenceProperties = physical_device::get_external_fence_properties;
        "vkGetPhysicalDeviceExternalSemaphoreProperties": PFN_vkGetPhysicalDeviceExternalSemaphoreProperties = physical_device::get_external_semaphore_properties;
    }
    Scope::PhysicalDevice, Provider::Instance(InstanceExtension::GetPhysicalDeviceProperties2) => {
        "vkGetPhysicalDeviceFeatures2KHR": PFN_vkGetPhysicalDeviceFeatures2 = physical_device::get_features2;
        "vkGetPhysicalDeviceProperties2KHR": PFN_vkGetPhysicalDeviceProperties2 = physical_device::get_properties2;
        "vkGetPhysicalDeviceQueueFamilyProperties2KHR": PFN_vkGetPhysicalDeviceQueueFamilyProperties2 = physical_device::get_queue_families2;
        "vkGetPhysicalDeviceMemoryProperties2KHR": PFN_vkGetPhysicalDeviceMemoryProperties2 = physical_device::get_memory_properties2;
        "vkGetPhysicalDeviceFormatProperties2KHR": PFN_vkGetPhysicalDeviceFormatProperties2 = physical_device::get_format_properties2;
        "vkGetPhysicalDeviceImageFormatProperties2KHR": PFN_vkGetPhysicalDeviceImageFormatProperties2 = physical_device::get_image_format_properties2;
        "vkGetPhysicalDeviceSparseImageFormatProperties2KHR": PFN_vkGetPhysicalDeviceSparseImageFormatProperties2 = physical_device::get_sparse_image_format_properties2;
    }
    Scope::PhysicalDevice, Provider::Instance(InstanceExtension::ExternalMemoryCapabilities) => {
        "vkGetPhysicalDeviceExternalBufferPropertiesKHR": PFN_vkGetPhysicalDeviceExternalBufferProperties = physical_device::get_external_buffer_properties;
    }
    Scope::PhysicalDevice, Provider::Instance(InstanceExtension::ExternalFenceCapabilities) => {
        "vkGetPhysicalDeviceExternalFencePropertiesKHR": PFN_vkGetPhysicalDeviceExternalFenceProperties = physical_device::get_external_fence_properties;
    }
    Scope::PhysicalDevice, Provider::Instance(InstanceExtension::ExternalSemaphoreCapabilities) => {
        "vkGetPhysicalDeviceExternalSemaphorePropertiesKHR": PFN_vkGetPhysicalDeviceExternalSemaphoreProperties = physical_device::get_external_semaphore_properties;
    }
    Scope::Device, Provider::Core10 => {
        "vkDestroyDevice": PFN_vkDestroyDevice = device::destroy_device;
        "vkGetDeviceProcAddr": PFN_vkGetDeviceProcAddr = device::get_device_proc_addr;
        "vkGetDeviceQueue": PFN_vkGetDeviceQueue = device::get_device_queue;
        "vkAllocateMemory": PFN_vkAllocateMemory = memory::allocate_memory;
        "vkFreeMemory": PFN_vkFreeMemory = memory::free_memory;
        "vkMapMemory": PFN_vkMapMemory = memory::map_memory;
        "vkUnmapMemory": PFN_vkUnmapMemory = memory::unmap_memory;
        "vkFlushMappedMemoryRanges": PFN_vkFlushMappedMemoryRanges = memory::flush_or_invalidate;
        "vkInvalidateMappedMemoryRanges": PFN_vkInvalidateMappedMemoryRanges = memory::flush_or_invalidate;
        "vkGetDeviceMemoryCommitment": PFN_vkGetDeviceMemoryCommitment = memory::get_commitment;
        "vkCreateBuffer": PFN_vkCreateBuffer = buffer::create_buffer;
        "vkDestroyBuffer": PFN_vkDestroyBuffer = buffer::destroy_buffer;
        "vkBindBufferMemory": PFN_vkBindBufferMemory = buffer::bind_buffer_memory;
        "vkGetBufferMemoryRequirements": PFN_vkGetBufferMemoryRequirements = buffer::get_requirements;
        "vkCreateDescriptorSetLayout": PFN_vkCreateDescriptorSetLayout = descriptor::create_set_layout;
        "vkDestroyDescriptorSetLayout": PFN_vkDestroyDescriptorSetLayout = descriptor::destroy_set_layout;
        "vkCreateDescriptorPool": PFN_vkCreateDescriptorPool = descriptor::create_pool;
        "vkDestroyDescriptorPool": PFN_vkDestroyDescriptorPool = descriptor::destroy_pool;
        "vkResetDescriptorPool": PFN_vkResetDescriptorPool = descriptor::reset_pool;
        "vkAllocateDescriptorSets": PFN_vkAllocateDescriptorSets = descriptor::allocate_sets;
        "vkFreeDescriptorSets": PFN_vkFreeDescriptorSets = descriptor::free_sets;
        "vkUpdateDescriptorSets": PFN_vkUpdateDescriptorSets = descriptor::update_sets;
        "vkCreatePipelineLayout": PFN_vkCreatePipelineLayout = descriptor::create_pipeline_layout;
        "vkDestroyPipelineLayout": PFN_vkDestroyPipelineLayout = descriptor::destroy_pipeline_layout;
        "vkCreateSampler": PFN_vkCreateSampler = descriptor::create_sampler;
        "vkDestroySampler": PFN_vkDestroySampler = descriptor::destroy_sampler;
        "vkCreateShaderModule": PFN_vkCreateShaderModule = pipeline::create_shader_module;
        "vkDestroyShaderModule": PFN_vkDestroyShaderModule = pipeline::destroy_shader_module;
        "vkCreatePipelineCache": PFN_vkCreatePipelineCache = pipeline::create_pipeline_cache;
        "vkDestroyPipelineCache": PFN_vkDestroyPipelineCache = pipeline::destroy_pipeline_cache;
        "vkGetPipelineCacheData": PFN_vkGetPipelineCacheData = pipeline::get_pipeline_cache_data;
        "vkMergePipelineCaches": PFN_vkMergePipelineCaches = pipeline::merge_pipeline_caches;
        "vkCreateComputePipelines": PFN_vkCreateComputePipelines = pipeline::create_compute_pipelines;
        "vkDestroyPipeline": PFN_vkDestroyPipeline = pipeline::destroy_pipeline;
        "vkCreateGraphicsPipelines": PFN_vkCreateGraphicsPipelines = pipeline::create_graphics_pipelines;
        "vkCreateQueryPool": PFN_vkCreateQueryPool = pool::create_query_pool;
        "vkDestroyQueryPool": PFN_vkDestroyQueryPool = pool::destroy_query_pool;
        "vkGetQueryPoolResults": PFN_vkGetQueryPoolResults = pool::get_query_pool_results;
        "vkCreateCommandPool": PFN_vkCreateCommandPool = pool::create_command_pool;
        "vkDestroyCommandPool": PFN_vkDestroyCommandPool = pool::destroy_command_pool;
        "vkResetCommandPool": PFN_vkResetCommandPool = pool::reset_command_pool;
        "vkCreateImage": PFN_vkCreateImage = image::create_image;
        "vkDestroyImage": PFN_vkDestroyImage = image::destroy_image;
        "vkGetImageMemoryRequirements": PFN_vkGetImageMemoryRequirements = image::get_requirements;
        "vkGetImageSparseMemoryRequirements": PFN_vkGetImageSparseMemoryRequirements = image::get_sparse_requirements;
        "vkGetImageSubresourceLayout": PFN_vkGetImageSubresourceLayout = image::get_subresource_layout;
        "vkBindImageMemory": PFN_vkBindImageMemory = image::bind_image_memory;
        "vkCreateImageView": PFN_vkCreateImageView = image::create_image_view;
        "vkDestroyImageView": PFN_vkDestroyImageView = image::destroy_image_view;
        "vkCreateBufferView": PFN_vkCreateBufferView = buffer_view::create_buffer_view;
        "vkDestroyBufferView": PFN_vkDestroyBufferView = buffer_view::destroy_buffer_view;
        "vkCreateRenderPass": PFN_vkCreateRenderPass = render_pass::create_render_pass;
        "vkDestroyRenderPass": PFN_vkDestroyRenderPass = render_pass::destroy_render_pass;
        "vkGetRenderAreaGranularity": PFN_vkGetRenderAreaGranularity = render_pass::get_render_area_granularity;
        "vkCreateFramebuffer": PFN_vkCreateFramebuffer = render_pass::create_framebuffer;
        "vkDestroyFramebuffer": PFN_vkDestroyFramebuffer = render_pass::destroy_framebuffer;
    }
    Scope::Device, Provider::Device(DeviceExtension::DeviceFault) => {
        "vkGetDeviceFaultInfoEXT": PFN_vkGetDeviceFaultInfoEXT = fault::get_device_fault_info;
    }
    Scope::Device, Provider::Device(DeviceExtension::ExternalMemoryFd) => {
        "vkGetMemoryFdKHR": PFN_vkGetMemoryFdKHR = external_memory::get_memory_fd;
        "vkGetMemoryFdPropertiesKHR": PFN_vkGetMemoryFdPropertiesKHR = external_memory::get_memory_fd_properties;
    }
    Scope::Device, Provider::Device(DeviceExtension::ExternalMemoryHost) => {
        "vkGetMemoryHostPointerPropertiesEXT": PFN_vkGetMemoryHostPointerPropertiesEXT = external_memory::get_host_pointer_properties;
    }
    Scope::Device, Provider::Device(DeviceExtension::PageableDeviceLocalMemory) => {
        "vkSetDeviceMemoryPriorityEXT": PFN_vkSetDeviceMemoryPriorityEXT = memory::set_priority;
    }
    Scope::Device, Provider::Device(DeviceExtension::BindMemory2) => {
        "vkBindBufferMemory2KHR": PFN_vkBindBufferMemory2 = buffer::bind_buffer_memory2;
        "vkBindImageMemory2KHR": PFN_vkBindImageMemory2 = image::bind_image_memory2;
    }
    Scope::Device, Provider::Device(DeviceExtension::BufferDeviceAddress) => {
        "vkGetBufferDeviceAddressKHR": PFN_vkGetBufferDeviceAddress = buffer::get_device_address;
        "vkGetBufferOpaqueCaptureAddressKHR": PFN_vkGetBufferOpaqueCaptureAddress = buffer::get_opaque_capture_address;
        "vkGetDeviceMemoryOpaqueCaptureAddressKHR": PFN_vkGetDeviceMemoryOpaqueCaptureAddress = memory::get_opaque_capture_address;
    }
    Scope::Device, Provider::Device(DeviceExtension::DescriptorUpdateTemplate) => {
        "vkCreateDescriptorUpdateTemplateKHR": PFN_vkCreateDescriptorUpdateTemplate = descriptor::create_template;
        "vkDestroyDescriptorUpdateTemplateKHR": PFN_vkDestroyDescriptorUpdateTemplate = descriptor::destroy_template;
        "vkUpdateDescriptorSetWithTemplateKHR": PFN_vkUpdateDescriptorSetWithTemplate = descriptor::update_set_with_template;
    }
    Scope::Device, Provider::Device(DeviceExtension::DeviceGroup) => {
        "vkGetDeviceGroupPeerMemoryFeaturesKHR": PFN_vkGetDeviceGroupPeerMemoryFeatures = memory::get_peer_memory_features;
    }
    Scope::Device, Provider::Device(DeviceExtension::GetMemoryRequirements2) => {
        "vkGetBufferMemoryRequirements2KHR": PFN_vkGetBufferMemoryRequirements2 = buffer::get_requirements2;
        "vkGetImageMemoryRequirements2KHR": PFN_vkGetImageMemoryRequirements2 = image::get_requirements2;
        "vkGetImageSparseMemoryRequirements2KHR": PFN_vkGetImageSparseMemoryRequirements2 = image::get_sparse_requirements2;
    }
    Scope::Device, Provider::Device(DeviceExtension::MapMemory2) => {
        "vkMapMemory2KHR": PFN_vkMapMemory2KHR = memory::map_memory2;
        "vkUnmapMemory2KHR": PFN_vkUnmapMemory2KHR = memory::unmap_memory2;
    }
    Scope::Device, Provider::Device(DeviceExtension::Maintenance1) => {
        "vkTrimCommandPoolKHR": PFN_vkTrimCommandPool = pool::trim_command_pool;
    }
    Scope::Device, Provider::Device(DeviceExtension::Maintenance3) => {
        "vkGetDescriptorSetLayoutSupportKHR": PFN_vkGetDescriptorSetLayoutSupport = descriptor::get_set_layout_support;
    }
    Scope::Device, Provider::Device(DeviceExtension::Maintenance4) => {
        "vkGetDeviceBufferMemoryRequirementsKHR": PFN_vkGetDeviceBufferMemoryRequirements = buffer::get_device_requirements;
        "vkGetDeviceImageMemoryRequirementsKHR": PFN_vkGetDeviceImageMemoryRequirements = image::get_device_requirements;
        "vkGetDeviceImageSparseMemoryRequirementsKHR": PFN_vkGetDeviceImageSparseMemoryRequirements = image::get_device_sparse_requirements;
    }
    Scope::Device, Provider::Device(DeviceExtension::Maintenance6) => {
        "vkCmdBindDescriptorSets2KHR": PFN_vkCmdBindDescriptorSets2KHR = command_binding2::bind_descriptor_sets2;
        "vkCmdPushConstants2KHR": PFN_vkCmdPushConstants2KHR = command_binding2::push_constants2;
        "vkCmdPushDescriptorSet2KHR": PFN_vkCmdPushDescriptorSet2KHR = command_binding2::push_descriptor_set2;
        "vkCmdPushDescriptorSetWithTemplate2KHR": PFN_vkCmdPushDescriptorSetWithTemplate2KHR = command_binding2::push_descriptor_set_with_template2;
    }
    Scope::Device, Provider::Device(DeviceExtension::PrivateData) => {
        "vkCreatePrivateDataSlotEXT": PFN_vkCreatePrivateDataSlot = private_data::create_slot;
        "vkDestroyPrivateDataSlotEXT": PFN_vkDestroyPrivateDataSlot = private_data::destroy_slot;
        "vkSetPrivateDataEXT": PFN_vkSetPrivateData = private_data::set_data;
        "vkGetPrivateDataEXT": PFN_vkGetPrivateData = private_data::get_data;
    }
    Scope::PhysicalDevice, Provider::Device(DeviceExtension::ToolingInfo) => {
        "vkGetPhysicalDeviceToolPropertiesEXT": PFN_vkGetPhysicalDeviceToolProperties = physical_device::get_tools;
    }
    Scope::Device, Provider::Device(DeviceExtension::PushDescriptor) => {
        "vkCmdPushDescriptorSetKHR": PFN_vkCmdPushDescriptorSetKHR = command_compute::cmd_push_descriptor_set;
        "vkCmdPushDescriptorSetWithTemplateKHR": PFN_vkCmdPushDescriptorSetWithTemplateKHR = command_compute::cmd_push_descriptor_set_with_template;
    }
    Scope::Device, Provider::Device(DeviceExtension::HostQueryReset) => {
        "vkResetQueryPoolEXT": PFN_vkResetQueryPool = pool::reset_query_pool;
    }
    Scope::Instance, Provider::Instance(InstanceExtension::DebugUtils) => {
        "vkCreateDebugUtilsMessengerEXT": PFN_vkCreateDebugUtilsMessengerEXT = debug::create_messenger;
        "vkDestroyDebugUtilsMessengerEXT": PFN_vkDestroyDebugUtilsMessengerEXT = debug::destroy_messenger;
        "vkSubmitDebugUtilsMessageEXT": PFN_vkSubmitDebugUtilsMessageEXT = debug::submit_message;
    }
    Scope::Device, Provider::Instance(InstanceExtension::DebugUtils) => {
        "vkSetDebugUtilsObjectNameEXT": PFN_vkSetDebugUtilsObjectNameEXT = debug::set_object_name;
        "vkSetDebugUtilsObjectTagEXT": PFN_vkSetDebugUtilsObjectTagEXT = debug::set_object_tag;
        "vkCmdBeginDebugUtilsLabelEXT": PFN_vkCmdBeginDebugUtilsLabelEXT = debug::cmd_label;
        "vkCmdInsertDebugUtilsLabelEXT": PFN_vkCmdInsertDebugUtilsLabelEXT = debug::cmd_label;
        "vkCmdEndDebugUtilsLabelEXT": PFN_vkCmdEndDebugUtilsLabelEXT = debug::cmd_end_label;
        "vkQueueBeginDebugUtilsLabelEXT": PFN_vkQueueBeginDebugUtilsLabelEXT = debug::queue_label;
        "vkQueueInsertDebugUtilsLabelEXT": PFN_vkQueueInsertDebugUtilsLabelEXT = debug::queue_label;
        "vkQueueEndDebugUtilsLabelEXT": PFN_vkQueueEndDebugUtilsLabelEXT = debug::queue_end_label;
    }
    Scope::Device, Provider::Core10 => {
        "vkQueueSubmit": PFN_vkQueueSubmit = queue::queue_submit;
        "vkQueueWaitIdle": PFN_vkQueueWaitIdle = queue::queue_wait_idle;
        "vkDeviceWaitIdle": PFN_vkDeviceWaitIdle = queue::device_wait_idle;
        "vkQueueBindSparse": PFN_vkQueueBindSparse = sparse::queue_bind_sparse;
        "vkCreateFence": PFN_vkCreateFence = sync::create_fence;
        "vkDestroyFence": PFN_vkDestroyFence = sync::destroy_fence;
        "vkResetFences": PFN_vkResetFences = sync::reset_fences;
        "vkGetFenceStatus": PFN_vkGetFenceStatus = sync::get_fence_status;
        "vkWaitForFences": PFN_vkWaitForFences = sync::wait_for_fences;
        "vkCreateSemaphore": PFN_vkCreateSemaphore = sync::create_semaphore;
        "vkDestroySemaphore": PFN_vkDestroySemaphore = sync::destroy_semaphore;
        "vkCreateEvent": PFN_vkCreateEvent = sync::create_event;
        "vkDestroyEvent": PFN_vkDestroyEvent = sync::destroy_event;
        "vkGetEventStatus": PFN_vkGetEventStatus = sync::get_event_status;
        "vkSetEvent": PFN_vkSetEvent = sync::set_event;
        "vkResetEvent": PFN_vkResetEvent = sync::reset_event;
        "vkAllocateCommandBuffers": PFN_vkAllocateCommandBuffers = command::allocate_command_buffers;
        "vkFreeCommandBuffers": PFN_vkFreeCommandBuffers = command::free_command_buffers;
        "vkBeginCommandBuffer": PFN_vkBeginCommandBuffer = command::begin_command_buffer;
        "vkEndCommandBuffer": PFN_vkEndCommandBuffer = command::end_command_buffer;
        "vkResetCommandBuffer": PFN_vkResetCommandBuffer = command::reset_command_buffer;
        "vkCmdExecuteCommands": PFN_vkCmdExecuteCommands = command::cmd_execute_commands;
        "vkCmdBindPipeline": PFN_vkCmdBindPipeline = command_compute::cmd_bind_pipeline;
        "vkCmdBindDescriptorSets": PFN_vkCmdBindDescriptorSets = command_compute::cmd_bind_descriptor_sets;
        "vkCmdPushConstants": PFN_vkCmdPushConstants = command_compute::cmd_push_constants;
        "vkCmdDispatch": PFN_vkCmdDispatch = command_compute::cmd_dispatch;
        "vkCmdDispatchIndirect": PFN_vkCmdDispatchIndirect = command_compute::cmd_dispatch_indirect;
        "vkCmdCopyBuffer": PFN_vkCmdCopyBuffer = command_transfer::cmd_copy_buffer;
        "vkCmdFillBuffer": PFN_vkCmdFillBuffer = command_transfer::cmd_fill_buffer;
        "vkCmdUpdateBuffer": PFN_vkCmdUpdateBuffer = command_transfer::cmd_update_buffer;
        "vkCmdResetQueryPool": PFN_vkCmdResetQueryPool = command_transfer::cmd_reset_query_pool;
        "vkCmdWriteTimestamp": PFN_vkCmdWriteTimestamp = command_transfer::cmd_write_timestamp;
        "vkCmdCopyQueryPoolResults": PFN_vkCmdCopyQueryPoolResults = command_transfer::cmd_copy_query_pool_results;
        "vkCmdPipelineBarrier": PFN_vkCmdPipelineBarrier = command_sync::cmd_pipeline_barrier;
        "vkCmdSetEvent": PFN_vkCmdSetEvent = command_sync::cmd_set_event;
        "vkCmdResetEvent": PFN_vkCmdResetEvent = command_sync::cmd_reset_event;
        "vkCmdWaitEvents": PFN_vkCmdWaitEvents = command_sync::cmd_wait_events;
        "vkCmdSetViewport": PFN_vkCmdSetViewport = command_dynamic::cmd_set_viewport;
        "vkCmdSetScissor": PFN_vkCmdSetScissor = command_dynamic::cmd_set_scissor;
        "vkCmdSetLineWidth": PFN_vkCmdSetLineWidth = command_dynamic::cmd_set_line_width;
        "vkCmdSetDepthBias": PFN_vkCmdSetDepthBias = command_dynamic::cmd_set_depth_bias;
        "vkCmdSetBlendConstants": PFN_vkCmdSetBlendConstants = command_dynamic::cmd_set_blend_constants;
        "vkCmdSetDepthBounds": PFN_vkCmdSetDepthBounds = command_dynamic::cmd_set_depth_bounds;
        "vkCmdSetStencilCompareMask": PFN_vkCmdSetStencilCompareMask = command_dynamic::cmd_set_stencil_compare_mask;
        "vkCmdSetStencilWriteMask": PFN_vkCmdSetStencilWriteMask = command_dynamic::cmd_set_stencil_write_mask;
        "vkCmdSetStencilReference": PFN_vkCmdSetStencilReference = command_dynamic::cmd_set_stencil_reference;
        "vkCmdBindIndexBuffer": PFN_vkCmdBindIndexBuffer = command_draw::cmd_bind_index_buffer;
        "vkCmdBindVertexBuffers": PFN_vkCmdBindVertexBuffers = command_draw::cmd_bind_vertex_buffers;
        "vkCmdDraw": PFN_vkCmdDraw = command_draw::cmd_draw;
        "vkCmdDrawIndexed": PFN_vkCmdDrawIndexed = command_draw::cmd_draw_indexed;
        "vkCmdDrawIndirect": PFN_vkCmdDrawIndirect = command_draw::cmd_draw_indirect;
        "vkCmdDrawIndexedIndirect": PFN_vkCmdDrawIndexedIndirect = command_draw::cmd_draw_indexed_indirect;
        "vkCmdCopyImage": PFN_vkCmdCopyImage = command_image::cmd_copy_image;
        "vkCmdBlitImage": PFN_vkCmdBlitImage = command_image::cmd_blit_image;
        "vkCmdCopyBufferToImage": PFN_vkCmdCopyBufferToImage = command_image::cmd_copy_buffer_to_image;
        "vkCmdCopyImageToBuffer": PFN_vkCmdCopyImageToBuffer = command_image::cmd_copy_image_to_buffer;
        "vkCmdClearColorImage": PFN_vkCmdClearColorImage = command_image::cmd_clear_color_image;
        "vkCmdClearDepthStencilImage": PFN_vkCmdClearDepthStencilImage = command_image::cmd_clear_depth_stencil_image;
        "vkCmdClearAttachments": PFN_vkCmdClearAttachments = command_pass::cmd_clear_attachments;
        "vkCmdResolveImage": PFN_vkCmdResolveImage = command_image::cmd_resolve_image;
        "vkCmdBeginQuery": PFN_vkCmdBeginQuery = command_pass::cmd_begin_query;
        "vkCmdEndQuery": PFN_vkCmdEndQuery = command_pass::cmd_end_query;
        "vkCmdBeginRenderPass": PFN_vkCmdBeginRenderPass = command_pass::cmd_begin_render_pass;
        "vkCmdNextSubpass": PFN_vkCmdNextSubpass = command_pass::cmd_next_subpass;
        "vkCmdEndRenderPass": PFN_vkCmdEndRenderPass = command_pass::cmd_end_render_pass;
    }
    Scope::Device, Provider::Device(DeviceExtension::Synchronization2) => {
        "vkQueueSubmit2KHR": PFN_vkQueueSubmit2 = queue::queue_submit2;
        "vkCmdWriteTimestamp2KHR": PFN_vkCmdWriteTimestamp2 = command_transfer::cmd_write_timestamp2;
        "vkCmdPipelineBarrier2KHR": PFN_vkCmdPipelineBarrier2 = command_sync::cmd_pipeline_barrier2;
        "vkCmdSetEvent2KHR": PFN_vkCmdSetEvent2 = command_sync::cmd_set_event2;
        "vkCmdResetEvent2KHR": PFN_vkCmdResetEvent2 = command_sync::cmd_reset_event2;
        "vkCmdWaitEvents2KHR": PFN_vkCmdWaitEvents2 = command_sync::cmd_wait_events2;
    }
    Scope::Device, Provider::Device(DeviceExtension::TimelineSemaphore) => {
        "vkGetSemaphoreCounterValueKHR": PFN_vkGetSemaphoreCounterValue = sync::get_semaphore_counter_value;
        "vkWaitSemaphoresKHR": PFN_vkWaitSemaphores = sync::wait_semaphores;
        "vkSignalSemaphoreKHR": PFN_vkSignalSemaphore = sync::signal_semaphore;
    }
    Scope::Device, Provider::Device(DeviceExtension::DeviceGroup) => {
        "vkCmdDispatchBaseKHR": PFN_vkCmdDispatchBase = command_compute::cmd_dispatch_base;
        "vkCmdSetDeviceMaskKHR": PFN_vkCmdSetDeviceMask = command::cmd_set_device_mask;
    }
    Scope::Device, Provider::Device(DeviceExtension::Maintenance5) => {
        "vkCmdBindIndexBuffer2KHR": PFN_vkCmdBindIndexBuffer2KHR = command_draw::cmd_bind_index_buffer2;
        "vkGetRenderingAreaGranularityKHR": PFN_vkGetRenderingAreaGranularityKHR = render_pass::get_rendering_area_granularity;
        "vkGetDeviceImageSubresourceLayoutKHR": PFN_vkGetDeviceImageSubresourceLayoutKHR = image::get_device_subresource_layout;
        "vkGetImageSubresourceLayout2KHR": PFN_vkGetImageSubresourceLayout2KHR = image::get_subresource_layout2;
    }
    Scope::Device, Provider::Device(DeviceExtension::CopyMemoryIndirect) => {
        "vkCmdCopyMemoryIndirectKHR": PFN_vkCmdCopyMemoryIndirectKHR = command_transfer::cmd_copy_memory_indirect;
        "vkCmdCopyMemoryToImageIndirectKHR": PFN_vkCmdCopyMemoryToImageIndirectKHR = command_image::cmd_copy_memory_to_image_indirect;
    }
    Scope::PhysicalDevice, Provider::Device(DeviceExtension::DescriptorHeap) => {
        "vkGetPhysicalDeviceDescriptorSizeEXT": PFN_vkGetPhysicalDeviceDescriptorSizeEXT = descriptor_heap::get_descriptor_size;
    }
    Scope::Device, Provider::Device(DeviceExtension::DescriptorHeap) => {
        "vkWriteSamplerDescriptorsEXT": PFN_vkWriteSamplerDescriptorsEXT = descriptor_heap::write_sampler_descriptors;
        "vkWriteResourceDescriptorsEXT": PFN_vkWriteResourceDescriptorsEXT = descriptor_heap::write_resource_descriptors;
        "vkCmdBindSamplerHeapEXT": PFN_vkCmdBindSamplerHeapEXT = descriptor_heap::cmd_bind_sampler_heap;
        "vkCmdBindResourceHeapEXT": PFN_vkCmdBindResourceHeapEXT = descriptor_heap::cmd_bind_resource_heap;
        "vkCmdPushDataEXT": PFN_vkCmdPushDataEXT = descriptor_heap::cmd_push_data;
        "vkGetImageOpaqueCaptureDataEXT": PFN_vkGetImageOpaqueCaptureDataEXT = descriptor_heap::get_image_capture_data;
        "vkRegisterCustomBorderColorEXT": PFN_vkRegisterCustomBorderColorEXT = descriptor_heap::register_border_color;
        "vkUnregisterCustomBorderColorEXT": PFN_vkUnregisterCustomBorderColorEXT = descriptor_heap::unregister_border_color;
    }
    Scope::Device, Provider::Device(DeviceExtension::CopyCommands2) => {
        "vkCmdCopyBuffer2KHR": PFN_vkCmdCopyBuffer2 = command_transfer::cmd_copy_buffer2;
        "vkCmdCopyImage2KHR": PFN_vkCmdCopyImage2 = command_image::cmd_copy_image2;
        "vkCmdBlitImage2KHR": PFN_vkCmdBlitImage2 = command_image::cmd_blit_image2;
        "vkCmdCopyBufferToImage2KHR": PFN_vkCmdCopyBufferToImage2 = command_image::cmd_copy_buffer_to_image2;
        "vkCmdCopyImageToBuffer2KHR": PFN_vkCmdCopyImageToBuffer2 = command_image::cmd_copy_image_to_buffer2;
        "vkCmdResolveImage2KHR": PFN_vkCmdResolveImage2 = command_image::cmd_resolve_image2;
    }
    Scope::Device, Provider::Device(DeviceExtension::CreateRenderpass2) => {
        "vkCreateRenderPass2KHR": PFN_vkCreateRenderPass2 = render_pass::create_render_pass2;
        "vkCmdBeginRenderPass2KHR": PFN_vkCmdBeginRenderPass2 = command_pass::cmd_begin_render_pass2;
        "vkCmdNextSubpass2KHR": PFN_vkCmdNextSubpass2 = command_pass::cmd_next_subpass2;
        "vkCmdEndRenderPass2KHR": PFN_vkCmdEndRenderPass2 = command_pass::cmd_end_render_pass2;
    }
    Scope::Device, Provider::Device(DeviceExtension::DynamicRendering) => {
        "vkCmdBeginRenderingKHR": PFN_vkCmdBeginRendering = command_pass::cmd_begin_rendering;
        "vkCmdEndRenderingKHR": PFN_vkCmdEndRendering = command_pass::cmd_end_rendering;
    }
    Scope::Device, Provider::Device(DeviceExtension::DrawIndirectCount) => {
        "vkCmdDrawIndirectCountKHR": PFN_vkCmdDrawIndirectCount = command_draw::cmd_draw_indirect_count;
        "vkCmdDrawIndexedIndirectCountKHR": PFN_vkCmdDrawIndexedIndirectCount = command_draw::cmd_draw_indexed_indirect_count;
    }
    Scope::Device, Provider::Device(DeviceExtension::MultiDraw) => {
        "vkCmdDrawMultiEXT": PFN_vkCmdDrawMultiEXT = command_draw::cmd_draw_multi;
        "vkCmdDrawMultiIndexedEXT": PFN_vkCmdDrawMultiIndexedEXT = command_draw::cmd_draw_multi_indexed;
    }
    Scope::Device, Provider::Device(DeviceExtension::ConditionalRendering) => {
        "vkCmdBeginConditionalRenderingEXT": PFN_vkCmdBeginConditionalRenderingEXT = command_pass::cmd_begin_conditional_rendering;
        "vkCmdEndConditionalRenderingEXT": PFN_vkCmdEndConditionalRenderingEXT = command_pass::cmd_end_conditional_rendering;
    }
    Scope::Device, Provider::Device(DeviceExtension::DynamicRenderingLocalRead) => {
        "vkCmdSetRenderingAttachmentLocationsKHR": PFN_vkCmdSetRenderingAttachmentLocationsKHR = command_pass::cmd_set_rendering_attachment_locations;
        "vkCmdSetRenderingInputAttachmentIndicesKHR": PFN_vkCmdSetRenderingInputAttachmentIndicesKHR = command_pass::cmd_set_rendering_input_attachment_indices;
    }
    Scope::Device, Provider::Device(DeviceExtension::ExtendedDynamicState) => {
        "vkCmdSetCullModeEXT": PFN_vkCmdSetCullMode = command_dynamic::cmd_set_cull_mode;
        "vkCmdSetFrontFaceEXT": PFN_vkCmdSetFrontFace = command_dynamic::cmd_set_front_face;
        "vkCmdSetPrimitiveTopologyEXT": PFN_vkCmdSetPrimitiveTopology = command_dynamic::cmd_set_primitive_topology;
        "vkCmdSetViewportWithCountEXT": PFN_vkCmdSetViewportWithCount = command_dynamic::cmd_set_viewport_with_count;
        "vkCmdSetScissorWithCountEXT": PFN_vkCmdSetScissorWithCount = command_dynamic::cmd_set_scissor_with_count;
        "vkCmdSetDepthTestEnableEXT": PFN_vkCmdSetDepthTestEnable = command_dynamic::cmd_set_depth_test_enable;
        "vkCmdSetDepthWriteEnableEXT": PFN_vkCmdSetDepthWriteEnable = command_dynamic::cmd_set_depth_write_enable;
        "vkCmdSetDepthCompareOpEXT": PFN_vkCmdSetDepthCompareOp = command_dynamic::cmd_set_depth_compare_op;
        "vkCmdSetDepthBoundsTestEnableEXT": PFN_vkCmdSetDepthBoundsTestEnable = command_dynamic::cmd_set_depth_bounds_test_enable;
        "vkCmdSetStencilTestEnableEXT": PFN_vkCmdSetStencilTestEnable = command_dynamic::cmd_set_stencil_test_enable;
        "vkCmdSetStencilOpEXT": PFN_vkCmdSetStencilOp = command_dynamic::cmd_set_stencil_op;
        "vkCmdBindVertexBuffers2EXT": PFN_vkCmdBindVertexBuffers2 = command_draw::cmd_bind_vertex_buffers2;
    }
    Scope::Device, Provider::Device(DeviceExtension::ExtendedDynamicState2) => {
        "vkCmdSetRasterizerDiscardEnableEXT": PFN_vkCmdSetRasterizerDiscardEnable = command_dynamic::cmd_set_rasterizer_discard_enable;
        "vkCmdSetDepthBiasEnableEXT": PFN_vkCmdSetDepthBiasEnable = command_dynamic::cmd_set_depth_bias_enable;
        "vkCmdSetPrimitiveRestartEnableEXT": PFN_vkCmdSetPrimitiveRestartEnable = command_dynamic::cmd_set_primitive_restart_enable;
        "vkCmdSetPatchControlPointsEXT": PFN_vkCmdSetPatchControlPointsEXT = command_dynamic::cmd_set_patch_control_points;
        "vkCmdSetLogicOpEXT": PFN_vkCmdSetLogicOpEXT = command_dynamic::cmd_set_logic_op;
    }
    Scope::Device, Provider::Device(DeviceExtension::ExtendedDynamicState3) => {
        "vkCmdSetTessellationDomainOriginEXT": PFN_vkCmdSetTessellationDomainOriginEXT = command_dynamic::cmd_set_tessellation_domain_origin;
        "vkCmdSetDepthClampEnableEXT": PFN_vkCmdSetDepthClampEnableEXT = command_dynamic::cmd_set_depth_clamp_enable;
        "vkCmdSetPolygonModeEXT": PFN_vkCmdSetPolygonModeEXT = command_dynamic::cmd_set_polygon_mode;
        "vkCmdSetRasterizationSamplesEXT": PFN_vkCmdSetRasterizationSamplesEXT = command_dynamic::cmd_set_rasterization_samples;
        "vkCmdSetSampleMaskEXT": PFN_vkCmdSetSampleMaskEXT = command_dynamic::cmd_set_sample_mask;
        "vkCmdSetAlphaToCoverageEnableEXT": PFN_vkCmdSetAlphaToCoverageEnableEXT = command_dynamic::cmd_set_alpha_to_coverage_enable;
        "vkCmdSetAlphaToOneEnableEXT": PFN_vkCmdSetAlphaToOneEnableEXT = command_dynamic::cmd_set_alpha_to_one_enable;
        "vkCmdSetLogicOpEnableEXT": PFN_vkCmdSetLogicOpEnableEXT = command_dynamic::cmd_set_logic_op_enable;
        "vkCmdSetColorBlendEnableEXT": PFN_vkCmdSetColorBlendEnableEXT = command_dynamic::cmd_set_color_blend_enable;
        "vkCmdSetColorBlendEquationEXT": PFN_vkCmdSetColorBlendEquationEXT = command_dynamic::cmd_set_color_blend_equation;
        "vkCmdSetColorWriteMaskEXT": PFN_vkCmdSetColorWriteMaskEXT = command_dynamic::cmd_set_color_write_mask;
        "vkCmdSetRasterizationStreamEXT": PFN_vkCmdSetRasterizationStreamEXT = command_dynamic::cmd_set_rasterization_stream;
        "vkCmdSetDepthClipEnableEXT": PFN_vkCmdSetDepthClipEnableEXT = command_dynamic::cmd_set_depth_clip_enable;
        "vkCmdSetSampleLocationsEnableEXT": PFN_vkCmdSetSampleLocationsEnableEXT = command_dynamic::cmd_set_sample_locations_enable;
        "vkCmdSetConservativeRasterizationModeEXT": PFN_vkCmdSetConservativeRasterizationModeEXT = command_dynamic::cmd_set_conservative_rasterization_mode;
        "vkCmdSetExtraPrimitiveOverestimationSizeEXT": PFN_vkCmdSetExtraPrimitiveOverestimationSizeEXT = command_dynamic::cmd_set_extra_primitive_overestimation_size;
        "vkCmdSetProvokingVertexModeEXT": PFN_vkCmdSetProvokingVertexModeEXT = command_dynamic::cmd_set_provoking_vertex_mode;
        "vkCmdSetLineRasterizationModeEXT": PFN_vkCmdSetLineRasterizationModeEXT = command_dynamic::cmd_set_line_rasterization_mode;
        "vkCmdSetLineStippleEnableEXT": PFN_vkCmdSetLineStippleEnableEXT = command_dynamic::cmd_set_line_stipple_enable;
        "vkCmdSetDepthClipNegativeOneToOneEXT": PFN_vkCmdSetDepthClipNegativeOneToOneEXT = command_dynamic::cmd_set_depth_clip_negative_one_to_one;
    }
    Scope::Device, Provider::Device(DeviceExtension::ShaderObject) => {
        "vkCreateShadersEXT": PFN_vkCreateShadersEXT = shader_object::create_shaders;
        "vkDestroyShaderEXT": PFN_vkDestroyShaderEXT = shader_object::destroy_shader;
        "vkGetShaderBinaryDataEXT": PFN_vkGetShaderBinaryDataEXT = shader_object::get_shader_binary_data;
        "vkCmdBindShadersEXT": PFN_vkCmdBindShadersEXT = shader_object::cmd_bind_shaders;
        "vkCmdSetColorBlendAdvancedEXT": PFN_vkCmdSetColorBlendAdvancedEXT = command_foreign::cmd_set_color_blend_advanced;
        "vkCmdSetViewportWScalingEnableNV": PFN_vkCmdSetViewportWScalingEnableNV = command_foreign::cmd_set_viewport_w_scaling_enable;
        "vkCmdSetViewportSwizzleNV": PFN_vkCmdSetViewportSwizzleNV = command_foreign::cmd_set_viewport_swizzle;
        "vkCmdSetCoverageToColorEnableNV": PFN_vkCmdSetCoverageToColorEnableNV = command_foreign::cmd_set_coverage_to_color_enable;
        "vkCmdSetCoverageToColorLocationNV": PFN_vkCmdSetCoverageToColorLocationNV = command_foreign::cmd_set_coverage_to_color_location;
        "vkCmdSetCoverageModulationModeNV": PFN_vkCmdSetCoverageModulationModeNV = command_foreign::cmd_set_coverage_modulation_mode;
        "vkCmdSetCoverageModulationTableEnableNV": PFN_vkCmdSetCoverageModulationTableEnableNV = command_foreign::cmd_set_coverage_modulation_table_enable;
        "vkCmdSetCoverageModulationTableNV": PFN_vkCmdSetCoverageModulationTableNV = command_foreign::cmd_set_coverage_modulation_table;
        "vkCmdSetShadingRateImageEnableNV": PFN_vkCmdSetShadingRateImageEnableNV = command_foreign::cmd_set_shading_rate_image_enable;
        "vkCmdSetRepresentativeFragmentTestEnableNV": PFN_vkCmdSetRepresentativeFragmentTestEnableNV = command_foreign::cmd_set_representative_fragment_test_enable;
        "vkCmdSetCoverageReductionModeNV": PFN_vkCmdSetCoverageReductionModeNV = command_foreign::cmd_set_coverage_reduction_mode;
    }
    Scope::Device, Provider::Device(DeviceExtension::VertexInputDynamicState) => {
        "vkCmdSetVertexInputEXT": PFN_vkCmdSetVertexInputEXT = command_dynamic::cmd_set_vertex_input;
    }
    Scope::Device, Provider::Device(DeviceExtension::ColorWriteEnable) => {
        "vkCmdSetColorWriteEnableEXT": PFN_vkCmdSetColorWriteEnableEXT = command_dynamic::cmd_set_color_write_enable;
    }
    Scope::Device, Provider::Device(DeviceExtension::LineRasterizationKhr) => {
        "vkCmdSetLineStippleKHR": PFN_vkCmdSetLineStippleKHR = command_dynamic::cmd_set_line_stipple;
    }
    Scope::Device, Provider::Device(DeviceExtension::LineRasterization) => {
        "vkCmdSetLineStippleEXT": PFN_vkCmdSetLineStippleKHR = command_dynamic::cmd_set_line_stipple;
    }
    Scope::Instance, Provider::Instance(InstanceExtension::Surface) => {
        "vkDestroySurfaceKHR": PFN_vkDestroySurfaceKHR = surface::destroy_surface;
    }
    Scope::PhysicalDevice, Provider::Instance(InstanceExtension::Surface) => {
        "vkGetPhysicalDeviceSurfaceSupportKHR": PFN_vkGetPhysicalDeviceSurfaceSupportKHR = surface::get_support;
        "vkGetPhysicalDeviceSurfaceCapabilitiesKHR": PFN_vkGetPhysicalDeviceSurfaceCapabilitiesKHR = surface::get_capabilities;
        "vkGetPhysicalDeviceSurfaceFormatsKHR": PFN_vkGetPhysicalDeviceSurfaceFormatsKHR = surface::get_formats;
        "vkGetPhysicalDeviceSurfacePresentModesKHR": PFN_vkGetPhysicalDeviceSurfacePresentModesKHR = surface::get_present_modes;
        "vkGetPhysicalDevicePresentRectanglesKHR": PFN_vkGetPhysicalDevicePresentRectanglesKHR = surface::get_present_rectangles;
    }
    Scope::PhysicalDevice, Provider::Instance(InstanceExtension::GetSurfaceCapabilities2) => {
        "vkGetPhysicalDeviceSurfaceCapabilities2KHR": PFN_vkGetPhysicalDeviceSurfaceCapabilities2KHR = surface::get_capabilities2;
        "vkGetPhysicalDeviceSurfaceFormats2KHR": PFN_vkGetPhysicalDeviceSurfaceFormats2KHR = surface::get_formats2;
    }
    Scope::Instance, Provider::Instance(InstanceExtension::HeadlessSurface) => {
        "vkCreateHeadlessSurfaceEXT": PFN_vkCreateHeadlessSurfaceEXT = surface::create_headless_surface;
    }
    Scope::Instance, Provider::Instance(InstanceExtension::XcbSurface) => {
        "vkCreateXcbSurfaceKHR": PFN_vkCreateXcbSurfaceKHR = surface::create_xcb_surface;
    }
    Scope::PhysicalDevice, Provider::Instance(InstanceExtension::XcbSurface) => {
        "vkGetPhysicalDeviceXcbPresentationSupportKHR": PFN_vkGetPhysicalDeviceXcbPresentationSupportKHR = surface::get_xcb_support;
    }
    Scope::Instance, Provider::Instance(InstanceExtension::XlibSurface) => {
        "vkCreateXlibSurfaceKHR": PFN_vkCreateXlibSurfaceKHR = surface::create_xlib_surface;
    }
    Scope::PhysicalDevice, Provider::Instance(InstanceExtension::XlibSurface) => {
        "vkGetPhysicalDeviceXlibPresentationSupportKHR": PFN_vkGetPhysicalDeviceXlibPresentationSupportKHR = surface::get_xlib_support;
    }
    Scope::Instance, Provider::Instance(InstanceExtension::WaylandSurface) => {
        "vkCreateWaylandSurfaceKHR": PFN_vkCreateWaylandSurfaceKHR = surface::create_wayland_surface;
    }
    Scope::PhysicalDevice, Provider::Instance(InstanceExtension::WaylandSurface) => {
        "vkGetPhysicalDeviceWaylandPresentationSupportKHR": PFN_vkGetPhysicalDeviceWaylandPresentationSupportKHR = surface::get_wayland_support;
    }
    Scope::Device, Provider::Device(DeviceExtension::Swapchain) => {
        "vkCreateSwapchainKHR": PFN_vkCreateSwapchainKHR = swapchain::create_swapchain;
        "vkDestroySwapchainKHR": PFN_vkDestroySwapchainKHR = swapchain::destroy_swapchain;
        "vkGetSwapchainImagesKHR": PFN_vkGetSwapchainImagesKHR = swapchain::get_images;
        "vkAcquireNextImageKHR": PFN_vkAcquireNextImageKHR = swapchain::acquire_next_image;
        "vkAcquireNextImage2KHR": PFN_vkAcquireNextImage2KHR = swapchain::acquire_next_image2;
        "vkQueuePresentKHR": PFN_vkQueuePresentKHR = swapchain::queue_present;
        "vkGetDeviceGroupPresentCapabilitiesKHR": PFN_vkGetDeviceGroupPresentCapabilitiesKHR = swapchain::get_group_present_capabilities;
        "vkGetDeviceGroupSurfacePresentModesKHR": PFN_vkGetDeviceGroupSurfacePresentModesKHR = surface::get_group_present_modes;
    }
    Scope::Device, Provider::Device(DeviceExtension::SwapchainMaintenance1) => {
        "vkReleaseSwapchainImagesEXT": PFN_vkReleaseSwapchainImagesEXT = swapchain::release_images;
    }
    Scope::Device, Provider::Device(DeviceExtension::PresentWait) => {
        "vkWaitForPresentKHR": PFN_vkWaitForPresentKHR = swapchain::wait_for_present;
    }
    Scope::Device, Provider::Device(DeviceExtension::TransformFeedback) => {
        "vkCmdBindTransformFeedbackBuffersEXT": PFN_vkCmdBindTransformFeedbackBuffersEXT = command_feedback::cmd_bind_transform_feedback_buffers;
        "vkCmdBeginTransformFeedbackEXT": PFN_vkCmdBeginTransformFeedbackEXT = command_feedback::cmd_begin_transform_feedback;
        "vkCmdEndTransformFeedbackEXT": PFN_vkCmdEndTransformFeedbackEXT = command_feedback::cmd_end_transform_feedback;
        "vkCmdBeginQueryIndexedEXT": PFN_vkCmdBeginQueryIndexedEXT = command_pass::cmd_begin_query_indexed;
        "vkCmdEndQueryIndexedEXT": PFN_vkCmdEndQueryIndexedEXT = command_pass::cmd_end_query_indexed;
        "vkCmdDrawIndirectByteCountEXT": PFN_vkCmdDrawIndirectByteCountEXT = command_feedback::cmd_draw_indirect_byte_count;
    }
    Scope::Device, Provider::Device(DeviceExtension::SampleLocations) => {
        "vkCmdSetSampleLocationsEXT": PFN_vkCmdSetSampleLocationsEXT = command_dynamic::cmd_set_sample_locations;
    }
    Scope::PhysicalDevice, Provider::Device(DeviceExtension::SampleLocations) => {
        "vkGetPhysicalDeviceMultisamplePropertiesEXT": PFN_vkGetPhysicalDeviceMultisamplePropertiesEXT = physical_device::get_multisample_properties;
    }
    Scope::Device, Provider::Core11 => {
        "vkGetDeviceQueue2": PFN_vkGetDeviceQueue2 = device::get_device_queue2;
    }
    Scope::Device, Provider::Device(DeviceExtension::HostImageCopy) => {
        "vkCopyMemoryToImageEXT": PFN_vkCopyMemoryToImageEXT = host_image_copy::copy_memory_to_image;
        "vkCopyImageToMemoryEXT": PFN_vkCopyImageToMemoryEXT = host_image_copy::copy_image_to_memory;
        "vkCopyImageToImageEXT": PFN_vkCopyImageToImageEXT = host_image_copy::copy_image_to_image;
        "vkTransitionImageLayoutEXT": PFN_vkTransitionImageLayoutEXT = host_image_copy::transition_image_layout;
        "vkGetImageSubresourceLayout2EXT": PFN_vkGetImageSubresourceLayout2KHR = image::get_subresource_layout2;
    }
    Scope::Device, Provider::Device(DeviceExtension::SamplerYcbcrConversion) => {
        "vkCreateSamplerYcbcrConversionKHR": PFN_vkCreateSamplerYcbcrConversion = ycbcr::create_conversion;
        "vkDestroySamplerYcbcrConversionKHR": PFN_vkDestroySamplerYcbcrConversion = ycbcr::destroy_conversion;
    }
}
