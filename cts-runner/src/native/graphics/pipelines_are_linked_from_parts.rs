//! Pipelines that were made in parts, each alone or two at a time, draw as if they had been made at once.

use super::support::{BLACK, GREEN, bind_vertices, colored, picture, vertex, vertices};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics, Need::PipelineLibrary];

type Part = vk::GraphicsPipelineLibraryFlagsEXT;

pub(super) fn run(cx: &Context) -> Outcome {
    let corners =
        vertices(cx, &[vertex(-1.0, -1.0, GREEN), vertex(3.0, -1.0, GREEN), vertex(-1.0, 3.0, GREEN)])?;
    let (shaders, ends) = (
        Part::PRE_RASTERIZATION_SHADERS | Part::FRAGMENT_SHADER,
        Part::VERTEX_INPUT_INTERFACE | Part::FRAGMENT_OUTPUT_INTERFACE,
    );
    let alone = [
        Part::FRAGMENT_OUTPUT_INTERFACE,
        Part::FRAGMENT_SHADER,
        Part::PRE_RASTERIZATION_SHADERS,
        Part::VERTEX_INPUT_INTERFACE,
    ];
    for parts in [&alone[..], &[shaders, ends]] {
        let (canvas, painter) = colored(cx, vk::CanvasShape::flat(8, 8), |options| {
            options.parts = parts;
            // State of each kind: what is drawn is green, and red is not written.
            options.blend.color_write_mask = vk::ColorComponentFlags::G | vk::ColorComponentFlags::A;
            options.dynamic = &[vk::DynamicState::SCISSOR];
        })?;
        let found = picture(cx, &canvas, |r| {
            r.paint(&painter);
            bind_vertices(r, &corners);
            let scissor = vk::Rect2D { extent: vk::Extent2D { width: 4, height: 8 }, ..Default::default() };
            // SAFETY: recording.
            unsafe { r.device.raw.cmd_set_scissor(r.handle, 0, &[scissor]) };
            r.draw(3);
        })?;
        super::support::each_pixel(&found, 8, |x, _| if x < 4 { GREEN } else { BLACK })?;
    }
    Ok(())
}
