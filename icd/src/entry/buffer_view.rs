//! Commands on `VkBufferView`.

use ash::vk;

use super::destroy;
use crate::guard::{guard, input, output};
use crate::handle::Object;
use crate::object::buffer_view::BufferView;

/// `vkCreateBufferView`.
pub(super) unsafe extern "system" fn create_buffer_view(
    _device: vk::Device,
    info: *const vk::BufferViewCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    view: *mut vk::BufferView,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkCreateBufferView-pView-parameter.
        unsafe { output(view, vk::BufferView::null())? };
        // SAFETY: VUID-vkCreateBufferView-pCreateInfo-parameter and as above.
        unsafe { output(view, BufferView::new(input(info)?)?.insert()) }
    })
}

/// `vkDestroyBufferView`.
pub(super) unsafe extern "system" fn destroy_buffer_view(
    _device: vk::Device,
    view: vk::BufferView,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| destroy::<BufferView>(view).map(drop))
}
