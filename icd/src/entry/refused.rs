//! Commands of Vulkan 1.0 on objects that this device cannot make: images, views, render passes and framebuffers.
//!
//! No format is supported for anything and no queue has graphics, so a valid application never gets here. Creating is
//! refused with a null handle; everything else gets null handles and does what Vulkan says of those: nothing.

use ash::vk;

use crate::error::Error;
use crate::guard::{guard, output};

/// `vkCreate*` of an object that is refused.
macro_rules! refuse_create {
    ($($(#[$doc:meta])* $function:ident($info:ty) -> $handle:ty, $error:expr;)*) => {$(
        $(#[$doc])*
        pub(super) unsafe extern "system" fn $function(
            _device: vk::Device,
            _info: *const $info,
            _allocator: *const vk::AllocationCallbacks<'_>,
            handle: *mut $handle,
        ) -> vk::Result {
            guard(|| {
                // SAFETY: the last parameter of every create command is a valid pointer to a handle.
                unsafe { output(handle, <$handle>::null())? };
                Err::<(), _>($error)
            })
        }
    )*};
}

refuse_create! {
    /// `vkCreateImage`.
    create_image(vk::ImageCreateInfo<'_>) -> vk::Image, Error::FormatNotSupported;
    /// `vkCreateImageView`.
    create_image_view(vk::ImageViewCreateInfo<'_>) -> vk::ImageView, Error::InvalidHandle;
    /// `vkCreateBufferView`: no format can be a texel buffer.
    create_buffer_view(vk::BufferViewCreateInfo<'_>) -> vk::BufferView, Error::FormatNotSupported;
    /// `vkCreateRenderPass`.
    create_render_pass(vk::RenderPassCreateInfo<'_>) -> vk::RenderPass, Error::FeatureNotPresent("graphics");
    /// `vkCreateFramebuffer`.
    create_framebuffer(vk::FramebufferCreateInfo<'_>) -> vk::Framebuffer, Error::FeatureNotPresent("graphics");
}

/// `vkDestroy*` of an object that cannot exist.
macro_rules! refuse_destroy {
    ($($(#[$doc:meta])* $function:ident($handle:ty);)*) => {$(
        $(#[$doc])*
        pub(super) unsafe extern "system" fn $function(
            _device: vk::Device,
            handle: $handle,
            _allocator: *const vk::AllocationCallbacks<'_>,
        ) {
            guard(|| if handle == <$handle>::null() { Ok(()) } else { Err(Error::InvalidHandle) })
        }
    )*};
}

refuse_destroy! {
    /// `vkDestroyImage`.
    destroy_image(vk::Image);
    /// `vkDestroyImageView`.
    destroy_image_view(vk::ImageView);
    /// `vkDestroyBufferView`.
    destroy_buffer_view(vk::BufferView);
    /// `vkDestroyRenderPass`.
    destroy_render_pass(vk::RenderPass);
    /// `vkDestroyFramebuffer`.
    destroy_framebuffer(vk::Framebuffer);
}

/// `vkGetImageMemoryRequirements`.
pub(super) unsafe extern "system" fn get_image_requirements(
    _device: vk::Device,
    _image: vk::Image,
    _out: *mut vk::MemoryRequirements,
) {
    guard(|| Err::<(), _>(Error::InvalidHandle))
}

/// `vkGetImageMemoryRequirements2`.
pub(super) unsafe extern "system" fn get_image_requirements2(
    _device: vk::Device,
    _info: *const vk::ImageMemoryRequirementsInfo2<'_>,
    _out: *mut vk::MemoryRequirements2<'_>,
) {
    guard(|| Err::<(), _>(Error::InvalidHandle))
}

/// `vkGetImageSparseMemoryRequirements`.
pub(super) unsafe extern "system" fn get_image_sparse_requirements(
    _device: vk::Device,
    _image: vk::Image,
    count: *mut u32,
    _out: *mut vk::SparseImageMemoryRequirements,
) {
    // SAFETY: VUID-vkGetImageSparseMemoryRequirements-pSparseMemoryRequirementCount-parameter.
    guard(|| unsafe { output(count, 0) }.and(Err::<(), _>(Error::InvalidHandle)))
}

/// `vkGetImageSparseMemoryRequirements2`.
pub(super) unsafe extern "system" fn get_image_sparse_requirements2(
    _device: vk::Device,
    _info: *const vk::ImageSparseMemoryRequirementsInfo2<'_>,
    count: *mut u32,
    _out: *mut vk::SparseImageMemoryRequirements2<'_>,
) {
    // SAFETY: VUID-vkGetImageSparseMemoryRequirements2-pSparseMemoryRequirementCount-parameter.
    guard(|| unsafe { output(count, 0) }.and(Err::<(), _>(Error::InvalidHandle)))
}

/// `vkGetImageSubresourceLayout`.
pub(super) unsafe extern "system" fn get_image_subresource_layout(
    _device: vk::Device,
    _image: vk::Image,
    _subresource: *const vk::ImageSubresource,
    _out: *mut vk::SubresourceLayout,
) {
    guard(|| Err::<(), _>(Error::InvalidHandle))
}

/// `vkBindImageMemory`.
pub(super) unsafe extern "system" fn bind_image_memory(
    _device: vk::Device,
    _image: vk::Image,
    _memory: vk::DeviceMemory,
    _offset: u64,
) -> vk::Result {
    guard(|| Err::<(), _>(Error::InvalidHandle))
}

/// `vkBindImageMemory2`.
pub(super) unsafe extern "system" fn bind_image_memory2(
    _device: vk::Device,
    count: u32,
    _infos: *const vk::BindImageMemoryInfo<'_>,
) -> vk::Result {
    guard(|| if count == 0 { Ok(()) } else { Err(Error::InvalidHandle) })
}

/// `vkGetRenderAreaGranularity`.
pub(super) unsafe extern "system" fn get_render_area_granularity(
    _device: vk::Device,
    _pass: vk::RenderPass,
    granularity: *mut vk::Extent2D,
) {
    // SAFETY: VUID-vkGetRenderAreaGranularity-pGranularity-parameter.
    guard(|| unsafe { output(granularity, vk::Extent2D { width: 1, height: 1 }) })
}
