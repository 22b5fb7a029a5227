//! Commands of Vulkan 1.0 on objects that this device cannot make: render passes and framebuffers.
//!
//! No queue has graphics, so a valid application never gets here. Creating is
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
    /// `vkDestroyRenderPass`.
    destroy_render_pass(vk::RenderPass);
    /// `vkDestroyFramebuffer`.
    destroy_framebuffer(vk::Framebuffer);
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
