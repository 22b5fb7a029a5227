//! Which samples of a tile a primitive covers.
//!
//! Boxes of pixels are tested against each edge by their corners: wholly outside, wholly inside, or crossed. Only crossed
//! edges are looked at inside of the box, in 32 bits: values of an edge that crosses a box of a tile are small. So are those of
//! short edges where their primitive is: a small primitive's box is not tested.

use super::figure::Figure;
use super::lanes::{ALL, COLUMN, Floats, Integers, N, ROW};
use super::primitive::{Bounds, Coverage, Edge, Outline, Stipple};
use super::sample::{MAX_SAMPLES, Samples, UNITS};

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
    figure: &Figure<'_>,
    area: Bounds,
    samples: &Samples,
    sink: &mut impl Sink<S>,
) {
    let area = area.intersect(figure.primitive.bounds);
    if area.is_empty() {
        return;
    }
    match &figure.primitive.outline {
        Some(outline) => walk_outline(outline, area, samples, sink),
        None => {
            let [p, q, r] = figure.corners();
            walk_triangle([p.xy, q.xy, r.xy], area, samples, sink);
        }
    }
}

#[inline(always)]
fn walk_triangle<const S: usize>(
    corners: [[i32; 2]; 3],
    area: Bounds,
    samples: &Samples,
    sink: &mut impl Sink<S>,
) {
    if is_small(area) && samples.is_uniform && is_short(corners) {
        // All edges may cross it.
        let [p, q, r] = corners;
        let line = |from, to| Line::short(from, to, area, samples);
        let lines = [line(p, q), line(q, r), line(r, p)];
        return walk_box(&lines, area, samples, sink);
    }
    walk_edges(&Edge::around(corners), area, samples, sink);
}

#[inline(never)]
fn walk_outline<const S: usize>(outline: &Outline, area: Bounds, samples: &Samples, sink: &mut impl Sink<S>) {
    if let Some(stipple) = &outline.stipple {
        return walk_stippled(outline, stipple, area, samples, sink);
    }
    match &outline.coverage {
        Coverage::Pixels(line) => {
            let is_covered = |x, y, _| line.covers(x, y);
            each_pixel(area, samples.count, is_covered, sink);
        }
        Coverage::Centers(count) => {
            let edges = &outline.edges[..usize::from(*count)];
            walk_edges(edges, area, &Samples::CENTER, &mut Spread::<_, S>(sink));
        }
        Coverage::Edges(count) => walk_edges(&outline.edges[..usize::from(*count)], area, samples, sink),
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
    outline: &Outline,
    stipple: &Stipple,
    area: Bounds,
    samples: &Samples,
    sink: &mut impl Sink<S>,
) {
    let [origin_x, origin_y] = outline.planes.origin;
    let is_covered = |x: i32, y: i32, sample: usize| {
        let (is_covered, [dx, dy]) = match &outline.coverage {
            Coverage::Pixels(line) => (line.covers(x, y), [0.5; 2]),
            Coverage::Edges(count) | Coverage::Centers(count) => {
                let position = samples.position(x, y, sample);
                let edges = &outline.edges[..usize::from(*count)];
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

/// Whether a box is not cut into smaller ones.
#[inline(always)]
fn is_small(area: Bounds) -> bool {
    area.x1 - area.x0 <= BLOCK && area.y1 - area.y0 <= BLOCK
}

/// Whether all edges of a triangle are shorter than 32 pixels in both directions.
#[inline(always)]
fn is_short([p, q, r]: [[i32; 2]; 3]) -> bool {
    const SHORT: i32 = 32 * UNITS;
    let way = |from: [i32; 2], to: [i32; 2]| (to[0] - from[0] + SHORT) | (to[1] - from[1] + SHORT);
    ((way(p, q) | way(q, r) | way(r, p)) as u32) < 2 * SHORT as u32
}

/// An edge in a box, in 32 bits.
#[derive(Clone, Copy)]
struct Line<const S: usize> {
    a: i32,
    b: i32,
    /// At the samples of the first pixel of the box's first packet.
    start: [i32; S],
}

/// The first pixel of a box's first packet.
#[inline(always)]
fn first_of(area: Bounds) -> [i32; 2] {
    [area.x0 & !3, area.y0 & !1]
}

impl<const S: usize> Line<S> {
    const NONE: Self = Self { a: 0, b: 0, start: [0; S] };

    /// An edge that crosses a box of a tile is below 2^30 in it: what is limited here is not looked at.
    #[inline(always)]
    fn new(edge: &Edge, area: Bounds, samples: &Samples) -> Self {
        let [x, y] = first_of(area);
        let value = |position| edge.at(x, y, position).clamp(i32::MIN.into(), i32::MAX.into()) as i32;
        Self { a: edge.a, b: edge.b, start: each_sample(samples, value) }
    }

    /// The [edge](Edge::new) from `p` to `q`, which are fewer than 48 pixels away from the box and 32 from each other.
    #[inline(always)]
    fn short(p: [i32; 2], q: [i32; 2], area: Bounds, samples: &Samples) -> Self {
        let [x, y] = first_of(area);
        let (a, b, has_line) = Edge::slopes(p, q);
        let [x, y] = [x * UNITS - p[0], y * UNITS - p[1]];
        let value = |[sx, sy]: [i32; 2]| (a * (x + sx) + b * (y + sy) - i32::from(!has_line)) >> 8;
        Self { a, b, start: each_sample(samples, value) }
    }
}

/// A value for each sample, by its position in the pixel.
#[inline(always)]
fn each_sample<const S: usize>(samples: &Samples, value: impl Fn([i32; 2]) -> i32) -> [i32; S] {
    let mut values = [0; S];
    let count = if S == 1 { 1 } else { samples.count };
    for (sample, own) in values.iter_mut().enumerate().take(count) {
        *own = value(samples.position(0, 0, sample));
    }
    values
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
    fn edges(&self) -> &[&'a Edge] {
        &self.edges[..self.count]
    }

    /// Gives all packets of the box that have a covered sample.
    #[inline(always)]
    fn walk<const S: usize>(&self, area: Bounds, samples: &Samples, sink: &mut impl Sink<S>) {
        if self.count == 0 {
            if !sink.whole(area) {
                each_whole(area, samples, sink);
            }
            return;
        }
        let mut lines = [Line::NONE; 4];
        for (line, edge) in lines.iter_mut().zip(self.edges()) {
            *line = Line::new(edge, area, samples);
        }
        walk_box(&lines[..self.count], area, samples, sink);
    }
}

#[inline(never)]
fn walk_edges<const S: usize>(edges: &[Edge], area: Bounds, samples: &Samples, sink: &mut impl Sink<S>) {
    if !samples.is_uniform {
        let is_covered =
            |x, y, sample| edges.iter().all(|edge| edge.at(x, y, samples.position(x, y, sample)) >= 0);
        return each_pixel(area, samples.count, is_covered, sink);
    }
    let Some(crossing) = classify(edges.iter(), area, samples) else { return };
    if is_small(area) || crossing.count == 0 {
        return crossing.walk(area, samples, sink);
    }
    for y in (area.y0 & -BLOCK..area.y1).step_by(BLOCK as usize) {
        for x in (area.x0 & -BLOCK..area.x1).step_by(BLOCK as usize) {
            let block = area.intersect(Bounds { x0: x, y0: y, x1: x + BLOCK, y1: y + BLOCK });
            if let Some(inner) = classify(crossing.edges().iter().copied(), block, samples) {
                inner.walk(block, samples, sink);
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

/// All packets of a box that at most four edges cross.
#[inline(always)]
fn walk_box<const S: usize>(lines: &[Line<S>], area: Bounds, samples: &Samples, sink: &mut impl Sink<S>) {
    let [x0, y0] = first_of(area);
    let count = if S == 1 { 1 } else { samples.count };
    let mut slopes = [Integers::splat(0); 4];
    for (line, slope) in lines.iter().zip(&mut slopes) {
        *slope = Integers::slope(line.a, line.b);
    }
    for y in (y0..area.y1).step_by(2) {
        for x in (x0..area.x1).step_by(4) {
            let mut covered = [0; S];
            let mut any = 0;
            for (sample, set) in covered.iter_mut().enumerate().take(count) {
                let mut signs = Integers::splat(0);
                for (line, slope) in lines.iter().zip(&slopes) {
                    let here = line.start[sample]
                        .wrapping_add(line.a.wrapping_mul(x - x0))
                        .wrapping_add(line.b.wrapping_mul(y - y0));
                    signs = signs.or(Integers::splat(here).plus(*slope));
                }
                *set = signs.not_negative();
                any |= *set;
            }
            let inside = inside_of(area, x, y);
            if any & inside != 0 {
                covered.iter_mut().for_each(|set| *set &= inside);
                sink.packet(x, y, &mut covered);
            }
        }
    }
}

/// All packets of a box that no edge crosses.
#[inline(always)]
fn each_whole<const S: usize>(area: Bounds, samples: &Samples, sink: &mut impl Sink<S>) {
    let count = if S == 1 { 1 } else { samples.count };
    let is_made_of_packets = (area.x0 | area.x1) & 3 == 0 && (area.y0 | area.y1) & 1 == 0;
    for y in (area.y0 & !1..area.y1).step_by(2) {
        for x in (area.x0 & !3..area.x1).step_by(4) {
            let mut covered = [0; S];
            covered[..count].fill(if is_made_of_packets { ALL } else { inside_of(area, x, y) });
            sink.packet(x, y, &mut covered);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_edges_are_those_of_64_bits() {
        let mut seed = 7u32;
        let mut random = |below: i32| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as i32 % below
        };
        for _ in 0..2000 {
            let (x, y) = (random(1 << 14), random(1 << 14));
            let mut corner = || [x * UNITS + random(31 * UNITS), y * UNITS + random(31 * UNITS)];
            let [p, q] = [corner(), corner()];
            assert!(is_short([p, q, p]));
            let (x0, y0) = (x + random(16), y + random(16));
            let area = Bounds { x0, y0, x1: x0 + 16, y1: y0 + 16 };
            let (short, long): (Line<MAX_SAMPLES>, _) = (
                Line::short(p, q, area, &Samples::DENSE),
                Line::new(&Edge::new(p, q), area, &Samples::DENSE),
            );
            assert_eq!((short.a, short.b, short.start), (long.a, long.b, long.start), "{p:?} {q:?}");
        }
    }

    #[test]
    fn edges_of_32_pixels_are_not_short() {
        let long = 32 * UNITS;
        for (x, y) in [(long, 0), (0, long), (-long - 1, 0), (0, -long - 1)] {
            assert!(!is_short([[0, 0], [x, y], [1, 1]]));
        }
        assert!(is_short([[0, 0], [long - 1, 1 - long], [1, 0]]));
    }
}
