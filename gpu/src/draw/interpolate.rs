//! Inputs of the fragment shader from those of the vertices.
//!
//! An input is `first + w1 * (second - first) + w2 * (third - first)`; the weights come from the primitive's planes, so that
//! clipped primitives, lines and points need nothing of their own.

use lacuna_shaders::abi::stage::slot;
use lacuna_shaders::stage::{Interpolation, Sampling};

use super::fragment::Needs;
use super::lanes::{COLUMN, Floats, N, ROW};
use super::primitive::Primitive;
use super::vertices::{Row, Vertices};

/// Weights of the second and third vertex.
pub(super) type Weights = [Floats; 2];

/// A smooth input of one primitive.
#[derive(Clone, Copy, Debug)]
pub(super) struct Smooth {
    pub(super) slot: u32,
    pub(super) is_linear: bool,
    pub(super) sampling: Sampling,
    first: f32,
    ways: [f32; 2],
}

impl Smooth {
    #[inline(always)]
    pub(super) fn at(&self, weights: &Weights) -> Floats {
        core::array::from_fn(|lane| {
            self.first + weights[0][lane] * self.ways[0] + weights[1][lane] * self.ways[1]
        })
    }
}

/// All inputs of one primitive: flat ones go to `rows`, where they stay; smooth ones are prepared. Gives whether any input
/// differs between pixels.
pub(super) fn prepare(
    needs: &Needs,
    primitive: &Primitive,
    vertices: &Vertices,
    rows: &mut [Row],
    smooth: &mut Vec<Smooth>,
) -> bool {
    let mut varies = false;
    smooth.clear();
    for input in &needs.inputs {
        let special = match input.slot {
            slot::PRIMITIVE_ID => Some(primitive.id),
            slot::LAYER => Some(primitive.layer),
            slot::VIEWPORT_INDEX => Some(primitive.viewport.into()),
            _ => None,
        };
        if special.is_some() || input.interpolation == Interpolation::Flat {
            let value = special.unwrap_or_else(|| vertices.get(primitive.provoking, input.slot));
            rows[input.slot as usize] = Row([value; N]);
            continue;
        }
        let [first, second, third] = primitive.vertices.map(|vertex| vertices.float(vertex, input.slot));
        varies |= first != second || first != third;
        smooth.push(Smooth {
            slot: input.slot,
            is_linear: input.interpolation == Interpolation::NoPerspective,
            sampling: input.sampling,
            first,
            ways: [second - first, third - first],
        });
    }
    varies
}

/// Positions of a packet's lanes, from the primitive's origin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Positions {
    pub(super) x: Floats,
    pub(super) y: Floats,
}

impl Positions {
    /// The same position in each pixel.
    #[inline(always)]
    pub(super) fn new(primitive: &Primitive, x: i32, y: i32, [dx, dy]: [f32; 2]) -> Self {
        let (x, y) = (x as f32 + dx - primitive.origin[0], y as f32 + dy - primitive.origin[1]);
        Self { x: COLUMN.map(|n| x + n as f32), y: ROW.map(|n| y + n as f32) }
    }

    /// Some position in each pixel.
    pub(super) fn each(primitive: &Primitive, x: i32, y: i32, offsets: impl Fn(usize) -> [f32; 2]) -> Self {
        let mut positions = Self::new(primitive, x, y, [0.0; 2]);
        for lane in 0..N {
            let [dx, dy] = offsets(lane);
            positions.x[lane] += dx;
            positions.y[lane] += dy;
        }
        positions
    }

    #[inline(always)]
    pub(super) fn plane(&self, plane: &super::primitive::Plane) -> Floats {
        core::array::from_fn(|lane| plane.at(self.x[lane], self.y[lane]))
    }

    /// Weights with perspective.
    #[inline(always)]
    pub(super) fn perspective(&self, primitive: &Primitive) -> Weights {
        let w = self.plane(&primitive.inverse_w).map(|q| 1.0 / q);
        let weight = |n: usize| -> Floats {
            let over_w = self.plane(&primitive.perspective[n]);
            core::array::from_fn(|lane| over_w[lane] * w[lane])
        };
        [weight(0), weight(1)]
    }

    /// Weights that are linear in the window.
    #[inline(always)]
    pub(super) fn linear(&self, primitive: &Primitive) -> Weights {
        [self.plane(&primitive.linear[0]), self.plane(&primitive.linear[1])]
    }
}
