//! From clip space to the window, and what of the window each viewport lets through.

use ash::vk;

use super::lanes::{Floats, N, lanes};
use super::primitive::Bounds;
use super::sample::UNITS;
use super::state::{MAX_VIEWPORTS, ViewportState};

/// Window coordinates that fixed point holds with room for differences: triangles are clipped to them.
const GUARD: [f32; 2] = [-8192.0, 24576.0];
/// The least w that is divided by.
pub(super) const MIN_W: f32 = 1e-30;

/// Which planes a vertex is outside of, as bits.
pub(super) mod outside {
    pub(in crate::draw) const W: u32 = 1;
    pub(in crate::draw) const NEAR: u32 = 1 << 1;
    pub(in crate::draw) const FAR: u32 = 1 << 2;
    /// The four sides of the guard band.
    pub(in crate::draw) const GUARD: u32 = 0xf << 3;
    /// A coordinate is infinite or not a number.
    pub(in crate::draw) const NOT_FINITE: u32 = 1 << 11;
    /// User clip distances.
    pub(in crate::draw) const USER_SHIFT: u32 = 16;
    /// Triangles that are outside of these are cut.
    pub(in crate::draw) const CUT: u32 = W | NEAR | FAR | GUARD | 0xff << USER_SHIFT;
}

/// A viewport, ready to use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Viewport {
    pub(super) scale: [f32; 3],
    pub(super) offset: [f32; 3],
    /// Range of depths, in order.
    pub(super) depth: [f32; 2],
    /// Pixels that triangles may cover.
    pub(super) bounds: Bounds,
    /// Pixels that lines and points may cover: they may leave the viewport.
    pub(super) scissor: Bounds,
}

/// A vertex in the window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Screen {
    /// In sub-pixel units.
    pub(super) xy: [i32; 2],
    /// Depth.
    pub(super) z: f32,
    /// 1 / w.
    pub(super) q: f32,
}

impl Viewport {
    fn new(viewport: &vk::Viewport, scissor: &vk::Rect2D, area: Bounds, negative_one_to_one: bool) -> Self {
        let finite = |value: f32| if value.is_finite() { value.clamp(-1e6, 1e6) } else { 0.0 };
        let [x, y, width, height] = [viewport.x, viewport.y, viewport.width, viewport.height].map(finite);
        let [near, far] = [viewport.min_depth, viewport.max_depth].map(finite);
        let (scale_z, offset_z) =
            if negative_one_to_one { ((far - near) * 0.5, (far + near) * 0.5) } else { (far - near, near) };
        // Pixels whose centers are inside.
        let pixels = |from: f32, size: f32| {
            let [low, high] = [from.min(from + size), from.max(from + size)];
            [(low - 0.5).ceil() as i32, (high - 0.5).ceil() as i32]
        };
        let ([x0, x1], [y0, y1]) = (pixels(x, width), pixels(y, height));
        let scissor = bounds_of(scissor).intersect(area);
        Self {
            scale: [width * 0.5, height * 0.5, scale_z],
            offset: [x + width * 0.5, y + height * 0.5, offset_z],
            depth: [near.min(far), near.max(far)],
            bounds: scissor.intersect(Bounds { x0, y0, x1, y1 }),
            scissor,
        }
    }

    /// All viewports of a draw; each has its scissor.
    pub(super) fn all(state: &ViewportState, area: Bounds) -> Vec<Self> {
        let pairs = state.viewports.iter().zip(&state.scissors).take(MAX_VIEWPORTS);
        pairs
            .map(|(viewport, scissor)| Self::new(viewport, scissor, area, state.negative_one_to_one))
            .collect()
    }

    /// The window position of a clip space position with `w >= MIN_W`.
    #[inline(always)]
    pub(super) fn project(&self, [x, y, z, w]: [f32; 4]) -> Screen {
        let q = 1.0 / w;
        Screen {
            xy: [
                snap(self.offset[0] + self.scale[0] * (x * q)),
                snap(self.offset[1] + self.scale[1] * (y * q)),
            ],
            z: self.offset[2] + self.scale[2] * (z * q),
            q,
        }
    }

    /// What positions are outside of, without user clip distances.
    #[inline(always)]
    pub(super) fn outside(&self, [x, y, z, w]: &[Floats; 4], clip: DepthClip) -> [u32; N] {
        let mut codes = [0; N];
        // One test for all lanes after the other: these are vectors.
        let mut below = |bit: u32, value: &Floats, limit: &Floats| {
            codes = lanes(|lane| codes[lane] | if value[lane] < limit[lane] { bit } else { 0 });
        };
        let window =
            |axis: usize, value: &Floats| lanes(|n| value[n] * self.scale[axis] + self.offset[axis] * w[n]);
        let [low, high] = GUARD.map(|guard| lanes(|lane| guard * w[lane]));
        let (u, v) = (window(0, x), window(1, y));
        below(outside::W, w, &[MIN_W; N]);
        below(1 << 3, &u, &low);
        below(1 << 4, &high, &u);
        below(1 << 5, &v, &low);
        below(1 << 6, &high, &v);
        let opposite = lanes(|lane| -w[lane]);
        below(1 << 7, x, &opposite);
        below(1 << 8, w, x);
        below(1 << 9, y, &opposite);
        below(1 << 10, w, y);
        if clip.enabled {
            below(outside::NEAR, z, &lanes(|lane| clip.near * w[lane]));
            below(outside::FAR, w, z);
        }
        // Zero, unless something is infinite or not a number.
        let finite = lanes(|lane| (x[lane] + y[lane] + z[lane] + w[lane]) * 0.0);
        lanes(|lane| codes[lane] | if finite[lane] == 0.0 { 0 } else { outside::NOT_FINITE })
    }

    /// How far inside of the plane of an `outside` bit a position is. Linear in the position.
    pub(super) fn distance(&self, [x, y, z, w]: [f32; 4], bit: u32, clip: DepthClip) -> f32 {
        let at = |axis: usize, value: f32| value * self.scale[axis] + self.offset[axis] * w;
        match bit {
            0 => w - MIN_W,
            1 => z - clip.near * w,
            2 => w - z,
            3 => at(0, x) - GUARD[0] * w,
            4 => GUARD[1] * w - at(0, x),
            5 => at(1, y) - GUARD[0] * w,
            6 => GUARD[1] * w - at(1, y),
            7 => x + w,
            8 => w - x,
            9 => y + w,
            _ => w - y,
        }
    }
}

/// How depth clips.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct DepthClip {
    pub(super) enabled: bool,
    /// The near plane over w: 0 or -1.
    pub(super) near: f32,
}

/// To the nearest sub-pixel unit. Coordinates are inside of the guard band.
#[inline(always)]
pub(super) fn snap(value: f32) -> i32 {
    // The low bits of a double of this size count ones.
    const ONES: f64 = 6_755_399_441_055_744.0;
    (f64::from(value) * f64::from(UNITS) + ONES).to_bits() as i32
}

/// A rectangle; what is beyond the numbers is cut.
pub(super) fn bounds_of(rect: &vk::Rect2D) -> Bounds {
    let end = |offset: i32, size: u32| (i64::from(offset) + i64::from(size)).min(i32::MAX.into()) as i32;
    Bounds {
        x0: rect.offset.x,
        y0: rect.offset.y,
        x1: end(rect.offset.x, rect.extent.width),
        y1: end(rect.offset.y, rect.extent.height),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLIP: DepthClip = DepthClip { enabled: true, near: 0.0 };

    fn viewport(x: f32, y: f32, width: f32, height: f32) -> Viewport {
        let state = ViewportState {
            viewports: [vk::Viewport { x, y, width, height, min_depth: 0.25, max_depth: 0.75 }]
                .into_iter()
                .collect(),
            scissors: [vk::Rect2D { extent: vk::Extent2D { width: 100, height: 100 }, ..Default::default() }]
                .into_iter()
                .collect(),
            negative_one_to_one: false,
        };
        Viewport::all(&state, Bounds { x0: 0, y0: 0, x1: 64, y1: 200 })[0]
    }

    #[test]
    fn clip_space_corners_are_viewport_corners() {
        let viewport = viewport(10.0, 20.0, 40.0, 30.0);
        assert_eq!(viewport.project([-1.0, -1.0, 0.0, 1.0]).xy, [10 * 256, 20 * 256]);
        let far = viewport.project([2.0, 2.0, 2.0, 2.0]);
        assert_eq!((far.xy, far.z, far.q), ([50 * 256, 50 * 256], 0.75, 0.5));
        assert_eq!(viewport.bounds, Bounds { x0: 10, y0: 20, x1: 50, y1: 50 });
        assert_eq!(viewport.scissor, Bounds { x0: 0, y0: 0, x1: 64, y1: 100 });
    }

    #[test]
    fn flipped_viewports_cover_the_same_pixels() {
        let flipped = viewport(10.0, 50.0, 40.0, -30.0);
        assert_eq!(flipped.bounds, viewport(10.0, 20.0, 40.0, 30.0).bounds);
        assert_eq!(flipped.project([-1.0, -1.0, 0.0, 1.0]).xy, [10 * 256, 50 * 256]);
    }

    #[test]
    fn codes_and_distances_agree() {
        let viewport = viewport(0.0, 0.0, 64.0, 64.0);
        let values = [-2000.0, -1.5, -0.5, 0.0, 0.5, 1.5, 2000.0];
        for (x, y) in values.iter().flat_map(|&x| values.iter().map(move |&y| (x, y))) {
            for (z, w) in values.iter().flat_map(|&z| values.iter().map(move |&w| (z, w))) {
                let position = [x, y, z, w];
                let [code, ..] = viewport.outside(&position.map(|value| [value; N]), CLIP);
                for bit in 0..11 {
                    let is_outside = viewport.distance(position, bit, CLIP) < 0.0;
                    assert_eq!(code >> bit & 1 != 0, is_outside, "{position:?} {bit}");
                }
            }
        }
    }

    #[test]
    fn what_is_not_finite_is_marked() {
        let viewport = viewport(0.0, 0.0, 64.0, 64.0);
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for axis in 0..4 {
                let mut position = [0.0, 0.0, 0.0, 1.0];
                position[axis] = bad;
                let codes = viewport.outside(&position.map(|value| [value; N]), CLIP);
                assert!(codes.iter().all(|code| code & outside::NOT_FINITE != 0));
            }
        }
    }

    #[test]
    fn snapping_rounds_to_the_nearest() {
        assert_eq!([0.0, 1.0, -1.0, 0.0019, 0.0021, -8192.0].map(snap), [0, 256, -256, 0, 1, -8192 * 256]);
    }
}
