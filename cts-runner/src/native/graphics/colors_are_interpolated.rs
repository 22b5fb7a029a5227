//! Between vertices colors change linearly.

use super::support::{bind_vertices, colored, picture, vertex, vertices};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics];

pub(super) fn run(cx: &Context) -> Outcome {
    let (canvas, painter) = colored(cx, vk::CanvasShape::flat(32, 4), |options| {
        options.topology = vk::PrimitiveTopology::TRIANGLE_STRIP;
    })?;
    let (dark, bright) = (0xff00_0000, 0xff00_00ff);
    let corners = [(-1.0, -1.0, dark), (-1.0, 1.0, dark), (1.0, -1.0, bright), (1.0, 1.0, bright)];
    let buffer = vertices(cx, &corners.map(|(x, y, word)| vertex(x, y, word)))?;
    let found = picture(cx, &canvas, |r| {
        r.paint(&painter);
        bind_vertices(r, &buffer);
        r.draw(4);
    })?;
    for (index, &pixel) in (0..).zip(&found) {
        let x = index % 32;
        let expected = (f64::from(x) + 0.5) / 32.0 * 255.0;
        let red = f64::from(pixel & 0xff);
        check!((red - expected).abs() < 1.0, "pixel {index} is {pixel:#010x}, red should be {expected}");
        check_eq!(pixel >> 8, 0x00ff_0000, "the other channels of pixel {index}");
    }
    Ok(())
}
