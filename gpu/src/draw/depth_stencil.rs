//! Depth bounds, stencil and depth tests of the samples of a packet.
//!
//! Depths are compared as the attachment stores them: fixed-point depths as their integers, which single precision holds.
#![expect(unsafe_code, reason = "reads and writes the application's memory")]

use ash::vk::{self, CompareOp, StencilOp};

use super::interpolate::Positions;
use super::lanes::{ALL, Floats, N, from_bits, lanes, lanes_of, limit, select, set_of, to_bits};
use super::primitive::Planes;
use super::state::DrawState;
use super::strip::Strip;
use super::targets::Targets;
use super::tile_view::TileView;

/// What is done with depth and stencil in a draw.
#[derive(Clone, Copy, Debug)]
pub(super) struct DepthStencil {
    depth: Option<Depth>,
    stencil: Option<[vk::StencilOpState; 2]>,
}

/// The depth test and the test of depth bounds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Depth {
    pub(super) kind: Kind,
    pub(super) compare: CompareOp,
    pub(super) write: bool,
    bounds: Option<[f32; 2]>,
}

/// How depths are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    D16,
    D24,
    D32,
}

/// Where the samples of a packet are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) depth: Option<&'a TileView>,
    pub(super) stencil: Option<&'a TileView>,
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) sample: usize,
}

impl DepthStencil {
    pub(super) fn new(state: &DrawState, targets: &Targets) -> Self {
        let tests = &state.depth_stencil;
        let depth =
            targets.depth.filter(|_| tests.depth_test || tests.depth_bounds.is_some()).map(|surface| {
                let kind = match (surface.format.channel_bits[0], surface.format.element_bytes()) {
                    (16, _) => Kind::D16,
                    (24, _) => Kind::D24,
                    _ => Kind::D32,
                };
                Depth {
                    kind,
                    compare: if tests.depth_test { tests.depth_compare } else { CompareOp::ALWAYS },
                    write: tests.depth_test && tests.depth_write,
                    bounds: tests.depth_bounds,
                }
            });
        Self { depth, stencil: tests.stencil.filter(|_| targets.stencil.is_some()) }
    }

    /// Whether there is nothing to test or write.
    pub(super) fn is_idle(&self) -> bool {
        self.depth.is_none() && self.stencil.is_none()
    }

    /// The depth test, if it is all that is done; `Some(None)` if nothing is.
    pub(super) fn simple(&self) -> Option<Option<&Depth>> {
        let is_simple = self.stencil.is_none() && self.depth.is_none_or(|depth| depth.bounds.is_none());
        is_simple.then_some(self.depth.as_ref())
    }

    /// Tests the lanes of `set` and writes what is to be written; gives those that passed.
    ///
    /// # Safety
    /// The lanes of the set are inside of the surfaces of the place.
    #[inline(always)]
    pub(super) unsafe fn test(
        &self,
        place: &Place<'_>,
        set: u32,
        depths: &Floats,
        is_front: bool,
        references: Option<&[u32; N]>,
    ) -> u32 {
        let depth = self.depth.as_ref().zip(place.depth);
        let Some(stencil) = self.stencil.as_ref().zip(place.stencil) else {
            let Some((depth, view)) = depth else { return set };
            // SAFETY: the caller's promise.
            return unsafe { depth.test(view, place, set, set, depths).1 };
        };
        // SAFETY: the caller's promise.
        unsafe { test_stencil(depth, stencil, place, set, depths, is_front, references) }
    }
}

/// # Safety
/// As [`DepthStencil::test`].
unsafe fn test_stencil(
    depth: Option<(&Depth, &TileView)>,
    (faces, view): (&[vk::StencilOpState; 2], &TileView),
    place: &Place<'_>,
    mut set: u32,
    depths: &Floats,
    is_front: bool,
    references: Option<&[u32; N]>,
) -> u32 {
    let face = &faces[usize::from(!is_front)];
    let Place { x, y, sample, .. } = *place;
    if let Some((depth, view)) = depth {
        // SAFETY: the caller's promise.
        set = unsafe { depth.in_bounds(view, place, set) };
    }
    let pixels = view.lanes(x, y, sample);
    let mut stored = [0; N];
    for lane in lanes_of(set) {
        // SAFETY: the caller's promise.
        stored[lane] = unsafe { u32::from(pixels[lane].read()) };
    }
    let reference = |lane: usize| references.map_or(face.reference, |all| all[lane]) & 0xff;
    let passes = |lane: &usize| {
        let mask = face.compare_mask;
        compare(face.compare_op, &(reference(*lane) & mask), &(stored[*lane] & mask))
    };
    let stencil_passed = lanes_of(set).filter(passes).fold(0, |all, lane| all | 1 << lane);
    let passed = match depth {
        // SAFETY: the caller's promise.
        Some((depth, view)) => unsafe { depth.test(view, place, stencil_passed, stencil_passed, depths).1 },
        None => stencil_passed,
    };
    for lane in lanes_of(set) {
        let op = match (stencil_passed >> lane & 1, passed >> lane & 1) {
            (0, _) => face.fail_op,
            (_, 0) => face.depth_fail_op,
            _ => face.pass_op,
        };
        let new = apply(op, stored[lane], reference(lane));
        let value = (stored[lane] & !face.write_mask) | (new & face.write_mask);
        // SAFETY: the caller's promise.
        unsafe { pixels[lane].write(value as u8) };
    }
    view.written(x, y, sample, set);
    passed
}

fn apply(op: StencilOp, stored: u32, reference: u32) -> u32 {
    match op {
        StencilOp::ZERO => 0,
        StencilOp::REPLACE => reference,
        StencilOp::INCREMENT_AND_CLAMP => (stored + 1).min(0xff),
        StencilOp::DECREMENT_AND_CLAMP => stored.saturating_sub(1),
        StencilOp::INVERT => !stored & 0xff,
        StencilOp::INCREMENT_AND_WRAP => (stored + 1) & 0xff,
        StencilOp::DECREMENT_AND_WRAP => stored.wrapping_sub(1) & 0xff,
        _ => stored,
    }
}

fn compare<T: PartialOrd>(op: CompareOp, new: &T, stored: &T) -> bool {
    match op {
        CompareOp::NEVER => false,
        CompareOp::LESS => new < stored,
        CompareOp::EQUAL => new == stored,
        CompareOp::LESS_OR_EQUAL => new <= stored,
        CompareOp::GREATER => new > stored,
        CompareOp::NOT_EQUAL => new != stored,
        CompareOp::GREATER_OR_EQUAL => new >= stored,
        _ => true,
    }
}

#[inline(always)]
fn compare_lanes(op: CompareOp, new: &Floats, stored: &Floats) -> u32 {
    match op {
        CompareOp::NEVER => 0,
        CompareOp::LESS => set_of(|lane| new[lane] < stored[lane]),
        CompareOp::EQUAL => set_of(|lane| new[lane] == stored[lane]),
        CompareOp::LESS_OR_EQUAL => set_of(|lane| new[lane] <= stored[lane]),
        CompareOp::GREATER => set_of(|lane| new[lane] > stored[lane]),
        CompareOp::NOT_EQUAL => set_of(|lane| new[lane] != stored[lane]),
        CompareOp::GREATER_OR_EQUAL => set_of(|lane| new[lane] >= stored[lane]),
        _ => ALL,
    }
}

impl Depth {
    /// Lanes of the set that are in the depth bounds, and of `tested` those that pass the depth test too. Those are written.
    ///
    /// # Safety
    /// As [`DepthStencil::test`].
    #[inline(always)]
    unsafe fn test(
        &self,
        view: &TileView,
        place: &Place<'_>,
        set: u32,
        tested: u32,
        depths: &Floats,
    ) -> (u32, u32) {
        // SAFETY: the caller's promise; the kind is that of the surface.
        unsafe {
            match self.kind {
                Kind::D16 => self.test_as::<D16>(view, place, set, tested, depths),
                Kind::D24 => self.test_as::<D24>(view, place, set, tested, depths),
                Kind::D32 => self.test_as::<D32>(view, place, set, tested, depths),
            }
        }
    }

    /// Tests the pixels of a strip, without depth bounds; those that fail leave its sets. Samples are at `offset` in their pixels,
    /// and depths are limited to `range`.
    ///
    /// # Safety
    /// The strip is inside of the surface of the view, whose memory is all there.
    #[inline(always)]
    pub(super) unsafe fn test_strip(
        &self,
        view: &TileView,
        strip: &mut Strip,
        planes: &Planes,
        offset: [f32; 2],
        range: Option<[f32; 2]>,
    ) {
        // SAFETY: the caller's promise; the kind is that of the surface.
        unsafe {
            match self.kind {
                Kind::D16 => self.test_strip_as::<D16>(view, strip, planes, offset, range),
                Kind::D24 => self.test_strip_as::<D24>(view, strip, planes, offset, range),
                Kind::D32 => self.test_strip_as::<D32>(view, strip, planes, offset, range),
            }
        }
    }

    #[inline(always)]
    unsafe fn test_strip_as<F: DepthFormat>(
        &self,
        view: &TileView,
        strip: &mut Strip,
        planes: &Planes,
        offset: [f32; 2],
        range: Option<[f32; 2]>,
    ) {
        let rows = strip.rows::<F::Word>(view);
        for row in 0..strip.height {
            // SAFETY: the caller's promise.
            let words = unsafe { rows.read(row) };
            let stored = lanes(|lane| F::decode(words[lane]));
            let positions = Positions::of_row(planes, strip.x, strip.y + row as i32, offset);
            let mut depths = positions.plane(&planes.depth);
            if let Some([low, high]) = range {
                depths = lanes(|lane| limit(depths[lane], low, high));
            }
            let new = lanes(|lane| F::quantize(depths[lane]));
            let passed = strip.sets[row] & compare_lanes(self.compare, &new, &stored);
            strip.sets[row] = passed;
            if self.write && passed != 0 {
                let mixed = from_bits(select(passed, &to_bits(new), &to_bits(stored)));
                // SAFETY: the caller's promise.
                unsafe { rows.write(row, &lanes(|lane| F::encode(mixed[lane]))) };
            }
        }
    }

    /// # Safety
    /// As [`DepthStencil::test`].
    unsafe fn in_bounds(&self, view: &TileView, place: &Place<'_>, set: u32) -> u32 {
        // SAFETY: the caller's promise. Without tested lanes nothing is written.
        unsafe { self.test(view, place, set, 0, &[0.0; N]).0 }
    }

    #[inline(always)]
    unsafe fn test_as<F: DepthFormat>(
        &self,
        view: &TileView,
        place: &Place<'_>,
        set: u32,
        tested: u32,
        depths: &Floats,
    ) -> (u32, u32) {
        let Place { x, y, sample, .. } = *place;
        let is_whole = view.is_whole(x, y);
        // SAFETY: the caller's promise; a packet that is whole is memory.
        let stored = unsafe {
            if is_whole { load::<F>(view, x, y, sample) } else { load_set::<F>(view, x, y, sample, set) }
        };
        let mut in_bounds = set;
        if let Some([low, high]) = self.bounds {
            let (low, high) = (low * F::SCALE, high * F::SCALE);
            in_bounds &= set_of(|lane| stored[lane] >= low && stored[lane] <= high);
        }
        let new = lanes(|lane| F::quantize(depths[lane]));
        let passed = in_bounds & tested & compare_lanes(self.compare, &new, &stored);
        if self.write && passed != 0 {
            // SAFETY: as above.
            unsafe {
                if is_whole {
                    store::<F>(view, x, y, sample, passed, &new, &stored);
                } else {
                    let pixels = view.lanes(x, y, sample);
                    for lane in lanes_of(passed) {
                        pixels[lane].cast::<F::Word>().write_unaligned(F::encode(new[lane]));
                    }
                }
            }
            view.written(x, y, sample, passed);
        }
        (in_bounds, passed)
    }
}

/// How a depth is stored, as a float that holds the stored number exactly.
trait DepthFormat {
    type Word: Copy + Default;
    /// What stands for 1.
    const SCALE: f32;
    fn decode(word: Self::Word) -> f32;
    fn encode(stored: f32) -> Self::Word;
    fn quantize(depth: f32) -> f32;
}

/// To the nearest of `scale` steps. Not a number is zero.
#[inline(always)]
fn steps(depth: f32, scale: f32) -> f32 {
    // Numbers of this size have no bits behind the point.
    const WHOLE: f64 = 4_503_599_627_370_496.0;
    let clamped = limit(depth, 0.0, 1.0);
    (f64::from(clamped) * f64::from(scale) + WHOLE - WHOLE) as f32
}

struct D16;
impl DepthFormat for D16 {
    type Word = u16;
    const SCALE: f32 = 65535.0;
    #[inline(always)]
    fn decode(word: u16) -> f32 {
        word.into()
    }
    #[inline(always)]
    fn encode(stored: f32) -> u16 {
        stored as i32 as u16
    }
    #[inline(always)]
    fn quantize(depth: f32) -> f32 {
        steps(depth, Self::SCALE)
    }
}

struct D24;
impl DepthFormat for D24 {
    type Word = u32;
    const SCALE: f32 = 16_777_215.0;
    #[inline(always)]
    fn decode(word: u32) -> f32 {
        (word & 0xff_ffff) as i32 as f32
    }
    #[inline(always)]
    fn encode(stored: f32) -> u32 {
        stored as i32 as u32
    }
    #[inline(always)]
    fn quantize(depth: f32) -> f32 {
        steps(depth, Self::SCALE)
    }
}

struct D32;
impl DepthFormat for D32 {
    type Word = f32;
    const SCALE: f32 = 1.0;
    #[inline(always)]
    fn decode(word: f32) -> f32 {
        word
    }
    #[inline(always)]
    fn encode(stored: f32) -> f32 {
        stored
    }
    #[inline(always)]
    fn quantize(depth: f32) -> f32 {
        depth
    }
}

/// # Safety
/// The packet is whole.
#[inline(always)]
unsafe fn load<F: DepthFormat>(view: &TileView, x: i32, y: i32, sample: usize) -> Floats {
    // SAFETY: the caller's promise.
    let [row, next] = view.rows(x, y, sample);
    // SAFETY: the caller's promise.
    let (a, b) = unsafe {
        (row.cast::<[F::Word; 4]>().read_unaligned(), next.cast::<[F::Word; 4]>().read_unaligned())
    };
    let words = [a[0], a[1], b[0], b[1], a[2], a[3], b[2], b[3]];
    lanes(|lane| F::decode(words[lane]))
}

/// # Safety
/// The lanes of the set are inside of the surface.
unsafe fn load_set<F: DepthFormat>(view: &TileView, x: i32, y: i32, sample: usize, set: u32) -> Floats {
    let pixels = view.lanes(x, y, sample);
    let mut stored = [0.0; N];
    for lane in lanes_of(set) {
        // SAFETY: the caller's promise.
        stored[lane] = F::decode(unsafe { pixels[lane].cast::<F::Word>().read_unaligned() });
    }
    stored
}

/// # Safety
/// The packet is whole.
#[inline(always)]
unsafe fn store<F: DepthFormat>(
    view: &TileView,
    x: i32,
    y: i32,
    sample: usize,
    set: u32,
    new: &Floats,
    old: &Floats,
) {
    let mixed = from_bits(select(set, &to_bits(*new), &to_bits(*old)));
    let [a, b, c, d, e, f, g, h] = lanes(|lane| F::encode(mixed[lane]));
    let [first, second] = view.rows(x, y, sample);
    // SAFETY: the caller's promise.
    unsafe {
        first.cast::<[F::Word; 4]>().write_unaligned([a, b, e, f]);
        second.cast::<[F::Word; 4]>().write_unaligned([c, d, g, h]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_depths_round_to_the_nearest_step() {
        assert_eq!(
            [-1.0, 0.0, 0.5, 1.0, 2.0, f32::NAN].map(D16::quantize),
            [0.0, 0.0, 32768.0, 65535.0, 65535.0, 0.0]
        );
        for step in [0u32, 1, 2, 77_777, 8_388_607, 16_777_214, 16_777_215] {
            let depth = (f64::from(step) / 16_777_215.0) as f32;
            assert!((D24::quantize(depth) - step as f32).abs() <= 1.0);
            assert_eq!(D24::encode(D24::decode(step)), step);
        }
    }

    #[test]
    fn stencil_operations_stay_in_eight_bits() {
        for stored in 0..256 {
            for op in 0..8 {
                assert!(apply(StencilOp::from_raw(op), stored, 200) < 256);
            }
        }
        assert_eq!(apply(StencilOp::INCREMENT_AND_WRAP, 255, 0), 0);
        assert_eq!(apply(StencilOp::DECREMENT_AND_WRAP, 0, 0), 255);
        assert_eq!(apply(StencilOp::INCREMENT_AND_CLAMP, 255, 0), 255);
        assert_eq!(apply(StencilOp::INVERT, 0x0f, 0), 0xf0);
    }

    #[test]
    fn lanes_compare_like_scalars() {
        let new = [0.0, 1.0, 2.0, f32::NAN, -1.0, 0.5, 0.5, 7.0];
        let old = [1.0, 1.0, 1.0, 1.0, -1.0, 0.25, 0.75, f32::NAN];
        for op in (0..8).map(CompareOp::from_raw) {
            let set = compare_lanes(op, &new, &old);
            for lane in 0..N {
                assert_eq!(set >> lane & 1 != 0, compare(op, &new[lane], &old[lane]), "{op:?} {lane}");
            }
        }
    }
}
