//! Half of the new color and half of the old one; and channels that are masked out stay.

use super::support::{color, picture, screen};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics];

pub(super) fn run(cx: &Context) -> Outcome {
    let (canvas, painter) = screen(cx, vk::CanvasShape::flat(8, 8), |options| {
        options.blend = vk::PipelineColorBlendAttachmentState::default()
            .blend_enable(true)
            .src_color_blend_factor(vk::BlendFactor::SRC_ALPHA)
            .dst_color_blend_factor(vk::BlendFactor::ONE_MINUS_SRC_ALPHA)
            .src_alpha_blend_factor(vk::BlendFactor::ZERO)
            .dst_alpha_blend_factor(vk::BlendFactor::ONE)
            .color_write_mask(
                vk::ColorComponentFlags::R | vk::ColorComponentFlags::G | vk::ColorComponentFlags::A,
            );
    })?;
    let found = picture(cx, &canvas, |r| {
        r.paint(&painter);
        for word in [0xff40_80ff, 0x80ff_4000] {
            r.push_color(&painter, color(word), 0.5);
            r.draw(3);
        }
    })?;
    for &pixel in &found {
        let channels = pixel.to_le_bytes().map(i32::from);
        // Half of 255, half of 0x80 and of 0x40, blue untouched, alpha of the clear.
        for (found, expected) in channels.into_iter().zip([127, 96, 0, 255]) {
            check!((found - expected).abs() <= 1, "found {channels:?}");
        }
    }
    Ok(())
}
