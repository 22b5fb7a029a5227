//! Points: squares around a vertex.

use super::lanes::limit;
use super::primitive::{Coverage, Edge, Outline, Plane, Planes, Primitive};
use super::setup::{Common, Point, sampled};

/// Sizes of points, in pixels.
pub(super) const SIZES: [f32; 2] = [1.0, 1023.0];

/// A point; `None` if it covers no sample.
pub(super) fn point(
    point: &Point,
    size: f32,
    bias: f32,
    common: &Common,
    samples: [i32; 2],
) -> Option<Primitive> {
    // What is not a number becomes the least size.
    let size = limit(size, SIZES[0], SIZES[1]);
    let half = (size * 128.0).round() as i32;
    let [x, y] = point.screen.xy;
    let (low, high) = ([x - half, y - half], [x + half, y + half]);
    let bounds = sampled(low, high, samples).intersect(common.bounds);
    if bounds.is_empty() {
        return None;
    }
    let planes = Planes {
        origin: [x as f32 / 256.0, y as f32 / 256.0],
        depth: Plane::constant(point.screen.z + bias),
        inverse_w: Plane::constant(point.screen.q),
        perspective: point.weights.map(|weight| Plane::constant(weight * point.screen.q)),
        linear: point.linear.map(Plane::constant),
    };
    let (coverage, edges) = (Coverage::Edges(4), square(low, high));
    Some(
        common.outlined(
            bounds,
            Outline { coverage, edges, planes, point_size: size, stipple: None, smooth: None },
        ),
    )
}

/// Left, top, right and bottom; the first two belong to it.
fn square(low: [i32; 2], high: [i32; 2]) -> [Edge; 4] {
    [
        Edge { a: 1, b: 0, c: -i64::from(low[0]) },
        Edge { a: 0, b: 1, c: -i64::from(low[1]) },
        Edge { a: -1, b: 0, c: i64::from(high[0]) - 1 },
        Edge { a: 0, b: -1, c: i64::from(high[1]) - 1 },
    ]
}
