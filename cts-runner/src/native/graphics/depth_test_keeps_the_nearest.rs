//! What is further away than what was drawn before is not drawn; without depth writes it does not count.

use super::support::{BLUE, GREEN, RED, color, picture, screen};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics];

pub(super) fn run(cx: &Context) -> Outcome {
    for format in [vk::Format::D16_UNORM, vk::Format::D32_SFLOAT] {
        let shape = vk::CanvasShape { depth: Some(format), ..vk::CanvasShape::flat(8, 8) };
        let (canvas, painter) = screen(cx, shape, |options| {
            options.depth = vk::PipelineDepthStencilStateCreateInfo::default()
                .depth_test_enable(true)
                .depth_write_enable(true)
                .depth_compare_op(vk::CompareOp::LESS);
        })?;
        let draw = |r: &vk::Recorder<'_>, word, depth| {
            r.push_color(&painter, color(word), depth);
            r.draw(3);
        };
        let found = picture(cx, &canvas, |r| {
            r.paint(&painter);
            draw(r, RED, 0.75);
            draw(r, GREEN, 0.25);
            draw(r, BLUE, 0.5);
            draw(r, BLUE, 0.25);
        })?;
        uniform(&format!("{format:?}"), &found, GREEN)?;
    }
    Ok(())
}
