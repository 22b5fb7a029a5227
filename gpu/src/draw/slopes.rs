//! Planes through three corners of the window.

use super::primitive::{Bounds, Plane};

/// Makes planes through three corners.
pub(super) struct Slopes {
    /// From the first corner to the others, in pixels, over the determinant.
    sides: [[f64; 2]; 2],
    /// From the first corner to the origin.
    way: [f64; 2],
    pub(super) origin: [f32; 2],
}

impl Slopes {
    /// `det` is twice the area in sub-pixel units, not zero. The origin is the center of the first pixel of the bounds.
    #[inline(always)]
    pub(super) fn new([p, q, r]: [[i32; 2]; 3], det: i64, bounds: Bounds) -> Self {
        const SCALE: f64 = 1.0 / 256.0;
        // Sides in sub-pixels over the determinant: one over pixels is 256 times that.
        let scale = 256.0 / det as f64;
        let side = |to: [i32; 2]| [0, 1].map(|axis| f64::from(to[axis] - p[axis]) * scale);
        let origin = [bounds.x0 as f32 + 0.5, bounds.y0 as f32 + 0.5];
        let way = [0, 1].map(|axis| f64::from(origin[axis]) - f64::from(p[axis]) * SCALE);
        Self { sides: [side(q), side(r)], way, origin }
    }

    #[inline(always)]
    pub(super) fn plane(&self, values: [f32; 3]) -> Plane {
        let [f, g, h] = values.map(f64::from);
        let [[qx, qy], [rx, ry]] = self.sides;
        let dx = (g - f) * ry - (h - f) * qy;
        let dy = (h - f) * qx - (g - f) * rx;
        let value = f + dx * self.way[0] + dy * self.way[1];
        Plane { value: value as f32, dx: dx as f32, dy: dy as f32 }
    }
}
