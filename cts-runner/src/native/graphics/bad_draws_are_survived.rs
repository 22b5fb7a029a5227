//! Draws without a pass, without a pipeline, without buffers, beyond their buffers: nothing crashes, and the next frame is right.

use super::support::{GREEN, bind_vertices, color, colored, picture, screen, vertex, vertices};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics];

pub(super) fn run(cx: &Context) -> Outcome {
    let shape = vk::CanvasShape::flat(8, 8);
    let (canvas, painter) = colored(cx, shape, |_| {})?;
    let raw = &cx.device.raw;
    let tiny = vertices(cx, &[vertex(0.0, 0.0, GREEN)])?;
    let wild = HostBuffer::of(&cx.device, &[u32::MAX, 0x7fff_ffff, 12_345_678])?;
    // SAFETY: recording commands that break rules of valid usage but not of memory.
    cx.draw(|r| unsafe {
        r.draw(3);
        r.paint(&painter);
        r.draw(3);
        raw.cmd_clear_attachments(r.handle, &[vk::ClearAttachment::default()], &[vk::ClearRect::default()]);
        raw.cmd_end_render_pass(r.handle);
        raw.cmd_next_subpass(r.handle, vk::SubpassContents::INLINE);
    })?;
    // SAFETY: as above.
    picture(cx, &canvas, |r| unsafe {
        r.draw(3);
        r.paint(&painter);
        r.draw(3);
        bind_vertices(r, &tiny);
        r.draw(3000);
        raw.cmd_draw_indexed(r.handle, 3, 1, 0, 0, 0);
        raw.cmd_bind_index_buffer(r.handle, wild.handle, 0, vk::IndexType::UINT32);
        raw.cmd_draw_indexed(r.handle, 300, 1, 0, i32::MAX, u32::MAX);
        raw.cmd_draw_indirect(r.handle, wild.handle, 0, 1000, 4);
        raw.cmd_next_subpass(r.handle, vk::SubpassContents::INLINE);
    })?;
    let (canvas, painter) = screen(cx, shape, |_| {})?;
    let found = picture(cx, &canvas, |r| {
        r.paint(&painter);
        r.push_color(&painter, color(GREEN), 0.5);
        r.draw(3);
    })?;
    uniform("pixels", &found, GREEN)
}
