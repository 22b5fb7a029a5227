//! One tile of one layer: all primitives that touch it, in order.
//!
//! ```text
//!   coverage ── sample mask ── early tests ── fragment shader ── coverage it takes away ── late tests ── colors
//!         └ boxes that are wholly covered, where no shader has to run ── strips: early tests ── paint
//! ```
#![expect(unsafe_code, reason = "runs machine code and writes the application's memory")]

use lacuna_shaders::abi::DispatchContext;
use lacuna_shaders::abi::stage::{StageBuiltin, slot};
use smallvec::SmallVec;

use super::blend::Colors;
use super::color::Color;
use super::coverage::{Sink, shares, walk};
use super::depth_stencil::{Depth, DepthStencil, Place};
use super::fragment::{FragmentShader, Packet, Stage};
use super::interpolate::{Positions, prepare};
use super::lanes::{ALL, COLUMN, Floats, N, ROW, from_bits, lanes, limit, set_of, whole_quads};
use super::paint::Paint;
use super::primitive::{Bounds, Primitive};
use super::processor::{Processor, Work};
use super::sample::{MAX_SAMPLES, Samples};
use super::setup::Setup;
use super::state::{DrawState, Multisample};
use super::strip::Strip;
use super::targets::Targets;
use super::tile_view::{Spare, TILE, TileView};
use super::vertices::{Row, Vertices};

/// What all tiles of a draw share.
pub(super) struct Shading<'a> {
    pub(super) targets: &'a Targets,
    pub(super) context: &'a DispatchContext,
    pub(super) setup: &'a Setup,
    pub(super) samples: &'a Samples,
    pub(super) multisample: &'a Multisample,
    clamps_depth: bool,
    shader: Option<FragmentShader>,
    tests: DepthStencil,
    /// Tests go before the shader.
    is_early: bool,
    /// What the shader takes away is counted as passed.
    counts_early: bool,
    /// Pixels whose inputs are equal are shaded equally.
    may_be_constant: bool,
    /// Every pixel has one sample, and it takes no more than a depth test before the shader.
    may_strip: bool,
    processor: Processor,
    /// By attachment.
    pub(super) colors: SmallVec<[Option<Color>; 8]>,
}

/// What a tile counts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) samples_passed: u64,
    pub(super) fragment_invocations: u64,
}

/// Memory of one thread.
#[derive(Default)]
pub(super) struct TileMemory {
    pub(super) stage: Stage,
    spare: Spare,
}

impl<'a> Shading<'a> {
    pub(super) fn new(
        state: &'a DrawState,
        targets: &'a Targets,
        context: &'a DispatchContext,
        setup: &'a Setup,
        samples: &'a Samples,
    ) -> Self {
        let shader = FragmentShader::new(state);
        let multisample = &state.multisample;
        let written = shader.as_ref().map_or(0, |shader| shader.needs.colors);
        let tests = DepthStencil::new(state, targets);
        let color = |(index, surface): (usize, &Option<crate::surface::Surface>)| {
            let location =
                targets.color_locations.of(index).filter(|location| written >> location & 1 != 0)?;
            Color::new(surface.as_ref()?.format, &state.blend, index, location as u32)
        };
        Self {
            targets,
            context,
            setup,
            samples,
            multisample,
            clamps_depth: state.rasterization.depth_clamp,
            counts_early: shader.as_ref().is_none_or(|shader| shader.needs.modes.early_tests),
            may_be_constant: shader
                .as_ref()
                .is_some_and(|shader| !shader.per_sample && shader.needs.is_function_of_inputs())
                && !multisample.alpha_to_coverage,
            is_early: shader
                .as_ref()
                .is_none_or(|shader| shader.needs.permits_early_tests(multisample.alpha_to_coverage)),
            processor: Processor::find(),
            may_strip: samples.count == 1 && multisample.mask & 1 != 0 && tests.simple().is_some(),
            tests,
            colors: targets.colors.iter().enumerate().map(color).collect(),
            shader,
        }
    }

    /// Whether nothing that is drawn can be seen by anybody.
    pub(super) fn is_idle(&self, counts: bool) -> bool {
        let has_effects = self.shader.as_ref().is_some_and(|shader| shader.needs.modes.side_effects);
        !counts && !has_effects && self.tests.is_idle() && self.colors.iter().all(Option::is_none)
    }
}

/// A tile that is being drawn.
pub(super) struct Tile<'a> {
    pub(super) shading: &'a Shading<'a>,
    pub(super) memory: &'a mut TileMemory,
    area: Bounds,
    colors: SmallVec<[Option<TileView>; 8]>,
    depth: Option<TileView>,
    stencil: Option<TileView>,
    /// The outputs are those of the last constant inputs.
    is_settled: bool,
    /// What these do to each attachment, where that can be said.
    paints: SmallVec<[Option<Paint>; 8]>,
    pub(super) counts: Counts,
}

/// A primitive that is being drawn in a tile.
struct Drawing<'t, 'a> {
    tile: &'t mut Tile<'a>,
    primitive: &'t Primitive,
    vertices: &'t Vertices,
    progress: Progress,
}

impl<const S: usize> Sink<S> for Drawing<'_, '_> {
    #[inline(always)]
    fn packet(&mut self, x: i32, y: i32, covered: &mut [u32; S]) {
        let processor = self.tile.shading.processor;
        processor.run(Covered { drawing: self, at: [x as isize, y as isize], sets: covered });
    }

    #[inline(always)]
    fn whole(&mut self, area: Bounds) -> bool {
        let shading = self.tile.shading;
        S == 1 && shading.may_strip && shading.processor.run(Whole { drawing: self, area })
    }
}

/// A packet that is to be drawn.
struct Covered<'d, 't, 'a, const S: usize> {
    drawing: &'d mut Drawing<'t, 'a>,
    /// As wide as a register, so that they are not loaded as one when they were stored as two.
    at: [isize; 2],
    sets: &'d mut [u32; S],
}

impl<const S: usize> Work for Covered<'_, '_, '_, S> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Drawing { tile, primitive, vertices, progress } = self.drawing;
        // SAFETY: primitives are inside of the area, which is inside of all targets.
        unsafe {
            tile.packet(primitive, vertices, progress, self.at[0] as i32, self.at[1] as i32, self.sets)
        };
    }
}

/// A box that is to be drawn. Gives whether it was.
struct Whole<'d, 't, 'a> {
    drawing: &'d mut Drawing<'t, 'a>,
    area: Bounds,
}

impl Work for Whole<'_, '_, '_> {
    type Output = bool;

    #[inline(always)]
    fn run(self) -> bool {
        let Drawing { tile, primitive, vertices, progress } = self.drawing;
        // SAFETY: primitives are inside of the area, which is inside of all targets.
        unsafe { tile.whole(primitive, vertices, progress, self.area) }
    }
}

/// How far a primitive has come in a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// No packet was shaded.
    Untouched,
    /// The inputs are prepared.
    Varying,
    /// The outputs are those of all packets.
    Constant,
}

impl<'a> Tile<'a> {
    /// The tile whose first pixel is `(x, y)`.
    ///
    /// # Safety
    /// The targets' memory is mapped until the tile is finished, and no other thread draws to it.
    pub(super) unsafe fn new(
        shading: &'a Shading<'a>,
        memory: &'a mut TileMemory,
        x: i32,
        y: i32,
        layer: u32,
    ) -> Self {
        let targets = shading.targets;
        // SAFETY: the caller's promise.
        let mut view = |surface: &crate::surface::Surface| unsafe {
            TileView::new(surface, x, y, layer, &mut memory.spare)
        };
        let used = targets.colors.iter().zip(&shading.colors);
        let colors =
            used.map(|(surface, color)| color.as_ref().and(surface.as_ref()).and_then(&mut view)).collect();
        let depth = targets.depth.as_ref().and_then(&mut view);
        let stencil = targets.stencil.as_ref().and_then(&mut view);
        if let Some(shader) = &shading.shader {
            memory.stage.reserve(&shader.needs);
            let view = if targets.view_mask == 0 { 0 } else { layer };
            memory.stage.frame.builtins[StageBuiltin::ViewIndex as usize] = [view; N];
            memory.stage.smooth.clear();
        }
        let area = Bounds { x0: x, y0: y, x1: x + TILE, y1: y + TILE };
        Self {
            shading,
            memory,
            area,
            colors,
            depth,
            stencil,
            is_settled: false,
            paints: SmallVec::new(),
            counts: Counts::default(),
        }
    }

    /// Ends the tile.
    pub(super) fn finish(self) {
        for view in self.colors.into_iter().flatten().chain(self.depth).chain(self.stencil) {
            view.finish(&mut self.memory.spare);
        }
    }

    /// Draws what of a primitive is in the tile.
    pub(super) fn draw(&mut self, primitive: &Primitive, vertices: &Vertices) {
        if self.shading.samples.count == 1 {
            self.draw_samples::<1>(primitive, vertices);
        } else {
            self.draw_samples::<MAX_SAMPLES>(primitive, vertices);
        }
    }

    #[inline(always)]
    fn draw_samples<const S: usize>(&mut self, primitive: &Primitive, vertices: &Vertices) {
        let (area, samples) = (self.area, self.shading.samples);
        let mut drawing = Drawing { tile: self, primitive, vertices, progress: Progress::Untouched };
        walk::<S>(primitive, area, samples, &mut drawing);
    }

    /// Draws pixels without packets, where no shader has to run for them. Gives whether they were drawn.
    ///
    /// # Safety
    /// The pixels are inside of the targets.
    #[inline(always)]
    unsafe fn whole(
        &mut self,
        primitive: &Primitive,
        vertices: &Vertices,
        progress: &mut Progress,
        area: Bounds,
    ) -> bool {
        let shading = self.shading;
        if *progress == Progress::Varying || primitive.smooth.is_some() {
            return false;
        }
        if let Some(shader) = &shading.shader
            && *progress == Progress::Untouched
        {
            // SAFETY: the caller's promise.
            *progress = unsafe { self.begin(shader, primitive, vertices, area.x0 & !3, area.y0 & !1) };
        }
        if shading.shader.is_some() && *progress != Progress::Constant {
            return false;
        }
        let paint = |index: usize| self.paints.get(index).copied().flatten();
        let is_simple = |(index, view): (usize, &Option<TileView>)| {
            view.as_ref().is_none_or(|view| view.is_bound() && paint(index).is_some())
        };
        let depth = shading.tests.simple().flatten().zip(self.depth.as_ref());
        if !depth.is_none_or(|(_, view)| view.is_bound()) || !self.colors.iter().enumerate().all(is_simple) {
            return false;
        }
        // SAFETY: the caller's promise; there is paint for every color.
        let pixels = unsafe {
            match depth {
                None => self.fill(area),
                Some(depth) => self.strips(primitive, depth, area),
            }
        };
        self.counts.samples_passed += pixels;
        if shading.shader.is_some() {
            self.counts.fragment_invocations += pixels;
        }
        true
    }

    /// Paints all pixels of a box.
    ///
    /// # Safety
    /// The pixels are inside of the targets, whose memory is all there; there is paint for each.
    #[inline(always)]
    unsafe fn fill(&self, area: Bounds) -> u64 {
        for (view, paint) in self.colors.iter().zip(&self.paints) {
            let (Some(view), Some(paint)) = (view, paint) else { continue };
            // SAFETY: the caller's promise; what is painted has four bytes.
            unsafe {
                match paint {
                    Paint::Texel(texel) => view.fill(area, *texel),
                    Paint::Bytes(_) => {
                        for strip in Strip::all(area) {
                            paint.strip(view, &strip);
                        }
                    }
                }
            }
        }
        u64::from((area.x1 - area.x0) as u32) * u64::from((area.y1 - area.y0) as u32)
    }

    /// Paints the pixels of a box that pass the depth test; gives how many there are.
    ///
    /// # Safety
    /// As [`fill`](Self::fill).
    #[inline(always)]
    unsafe fn strips(&self, primitive: &Primitive, (depth, view): (&Depth, &TileView), area: Bounds) -> u64 {
        let shading = self.shading;
        let offset = shading.samples.offset(0, 0, 0);
        let range = shading.clamps_depth.then(|| shading.setup.viewport(primitive.viewport).depth);
        let mut passed = 0;
        for mut strip in Strip::all(area) {
            // SAFETY: the caller's promise.
            unsafe { depth.test_strip(view, &mut strip, primitive, offset, range) };
            let left = strip.count();
            if left == 0 {
                continue;
            }
            passed += left;
            for (view, paint) in self.colors.iter().zip(&self.paints) {
                if let (Some(view), Some(paint)) = (view, paint) {
                    // SAFETY: the caller's promise.
                    unsafe { paint.strip(view, &strip) };
                }
            }
        }
        passed
    }

    /// # Safety
    /// Covered pixels are inside of the targets.
    #[inline(always)]
    unsafe fn packet<const S: usize>(
        &mut self,
        primitive: &Primitive,
        vertices: &Vertices,
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
        if let Some(edges) = &primitive.smooth {
            let shares = shares(edges, x, y);
            let seen = set_of(|lane| shares[lane] > 0.0);
            covered[..count].iter_mut().for_each(|set| *set &= seen);
        }
        let rasterized = *covered;
        if shading.is_early && !shading.tests.is_idle() {
            for (sample, set) in covered.iter_mut().enumerate().take(count).filter(|(_, set)| **set != 0) {
                // SAFETY: the caller's promise.
                *set = unsafe { self.test(primitive, x, y, sample, *set, None, None) };
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
            *progress = unsafe { self.begin(shader, primitive, vertices, x, y) };
        }
        if *progress == Progress::Constant {
            self.counts.fragment_invocations += u64::from(any.count_ones());
            // SAFETY: the caller's promise.
            return unsafe { self.write_constant(shader, x, y, &covered[..count]) };
        }
        let visible = if shader.needs.modes.post_depth_coverage { *covered } else { rasterized };
        let mut packet = Packet {
            primitive,
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
        let live = unsafe { self.memory.stage.run(shader, shading.context, packet) };
        if let Some(edges) = &packet.primitive.smooth {
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

    /// Prepares the inputs of a primitive. Where neither inputs nor anything else differ between its pixels, the shader runs here,
    /// once.
    ///
    /// # Safety
    /// As [`packet`](Self::packet).
    #[inline(never)]
    unsafe fn begin(
        &mut self,
        shader: &FragmentShader,
        primitive: &Primitive,
        vertices: &Vertices,
        x: i32,
        y: i32,
    ) -> Progress {
        let shading = self.shading;
        let Stage { inputs, smooth, .. } = &mut self.memory.stage;
        let found = prepare(&shader.needs, primitive, vertices, inputs, smooth);
        if found.varies || !shading.may_be_constant || primitive.smooth.is_some() {
            self.is_settled = false;
            return Progress::Varying;
        }
        if self.is_settled && found.is_same {
            return Progress::Constant;
        }
        let packet = Packet {
            primitive,
            x,
            y,
            covered: &[ALL; MAX_SAMPLES],
            active: ALL,
            live: ALL,
            sample: None,
            samples: shading.samples,
        };
        // SAFETY: the caller's promise.
        unsafe { self.memory.stage.run(shader, shading.context, &packet) };
        if shading.multisample.alpha_to_one {
            self.make_opaque(shader);
        }
        let outputs = &self.memory.stage.outputs;
        let paint = |color: &Option<Color>| {
            let color = color.as_ref()?;
            let first = colors(outputs, color.location);
            let second = second_source(shader, outputs, color);
            color.paint(&first, second.as_ref().unwrap_or(&first))
        };
        self.paints.clear();
        self.paints.extend(shading.colors.iter().map(paint));
        self.is_settled = true;
        Progress::Constant
    }

    /// Writes the outputs of a constant shader to the samples of a packet.
    ///
    /// # Safety
    /// As [`packet`](Self::packet).
    #[inline(always)]
    unsafe fn write_constant(&mut self, shader: &FragmentShader, x: i32, y: i32, covered: &[u32]) {
        if !self.shading.counts_early {
            self.count(covered);
        }
        for ((color, view), paint) in self.shading.colors.iter().zip(&self.colors).zip(&self.paints) {
            let (Some(color), Some(view)) = (color, view) else { continue };
            match paint {
                Some(paint) if view.is_whole(x, y) => {
                    for (sample, &set) in covered.iter().enumerate().filter(|(_, set)| **set != 0) {
                        // SAFETY: the caller's promise; what is painted has four bytes.
                        unsafe { paint.packet(view, [x, y], sample, set) };
                    }
                }
                // SAFETY: the caller's promise.
                _ => unsafe { self.write_color(shader, color, view, [x, y], covered) },
            }
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
        let first = colors(outputs, color.location);
        let second = second_source(shader, outputs, color);
        for (sample, &set) in covered.iter().enumerate().filter(|(_, set)| **set != 0) {
            // SAFETY: the caller's promise.
            unsafe { color.write(view, at, sample, set, &first, second.as_ref()) };
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
        primitive: &Primitive,
        x: i32,
        y: i32,
        sample: usize,
        set: u32,
        depths: Option<&Floats>,
        references: Option<&[u32; N]>,
    ) -> u32 {
        let shading = self.shading;
        let mut depths = match depths {
            Some(depths) => *depths,
            None if shading.samples.is_uniform => {
                let offset = shading.samples.offset(0, 0, sample);
                Positions::new(primitive, x, y, offset).plane(&primitive.depth)
            }
            None => {
                let offset = |lane: usize| shading.samples.offset(x + COLUMN[lane], y + ROW[lane], sample);
                Positions::each(primitive, x, y, offset).plane(&primitive.depth)
            }
        };
        if shading.clamps_depth {
            let [low, high] = shading.setup.viewport(primitive.viewport).depth;
            depths = lanes(|lane| limit(depths[lane], low, high));
        }
        let place = Place { depth: self.depth.as_ref(), stencil: self.stencil.as_ref(), x, y, sample };
        // SAFETY: the caller's promise.
        unsafe { shading.tests.test(&place, set, &depths, primitive.is_front, references) }
    }

    #[inline(always)]
    fn count(&mut self, covered: &[u32]) {
        for set in covered {
            self.counts.samples_passed += u64::from(set.count_ones());
        }
    }
}

#[inline(always)]
fn colors(outputs: &[Row], location: u32) -> Colors {
    let first = slot::location(location, 0) as usize;
    let channel = |n: usize| from_bits(outputs[first + n].0);
    [channel(0), channel(1), channel(2), channel(3)]
}

/// The second source of dual-source blending, if the shader has one.
#[inline(always)]
fn second_source(shader: &FragmentShader, outputs: &[Row], color: &Color) -> Option<Colors> {
    let location = 8 + color.location;
    if shader.needs.colors >> location & 1 != 0 { Some(colors(outputs, location)) } else { None }
}
