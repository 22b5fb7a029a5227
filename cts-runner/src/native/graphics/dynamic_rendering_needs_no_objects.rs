//! `vkCmdBeginRendering` clears, draws and keeps what suspended rendering drew when it resumes.

use super::support::{BLACK, GREEN, RED, cleared, color, each_pixel, screen};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics, Need::DynamicRendering];

pub(super) fn run(cx: &Context) -> Outcome {
    let (canvas, painter) = screen(cx, vk::CanvasShape::flat(8, 8), |options| {
        options.pass = (vk::RenderPass::null(), 0);
        options.dynamic = &[vk::DynamicState::SCISSOR];
    })?;
    let rendering = cx.device.dynamic_rendering()?;
    let attachments = [cleared(&canvas.color, vk::ImageLayout::TRANSFER_SRC_OPTIMAL, BLACK)];
    let host = cx.host(canvas.color.texels() * 4)?;
    let stripe = |r: &vk::Recorder<'_>, flags, x, word| {
        let info = vk::RenderingInfo::default()
            .flags(flags)
            .render_area(canvas.area())
            .layer_count(1)
            .color_attachments(&attachments);
        let extent = vk::Extent2D { width: 2, height: 8 };
        let scissor = vk::Rect2D { offset: vk::Offset2D { x, y: 0 }, extent };
        // SAFETY: recording; the view is alive.
        unsafe { rendering.cmd_begin_rendering(r.handle, &info) };
        r.paint(&painter);
        // SAFETY: recording.
        unsafe { r.device.raw.cmd_set_scissor(r.handle, 0, &[scissor]) };
        r.push_color(&painter, color(word), 0.5);
        r.draw(3);
        // SAFETY: recording, in rendering.
        unsafe { rendering.cmd_end_rendering(r.handle) };
    };
    cx.draw(|r| {
        stripe(r, vk::RenderingFlags::SUSPENDING, 0, RED);
        stripe(r, vk::RenderingFlags::RESUMING, 4, GREEN);
        r.barrier();
        r.copy_from_attachment(&canvas.color, &host);
        r.barrier();
    })?;
    each_pixel(&host.words(), 8, |x, _| match x {
        0..2 => RED,
        4..6 => GREEN,
        _ => BLACK,
    })
}
