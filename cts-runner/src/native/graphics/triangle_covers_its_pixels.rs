//! A triangle covers the pixels whose centers are inside; on an edge, those of top and left edges only.

use super::support::{BLACK, RED, bind_vertices, colored, each_pixel, picture, vertex, vertices};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics];

pub(super) fn run(cx: &Context) -> Outcome {
    let (canvas, painter) = colored(cx, vk::CanvasShape::flat(16, 16), |_| {})?;
    let corners = [vertex(-1.0, -1.0, RED), vertex(1.0, -1.0, RED), vertex(-1.0, 1.0, RED)];
    let buffer = vertices(cx, &corners)?;
    let found = picture(cx, &canvas, |r| {
        r.paint(&painter);
        bind_vertices(r, &buffer);
        r.draw(3);
    })?;
    // The centers of the diagonal are on the long edge, which is neither top nor left.
    each_pixel(&found, 16, |x, y| if x + y < 15 { RED } else { BLACK })
}
