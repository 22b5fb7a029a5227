//! With multiview each draw and each clear reaches every view of the mask, and `gl_ViewIndex` says which one it is.

use super::support::{BLUE, RED, picture, screen};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics, Need::Multiview];

pub(super) fn run(cx: &Context) -> Outcome {
    let shape = vk::CanvasShape { views: 0b101, ..vk::CanvasShape::flat(4, 4) };
    let (canvas, painter) = screen(cx, shape, |options| options.fragment = vk::VIEW_FRAG)?;
    let found = picture(cx, &canvas, |r| {
        r.paint(&painter);
        r.push_color(&painter, [0.0; 4], 0.5);
        r.draw(3);
    })?;
    uniform("view 0", &found[..16], RED)?;
    uniform("view 2", &found[32..], BLUE)
}
