//! One tile of one layer: all primitives that touch it, in order.
//!
//! ```text
//!   coverage ── sample mask ── early tests ── fragment shader ── coverage it takes away ── late tests ── colors
//!         └ boxes that are wholly covered, where no shader has to run ── strips: early tests ── paint
//! ```
#![expect(unsafe_code, reason = "runs machine code and writes the application's memory")]

use lacuna_shaders::abi::stage::StageBuiltin;
use smallvec::SmallVec;

use super::batch::Batch;
use super::color::Color;
use super::coverage::{Sink, walk};
use super::figure::Figure;
use super::fragment::{FragmentShader, Packet, Stage};
use super::front::Chunk;
use super::interpolate::prepare;
use super::lanes::{ALL, N};
use super::packet::{output, second_source};
use super::paint::Paint;
use super::primitive::{Bounds, Primitive};
use super::processor::Work;
use super::sample::MAX_SAMPLES;
use super::shading::Shading;
use super::tile_view::{Spare, TILE, TileView};

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

/// A tile that is being drawn.
pub(super) struct Tile<'a> {
    pub(super) shading: &'a Shading<'a>,
    pub(super) memory: &'a mut TileMemory,
    area: Bounds,
    pub(super) colors: SmallVec<[Option<TileView>; 8]>,
    pub(super) depth: Option<TileView>,
    pub(super) stencil: Option<TileView>,
    /// The outputs are those of the last constant inputs.
    is_settled: bool,
    /// What these do to each attachment, where that can be said.
    pub(super) paints: SmallVec<[Option<Paint>; 8]>,
    pub(super) counts: Counts,
}

/// A primitive that is being drawn in a tile.
struct Drawing<'t, 'a> {
    tile: &'t mut Tile<'a>,
    figure: &'t Figure<'t>,
    progress: Progress,
    /// Its packets take the way of those that need little.
    is_batched: bool,
    batch: &'t mut Batch,
}

impl<const S: usize> Sink<S> for Drawing<'_, '_> {
    #[inline(always)]
    fn packet(&mut self, x: i32, y: i32, covered: &mut [u32; S]) {
        if S == 1 && self.is_batched {
            if self.batch.add([x, y], covered[0]) {
                self.flush();
            }
            return;
        }
        let processor = self.tile.shading.processor;
        processor.run(Covered { drawing: self, at: [x as isize, y as isize], sets: covered });
    }

    #[inline(always)]
    fn whole(&mut self, area: Bounds) -> bool {
        let shading = self.tile.shading;
        S == 1 && shading.may_strip && shading.processor.run(Whole { drawing: self, area })
    }
}

impl Drawing<'_, '_> {
    /// Draws the packets that wait.
    fn flush(&mut self) {
        self.tile.shading.processor.run(Waiting { drawing: self });
    }
}

/// A primitive that is to be drawn.
struct Walk<'d, 't, 'a, const S: usize>(&'d mut Drawing<'t, 'a>);

impl<const S: usize> Work for Walk<'_, '_, '_, S> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self(drawing) = self;
        walk::<S>(drawing.figure, drawing.tile.area, drawing.tile.shading.samples, drawing);
        if !drawing.batch.is_empty() {
            drawing.flush();
        }
    }
}

/// Packets that are to be drawn.
struct Waiting<'d, 't, 'a> {
    drawing: &'d mut Drawing<'t, 'a>,
}

impl Work for Waiting<'_, '_, '_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Drawing { tile, figure, progress, batch, .. } = self.drawing;
        // SAFETY: primitives are inside of the area, which is inside of all targets.
        unsafe { tile.batch(figure, progress, batch) };
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
        let Drawing { tile, figure, progress, .. } = self.drawing;
        // SAFETY: primitives are inside of the area, which is inside of all targets.
        unsafe { tile.packet(figure, progress, self.at[0] as i32, self.at[1] as i32, self.sets) };
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
        let Drawing { tile, figure, progress, .. } = self.drawing;
        // SAFETY: primitives are inside of the area, which is inside of all targets.
        unsafe { tile.whole(figure, progress, self.area) }
    }
}

/// How far a primitive has come in a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
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
        [x, y]: [i32; 2],
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

    /// Draws what of a primitive is in the tile. `batch` is empty, and so again.
    pub(super) fn draw(&mut self, primitive: &Primitive, chunk: &Chunk, batch: &mut Batch) {
        let (processor, is_single) = (self.shading.processor, self.shading.samples.count == 1);
        let figure = &Figure::new(primitive, chunk, self.shading.setup);
        let is_batched = is_single && self.shading.may_batch && figure.smooth().is_none();
        let progress = Progress::Untouched;
        let drawing = &mut Drawing { tile: self, figure, progress, is_batched, batch };
        if is_single {
            processor.run(Walk::<1>(drawing));
        } else {
            processor.run(Walk::<MAX_SAMPLES>(drawing));
        }
    }

    /// Prepares the inputs of a primitive. Where neither inputs nor anything else differ between its pixels, the shader runs here,
    /// once.
    ///
    /// # Safety
    /// As [`packet`](Self::packet).
    #[inline(never)]
    pub(super) unsafe fn begin(
        &mut self,
        shader: &FragmentShader,
        figure: &Figure<'_>,
        x: i32,
        y: i32,
    ) -> Progress {
        let shading = self.shading;
        let Stage { inputs, smooth, .. } = &mut self.memory.stage;
        let found = prepare(&shader.needs, figure, inputs, smooth);
        if found.varies || !shading.may_be_constant || figure.smooth().is_some() {
            self.is_settled = false;
            return Progress::Varying;
        }
        if self.is_settled && found.is_same {
            return Progress::Constant;
        }
        let packet = Packet {
            figure,
            x,
            y,
            covered: &[ALL; MAX_SAMPLES],
            active: ALL,
            live: ALL,
            sample: None,
            samples: shading.samples,
        };
        // SAFETY: the caller's promise.
        unsafe { self.memory.stage.run(shader, shading, &packet) };
        if shading.multisample.alpha_to_one {
            self.make_opaque(shader);
        }
        let outputs = &self.memory.stage.outputs;
        let paint = |color: &Option<Color>| {
            let color = color.as_ref()?;
            let first = output(outputs, color.location);
            color.paint(first, second_source(shader, outputs, color).unwrap_or(first))
        };
        self.paints.clear();
        self.paints.extend(shading.colors.iter().map(paint));
        self.is_settled = true;
        Progress::Constant
    }
}
