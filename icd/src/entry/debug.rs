//! Commands of `VK_EXT_debug_utils`. Labels are for capture tools; the driver has no use for them.

use std::ffi::CStr;

use ash::vk;

use crate::diagnostics::{self, Messenger};
use crate::guard::{guard, input, output};

/// `vkCreateDebugUtilsMessengerEXT`.
pub(super) unsafe extern "system" fn create_messenger(
    _instance: vk::Instance,
    info: *const vk::DebugUtilsMessengerCreateInfoEXT<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    messenger: *mut vk::DebugUtilsMessengerEXT,
) -> vk::Result {
    // SAFETY: VUID-vkCreateDebugUtilsMessengerEXT-pCreateInfo-parameter and -pMessenger-parameter.
    guard(|| unsafe { output(messenger, Messenger::register(input(info)?)) })
}

/// `vkDestroyDebugUtilsMessengerEXT`.
pub(super) unsafe extern "system" fn destroy_messenger(
    _instance: vk::Instance,
    messenger: vk::DebugUtilsMessengerEXT,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| {
        Messenger::unregister(messenger);
        Ok(())
    })
}

/// `vkSubmitDebugUtilsMessageEXT`.
pub(super) unsafe extern "system" fn submit_message(
    _instance: vk::Instance,
    severity: vk::DebugUtilsMessageSeverityFlagsEXT,
    types: vk::DebugUtilsMessageTypeFlagsEXT,
    data: *const vk::DebugUtilsMessengerCallbackDataEXT<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkSubmitDebugUtilsMessageEXT-pCallbackData-parameter.
        unsafe { diagnostics::send(severity, types, input(data)?) };
        Ok(())
    })
}

/// `vkSetDebugUtilsObjectNameEXT`.
pub(super) unsafe extern "system" fn set_object_name(
    _device: vk::Device,
    info: *const vk::DebugUtilsObjectNameInfoEXT<'_>,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkSetDebugUtilsObjectNameEXT-pNameInfo-parameter.
        let info = unsafe { input(info)? };
        let name = (!info.p_object_name.is_null())
            // SAFETY: a null-terminated string (VUID-VkDebugUtilsObjectNameInfoEXT-pObjectName-parameter).
            .then(|| unsafe { CStr::from_ptr(info.p_object_name) })
            .filter(|name| !name.is_empty());
        diagnostics::set_name(info.object_type, info.object_handle, name.map(CStr::to_owned));
        Ok(())
    })
}

/// `vkSetDebugUtilsObjectTagEXT`: tags are for capture tools.
pub(super) unsafe extern "system" fn set_object_tag(
    _device: vk::Device,
    _info: *const vk::DebugUtilsObjectTagInfoEXT<'_>,
) -> vk::Result {
    guard(|| Ok(()))
}

/// `vkCmdBeginDebugUtilsLabelEXT`, `vkCmdInsertDebugUtilsLabelEXT`.
pub(super) unsafe extern "system" fn cmd_label(
    _buffer: vk::CommandBuffer,
    _label: *const vk::DebugUtilsLabelEXT<'_>,
) {
}

/// `vkCmdEndDebugUtilsLabelEXT`.
pub(super) unsafe extern "system" fn cmd_end_label(_buffer: vk::CommandBuffer) {}

/// `vkQueueBeginDebugUtilsLabelEXT`, `vkQueueInsertDebugUtilsLabelEXT`.
pub(super) unsafe extern "system" fn queue_label(
    _queue: vk::Queue,
    _label: *const vk::DebugUtilsLabelEXT<'_>,
) {
}

/// `vkQueueEndDebugUtilsLabelEXT`.
pub(super) unsafe extern "system" fn queue_end_label(_queue: vk::Queue) {}
