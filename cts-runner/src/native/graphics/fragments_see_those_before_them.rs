//! With rasterization order access, fragments read what those of earlier primitives of the same draw wrote to their pixel.

use super::shader_binaries_are_shaders::Scene;
use super::support::{BLACK, color, screen};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] =
    &[Need::Graphics, Need::DynamicRendering, Need::LocalRead, Need::RasterizationOrder];

/// Triangles over each other.
const DEEP: u32 = 40;

pub(super) fn run(cx: &Context) -> Outcome {
    // Larger than what one thread draws at a time.
    let scene = Scene::of(cx, 200, 150)?;
    let (_, painter) = screen(cx, scene.canvas.shape, |options| {
        options.pass = (vk::RenderPass::null(), 0);
        options.fragment = vk::COUNT_FRAG;
        options.bindings = &[(vk::DescriptorType::INPUT_ATTACHMENT, 1)];
        options.blend_flags =
            vk::PipelineColorBlendStateCreateFlags::RASTERIZATION_ORDER_ATTACHMENT_ACCESS_EXT;
    })?;
    let set = painter.set()?;
    set.write_input(0, &scene.canvas.color);
    let found = scene.picture(cx, |r| {
        r.paint(&painter);
        r.paint_with(&painter, &set);
        r.push_color(&painter, color(BLACK), 0.5);
        // SAFETY: recording, in rendering.
        unsafe { r.device.raw.cmd_draw(r.handle, 3, DEEP, 0, 0) };
    })?;
    uniform("pixels", &found, BLACK | DEEP)
}
