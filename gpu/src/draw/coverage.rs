//! Which samples of a tile a primitive covers.
//!
//! Boxes of pixels are tested against each edge by their corners: wholly outside, wholly inside, or crossed. Only crossed
//! edges are looked at inside of the box, in 32 bits: values of an edge that crosses a box of a tile are small. So are those of
//! short edges where their primitive is: a small primitive's box is not tested.

use super::lanes::{COLUMN, Floats, N, ROW, lanes, not_negative};
use super::primitive::{Bounds, Coverage, Edge, Primitive, Stipple};
use super::sample::{MAX_SAMPLES, Samples};

/// Side of the boxes that big boxes are cut into.
const BLOCK: i32 = 16;

/// What is done with the packets of a primitive. There is room for `S` samples: one, or as many as there can be.
pub(super) trait Sink<const S: usize> {
    /// A packet, by its first pixel, that has covered samples: its covered lanes by sample.
    fn packet(&mut self, x: i32, y: i32, covered: &mut [u32; S]);

    /// All samples of these pixels are covered. Gives whether that is all that is needed; else their packets follow.
    fn whole(&mut self, _: Bounds) -> bool {
        false
    }
}

/// Packets that cover the same pixels with all samples.
struct Spread<'a, T, const S: usize>(&'a mut T);

impl<T: Sink<S>, const S: usize> Sink<1> for Spread<'_, T, S> {
    #[inline(always)]
    fn packet(&mut self, x: i32, y: i32, [set]: &mut [u32; 1]) {
        self.0.packet(x, y, &mut [*set; S]);
    }
}

/// Gives all packets of the box that have a covered sample to `sink`.
#[inline(always)]
pub(super) fn walk<const S: usize>(
    primitive: &Primitive,
    area: Bounds,
    samples: &Samples,
    sink: &mut impl Sink<S>,
) {
    let area = area.intersect(primitive.bounds);
    if area.is_empty() {
        return;
    }
    if let Some(stipple) = &primitive.stipple {
        return walk_stippled(primitive, stipple, area, samples, sink);
    }
    match &primitive.coverage {
        Coverage::Pixels(line) => {
            let is_covered = |x, y, _| line.covers(x, y);
            each_pixel(area, samples.count, is_covered, sink);
        }
        Coverage::Centers(count) => {
            let edges = &primitive.edges[..usize::from(*count)];
            walk_edges(edges, area, &Samples::CENTER, &mut Spread::<_, S>(sink));
        }
        Coverage::Edges(count) if !samples.is_uniform => {
            let edges = &primitive.edges[..usize::from(*count)];
            let is_covered =
                |x, y, sample| edges.iter().all(|edge| edge.at(x, y, samples.position(x, y, sample)) >= 0);
            each_pixel(area, samples.count, is_covered, sink);
        }
        Coverage::Edges(count) => {
            let edges = &primitive.edges[..usize::from(*count)];
            walk_edges(edges, area, samples, sink);
        }
    }
}

/// Which share of each pixel of a packet is inside of all edges: of its sixteen standard samples.
pub(super) fn shares(edges: &[Edge; 4], x: i32, y: i32) -> Floats {
    core::array::from_fn(|lane| {
        let (x, y) = (x + COLUMN[lane], y + ROW[lane]);
        let is_inside = |sample: &usize| {
            let position = Samples::DENSE.position(x, y, *sample);
            edges.iter().all(|edge| edge.at(x, y, position) >= 0)
        };
        (0..MAX_SAMPLES).filter(is_inside).count() as f32 * (1.0 / MAX_SAMPLES as f32)
    })
}

/// A line of which only parts are drawn.
fn walk_stippled<const S: usize>(
    primitive: &Primitive,
    stipple: &Stipple,
    area: Bounds,
    samples: &Samples,
    sink: &mut impl Sink<S>,
) {
    let [origin_x, origin_y] = primitive.origin;
    let is_covered = |x: i32, y: i32, sample: usize| {
        let (is_covered, [dx, dy]) = match &primitive.coverage {
            Coverage::Pixels(line) => (line.covers(x, y), [0.5; 2]),
            Coverage::Edges(count) | Coverage::Centers(count) => {
                let position = samples.position(x, y, sample);
                let edges = &primitive.edges[..usize::from(*count)];
                (edges.iter().all(|edge| edge.at(x, y, position) >= 0), samples.offset(x, y, sample))
            }
        };
        is_covered && stipple.draws(x as f32 + dx - origin_x, y as f32 + dy - origin_y)
    };
    each_pixel(area, samples.count, is_covered, sink);
}

/// For what has no edges: asks for every sample.
#[inline(never)]
fn each_pixel<const S: usize>(
    area: Bounds,
    samples: usize,
    is_covered: impl Fn(i32, i32, usize) -> bool,
    sink: &mut impl Sink<S>,
) {
    for y in (area.y0 & !1..area.y1).step_by(2) {
        for x in (area.x0 & !3..area.x1).step_by(4) {
            let inside = inside_of(area, x, y);
            let mut covered = [0; S];
            for (sample, set) in covered.iter_mut().enumerate().take(samples) {
                let all = (0..N).filter(|&lane| {
                    inside >> lane & 1 != 0 && is_covered(x + COLUMN[lane], y + ROW[lane], sample)
                });
                *set = all.fold(0, |set, lane| set | 1 << lane);
            }
            if covered != [0; S] {
                sink.packet(x, y, &mut covered);
            }
        }
    }
}

/// Pixels of a packet that are in a box, which it touches.
#[inline(always)]
fn inside_of(area: Bounds, x: i32, y: i32) -> u32 {
    /// Lanes of each set of columns.
    const COLUMNS: [u8; 16] = {
        let mut sets = [0; 16];
        let mut columns = 0;
        while columns < 16 {
            let mut lane = 0;
            while lane < N {
                sets[columns] |= ((columns >> COLUMN[lane] & 1) as u8) << lane;
                lane += 1;
            }
            columns += 1;
        }
        sets
    };
    let columns = 0xf << (area.x0 - x).max(0) & 0xf >> (x + 4 - area.x1).max(0);
    let first_row = if y < area.y0 { 0 } else { 0x33 };
    let second_row = if y + 1 < area.y1 { 0xcc } else { 0 };
    u32::from(COLUMNS[columns as usize & 0xf]) & (first_row | second_row)
}

/// Edges that cross a box.
#[derive(Clone, Copy)]
struct Crossing<'a> {
    edges: [&'a Edge; 4],
    count: usize,
}

impl<'a> Crossing<'a> {
    const NONE: Self = Self { edges: [&Edge { a: 0, b: 0, c: 0 }; 4], count: 0 };

    #[inline(always)]
    fn iter(&self) -> impl Iterator<Item = &'a Edge> + Clone {
        self.edges[..self.count].iter().copied()
    }
}

#[inline(always)]
fn walk_edges<const S: usize>(edges: &[Edge], area: Bounds, samples: &Samples, sink: &mut impl Sink<S>) {
    let is_small = area.x1 - area.x0 <= BLOCK && area.y1 - area.y0 <= BLOCK;
    if is_small && edges.iter().all(Edge::is_short) {
        // All of them may cross it.
        return walk_box(edges.iter(), area, samples, sink);
    }
    let Some(crossing) = classify(edges.iter(), area, samples) else { return };
    if is_small || crossing.count == 0 {
        return walk_box(crossing.iter(), area, samples, sink);
    }
    for y in (area.y0 & -BLOCK..area.y1).step_by(BLOCK as usize) {
        for x in (area.x0 & -BLOCK..area.x1).step_by(BLOCK as usize) {
            let block = area.intersect(Bounds { x0: x, y0: y, x1: x + BLOCK, y1: y + BLOCK });
            if let Some(inner) = classify(crossing.iter(), block, samples) {
                walk_box(inner.iter(), block, samples, sink);
            }
        }
    }
}

/// Finds out which edges cross the box; `None` if all of it is outside of one.
#[inline(always)]
fn classify<'a>(
    edges: impl Iterator<Item = &'a Edge>,
    area: Bounds,
    samples: &Samples,
) -> Option<Crossing<'a>> {
    let mut crossing = Crossing::NONE;
    for edge in edges {
        let (near_x, far_x) = if edge.a > 0 { (area.x1 - 1, area.x0) } else { (area.x0, area.x1 - 1) };
        let (near_y, far_y) = if edge.b > 0 { (area.y1 - 1, area.y0) } else { (area.y0, area.y1 - 1) };
        let positions = || (0..samples.count).map(|sample| samples.position(0, 0, sample));
        if positions().all(|position| edge.at(near_x, near_y, position) < 0) {
            return None;
        }
        if positions().any(|position| edge.at(far_x, far_y, position) < 0) {
            crossing.edges[crossing.count] = edge;
            crossing.count += 1;
        }
    }
    Some(crossing)
}

/// All packets of a box that at most four edges may cross.
#[inline(always)]
fn walk_box<'a, const S: usize>(
    edges: impl Iterator<Item = &'a Edge> + Clone,
    area: Bounds,
    samples: &Samples,
    sink: &mut impl Sink<S>,
) {
    if edges.clone().next().is_none() {
        if !sink.whole(area) {
            each_whole(area, samples, sink);
        }
        return;
    }
    let (x0, y0) = (area.x0 & !3, area.y0 & !1);
    let count = if S == 1 { 1 } else { samples.count };
    let mut start = [[0i32; S]; 4];
    let mut steps = [[0i32; N]; 4];
    for ((edge, start), steps) in edges.clone().zip(&mut start).zip(&mut steps) {
        for (sample, start) in start.iter_mut().enumerate().take(count) {
            *start = clamp(edge.at(x0, y0, samples.position(0, 0, sample)));
        }
        *steps = lanes(|lane| edge.a * COLUMN[lane] + edge.b * ROW[lane]);
    }
    for y in (y0..area.y1).step_by(2) {
        for x in (x0..area.x1).step_by(4) {
            let inside = inside_of(area, x, y);
            let mut covered = [0; S];
            let mut any = 0;
            for sample in 0..count {
                let mut signs = [0; N];
                for ((edge, start), steps) in edges.clone().zip(&start).zip(&steps) {
                    let here = start[sample]
                        .wrapping_add(edge.a.wrapping_mul(x - x0))
                        .wrapping_add(edge.b.wrapping_mul(y - y0));
                    signs = lanes(|lane| signs[lane] | here.wrapping_add(steps[lane]));
                }
                covered[sample] = not_negative(&signs) & inside;
                any |= covered[sample];
            }
            if any != 0 {
                sink.packet(x, y, &mut covered);
            }
        }
    }
}

/// All packets of a box that no edge crosses.
#[inline(always)]
fn each_whole<const S: usize>(area: Bounds, samples: &Samples, sink: &mut impl Sink<S>) {
    let count = if S == 1 { 1 } else { samples.count };
    for y in (area.y0 & !1..area.y1).step_by(2) {
        for x in (area.x0 & !3..area.x1).step_by(4) {
            let mut covered = [0; S];
            covered[..count].fill(inside_of(area, x, y));
            sink.packet(x, y, &mut covered);
        }
    }
}

/// An edge that crosses a box of a tile is below 2^30 in it: what is limited here is not looked at.
#[inline(always)]
fn clamp(value: i64) -> i32 {
    value.clamp(i32::MIN.into(), i32::MAX.into()) as i32
}
