//! A secondary command buffer draws into the pass that its primary began, with state of its own.

use super::support::{BLACK, GREEN, color, screen};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics];

pub(super) fn run(cx: &Context) -> Outcome {
    let (canvas, painter) = screen(cx, vk::CanvasShape::flat(8, 8), |_| {})?;
    let raw = &cx.device.raw;
    let pool = Commands::allocate(&cx.device, cx.graphics()?.family)?;
    let secondary = pool.secondary()?;
    let inheritance = vk::CommandBufferInheritanceInfo::default()
        .render_pass(canvas.pass)
        .framebuffer(canvas.framebuffer());
    let begin = vk::CommandBufferBeginInfo::default()
        .flags(vk::CommandBufferUsageFlags::RENDER_PASS_CONTINUE)
        .inheritance_info(&inheritance);
    // SAFETY: the secondary was just made; `begin` outlives the call.
    unsafe { raw.begin_command_buffer(secondary, &begin) }.at("vkBeginCommandBuffer")?;
    let recorder = vk::Recorder { device: &cx.device, handle: secondary };
    recorder.paint(&painter);
    recorder.push_color(&painter, color(GREEN), 0.5);
    recorder.draw(3);
    // SAFETY: in recording state.
    unsafe { raw.end_command_buffer(secondary) }.at("vkEndCommandBuffer")?;

    let host = cx.host(canvas.color.texels() * 4)?;
    cx.draw(|r| {
        canvas.begin(r, color(BLACK), vk::SubpassContents::SECONDARY_COMMAND_BUFFERS);
        // SAFETY: recording; the secondary is executable.
        unsafe { raw.cmd_execute_commands(r.handle, &[secondary]) };
        r.end_pass();
        r.barrier();
        r.copy_from_attachment(&canvas.color, &host);
        r.barrier();
    })?;
    uniform("pixels", &host.words(), GREEN)
}
