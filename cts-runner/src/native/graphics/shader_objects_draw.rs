//! Shaders that are bound without a pipeline draw with the state that commands set, and leave the pipeline's state behind.

use super::shader_binaries_are_shaders::{Scene, columns, stripe};
use super::support::{BLACK, GREEN, RED, color, each_pixel, screen};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics, Need::DynamicRendering, Need::ShaderObject];

pub(super) fn run(cx: &Context) -> Outcome {
    let scene = Scene::new(cx)?;
    let shaders = [
        vk::ShaderObject::new(&cx.device, vk::ShaderStageFlags::VERTEX, vk::SCREEN_VERT)?,
        vk::ShaderObject::new(&cx.device, vk::ShaderStageFlags::FRAGMENT, vk::COLOR_FRAG)?,
    ];
    // A pipeline before and after, whose state would show: it writes no red.
    let (_, painter) = screen(cx, scene.canvas.shape, |options| {
        options.pass = (vk::RenderPass::null(), 0);
        options.dynamic = &[vk::DynamicState::SCISSOR];
        options.blend.color_write_mask = vk::ColorComponentFlags::G | vk::ColorComponentFlags::A;
    })?;
    let found = scene.picture(cx, |r| {
        let with_pipeline = |x, word| {
            r.paint(&painter);
            // SAFETY: recording.
            unsafe { r.device.raw.cmd_set_scissor(r.handle, 0, &[columns(x)]) };
            r.push_color(&painter, color(word), 0.5);
            r.draw(3);
        };
        with_pipeline(0, RED);
        stripe(r, &shaders, &painter, 2, RED);
        with_pipeline(4, GREEN);
    })?;
    each_pixel(&found, 8, |x, _| match x {
        2..4 => RED,
        4..6 => GREEN,
        _ => BLACK,
    })
}
