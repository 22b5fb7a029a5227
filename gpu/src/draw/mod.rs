//! The graphics pipeline around the shaders.
//!
//! ```text
//!   input_assembly ── assembly ── vertex_fetch ── [vertex] ── tessellation ── geometry ── capture   front: chunks of primitives,
//!        topology        reuse                       │         tessellate                           in parallel
//!                                                 vertices
//!   setup ── viewport, clip ── fill, lines, points ── primitive                                     still in the chunk
//!
//!   bins ── tile ── figure ── coverage ── batch or packet ── depth_stencil ── interpolate ── [fragment] ── late ── color, blend
//!             ├ tile_view: the memory of the attachments                                            tiles of 64 x 64 pixels,
//!             └ whole ── strip ── paint: boxes of one color, without a shader                        in parallel
//! ```
//!
//! A draw goes in *waves* (`waves`): some chunks pass the front, then all tiles that they touch are drawn. Each tile sees its primitives
//! in order, whatever the order was in which threads took chunks and tiles. A draw that is small stays on the calling thread.
//!
//! # Invariants
//! 1. Pixels outside of the area, the scissor and every attachment are not touched, whatever positions shaders make.
//! 2. A pixel's samples are written by one thread at a time: its tile's.
#![expect(unsafe_code, reason = "runs machine code and writes the application's memory")]

mod ahead;
mod assembly;
mod batch;
mod bins;
mod blend;
mod buffer;
mod capture;
mod clip;
mod color;
mod coverage;
mod depth_bias;
mod depth_stencil;
mod encoding;
mod figure;
mod fill;
mod fragment;
mod front;
mod geometry;
mod input_assembly;
mod interpolate;
mod lanes;
mod late;
mod lines;
mod packet;
mod paint;
mod points;
mod primitive;
mod primitives;
mod processor;
pub mod program;
mod project;
mod reuse;
mod sample;
mod setup;
mod shading;
mod slopes;
pub mod state;
mod strip;
pub mod targets;
mod tessellate;
mod tessellation;
mod tile;
mod tile_view;
mod topology;
mod vertex_fetch;
mod vertices;
mod viewport;
mod waves;
mod whole;
#[cfg(target_arch = "x86_64")]
mod wide;

#[cfg(test)]
#[expect(unsafe_code, reason = "plays the part of machine code")]
mod tests;

use lacuna_shaders::abi::DispatchContext;

pub use program::Program;
pub use state::DrawState;
pub use targets::{ColorLocations, DrawCommand, DrawInputs, Queries, Statistics, Targets};
pub(crate) use vertices::Row;

use capture::Capture;
use fragment::FragmentShader;
use front::{Front, count};
use geometry::Geometry;
use input_assembly::Stream;
use sample::Samples;
use setup::Setup;
use shading::Shading;
use tessellation::Tessellation;
use tile::Counts;
use topology::{Cut, Shape};
use vertex_fetch::Fetch;

use crate::pool::JobPanicked;

/// Why a draw did not happen, or not all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// A worker panicked.
    #[error(transparent)]
    Panicked(#[from] JobPanicked),
}

/// Draws, and returns when all is done.
///
/// # Errors
/// [`DrawError`]; the targets hold a part of the draw then.
///
/// # Safety
/// All memory that the targets, the inputs and the context name stays mapped during the call.
#[doc(alias = "vkCmdDraw")]
pub unsafe fn draw(
    state: &DrawState,
    targets: &Targets,
    context: &DispatchContext,
    inputs: &DrawInputs,
    queries: &Queries<'_>,
) -> Result<(), DrawError> {
    let cut = Cut::new(state.assembly.topology, state.assembly.patch_control_points);
    // SAFETY: the caller's promise.
    let stream = unsafe { Stream::new(inputs, cut, state.assembly.primitive_restart) };
    if let Some(statistics) = queries.statistics {
        let instances = u64::from(stream.instances);
        count(Some(&statistics.input_assembly_vertices), stream.vertices(cut) * instances);
        count(Some(&statistics.input_assembly_primitives), stream.total());
    }
    if stream.total() == 0 {
        return Ok(());
    }
    // SAFETY: the caller's promise.
    let fetch = unsafe { Fetch::new(&state.vertex_input, inputs, state.stages.vertex.interface()) };
    let draw = Draw { state, targets, context, inputs, queries, cut, stream, fetch };
    if targets.view_mask == 0 {
        return draw.view(None);
    }
    (0..32).filter(|view| targets.view_mask >> view & 1 != 0).try_for_each(|view| draw.view(Some(view)))
}

/// A draw on its way.
struct Draw<'a> {
    state: &'a DrawState,
    targets: &'a Targets,
    context: &'a DispatchContext,
    inputs: &'a DrawInputs,
    queries: &'a Queries<'a>,
    cut: Cut,
    stream: Stream,
    fetch: Fetch,
}

// SAFETY: what pointers in the context, the stream and the attributes name is only read, or is shared between invocations by
// the rules of Vulkan's memory model; targets are written tile by tile.
unsafe impl Sync for Draw<'_> {}

/// Lets threads share what holds such pointers.
struct Shared<T>(T);

// SAFETY: as for `Draw`.
unsafe impl<T> Sync for Shared<T> {}

impl<T> Shared<T> {
    fn get(&self) -> &T {
        &self.0
    }
}

impl Draw<'_> {
    /// Draws one view.
    fn view(&self, view: Option<u32>) -> Result<(), DrawError> {
        let (state, targets) = (self.state, self.targets);
        let tessellation = Tessellation::new(state).filter(|_| self.cut.shape() == Shape::Patch);
        if tessellation.is_none() && self.cut.shape() == Shape::Patch {
            return Ok(());
        }
        let geometry = Geometry::new(state);
        let shape = match (&geometry, &tessellation) {
            (Some(geometry), _) => geometry.shape(),
            (None, Some(tessellation)) => tessellation.shape(),
            (None, None) => self.cut.shape(),
        };
        let stages = &state.stages;
        let last = stages
            .geometry
            .as_ref()
            .or(stages.tessellation_evaluation.as_ref().filter(|_| tessellation.is_some()));
        let last = last.unwrap_or(&stages.vertex).interface();
        let samples = Samples::new(&state.multisample);
        let shader = FragmentShader::new(state);
        let needs = shader.as_ref().map(|shader| &shader.needs);
        let setup = Setup::new(state, targets, shape, last, needs, &samples, view);
        let shading = Shading::new(state, targets, self.context, shader, &setup, &samples);
        let counts_samples = self.queries.occlusion.is_some() || self.queries.statistics.is_some();
        // Without a geometry shader there is but the first stream.
        let is_rasterized =
            !state.rasterization.discard && (geometry.is_some() || state.rasterization.stream == 0);
        let is_seen = is_rasterized && !shading.is_idle(counts_samples);
        let feedback = self.inputs.transform_feedback.as_ref();
        let capture = (feedback.is_some() || self.queries.streams.is_some()).then_some(Capture {
            interface: last,
            feedback,
            counters: self.queries.streams,
            corners: match shape {
                Shape::Point => 1,
                Shape::Line => 2,
                _ => 3,
            },
        });
        let is_amplified = tessellation.is_some() || geometry.is_some();
        let front = Front {
            state,
            context: self.context,
            stream: &self.stream,
            cut: self.cut,
            fetch: &self.fetch,
            draw_index: self.inputs.draw_index,
            view_index: view.unwrap_or(0),
            tessellation,
            geometry,
            capture,
            setup: (is_seen || self.queries.statistics.is_some() && is_rasterized).then_some(&setup),
            statistics: self.queries.statistics,
        };
        self.waves(&Shared(front), &Shared(shading), is_amplified)
    }

    fn add(&self, counts: &Counts) {
        count(self.queries.occlusion, counts.samples_passed);
        count(self.queries.statistics.map(|all| &all.fragment_invocations), counts.fragment_invocations);
    }
}
