//! Pixels on an edge that four samples see differently become a mixture; all others keep their color.

use super::support::{BLACK, bind_vertices, colored, picture, vertex, vertices};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics];

pub(super) fn run(cx: &Context) -> Outcome {
    const WHITE: u32 = u32::MAX;
    let shape = vk::CanvasShape { samples: vk::SampleCountFlags::TYPE_4, ..vk::CanvasShape::flat(8, 8) };
    let (canvas, painter) = colored(cx, shape, |_| {})?;
    let corners = [vertex(-1.0, -1.0, WHITE), vertex(1.0, -1.0, WHITE), vertex(-1.0, 1.0, WHITE)];
    let buffer = vertices(cx, &corners)?;
    let found = picture(cx, &canvas, |r| {
        r.paint(&painter);
        bind_vertices(r, &buffer);
        r.draw(3);
    })?;
    for (index, &pixel) in (0..).zip(&found) {
        let (x, y) = (index % 8, index / 8);
        let red = pixel & 0xff;
        match x + y {
            0..7 => check_eq!(pixel, WHITE, "pixel {x}, {y} inside"),
            // Of the four standard positions two are on the inner side of the diagonal.
            7 => {
                check!((0x7e..=0x81).contains(&red), "pixel {x}, {y} on the edge is {pixel:#010x}");
            }
            _ => check_eq!(pixel, BLACK, "pixel {x}, {y} outside"),
        }
    }
    Ok(())
}
