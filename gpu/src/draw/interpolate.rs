//! Inputs of the fragment shader from those of the vertices.
//!
//! An input is `first + w1 * (second - first) + w2 * (third - first)`; the weights come from the primitive's planes, so that
//! clipped primitives, lines and points need nothing of their own.
#![expect(unsafe_code, reason = "calls code for what the processor has")]

use lacuna_shaders::abi::stage::slot;
use lacuna_shaders::stage::{self, InputSlot, Sampling};

use super::batch::BATCH;
use super::figure::Figure;
use super::fragment::Needs;
use super::lanes::{COLUMN, Floats, N, ROW, lanes, to_bits};
use super::primitive::Planes;
use super::processor::Processor;
use super::vertices::Row;

/// Weights of the second and third vertex.
pub(super) type Weights = [Floats; 2];

/// A smooth input of one primitive.
#[derive(Clone, Copy, Debug)]
pub(super) struct Smooth {
    pub(super) slot: u32,
    pub(super) is_linear: bool,
    pub(super) sampling: Sampling,
    pub(super) first: f32,
    pub(super) ways: [f32; 2],
}

impl Smooth {
    fn new(input: &InputSlot) -> Self {
        Self {
            slot: input.slot,
            is_linear: input.interpolation == stage::Interpolation::NoPerspective,
            sampling: input.sampling,
            first: 0.0,
            ways: [0.0; 2],
        }
    }

    #[inline(always)]
    pub(super) fn at(&self, weights: &Weights) -> Floats {
        lanes(|lane| self.first + weights[0][lane] * self.ways[0] + weights[1][lane] * self.ways[1])
    }
}

/// What is known of a primitive's inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Inputs {
    /// Some input differs between pixels.
    pub(super) varies: bool,
    /// Unless they vary: they are those of the primitive before, unless those varied.
    pub(super) is_same: bool,
}

/// All inputs of one primitive: flat ones go to `rows`, where they stay; smooth ones are prepared. Both are those of the primitive
/// before, or `smooth` is empty.
pub(super) fn prepare(
    needs: &Needs,
    figure: &Figure<'_>,
    rows: &mut [Row],
    smooth: &mut Vec<Smooth>,
) -> Inputs {
    let (primitive, vertices) = (figure.primitive, figure.vertices());
    let (mut varies, mut is_same) = (false, true);
    for &slot in &needs.flat {
        let value = match slot {
            slot::PRIMITIVE_ID => primitive.id,
            slot::LAYER => primitive.layer,
            slot::VIEWPORT_INDEX => primitive.viewport.into(),
            _ => vertices.get(primitive.provoking_vertex(), slot),
        };
        let row = &mut rows[slot as usize];
        is_same &= row.0[0] == value;
        *row = Row([value; N]);
    }
    if smooth.len() != needs.smooth.len() {
        smooth.clear();
        smooth.extend(needs.smooth.iter().map(Smooth::new));
        is_same = false;
    }
    let [a, b, c] = primitive.vertices;
    let (a, b, c) = (vertices.of(a), vertices.of(b), vertices.of(c));
    for input in smooth {
        let (first, second, third) = (a.float(input.slot), b.float(input.slot), c.float(input.slot));
        varies |= first != second || first != third;
        is_same &= input.first.to_bits() == first.to_bits();
        input.first = first;
        input.ways = [second - first, third - first];
    }
    Inputs { varies, is_same }
}

/// [`Weights`], aligned.
pub(super) type WeightRows = [Row; 2];

/// Smooth inputs of the packets of a batch.
#[derive(Debug, Default)]
pub(super) struct Interpolation {
    pub(super) perspective: [WeightRows; BATCH],
    pub(super) linear: [WeightRows; BATCH],
    /// Input by input, of all packets.
    pub(super) rows: Vec<Row>,
}

impl Interpolation {
    /// Interpolates for packets, whose samples are at the same offset in all pixels.
    #[inline(always)]
    pub(super) fn run(
        &mut self,
        processor: Processor,
        needs: &Needs,
        planes: &Planes,
        offset: [f32; 2],
        at: &[[i32; 2]],
        smooth: &[Smooth],
    ) {
        self.rows.resize(smooth.len() * BATCH, Row::default());
        #[cfg(target_arch = "x86_64")]
        if processor.is_wide() {
            // SAFETY: the processor has these instructions.
            return unsafe { super::wide::interpolate(needs, planes, offset, at, smooth, self) };
        }
        let _ = processor;
        for (place, &[x, y]) in at.iter().enumerate() {
            let positions = Positions::new(planes, x, y, offset);
            let perspective = if needs.perspective { positions.perspective(planes) } else { [[0.0; N]; 2] };
            let linear = if needs.linear { positions.linear(planes) } else { [[0.0; N]; 2] };
            for (input, rows) in smooth.iter().zip(self.rows.chunks_exact_mut(BATCH)) {
                let weights = if input.is_linear { &linear } else { &perspective };
                rows[place] = Row(to_bits(input.at(weights)));
            }
        }
    }

    /// The rows of a packet, input by input.
    #[inline(always)]
    pub(super) fn of(&self, place: usize) -> impl Iterator<Item = &Row> {
        self.rows.chunks_exact(BATCH).map(move |rows| &rows[place])
    }
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
    pub(super) fn new(planes: &Planes, x: i32, y: i32, [dx, dy]: [f32; 2]) -> Self {
        let (x, y) = (x as f32 + dx - planes.origin[0], y as f32 + dy - planes.origin[1]);
        Self { x: lanes(|lane| x + COLUMN[lane] as f32), y: lanes(|lane| y + ROW[lane] as f32) }
    }

    /// The same position in eight pixels of a row: to the last bit what they have as lanes of packets.
    #[inline(always)]
    pub(super) fn of_row(planes: &Planes, x: i32, y: i32, [dx, dy]: [f32; 2]) -> Self {
        let at = |pixel: i32, step: i32, offset: f32, origin: f32| {
            ((pixel & -step) as f32 + offset - origin) + (pixel & (step - 1)) as f32
        };
        Self {
            x: lanes(|lane| at(x + lane as i32, 4, dx, planes.origin[0])),
            y: [at(y, 2, dy, planes.origin[1]); N],
        }
    }

    /// Some position in each pixel.
    pub(super) fn each(planes: &Planes, x: i32, y: i32, offsets: impl Fn(usize) -> [f32; 2]) -> Self {
        let mut positions = Self::new(planes, x, y, [0.0; 2]);
        for lane in 0..N {
            let [dx, dy] = offsets(lane);
            positions.x[lane] += dx;
            positions.y[lane] += dy;
        }
        positions
    }

    #[inline(always)]
    pub(super) fn plane(&self, plane: &super::primitive::Plane) -> Floats {
        lanes(|lane| plane.at(self.x[lane], self.y[lane]))
    }

    /// Weights with perspective.
    #[inline(always)]
    pub(super) fn perspective(&self, planes: &Planes) -> Weights {
        let inverse_w = self.plane(&planes.inverse_w);
        let w = lanes(|lane| 1.0 / inverse_w[lane]);
        let weight = |n: usize| -> Floats {
            let over_w = self.plane(&planes.perspective[n]);
            lanes(|lane| over_w[lane] * w[lane])
        };
        [weight(0), weight(1)]
    }

    /// Weights that are linear in the window.
    #[inline(always)]
    pub(super) fn linear(&self, planes: &Planes) -> Weights {
        [self.plane(&planes.linear[0]), self.plane(&planes.linear[1])]
    }
}
