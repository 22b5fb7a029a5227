//! Commands of core Vulkan that no queue of this device can execute: graphics, and queries that count draws.
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
    cmd_set_viewport(u32, u32, *const Viewport);
    cmd_set_scissor(u32, u32, *const Rect2D);
    cmd_set_line_width(f32);
    cmd_set_depth_bias(f32, f32, f32);
    cmd_set_blend_constants(*const [f32; 4]);
    cmd_set_depth_bounds(f32, f32);
    cmd_set_stencil_compare_mask(StencilFaceFlags, u32);
    cmd_set_stencil_write_mask(StencilFaceFlags, u32);
    cmd_set_stencil_reference(StencilFaceFlags, u32);
    cmd_bind_index_buffer(Buffer, DeviceSize, IndexType);
    cmd_bind_vertex_buffers(u32, u32, *const Buffer, *const DeviceSize);
    cmd_draw(u32, u32, u32, u32);
    cmd_draw_indexed(u32, u32, u32, i32, u32);
    cmd_draw_indirect(Buffer, DeviceSize, u32, u32);
    cmd_draw_indexed_indirect(Buffer, DeviceSize, u32, u32);
    cmd_clear_attachments(u32, *const ClearAttachment, u32, *const ClearRect);
    cmd_begin_query(QueryPool, u32, QueryControlFlags);
    cmd_end_query(QueryPool, u32);
    cmd_begin_render_pass(*const RenderPassBeginInfo<'_>, SubpassContents);
    cmd_next_subpass(SubpassContents);
    cmd_end_render_pass();
}
