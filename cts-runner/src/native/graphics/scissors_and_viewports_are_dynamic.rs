//! Only pixels inside the scissor change, and the viewport says where clip space is.

use super::support::{BLACK, BLUE, GREEN, color, each_pixel, picture, screen};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics];

pub(super) fn run(cx: &Context) -> Outcome {
    let (canvas, painter) = screen(cx, vk::CanvasShape::flat(16, 16), |options| {
        options.dynamic = &[vk::DynamicState::VIEWPORT, vk::DynamicState::SCISSOR];
    })?;
    let rect = |x, y, width, height| vk::Rect2D {
        offset: vk::Offset2D { x, y },
        extent: vk::Extent2D { width, height },
    };
    let found = picture(cx, &canvas, |r| {
        r.paint(&painter);
        let raw = &r.device.raw;
        // SAFETY: recording.
        unsafe {
            raw.cmd_set_viewport(r.handle, 0, &[vk::viewport(16, 16)]);
            raw.cmd_set_scissor(r.handle, 0, &[rect(3, 2, 5, 7)]);
        }
        r.push_color(&painter, color(GREEN), 0.5);
        r.draw(3);
        let right = vk::Viewport { x: 12.0, y: 4.0, ..vk::viewport(4, 8) };
        // SAFETY: recording.
        unsafe {
            raw.cmd_set_viewport(r.handle, 0, &[right]);
            raw.cmd_set_scissor(r.handle, 0, &[rect(0, 0, 16, 16)]);
        }
        r.push_color(&painter, color(BLUE), 0.5);
        r.draw(3);
    })?;
    // The big triangle reaches beyond the viewport's right and lower border, where the view volume ends.
    each_pixel(&found, 16, |x, y| match (x, y) {
        (12..16, 4..12) => BLUE,
        (3..8, 2..9) => GREEN,
        _ => BLACK,
    })
}
