//! The stages before rasterization, for a range of primitives: from indices to primitives of the window.
//!
//! ```text
//!   assembly ── vertices that differ ── fetch, vertex shader ── (tessellation) ── (geometry) ── capture ── setup
//! ```
//!
//! Ranges are independent, so that threads take them in any order; only what is captured by transform feedback must come
//! in order, and then the caller takes them one after the other.
#![expect(unsafe_code, reason = "runs machine code")]

use core::ops::Range;
use core::sync::atomic::{AtomicU64, Ordering};

use lacuna_shaders::Scratch;
use lacuna_shaders::abi::stage::StageBuiltin;
use lacuna_shaders::abi::{DispatchContext, LANES, StageFrame};

use super::assembly::AssemblyMemory;
use super::bins::Footprint;
use super::capture::Capture;
use super::geometry::Geometry;
use super::input_assembly::Stream;
use super::primitives::Primitives;
use super::program::empty_frame;
use super::project::Projected;
use super::setup::{Assembly, Setup};
use super::state::DrawState;
use super::targets::Statistics;
use super::tessellation::Tessellation;
use super::topology::Cut;
use super::vertex_fetch::Fetch;
use super::vertices::{Row, Vertices, slots_of};

/// What the front of a draw has to do, for all ranges.
pub(super) struct Front<'a> {
    pub(super) state: &'a DrawState,
    pub(super) context: &'a DispatchContext,
    pub(super) stream: &'a Stream,
    pub(super) cut: Cut,
    pub(super) fetch: &'a Fetch,
    /// `DrawIndex` and `ViewIndex`.
    pub(super) draw_index: u32,
    pub(super) view_index: u32,
    pub(super) tessellation: Option<Tessellation<'a>>,
    pub(super) geometry: Option<Geometry<'a>>,
    pub(super) capture: Option<Capture<'a>>,
    /// None: nothing is rasterized.
    pub(super) setup: Option<&'a Setup>,
    pub(super) statistics: Option<&'a Statistics>,
}

/// What is left of a range of primitives.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub(super) vertices: Vertices,
    /// The vertices, in the first viewport.
    pub(super) projected: Vec<Projected>,
    pub(super) primitives: Primitives,
    pub(super) footprint: Footprint,
}

impl Chunk {
    /// Memory that it holds.
    pub(super) fn bytes(&self) -> usize {
        self.vertices.bytes()
            + self.projected.capacity() * size_of::<Projected>()
            + self.primitives.bytes()
            + self.footprint.bytes()
    }
}

/// Memory of one thread.
pub(super) struct FrontMemory {
    assembly: AssemblyMemory,
    inputs: Vec<Row>,
    /// Vertices before the last stage.
    spare: Vertices,
    pub(super) frame: Box<StageFrame>,
    pub(super) scratch: Scratch,
}

impl Default for FrontMemory {
    fn default() -> Self {
        Self {
            assembly: AssemblyMemory::default(),
            inputs: Vec::new(),
            spare: Vertices::default(),
            frame: Box::new(empty_frame()),
            scratch: Scratch::default(),
        }
    }
}

impl Front<'_> {
    /// Takes the primitives of a range to `chunk`.
    ///
    /// # Safety
    /// As `Program::run` for all stages before rasterization.
    pub(super) unsafe fn run(&self, range: Range<u64>, memory: &mut FrontMemory, chunk: &mut Chunk) {
        self.assemble(range, &mut memory.assembly);
        // SAFETY: the caller's promise.
        unsafe { self.shade(memory, &mut chunk.vertices) };
        if let Some(tessellation) = &self.tessellation {
            core::mem::swap(&mut memory.spare, &mut chunk.vertices);
            let FrontMemory { spare, assembly, frame, scratch, .. } = memory;
            // SAFETY: the caller's promise.
            unsafe {
                tessellation.run(self, spare, &mut assembly.assemblies, &mut chunk.vertices, frame, scratch)
            };
        }
        if let Some(geometry) = &self.geometry {
            core::mem::swap(&mut memory.spare, &mut chunk.vertices);
            let FrontMemory { spare, assembly, frame, scratch, .. } = memory;
            // SAFETY: the caller's promise.
            unsafe {
                geometry.run(self, spare, &mut assembly.assemblies, &mut chunk.vertices, frame, scratch)
            };
        } else if let Some(capture) = &self.capture {
            // SAFETY: the caller's promise.
            unsafe { capture.write(&chunk.vertices, &memory.assembly.assemblies.list, 0) };
        }
        chunk.primitives.clear();
        chunk.footprint.set(&[]);
        if let Some(setup) = self.setup.filter(|setup| setup.has_viewports()) {
            self.set_up(setup, &memory.assembly.assemblies.list, chunk);
        }
    }

    /// # Safety
    /// As [`run`](Self::run).
    unsafe fn shade(&self, memory: &mut FrontMemory, vertices: &mut Vertices) {
        use StageBuiltin as B;
        let program = &*self.state.stages.vertex;
        let interface = program.interface();
        let FrontMemory { assembly, inputs, frame, scratch, .. } = memory;
        let keys = &assembly.keys;
        vertices.reset(slots_of(interface), keys.len() as u32);
        inputs.resize(lacuna_shaders::abi::stage::slot::COUNT as usize, Row::default());
        self.set_uniforms(frame);
        for (packet, keys) in keys.chunks(LANES as usize).enumerate() {
            self.fetch.fill(inputs, keys, self.stream.first_instance);
            for (lane, key) in keys.iter().enumerate() {
                frame.builtins[B::VertexIndex as usize][lane] = key.vertex;
                frame.builtins[B::InstanceIndex as usize][lane] = key.instance;
            }
            frame.active = (1 << keys.len()) - 1;
            frame.live = frame.active;
            frame.inputs = inputs.as_ptr().cast();
            frame.outputs = vertices.packet(packet as u32).as_mut_ptr().cast();
            // SAFETY: the caller's promise; the rows are as many as there are slots.
            unsafe { program.run(self.context, frame, scratch) };
        }
        count(self.statistics.map(|all| &all.vertex_invocations), keys.len() as u64);
    }

    /// Built-ins that are the same for all invocations of the draw.
    pub(super) fn set_uniforms(&self, frame: &mut StageFrame) {
        use StageBuiltin as B;
        for (builtin, value) in [
            (B::BaseVertex, self.stream.base_vertex),
            (B::BaseInstance, self.stream.first_instance),
            (B::DrawIndex, self.draw_index),
            (B::ViewIndex, self.view_index),
            (B::PatchVertices, self.cut.size),
        ] {
            frame.builtins[builtin as usize] = [value; LANES as usize];
        }
    }

    fn set_up(&self, setup: &Setup, assemblies: &[Assembly], chunk: &mut Chunk) {
        setup.project_all(&chunk.vertices, &mut chunk.projected);
        let kept = setup.add_all(&chunk.vertices, &chunk.projected, assemblies, &mut chunk.primitives);
        chunk.footprint.set(&chunk.primitives);
        count(self.statistics.map(|all| &all.clipping_invocations), assemblies.len() as u64);
        count(self.statistics.map(|all| &all.clipping_primitives), kept);
    }
}

/// Adds to a counter that may not be there.
pub(super) fn count(counter: Option<&AtomicU64>, number: u64) {
    if let Some(counter) = counter.filter(|_| number > 0) {
        counter.fetch_add(number, Ordering::Relaxed);
    }
}
