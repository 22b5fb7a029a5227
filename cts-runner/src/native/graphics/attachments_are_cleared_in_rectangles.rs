//! `vkCmdClearAttachments` changes its rectangles and nothing else; the load operation clears all.

use super::support::{BLACK, BLUE, color, each_pixel, picture, screen};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics];

pub(super) fn run(cx: &Context) -> Outcome {
    let (canvas, _) = screen(cx, vk::CanvasShape::flat(8, 8), |_| {})?;
    let rect = |x, y, width, height| vk::ClearRect {
        rect: vk::Rect2D { offset: vk::Offset2D { x, y }, extent: vk::Extent2D { width, height } },
        base_array_layer: 0,
        layer_count: 1,
    };
    let found = picture(cx, &canvas, |r| {
        let clear_value = vk::ClearValue { color: vk::ClearColorValue { float32: color(BLUE) } };
        let attachment = vk::ClearAttachment {
            aspect_mask: vk::ImageAspectFlags::COLOR,
            color_attachment: 0,
            clear_value,
        };
        let rects = [rect(1, 2, 3, 1), rect(6, 0, 2, 8)];
        // SAFETY: recording, in a render pass.
        unsafe { r.device.raw.cmd_clear_attachments(r.handle, &[attachment], &rects) };
    })?;
    each_pixel(&found, 8, |x, y| match (x, y) {
        (1..4, 2) | (6..8, _) => BLUE,
        _ => BLACK,
    })
}
