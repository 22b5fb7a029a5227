//! A primitive that is ready to be rasterized.

use super::sample::UNITS;
use super::state::MAX_VIEWPORTS;

/// Pixels from the first to before the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) x0: i32,
    pub(super) y0: i32,
    pub(super) x1: i32,
    pub(super) y1: i32,
}

impl Bounds {
    pub(super) fn intersect(self, other: Self) -> Self {
        Self {
            x0: self.x0.max(other.x0),
            y0: self.y0.max(other.y0),
            x1: self.x1.min(other.x1),
            y1: self.y1.min(other.y1),
        }
    }

    pub(super) fn is_empty(self) -> bool {
        self.x0 >= self.x1 || self.y0 >= self.y1
    }
}

/// Half of the plane: points of 1/256 pixels with `a * x + b * y + c >= 0`. The rule for points on the edge is in `c`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) a: i32,
    pub(super) b: i32,
    pub(super) c: i64,
}

impl Edge {
    /// The side of the line from `p` to `q` that is to the right of it where y goes down. Points on the line belong to it
    /// if the edge is a top or left one.
    #[inline(always)]
    pub(super) fn new(p: [i32; 2], q: [i32; 2]) -> Self {
        let (a, b, has_line) = Self::slopes(p, q);
        let c = -(i64::from(a) * i64::from(p[0]) + i64::from(b) * i64::from(p[1]));
        Self { a, b, c: if has_line { c } else { c - 1 } }
    }

    /// `a` and `b` of the edge from `p` to `q`, and whether points on the line belong to it.
    #[inline(always)]
    pub(super) fn slopes(p: [i32; 2], q: [i32; 2]) -> (i32, i32, bool) {
        let (a, b) = (p[1] - q[1], q[0] - p[0]);
        (a, b, a > 0 || (a == 0 && b > 0))
    }

    /// Those of a triangle whose corners are clockwise where y goes down.
    #[inline(always)]
    pub(super) fn around([p, q, r]: [[i32; 2]; 3]) -> [Self; 3] {
        [Self::new(p, q), Self::new(q, r), Self::new(r, p)]
    }

    /// Moved away from what is on the right side of it, so far that the centers of pixels are there which the side touches, or would
    /// if it were `extra` 1/256 pixels larger.
    pub(super) fn grown(&self, extra: i32) -> Self {
        let reach = (i64::from(self.a).abs() + i64::from(self.b).abs()) * i64::from(UNITS / 2 + extra);
        Self { c: self.c + reach + 1, ..*self }
    }

    /// Of pixel `(x, y)` at the position `[sx, sy]` in it, in units of which the pixel's width is one: the sign is that of
    /// the exact value.
    #[inline(always)]
    pub(super) fn at(&self, x: i32, y: i32, [sx, sy]: [i32; 2]) -> i64 {
        let [a, b] = [self.a, self.b].map(i64::from);
        a * i64::from(x) + b * i64::from(y) + ((a * i64::from(sx) + b * i64::from(sy) + self.c) >> 8)
    }
}

/// A number that is linear in the window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Plane {
    /// At the primitive's origin.
    pub(super) value: f32,
    pub(super) dx: f32,
    pub(super) dy: f32,
}

impl Plane {
    pub(super) fn constant(value: f32) -> Self {
        Self { value, dx: 0.0, dy: 0.0 }
    }

    /// At an offset from the origin.
    #[inline(always)]
    pub(super) fn at(&self, x: f32, y: f32) -> f32 {
        self.value + x * self.dx + y * self.dy
    }
}

/// What decides which samples a primitive covers.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Coverage {
    /// Those on the right side of that many of its edges.
    Edges(u8),
    /// All samples of the pixels whose center is on the right side of that many edges.
    Centers(u8),
    /// All samples of the pixels of a Bresenham line.
    Pixels(PixelLine),
}

/// A line that takes whole pixels, in the coordinates (major, minor) of the window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PixelLine {
    pub(super) is_steep: bool,
    /// First and last pixel along the major axis.
    pub(super) first: i32,
    pub(super) last: i32,
    /// Minor coordinate at the major coordinate zero, and its growth.
    pub(super) minor: f64,
    pub(super) slope: f64,
    /// Pixels in the minor direction.
    pub(super) width: i32,
}

/// Which parts of a line are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stipple {
    /// Pixels along the line, or the strip that it belongs to.
    pub(super) along: Plane,
    pub(super) factor: f32,
    pub(super) pattern: u16,
}

impl Stipple {
    /// Whether the line is drawn at an offset from the primitive's origin.
    pub(super) fn draws(&self, x: f32, y: f32) -> bool {
        let bit = (self.along.at(x, y) / self.factor).floor() as i64;
        self.pattern >> bit.rem_euclid(16) & 1 != 0
    }
}

/// What it takes to know the depth and the weights of vertices anywhere in a primitive.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Planes {
    /// Where they have their values, in pixels.
    pub(super) origin: [f32; 2],
    pub(super) depth: Plane,
    /// 1 / w.
    pub(super) inverse_w: Plane,
    /// Weights of the second and third vertex, over w.
    pub(super) perspective: [Plane; 2],
    /// Weights of the second and third vertex, linear in the window.
    pub(super) linear: [Plane; 2],
}

/// What is no triangle of three vertices, or is drawn in an unusual way.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outline {
    pub(super) coverage: Coverage,
    pub(super) edges: [Edge; 4],
    pub(super) planes: Planes,
    /// `PointCoord` has the slope one over this number.
    pub(super) point_size: f32,
    pub(super) stipple: Option<Stipple>,
    /// Of a smooth line: its edges. The share of a pixel that is inside of them multiplies its alpha.
    pub(super) smooth: Option<[Edge; 4]>,
}

/// A triangle, line or point of the window. Small, and quickly made: most primitives are triangles that cover few pixels, and who
/// draws them makes of it [what is needed](super::figure).
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Primitive {
    pub(super) bounds: Bounds,
    /// Where its inputs come from.
    pub(super) vertices: [u32; 3],
    /// `PrimitiveId`.
    pub(super) id: u32,
    pub(super) layer: u32,
    /// Without one it is the triangle of its vertices in the first viewport, which are clockwise where y goes down.
    pub(super) outline: Option<Box<Outline>>,
    /// Which of its vertices provokes.
    pub(super) provoking: u8,
    /// Below [`MAX_VIEWPORTS`].
    pub(super) viewport: u8,
    pub(super) is_front: bool,
}

impl Primitive {
    /// The provoking vertex.
    pub(super) fn provoking_vertex(&self) -> u32 {
        self.vertices[usize::from(self.provoking % 3)]
    }
}

const _: () = assert!(MAX_VIEWPORTS <= u8::MAX as usize);
const _: () =
    assert!(size_of::<Primitive>() <= 48, "most of the time goes into moving them between processors");
