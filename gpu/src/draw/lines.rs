//! Lines: rectangles around the segment, smooth or not, or Bresenham's pixels.
//!
//! Source: Vulkan specification, "Basic Line Segment Rasterization" and "Bresenham Line Segment Rasterization".

use ash::vk;

use super::lanes::limit;
use super::primitive::{Bounds, Coverage, Edge, Outline, PixelLine, Plane, Planes, Primitive, Stipple};
use super::sample::UNITS;
use super::setup::{Common, Point, sampled};
use super::state::{LineStipple, Rasterization};

/// Widths of lines, in pixels.
pub(super) const WIDTHS: [f32; 2] = [1.0, 64.0];

/// How lines of a draw are drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct LineStyle {
    width: f32,
    is_bresenham: bool,
    is_smooth: bool,
    pub(super) stipple: Option<LineStipple>,
}

impl LineStyle {
    pub(super) fn new(state: &Rasterization) -> Self {
        Self {
            width: limit(state.line_width, WIDTHS[0], WIDTHS[1]),
            is_bresenham: state.line_mode == vk::LineRasterizationModeEXT::BRESENHAM,
            is_smooth: state.line_mode == vk::LineRasterizationModeEXT::RECTANGULAR_SMOOTH,
            stipple: state.line_stipple,
        }
    }
}

/// Where a line begins and which way it goes, in pixels.
fn segment(ends: &[Point; 2]) -> ([f64; 2], [f64; 2], [f64; 2]) {
    let [from, to] = [0, 1].map(|n| ends[n].screen.xy.map(|units| f64::from(units) / 256.0));
    (from, to, [to[0] - from[0], to[1] - from[1]])
}

/// How far a line brings the stipple of its strip.
pub(super) fn length(style: &LineStyle, ends: &[Point; 2]) -> f64 {
    let (from, to, way) = segment(ends);
    if style.is_bresenham {
        pixels(from, to, style.width).map_or(0.0, |pixels| f64::from(pixels.last - pixels.first + 1))
    } else {
        way[0].hypot(way[1])
    }
}

/// A line; `None` if it covers no sample. Its depth is moved by a bias, and its stipple begins behind that of the lines
/// `before` it.
pub(super) fn line(
    style: &LineStyle,
    ends: &[Point; 2],
    [bias, before]: [f32; 2],
    common: &Common,
    samples: [i32; 2],
) -> Option<Primitive> {
    let (from, to, way) = segment(ends);
    let length_squared = way[0] * way[0] + way[1] * way[1];
    if length_squared == 0.0 {
        return None;
    }
    let mut smooth = None;
    let (bounds, coverage, edges) = if style.is_bresenham {
        let pixels = pixels(from, to, style.width)?;
        (pixels.bounds(), Coverage::Pixels(pixels), [Edge::default(); 4])
    } else {
        let corners = rectangle(from, way, length_squared.sqrt(), style.width.into());
        let fold = |axis: usize, pick: fn(i32, i32) -> i32| {
            corners[1..].iter().fold(corners[0][axis], |n, corner| pick(n, corner[axis]))
        };
        let low = [fold(0, i32::min), fold(1, i32::min)];
        let high = [fold(0, i32::max), fold(1, i32::max)];
        let edges: [Edge; 4] = core::array::from_fn(|n| Edge::new(corners[n], corners[(n + 1) % 4]));
        if style.is_smooth {
            smooth = Some(edges);
            (sampled(low, high, [0, UNITS]), Coverage::Centers(4), edges.map(|edge| edge.grown(0)))
        } else {
            (sampled(low, high, samples), Coverage::Edges(4), edges)
        }
    };
    let bounds = bounds.intersect(common.bounds);
    if bounds.is_empty() {
        return None;
    }
    let origin = [bounds.x0 as f32 + 0.5, bounds.y0 as f32 + 0.5];
    let share = [0, 1].map(|axis| way[axis] / length_squared);
    let start = (f64::from(origin[0]) - from[0]) * share[0] + (f64::from(origin[1]) - from[1]) * share[1];
    let plane = |value: &dyn Fn(&Point) -> f32| {
        let (first, last) = (f64::from(value(&ends[0])), f64::from(value(&ends[1])));
        Plane {
            value: (first + (last - first) * start) as f32,
            dx: ((last - first) * share[0]) as f32,
            dy: ((last - first) * share[1]) as f32,
        }
    };
    let mut depth = plane(&|point| point.screen.z);
    depth.value += bias;
    let stipple = style.stipple.map(|stipple| {
        let mut along = match &coverage {
            Coverage::Pixels(pixels) => pixels.along(bounds, way),
            Coverage::Edges(_) | Coverage::Centers(_) => {
                let length = length_squared.sqrt();
                let [dx, dy] = share.map(|share| (share * length) as f32);
                Plane { value: (start * length) as f32, dx, dy }
            }
        };
        along.value += before;
        Stipple { along, factor: stipple.factor.max(1) as f32, pattern: stipple.pattern }
    });
    let planes = Planes {
        origin,
        depth,
        inverse_w: plane(&|point| point.screen.q),
        perspective: [0, 1].map(|n| plane(&|point| point.weights[n] * point.screen.q)),
        linear: [0, 1].map(|n| plane(&|point| point.linear[n])),
    };
    Some(common.outlined(bounds, Outline { coverage, edges, planes, point_size: 1.0, stipple, smooth }))
}

/// Corners in sub-pixel units, clockwise where y goes down.
fn rectangle(from: [f64; 2], way: [f64; 2], length: f64, width: f64) -> [[i32; 2]; 4] {
    let half = width * 0.5 / length;
    let side = [-way[1] * half, way[0] * half];
    [(0.0, -1.0), (1.0, -1.0), (1.0, 1.0), (0.0, 1.0)].map(|(along, across)| {
        [0, 1].map(|axis| ((from[axis] + way[axis] * along + side[axis] * across) * 256.0).round() as i32)
    })
}

/// The pixels whose diamond the segment leaves; `None` if there are none.
fn pixels(from: [f64; 2], to: [f64; 2], width: f32) -> Option<PixelLine> {
    let is_steep = (to[1] - from[1]).abs() > (to[0] - from[0]).abs();
    let (major, minor) = if is_steep { (1, 0) } else { (0, 1) };
    let slope = (to[minor] - from[minor]) / (to[major] - from[major]);
    let sign = (to[major] - from[major]).signum();
    let is_in_diamond = |point: [f64; 2]| {
        let away = |axis: usize| (point[axis] - point[axis].floor() - 0.5).abs();
        away(0) + away(1) < 0.5
    };
    // Where the center of a pixel is on the way, seen from an end.
    let ahead = |point: [f64; 2]| (point[major].floor() + 0.5 - point[major]) * sign;
    let step = sign as i32;
    let mut first = from[major].floor() as i32;
    if ahead(from) < 0.0 && !is_in_diamond(from) {
        first += step;
    }
    let mut last = to[major].floor() as i32;
    if ahead(to) > 0.0 || is_in_diamond(to) {
        last -= step;
    }
    if (last - first) * step < 0 {
        return None;
    }
    Some(PixelLine {
        is_steep,
        first: first.min(last),
        last: first.max(last),
        minor: from[minor] - from[major] * slope,
        slope,
        width: width.round().max(1.0) as i32,
    })
}

impl PixelLine {
    /// The first pixel in the minor direction, of a pixel of the major one.
    #[inline(always)]
    pub(super) fn row(&self, major: i32) -> i32 {
        let center = self.minor + (f64::from(major) + 0.5) * self.slope;
        (center - f64::from(self.width - 1) * 0.5).floor() as i32
    }

    /// Whether a pixel belongs to the line.
    pub(super) fn covers(&self, x: i32, y: i32) -> bool {
        let (major, minor) = if self.is_steep { (y, x) } else { (x, y) };
        let row = self.row(major);
        (self.first..=self.last).contains(&major) && (row..row + self.width).contains(&minor)
    }

    /// Pixels since the first one of the line, which goes `way`, at the center of a pixel.
    fn along(&self, bounds: Bounds, way: [f64; 2]) -> Plane {
        let (axis, origin) = if self.is_steep { (1, bounds.y0) } else { (0, bounds.x0) };
        let (value, step) =
            if way[axis] < 0.0 { (self.last - origin, -1.0) } else { (origin - self.first, 1.0) };
        let (dx, dy) = if self.is_steep { (0.0, step) } else { (step, 0.0) };
        Plane { value: value as f32, dx, dy }
    }

    fn bounds(&self) -> Bounds {
        let rows = [self.row(self.first), self.row(self.last)];
        let (low, high) = (rows[0].min(rows[1]), rows[0].max(rows[1]) + self.width);
        if self.is_steep {
            Bounds { x0: low, y0: self.first, x1: high, y1: self.last + 1 }
        } else {
            Bounds { x0: self.first, y0: low, x1: self.last + 1, y1: high }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(from: [f64; 2], to: [f64; 2]) -> Vec<[i32; 2]> {
        let Some(line) = pixels(from, to, 1.0) else { return Vec::new() };
        let all = (-2..12).flat_map(|y| (-2..12).map(move |x| [x, y]));
        all.filter(|&[x, y]| line.covers(x, y)).collect()
    }

    #[test]
    fn the_last_pixel_is_left_to_the_next_line() {
        assert_eq!(covered([0.5, 0.5], [3.5, 0.5]), [[0, 0], [1, 0], [2, 0]]);
        assert_eq!(covered([3.5, 0.5], [0.5, 0.5]), [[1, 0], [2, 0], [3, 0]]);
        assert_eq!(covered([0.5, 3.5], [0.5, 0.5]), [[0, 1], [0, 2], [0, 3]]);
        assert_eq!(covered([0.5, 0.5], [3.5, 3.5]), [[0, 0], [1, 1], [2, 2]]);
    }

    #[test]
    fn segments_of_a_strip_cover_each_pixel_once() {
        let points = [[0.6, 0.7], [4.2, 2.9], [7.7, 3.4], [8.1, 8.9], [2.3, 9.4]];
        let mut seen = Vec::new();
        for pair in points.windows(2) {
            seen.extend(covered(pair[0], pair[1]));
        }
        let all = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), all);
    }

    #[test]
    fn a_segment_inside_of_a_diamond_covers_nothing() {
        assert!(covered([2.4, 2.5], [2.6, 2.5]).is_empty());
        assert!(covered([2.5, 2.4], [2.5, 2.7]).is_empty());
    }

    #[test]
    fn rectangles_are_clockwise() {
        for way in [[3.0, 0.0], [0.0, 3.0], [-2.0, 1.0], [1.0, -5.0]] {
            let corners = rectangle([10.0, 10.0], way, f64::hypot(way[0], way[1]), 2.0);
            let area: i64 = (0..4)
                .map(|n| {
                    let ([x, y], [u, v]) = (corners[n], corners[(n + 1) % 4]);
                    i64::from(x) * i64::from(v) - i64::from(u) * i64::from(y)
                })
                .sum();
            assert!(area > 0);
        }
    }
}
