//! Triangles that are filled, and their planes.

use super::primitive::{Bounds, Coverage, Edge, Outline, Plane, Planes, Primitive};
use super::primitives::Primitives;
use super::project::Projected;
use super::sample::UNITS;
use super::setup::{Common, Point, Setup, sampled, twice_area};
use super::slopes::Slopes;
use super::viewport::Screen;

impl Common {
    /// A primitive that is not just a triangle of vertices.
    pub(super) fn outlined(&self, bounds: Bounds, outline: Outline) -> Primitive {
        Primitive {
            bounds,
            outline: Some(Box::new(outline)),
            vertices: self.vertices,
            provoking: self.provoking,
            id: self.id,
            layer: self.layer,
            viewport: self.viewport,
            is_front: self.is_front,
        }
    }
}

impl Setup {
    /// Adds the triangle of three vertices in the first viewport, unless it is culled or cannot cover a sample.
    #[inline(always)]
    pub(super) fn fill_vertices(&self, corners: [&Projected; 3], common: &Common, out: &mut Primitives) {
        let area = twice_area(places(corners));
        let Some(is_front) = self.facing(area) else { return };
        let bounds = bounds_of(places(corners), self.samples).intersect(self.viewport(0).bounds);
        if bounds.is_empty() {
            return;
        }
        let [first, second, third] = common.vertices;
        let (vertices, provoking) = if area < 0 {
            ([first, third, second], [0, 2, 1][usize::from(common.provoking % 3)])
        } else {
            ([first, second, third], common.provoking)
        };
        let place = out.next();
        (place.bounds, place.vertices, place.provoking) = (bounds, vertices, provoking);
        (place.id, place.layer) = (common.id, common.layer);
        (place.viewport, place.is_front) = (0, is_front);
        place.outline = None;
    }

    /// A filled triangle of any corners; `None` if it cannot cover a sample.
    pub(super) fn fill(&self, [a, mut b, mut c]: [&Point; 3], common: &Common) -> Option<Primitive> {
        let area = twice_area([a, b, c].map(|point| point.screen.xy));
        if area < 0 {
            (b, c) = (c, b);
        }
        let [p, q, r] = [a, b, c].map(|point| point.screen.xy);
        // Pixels that are touched are whole squares.
        let extra = self.rasterization.overestimation.map(|pixels| (pixels * UNITS as f32) as i32);
        let samples = extra.map_or(self.samples, |extra| [-extra, UNITS + extra]);
        let bounds = bounds_of([p, q, r], samples).intersect(common.bounds);
        if area == 0 || bounds.is_empty() {
            return None;
        }
        let [first, second, third] = Edge::around([p, q, r]);
        let mut edges = [first, second, third, Edge::default()];
        if let Some(extra) = extra {
            edges = edges.map(|edge| edge.grown(extra));
        }
        let outline = Outline {
            coverage: if extra.is_some() { Coverage::Centers(3) } else { Coverage::Edges(3) },
            edges,
            planes: self.planes([a, b, c], bounds),
            point_size: 1.0,
            stipple: None,
            smooth: None,
        };
        Some(common.outlined(bounds, outline))
    }

    /// Planes of the triangle of three vertices that has bounds.
    pub(super) fn planes_of_vertices(&self, corners: [Screen; 3], bounds: Bounds) -> Planes {
        let [a, b, c] = [0, 1, 2].map(|n| Point::of_vertex(corners[n], n));
        self.planes([&a, &b, &c], bounds)
    }

    /// Planes through three corners that are clockwise and no line.
    #[inline(always)]
    fn planes(&self, corners: [&Point; 3], bounds: Bounds) -> Planes {
        let xy = corners.map(|corner| corner.screen.xy);
        let slopes = Slopes::new(xy, twice_area(xy), bounds);
        let plane = |value: fn(&Point) -> f32| slopes.plane(corners.map(value));
        let weights = |value: fn(&Point) -> f32, is_needed: bool| {
            if is_needed { plane(value) } else { Plane::default() }
        };
        let mut depth = plane(|point| point.screen.z);
        if let Some(bias) = &self.rasterization.depth_bias {
            depth.value += self.depth_unit.bias(bias, depth, corners.map(|corner| corner.screen.z));
        }
        Planes {
            origin: slopes.origin,
            depth,
            inverse_w: weights(|point| point.screen.q, self.needs_weights),
            perspective: [
                weights(|point| point.weights[0] * point.screen.q, self.needs_weights),
                weights(|point| point.weights[1] * point.screen.q, self.needs_weights),
            ],
            linear: [
                weights(|point| point.linear[0], self.needs_linear),
                weights(|point| point.linear[1], self.needs_linear),
            ],
        }
    }
}

#[inline(always)]
fn places([a, b, c]: [&Projected; 3]) -> [[i32; 2]; 3] {
    [a.screen.xy, b.screen.xy, c.screen.xy]
}

/// Pixels with a sample in the box around three corners.
#[inline(always)]
fn bounds_of([p, q, r]: [[i32; 2]; 3], samples: [i32; 2]) -> Bounds {
    sampled(
        [p[0].min(q[0]).min(r[0]), p[1].min(q[1]).min(r[1])],
        [p[0].max(q[0]).max(r[0]), p[1].max(q[1]).max(r[1])],
        samples,
    )
}
