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
use super::fragment::Needs;
use super::lines::{self, LineStyle};
use super::points;
use super::primitive::Bounds;
use super::primitives::Primitives;
use super::project::Projected;
use super::sample::Samples;
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

impl Outputs {
    /// Whether primitives go where their vertices are, and nowhere else.
    fn is_plain(&self) -> bool {
        self.cull == 0 && !(self.layer || self.viewport || self.primitive_id)
    }
}

/// All that does not change during a draw.
#[derive(Debug)]
pub(super) struct Setup {
    shape: Shape,
    pub(super) viewports: Vec<Viewport>,
    pub(super) depth: DepthClip,
    pub(super) outputs: Outputs,
    pub(super) rasterization: super::state::Rasterization,
    pub(super) depth_unit: DepthUnit,
    pub(super) line: LineStyle,
    /// Least and greatest sample coordinate.
    pub(super) samples: [i32; 2],
    layers: u32,
    /// The layer of all primitives, with multiview.
    view: Option<u32>,
    /// Length of the strip so far, where lines are stippled: then one thread sets up, in order.
    strip: AtomicU64,
    /// Which planes somebody looks at.
    pub(super) needs_weights: bool,
    pub(super) needs_linear: bool,
    /// A triangle that is not cut is filled as it is.
    fills_vertices: bool,
    /// All primitives are such triangles, and no vertex says where else they go.
    is_plain: bool,
}

/// What all triangles of a polygon, or lines of its outline, share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Common {
    pub(super) vertices: [u32; 3],
    /// Which of the vertices provokes.
    pub(super) provoking: u8,
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

impl Point {
    /// A vertex as it is: the first, second or third one.
    #[inline(always)]
    pub(super) fn of_vertex(screen: Screen, number: usize) -> Self {
        let weights = [f32::from(number == 1), f32::from(number == 2)];
        Self { screen, weights, linear: weights }
    }
}

impl Setup {
    pub(super) fn new(
        state: &DrawState,
        targets: &Targets,
        shape: Shape,
        last_stage: &Interface,
        fragment: Option<&Needs>,
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
        let outputs = Outputs::new(last_stage);
        let fills_vertices = state.rasterization.polygon_mode == vk::PolygonMode::FILL
            && state.rasterization.overestimation.is_none();
        Self {
            shape,
            is_plain: shape == Shape::Triangle && fills_vertices && outputs.is_plain(),
            fills_vertices,
            viewports: Viewport::all(&state.viewport, area),
            depth: DepthClip {
                enabled: state.rasterization.depth_clip,
                near: if state.viewport.negative_one_to_one { -1.0 } else { 0.0 },
            },
            outputs,
            rasterization: state.rasterization,
            depth_unit,
            line: LineStyle::new(&state.rasterization),
            samples: samples.extent(),
            layers: targets.layers.max(1),
            view,
            strip: AtomicU64::new(0),
            needs_weights: fragment.is_some_and(|needs| needs.perspective),
            needs_linear: fragment.is_some_and(|needs| needs.linear),
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

    /// Adds what is left of primitives to `out`. Gives of how many something is left to rasterize after clipping.
    pub(super) fn add_all(
        &self,
        vertices: &Vertices,
        projected: &[Projected],
        assemblies: &[Assembly],
        out: &mut Primitives,
    ) -> u64 {
        let mut kept = 0;
        for assembly in assemblies {
            let is_kept = (self.is_plain && self.add_plain(projected, assembly, out))
                || self.add(vertices, projected, assembly, out);
            kept += u64::from(is_kept);
        }
        kept
    }

    /// As [`add`](Self::add) where setup is plain, if the primitive is not cut either. Gives whether it was.
    #[inline(always)]
    fn add_plain(&self, projected: &[Projected], assembly: &Assembly, out: &mut Primitives) -> bool {
        let vertex = |number: usize| projected.get(assembly.vertices[number] as usize);
        let (Some(a), Some(b), Some(c)) = (vertex(0), vertex(1), vertex(2)) else { return false };
        if (a.code | b.code | c.code) != 0 {
            return false;
        }
        let common = Common {
            vertices: assembly.vertices,
            provoking: assembly.provoking,
            id: assembly.id,
            layer: self.view.unwrap_or(0),
            viewport: 0,
            is_front: true,
            bounds: Bounds::default(),
        };
        self.fill_vertices([a, b, c], &common, out);
        true
    }

    /// Adds what is left of a primitive to `out`. Gives whether something is left to rasterize after clipping.
    fn add(
        &self,
        vertices: &Vertices,
        projected: &[Projected],
        assembly: &Assembly,
        out: &mut Primitives,
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
        let [a, b, c] = assembly.vertices;
        let nothing = Projected::default();
        let elsewhere;
        let projected = if viewport == 0 {
            let vertex = |number: u32| projected.get(number as usize).unwrap_or(&nothing);
            [vertex(a), vertex(b), vertex(c)]
        } else {
            elsewhere = [a, b, c].map(|vertex| self.project(vertices, vertex, window));
            [&elsewhere[0], &elsewhere[1], &elsewhere[2]]
        };
        let (all, any) = projected[..corners]
            .iter()
            .fold((u32::MAX, 0), |(all, any), vertex| (all & vertex.code, any | vertex.code));
        let used = &assembly.vertices[..corners];
        if all != 0 || any & outside::NOT_FINITE != 0 || self.is_culled(vertices, used) {
            return false;
        }
        let id =
            if self.outputs.primitive_id { vertices.get(provoking, slot::PRIMITIVE_ID) } else { assembly.id };
        let common = Common {
            vertices: assembly.vertices,
            provoking: assembly.provoking,
            id,
            layer,
            viewport: viewport as u8,
            is_front: true,
            bounds: window.scissor,
        };
        match self.shape {
            Shape::Point => self.point(vertices, projected[0], &common, out),
            Shape::Line => {
                if !assembly.continues {
                    self.strip.store(0, Ordering::Relaxed);
                }
                self.line(vertices, &projected, any, &common, out)
            }
            _ => self.triangle(vertices, &projected, any, &common, out),
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

    #[inline(never)]
    fn point(
        &self,
        vertices: &Vertices,
        projected: &Projected,
        common: &Common,
        out: &mut Primitives,
    ) -> bool {
        if projected.code != 0 {
            return false;
        }
        let size =
            if self.outputs.point_size { vertices.float(common.vertices[0], slot::POINT_SIZE) } else { 1.0 };
        let point = Point::of_vertex(projected.screen, 0);
        out.extend(points::point(&point, size, 0.0, common, self.samples));
        true
    }

    #[inline(never)]
    fn line(
        &self,
        vertices: &Vertices,
        projected: &[&Projected; 3],
        any: u32,
        common: &Common,
        out: &mut Primitives,
    ) -> bool {
        let ends = if any == 0 {
            Some([0, 1].map(|n| Point::of_vertex(projected[n].screen, n)))
        } else {
            let planes = Planes { viewport: self.viewport(common.viewport), depth: self.depth };
            let ends = [0, 1].map(|n| self.corner(vertices, common.vertices[n], n));
            planes
                .line(ends, any)
                .and_then(|[a, b]| Some([self.land(&a, common.viewport)?, self.land(&b, common.viewport)?]))
        };
        let Some(ends) = ends else { return false };
        let before = f64::from_bits(self.strip.load(Ordering::Relaxed));
        out.extend(lines::line(&self.line, &ends, [0.0, before as f32], common, self.samples));
        if self.line.stipple.is_some() {
            let behind = before + lines::length(&self.line, &ends);
            self.strip.store(behind.to_bits(), Ordering::Relaxed);
        }
        true
    }

    #[inline(never)]
    fn triangle(
        &self,
        vertices: &Vertices,
        projected: &[&Projected; 3],
        any: u32,
        common: &Common,
        out: &mut Primitives,
    ) -> bool {
        if any & outside::CUT == 0 {
            if self.fills_vertices && common.viewport == 0 {
                self.fill_vertices(*projected, common, out);
                return true;
            }
            self.polygon(&[0, 1, 2].map(|n| Point::of_vertex(projected[n].screen, n)), common, out);
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

    /// Whether a polygon of a signed area, which is that of [`area`], is seen from the front; `None` if it is not seen.
    #[inline(always)]
    pub(super) fn facing(&self, area: i64) -> Option<bool> {
        let is_front = (area < 0) == (self.rasterization.front_face == vk::FrontFace::COUNTER_CLOCKWISE);
        let face = if is_front { vk::CullModeFlags::FRONT } else { vk::CullModeFlags::BACK };
        (area != 0 && !self.rasterization.cull_mode.contains(face)).then_some(is_front)
    }

    /// Draws a convex polygon of three or more corners as the polygon mode says.
    fn polygon(&self, points: &[Point], common: &Common, out: &mut Primitives) {
        let Some(is_front) = self.facing(area(points)) else { return };
        let mut common = Common { is_front, ..*common };
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
                let triangles = points[1..].windows(2);
                out.extend(triangles.filter_map(|pair| self.fill([&points[0], &pair[0], &pair[1]], &common)));
            }
        }
    }

    /// The depth bias of a polygon.
    fn bias(&self, points: &[Point]) -> f32 {
        let Some(bias) = &self.rasterization.depth_bias else { return 0.0 };
        let triangle = [points[0].screen, points[1].screen, points[2].screen];
        let xy = triangle.map(|corner| corner.xy);
        let det = twice_area(xy);
        if det == 0 {
            return 0.0;
        }
        let depths = triangle.map(|corner| corner.z);
        let slopes = Slopes::new(xy, det, Bounds::default());
        self.depth_unit.bias(bias, slopes.plane(depths), depths)
    }
}

pub(super) fn position(vertices: &Vertices, vertex: u32) -> [f32; 4] {
    [0, 1, 2, 3].map(|axis| vertices.float(vertex, slot::POSITION + axis))
}

/// Twice the area, positive if the corners are clockwise where y goes down.
#[inline(always)]
pub(super) fn twice_area(corners: [[i32; 2]; 3]) -> i64 {
    let [p, q, r] = corners;
    let side = |to: [i32; 2], axis: usize| i64::from(to[axis]) - i64::from(p[axis]);
    side(q, 0) * side(r, 1) - side(r, 0) * side(q, 1)
}

fn area(points: &[Point]) -> i64 {
    let corner = |point: &Point| point.screen.xy;
    let triangles = points[1..].windows(2);
    triangles.map(|pair| twice_area([corner(&points[0]), corner(&pair[0]), corner(&pair[1])])).sum()
}

/// Pixels with a sample between two points of the window, both included.
#[inline(always)]
pub(super) fn sampled(low: [i32; 2], high: [i32; 2], [least, greatest]: [i32; 2]) -> Bounds {
    let first = |n: i32| (n - greatest + 255) >> 8;
    let end = |n: i32| ((n - least) >> 8) + 1;
    Bounds { x0: first(low[0]), y0: first(low[1]), x1: end(high[0]), y1: end(high[1]) }
}
