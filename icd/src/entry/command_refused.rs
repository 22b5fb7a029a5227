//! Commands of core Vulkan that no queue of this device can execute.
//!
//! They can be looked up, because `vkGetDeviceProcAddr` must know every core command, but whoever records one has broken a
//! valid-usage rule (the queue family lacks the capability, or the handle cannot exist). Nothing is recorded, and
//! `vkEndCommandBuffer` reports the error.

use ash::vk::*;

use super::record::record;
use crate::error::Error;

/// Functions that refuse: `name(types of the parameters after the command buffer)`.
macro_rules! refuse {
    ($($name:ident($($parameter:ty),* $(,)?);)*) => {$(
        #[doc = concat!("`", stringify!($name), "`: refused.")]
        pub(super) unsafe extern "system" fn $name(buffer: CommandBuffer $(, _: $parameter)*) {
            const REASON: Error = Error::InvalidUsage(concat!(stringify!($name), ": no queue of this device can do it"));
            // SAFETY: the first valid usage of every command: a live command buffer.
            unsafe { record(buffer, |_| Err(REASON)) }
        }
    )*};
}

refuse! {
    cmd_blit_image(Image, ImageLayout, Image, ImageLayout, u32, *const ImageBlit, Filter);
    cmd_clear_depth_stencil_image(Image, ImageLayout, *const ClearDepthStencilValue, u32, *const ImageSubresourceRange);
    cmd_resolve_image(Image, ImageLayout, Image, ImageLayout, u32, *const ImageResolve);
    cmd_blit_image2(*const BlitImageInfo2<'_>);
    cmd_resolve_image2(*const ResolveImageInfo2<'_>);
}
