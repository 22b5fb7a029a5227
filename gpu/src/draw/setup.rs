//! From assembled primitives to edges and planes: culling, clipping, facing.
//!
//! ```text
//!   vertices ── outside of one plane? ── cut ── facing, culling ── fill │ edges │ corners ── primitives
//! ```
//!
//! Nothing here trusts the shader: a position that is not finite, a layer or a viewport that is not there drops the primitive.

use core::sync::atomic::{AtomicU64, Ordering};

use ash::vk;
use lacuna_shaders::abi::stage::slot;
use lacuna_shaders::stage::Interface;

use super::clip::{Corner, Planes};
use super::depth_bias::DepthUnit;
use super::lines::{self, LineStyle};
use super::points;
use super::primitive::{Bounds, Coverage, Edge, Plane, Primitive};
use super::project::Projected;
use super::sample::{Samples, UNITS};
use super::slopes::Slopes;
use super::state::DrawState;
use super::targets::Targets;
use super::topology::Shape;
use super::vertices::Vertices;
use super::viewport::{DepthClip, Screen, Viewport, bounds_of, outside};

/// A primitive as assembly or a geometry shader gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Assembly {
    /// One, two or three of them.
    pub(super) vertices: [u32; 3],
    /// Which of them provokes.
    pub(super) provoking: u8,
    pub(super) id: u32,
    /// A line that is not the first of its strip.
    pub(super) continues: bool,
}

/// What the last stage before rasterization writes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outputs {
    /// As bits.
    pub(super) clip: u32,
    cull: u32,
    point_size: bool,
    layer: bool,
    viewport: bool,
    primitive_id: bool,
}

impl Outputs {
    fn new(interface: &Interface) -> Self {
        let has = |slot: u32| interface.outputs.contains(&slot);
        let set = |first: u32| (0..8).filter(|n| has(first + n)).fold(0, |set, n| set | 1 << n);
        Self {
            clip: set(slot::CLIP_DISTANCE),
            cull: set(slot::CULL_DISTANCE),
            point_size: has(slot::POINT_SIZE),
            layer: has(slot::LAYER),
            viewport: has(slot::VIEWPORT_INDEX),
            primitive_id: has(slot::PRIMITIVE_ID),
        }
    }
}

/// All that does not change during a draw.
#[derive(Debug)]
pub(super) struct Setup {
    shape: Shape,
    pub(super) viewports: Vec<Viewport>,
    pub(super) depth: DepthClip,
    pub(super) outputs: Outputs,
    rasterization: super::state::Rasterization,
    depth_unit: DepthUnit,
    pub(super) line: LineStyle,
    /// Least and greatest sample coordinate.
    samples: [i32; 2],
    layers: u32,
    /// The layer of all primitives, with multiview.
    view: Option<u32>,
    /// Length of the strip so far, where lines are stippled: then one thread sets up, in order.
    strip: AtomicU64,
    /// Which planes somebody looks at.
    needs_weights: bool,
    needs_linear: bool,
}

/// What all triangles of a polygon, or lines of its outline, share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Common {
    pub(super) vertices: [u32; 3],
    pub(super) provoking: u32,
    pub(super) id: u32,
    pub(super) layer: u32,
    pub(super) viewport: u8,
    pub(super) is_front: bool,
    /// Pixels that may be covered.
    pub(super) bounds: Bounds,
}

/// A corner in the window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub(super) screen: Screen,
    /// Of the second and third vertex.
    pub(super) weights: [f32; 2],
    pub(super) linear: [f32; 2],
}

impl Setup {
    pub(super) fn new(
        state: &DrawState,
        targets: &Targets,
        shape: Shape,
        last_stage: &Interface,
        samples: &Samples,
        view: Option<u32>,
    ) -> Self {
        let mut area = bounds_of(&targets.area).intersect(Bounds { x0: 0, y0: 0, x1: 1 << 15, y1: 1 << 15 });
        let surfaces = targets.colors.iter().flatten().chain(&targets.depth).chain(&targets.stencil);
        for extent in surfaces.map(|surface| surface.extent()) {
            area.x1 = area.x1.min(extent.width.min(1 << 15) as i32);
            area.y1 = area.y1.min(extent.height.min(1 << 15) as i32);
        }
        let depth_unit = DepthUnit::new(targets.depth.map(|surface| surface.format));
        let fragment =
            state.stages.fragment.as_ref().map(|stage| super::fragment::Needs::new(stage.interface()));
        Self {
            shape,
            viewports: Viewport::all(&state.viewport, area),
            depth: DepthClip {
                enabled: state.rasterization.depth_clip,
                near: if state.viewport.negative_one_to_one { -1.0 } else { 0.0 },
            },
            outputs: Outputs::new(last_stage),
            rasterization: state.rasterization,
            depth_unit,
            line: LineStyle::new(&state.rasterization),
            samples: samples.extent(),
            layers: targets.layers.max(1),
            view,
            strip: AtomicU64::new(0),
            needs_weights: fragment.as_ref().is_some_and(|needs| needs.perspective),
            needs_linear: fragment.as_ref().is_some_and(|needs| needs.linear),
        }
    }

    /// The viewport of a primitive.
    pub(super) fn viewport(&self, index: u8) -> &Viewport {
        &self.viewports[usize::from(index)]
    }

    /// How many viewports there are.
    pub(super) fn has_viewports(&self) -> bool {
        !self.viewports.is_empty()
    }

    /// Adds what is left of a primitive to `out`. Gives whether something is left to rasterize after clipping.
    pub(super) fn add(
        &self,
        vertices: &Vertices,
        projected: &[Projected],
        assembly: &Assembly,
        out: &mut Vec<Primitive>,
    ) -> bool {
        let provoking = assembly.vertices[usize::from(assembly.provoking)];
        let (mut layer, mut viewport) = (0, 0);
        if self.outputs.layer {
            layer = vertices.get(provoking, slot::LAYER);
        }
        if self.outputs.viewport {
            viewport = vertices.get(provoking, slot::VIEWPORT_INDEX);
        }
        let layer = self.view.unwrap_or(layer);
        if (self.view.is_none() && layer >= self.layers) || viewport as usize >= self.viewports.len() {
            return false;
        }
        let window = &self.viewports[viewport as usize];
        let corners = match self.shape {
            Shape::Point => 1,
            Shape::Line => 2,
            _ => 3,
        };
        let mut projected: [Projected; 3] = core::array::from_fn(|n| {
            projected.get(assembly.vertices[n] as usize).copied().unwrap_or_default()
        });
        if viewport != 0 {
            projected = core::array::from_fn(|n| self.project(vertices, assembly.vertices[n], window));
        }
        let (all, any) = projected[..corners]
            .iter()
            .fold((u32::MAX, 0), |(all, any), vertex| (all & vertex.code, any | vertex.code));
        let used = &assembly.vertices[..corners];
        if all != 0 || any & outside::NOT_FINITE != 0 || self.is_culled(vertices, used) {
            return false;
        }
        let common = Common {
            vertices: assembly.vertices,
            provoking,
            id: if self.outputs.primitive_id {
                vertices.get(provoking, slot::PRIMITIVE_ID)
            } else {
                assembly.id
            },
            layer,
            viewport: viewport as u8,
            is_front: true,
            bounds: window.scissor,
        };
        match self.shape {
            Shape::Point => self.point(vertices, &projected[0], common, out),
            Shape::Line => {
                if !assembly.continues {
                    self.strip.store(0, Ordering::Relaxed);
                }
                self.line(vertices, &projected, any, common, out)
            }
            _ => self.triangle(vertices, &projected, any, common, out),
        }
    }

    /// Whether all vertices are on the wrong side of a cull distance.
    fn is_culled(&self, vertices: &Vertices, used: &[u32]) -> bool {
        let culls = |n: u32| {
            used.iter().all(|&vertex| {
                let distance = vertices.float(vertex, slot::CULL_DISTANCE + n);
                distance < 0.0 || distance.is_nan()
            })
        };
        self.outputs.cull != 0 && (0..8).any(|n| self.outputs.cull >> n & 1 != 0 && culls(n))
    }

    fn corner(&self, vertices: &Vertices, vertex: u32, index: usize) -> Corner {
        let mut weights = [0.0; 3];
        weights[index] = 1.0;
        let mut user = [0.0; 8];
        for (n, distance) in user.iter_mut().enumerate().filter(|(n, _)| self.outputs.clip >> n & 1 != 0) {
            *distance = vertices.float(vertex, slot::CLIP_DISTANCE + n as u32);
        }
        Corner { position: position(vertices, vertex), weights, linear: weights, user }
    }

    /// The window position of a corner that was made by a cut; `None` where the numbers are too extreme.
    fn land(&self, corner: &Corner, viewport: u8) -> Option<Point> {
        // Rounding may leave w a little below the plane of the least w.
        if corner.position[3] < super::viewport::MIN_W * 0.5 {
            return None;
        }
        let screen = self.viewport(viewport).project(corner.position);
        let is_sane = screen.z.is_finite() && screen.xy.iter().all(|&n| (-(1 << 22)..1 << 23).contains(&n));
        let [_, weights @ ..] = corner.weights;
        let [_, linear @ ..] = corner.linear;
        is_sane.then_some(Point { screen, weights, linear })
    }

    fn point(
        &self,
        vertices: &Vertices,
        projected: &Projected,
        common: Common,
        out: &mut Vec<Primitive>,
    ) -> bool {
        if projected.code != 0 {
            return false;
        }
        let size =
            if self.outputs.point_size { vertices.float(common.provoking, slot::POINT_SIZE) } else { 1.0 };
        let point = Point { screen: projected.screen, weights: [0.0; 2], linear: [0.0; 2] };
        out.extend(points::point(&point, size, 0.0, &common, self.samples));
        true
    }

    fn line(
        &self,
        vertices: &Vertices,
        projected: &[Projected; 3],
        any: u32,
        common: Common,
        out: &mut Vec<Primitive>,
    ) -> bool {
        let ends = if any == 0 {
            Some([0, 1].map(|n| Point {
                screen: projected[n].screen,
                weights: [n as f32, 0.0],
                linear: [n as f32, 0.0],
            }))
        } else {
            let planes = Planes { viewport: self.viewport(common.viewport), depth: self.depth };
            let ends = [0, 1].map(|n| self.corner(vertices, common.vertices[n], n));
            planes
                .line(ends, any)
                .and_then(|[a, b]| Some([self.land(&a, common.viewport)?, self.land(&b, common.viewport)?]))
        };
        let Some(ends) = ends else { return false };
        let before = f64::from_bits(self.strip.load(Ordering::Relaxed));
        out.extend(lines::line(&self.line, &ends, [0.0, before as f32], &common, self.samples));
        if self.line.stipple.is_some() {
            let behind = before + lines::length(&self.line, &ends);
            self.strip.store(behind.to_bits(), Ordering::Relaxed);
        }
        true
    }

    fn triangle(
        &self,
        vertices: &Vertices,
        projected: &[Projected; 3],
        any: u32,
        common: Common,
        out: &mut Vec<Primitive>,
    ) -> bool {
        if any & outside::CUT == 0 {
            let points = core::array::from_fn::<_, 3, _>(|n| Point {
                screen: projected[n].screen,
                weights: [f32::from(n == 1), f32::from(n == 2)],
                linear: [f32::from(n == 1), f32::from(n == 2)],
            });
            self.polygon(&points, common, out);
            return true;
        }
        let planes = Planes { viewport: self.viewport(common.viewport), depth: self.depth };
        let mut polygon: Vec<Corner> = (0..3).map(|n| self.corner(vertices, common.vertices[n], n)).collect();
        planes.polygon(&mut polygon, any & outside::CUT);
        let points: Option<Vec<Point>> =
            polygon.iter().map(|corner| self.land(corner, common.viewport)).collect();
        match points {
            Some(points) if points.len() >= 3 => {
                self.polygon(&points, common, out);
                true
            }
            _ => false,
        }
    }

    /// Draws a convex polygon of three or more corners as the polygon mode says.
    fn polygon(&self, points: &[Point], mut common: Common, out: &mut Vec<Primitive>) {
        let area = area(points);
        common.is_front = (area < 0) == (self.rasterization.front_face == vk::FrontFace::COUNTER_CLOCKWISE);
        let face = if common.is_front { vk::CullModeFlags::FRONT } else { vk::CullModeFlags::BACK };
        if area == 0 || self.rasterization.cull_mode.contains(face) {
            return;
        }
        match self.rasterization.polygon_mode {
            vk::PolygonMode::LINE => {
                let bias = self.bias(points);
                for (n, first) in points.iter().enumerate() {
                    let last = &points[(n + 1) % points.len()];
                    out.extend(lines::line(&self.line, &[*first, *last], [bias, 0.0], &common, self.samples));
                }
            }
            vk::PolygonMode::POINT => {
                let bias = self.bias(points);
                out.extend(
                    points.iter().filter_map(|point| points::point(point, 1.0, bias, &common, self.samples)),
                );
            }
            _ => {
                common.bounds = self.viewport(common.viewport).bounds;
                for pair in points[1..].windows(2) {
                    self.fill([&points[0], &pair[0], &pair[1]], &common, out);
                }
            }
        }
    }

    /// Adds a filled triangle, unless it cannot cover a sample.
    #[inline(always)]
    fn fill(&self, points: [&Point; 3], common: &Common, out: &mut Vec<Primitive>) {
        let [a, mut b, mut c] = points;
        let mut det = twice_area([a, b, c]);
        if det < 0 {
            (b, c) = (c, b);
            det = -det;
        }
        let [p, q, r] = [a, b, c].map(|point| point.screen.xy);
        // Pixels that are touched are whole squares.
        let extra = self.rasterization.overestimation.map(|pixels| (pixels * UNITS as f32) as i32);
        let bounds = sampled(
            [p[0].min(q[0]).min(r[0]), p[1].min(q[1]).min(r[1])],
            [p[0].max(q[0]).max(r[0]), p[1].max(q[1]).max(r[1])],
            extra.map_or(self.samples, |extra| [-extra, UNITS + extra]),
        )
        .intersect(common.bounds);
        if det == 0 || bounds.is_empty() {
            return;
        }
        let slopes = Slopes::new([p, q, r], det, bounds);
        let planes = |values: fn(&Point) -> f32| slopes.plane([values(a), values(b), values(c)]);
        let mut depth = planes(|point| point.screen.z);
        if let Some(bias) = &self.rasterization.depth_bias {
            depth.value += self.depth_unit.bias(bias, depth, [a, b, c].map(|point| point.screen.z));
        }
        let weights = |values: fn(&Point) -> f32, is_needed: bool| {
            if is_needed { planes(values) } else { Plane::default() }
        };
        let mut edges = [Edge::new(p, q), Edge::new(q, r), Edge::new(r, p), Edge::default()];
        if let Some(extra) = extra {
            edges = edges.map(|edge| edge.grown(extra));
        }
        // Made in its place: it is large.
        out.extend(core::iter::once_with(|| Primitive {
            bounds,
            coverage: if extra.is_some() { Coverage::Centers(3) } else { Coverage::Edges(3) },
            edges,
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
            vertices: common.vertices,
            provoking: common.provoking,
            id: common.id,
            layer: common.layer,
            viewport: common.viewport,
            is_front: common.is_front,
            point_size: 1.0,
            stipple: None,
            smooth: None,
        }));
    }

    /// The depth bias of a polygon.
    fn bias(&self, points: &[Point]) -> f32 {
        let Some(bias) = &self.rasterization.depth_bias else { return 0.0 };
        let triangle = [&points[0], &points[1], &points[2]];
        let det = twice_area(triangle);
        if det == 0 {
            return 0.0;
        }
        let xy = triangle.map(|point| point.screen.xy);
        let depths = triangle.map(|point| point.screen.z);
        let slopes = Slopes::new(xy, det, Bounds::default());
        self.depth_unit.bias(bias, slopes.plane(depths), depths)
    }
}

pub(super) fn position(vertices: &Vertices, vertex: u32) -> [f32; 4] {
    [0, 1, 2, 3].map(|axis| vertices.float(vertex, slot::POSITION + axis))
}

/// Twice the area, positive if the corners are clockwise where y goes down.
#[inline(always)]
fn twice_area([a, b, c]: [&Point; 3]) -> i64 {
    let [p, q, r] = [a, b, c].map(|point| point.screen.xy.map(i64::from));
    (q[0] - p[0]) * (r[1] - p[1]) - (r[0] - p[0]) * (q[1] - p[1])
}

fn area(points: &[Point]) -> i64 {
    points[1..].windows(2).map(|pair| twice_area([&points[0], &pair[0], &pair[1]])).sum()
}

/// Pixels with a sample between two points of the window, both included.
#[inline(always)]
pub(super) fn sampled(low: [i32; 2], high: [i32; 2], [least, greatest]: [i32; 2]) -> Bounds {
    let first = |n: i32| (n - greatest + 255) >> 8;
    let end = |n: i32| ((n - least) >> 8) + 1;
    Bounds { x0: first(low[0]), y0: first(low[1]), x1: end(high[0]), y1: end(high[1]) }
}
