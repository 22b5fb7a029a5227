//! One packet on its way from coverage to the attachments, whatever the state of the draw.
//!
//! What needs less than this goes through [`batch`](super::batch).
#![expect(unsafe_code, reason = "runs machine code and writes the application's memory")]

use lacuna_shaders::abi::stage::slot;

use super::color::{Color, Output};
use super::coverage::shares;
use super::depth_stencil::Place;
use super::figure::Figure;
use super::fragment::{FragmentShader, Packet};
use super::interpolate::Positions;
use super::lanes::{COLUMN, Floats, N, ROW, lanes, limit, set_of, whole_quads};
use super::paint::Paint;
use super::sample::MAX_SAMPLES;
use super::tile::{Progress, Tile};
use super::tile_view::TileView;
use super::vertices::Row;

impl Tile<'_> {
    /// # Safety
    /// Covered pixels are inside of the targets.
    #[inline(always)]
    pub(super) unsafe fn packet<const S: usize>(
        &mut self,
        figure: &Figure<'_>,
        progress: &mut Progress,
        x: i32,
        y: i32,
        covered: &mut [u32; S],
    ) {
        let shading = self.shading;
        let count = if S == 1 { 1 } else { shading.samples.count };
        if shading.multisample.mask != u32::MAX {
            for (sample, set) in covered.iter_mut().enumerate().take(count) {
                *set &= (shading.multisample.mask >> sample & 1).wrapping_neg();
            }
        }
        if let Some(edges) = figure.smooth() {
            let shares = shares(edges, x, y);
            let seen = set_of(|lane| shares[lane] > 0.0);
            covered[..count].iter_mut().for_each(|set| *set &= seen);
        }
        let rasterized = *covered;
        if shading.is_early && !shading.tests.is_idle() {
            for (sample, set) in covered.iter_mut().enumerate().take(count).filter(|(_, set)| **set != 0) {
                // SAFETY: the caller's promise.
                *set = unsafe { self.test(figure, x, y, sample, *set, None, None) };
            }
        }
        let any = covered[..count].iter().fold(0, |any, set| any | set);
        if any == 0 {
            return;
        }
        if shading.counts_early {
            self.count(&covered[..count]);
        }
        let Some(shader) = &shading.shader else { return };
        if *progress == Progress::Untouched {
            // SAFETY: the caller's promise.
            *progress = unsafe { self.begin(shader, figure, x, y) };
        }
        if *progress == Progress::Constant {
            self.counts.fragment_invocations += u64::from(any.count_ones());
            // SAFETY: the caller's promise.
            return unsafe { self.write_constant(shader, x, y, &covered[..count]) };
        }
        let visible = if shader.needs.modes.post_depth_coverage { *covered } else { rasterized };
        let mut packet = Packet {
            figure,
            x,
            y,
            covered: &visible,
            active: whole_quads(any),
            live: any,
            sample: None,
            samples: shading.samples,
        };
        if S == 1 || !shader.per_sample {
            // SAFETY: the caller's promise.
            return unsafe { self.shade(shader, &packet, &mut covered[..count]) };
        }
        for sample in (0..count).filter(|&sample| covered[sample] != 0) {
            let mut alone = [0; MAX_SAMPLES];
            alone[sample] = covered[sample];
            packet.sample = Some(sample);
            packet.live = covered[sample];
            packet.active = whole_quads(packet.live);
            // SAFETY: the caller's promise.
            unsafe { self.shade(shader, &packet, &mut alone[..count]) };
        }
    }

    /// Runs the shader and writes the samples of `covered` that are left.
    ///
    /// # Safety
    /// As [`packet`](Self::packet).
    #[inline(always)]
    unsafe fn shade(&mut self, shader: &FragmentShader, packet: &Packet<'_>, covered: &mut [u32]) {
        let shading = self.shading;
        self.counts.fragment_invocations += u64::from(packet.live.count_ones());
        // SAFETY: the caller's promise.
        let live = unsafe { self.memory.stage.run(shader, shading, packet) };
        if let Some(edges) = packet.figure.smooth() {
            self.fade(&shares(edges, packet.x, packet.y));
        }
        if live != packet.live
            || shading.multisample.alpha_to_coverage
            || shader.needs.modes.writes_sample_mask
        {
            self.reduce(shader, live, covered);
        }
        if !shading.is_early && !shading.tests.is_idle() {
            // SAFETY: the caller's promise.
            unsafe { self.late_tests(shader, packet, covered) };
        }
        if shading.multisample.alpha_to_one {
            self.make_opaque(shader);
        }
        // SAFETY: the caller's promise.
        unsafe { self.write(shader, packet.x, packet.y, covered) };
    }

    /// Writes the outputs of a constant shader to the samples of a packet.
    ///
    /// # Safety
    /// As [`packet`](Self::packet).
    #[inline(always)]
    pub(super) unsafe fn write_constant(&mut self, shader: &FragmentShader, x: i32, y: i32, covered: &[u32]) {
        if !self.shading.counts_early {
            self.count(covered);
        }
        for ((color, view), paint) in self.shading.colors.iter().zip(&self.colors).zip(&self.paints) {
            let (Some(color), Some(view)) = (color, view) else { continue };
            // SAFETY: the caller's promise.
            unsafe { self.write_paint(shader, color, view, paint.as_ref(), [x, y], covered) };
        }
    }

    /// Writes one of the outputs of a constant shader.
    ///
    /// # Safety
    /// As [`packet`](Self::packet).
    #[inline(always)]
    pub(super) unsafe fn write_paint(
        &self,
        shader: &FragmentShader,
        color: &Color,
        view: &TileView,
        paint: Option<&Paint>,
        at: [i32; 2],
        covered: &[u32],
    ) {
        match paint {
            Some(paint) if view.is_whole(at[0], at[1]) => {
                for (sample, &set) in covered.iter().enumerate().filter(|(_, set)| **set != 0) {
                    // SAFETY: the caller's promise; what is painted has four bytes.
                    unsafe { paint.packet(view, at, sample, set) };
                }
            }
            // SAFETY: the caller's promise.
            _ => unsafe { self.write_color(shader, color, view, at, covered) },
        }
    }

    /// Writes the shader's outputs to the samples of a packet.
    ///
    /// # Safety
    /// As [`packet`](Self::packet).
    #[inline(always)]
    unsafe fn write(&mut self, shader: &FragmentShader, x: i32, y: i32, covered: &[u32]) {
        if !self.shading.counts_early {
            self.count(covered);
        }
        for (color, view) in self.shading.colors.iter().zip(&self.colors) {
            if let (Some(color), Some(view)) = (color, view) {
                // SAFETY: the caller's promise.
                unsafe { self.write_color(shader, color, view, [x, y], covered) };
            }
        }
    }

    /// # Safety
    /// As [`packet`](Self::packet).
    #[inline(always)]
    unsafe fn write_color(
        &self,
        shader: &FragmentShader,
        color: &Color,
        view: &TileView,
        at: [i32; 2],
        covered: &[u32],
    ) {
        let outputs = &self.memory.stage.outputs;
        let first = output(outputs, color.location);
        let second = second_source(shader, outputs, color);
        for (sample, &set) in covered.iter().enumerate().filter(|(_, set)| **set != 0) {
            // SAFETY: the caller's promise.
            unsafe { color.write(view, at, sample, set, first, second) };
        }
    }

    /// Tests one sample of a packet.
    ///
    /// # Safety
    /// As [`packet`](Self::packet).
    #[inline(always)]
    #[expect(clippy::too_many_arguments, reason = "all are of one call")]
    pub(super) unsafe fn test(
        &self,
        figure: &Figure<'_>,
        x: i32,
        y: i32,
        sample: usize,
        set: u32,
        depths: Option<&Floats>,
        references: Option<&[u32; N]>,
    ) -> u32 {
        let shading = self.shading;
        let planes = figure.planes();
        let mut depths = match depths {
            Some(depths) => *depths,
            None if shading.samples.is_uniform => {
                let offset = shading.samples.offset(0, 0, sample);
                Positions::new(planes, x, y, offset).plane(&planes.depth)
            }
            None => {
                let offset = |lane: usize| shading.samples.offset(x + COLUMN[lane], y + ROW[lane], sample);
                Positions::each(planes, x, y, offset).plane(&planes.depth)
            }
        };
        if shading.clamps_depth {
            let [low, high] = shading.setup.viewport(figure.primitive.viewport).depth;
            depths = lanes(|lane| limit(depths[lane], low, high));
        }
        let place = Place { depth: self.depth.as_ref(), stencil: self.stencil.as_ref(), x, y, sample };
        // SAFETY: the caller's promise.
        unsafe { shading.tests.test(&place, set, &depths, figure.primitive.is_front, references) }
    }

    #[inline(always)]
    pub(super) fn count(&mut self, covered: &[u32]) {
        for set in covered {
            self.counts.samples_passed += u64::from(set.count_ones());
        }
    }
}

/// A color as the shader left it. Its location is one that the shader writes.
#[inline(always)]
pub(super) fn output(outputs: &[Row], location: u32) -> &Output {
    let first = slot::location(location, 0) as usize;
    match outputs.get(first..).and_then(<[Row]>::first_chunk) {
        Some(output) => output,
        None => &[Row([0; N]); 4],
    }
}

/// The second source of dual-source blending, if the shader has one.
#[inline(always)]
pub(super) fn second_source<'a>(
    shader: &FragmentShader,
    outputs: &'a [Row],
    color: &Color,
) -> Option<&'a Output> {
    let location = 8 + color.location;
    if shader.needs.colors >> location & 1 != 0 { Some(output(outputs, location)) } else { None }
}
