//! The geometry stage: eight primitives at a time, and what each of them emits.
//!
//! Lanes emit in lockstep, but what leaves the stage is in order: all of the first primitive's invocations, then those of
//! the second one.
#![expect(unsafe_code, reason = "runs machine code, which calls back")]

use ash::vk;
use lacuna_shaders::Scratch;
use lacuna_shaders::abi::stage::{StageBuiltin, slot};
use lacuna_shaders::abi::{LANES, StageFrame};
use lacuna_shaders::stage::{GeometryModes, GeometryOutput};

use super::assembly::Assemblies;
use super::front::{Front, count};
use super::lanes::lanes_of;
use super::program::Program;
use super::setup::Assembly;
use super::state::DrawState;
use super::topology::{Cut, Shape};
use super::vertices::{Row, Vertices, slots_of};

/// Vertex streams.
const STREAMS: usize = 4;
/// In a lane's events: the strip ends here.
const END: u32 = u32::MAX;

/// The geometry stage of a draw.
pub(super) struct Geometry<'a> {
    program: &'a dyn Program,
    modes: GeometryModes,
    /// The stream that is rasterized.
    stream: u32,
    mode: vk::ProvokingVertexModeEXT,
}

/// What lanes emit: for each invocation and lane a stream number and a vertex, or [`END`], per event.
struct Emitted<'a> {
    outputs: &'a [u32],
    rows: *const Row,
    vertices: &'a mut Vertices,
    events: Vec<Vec<(u32, u32)>>,
    /// The first of the lanes of the current invocation in `events`.
    first: usize,
    max_vertices: usize,
}

impl<'a> Geometry<'a> {
    pub(super) fn new(state: &'a DrawState) -> Option<Self> {
        let program = &**state.stages.geometry.as_ref()?;
        Some(Self {
            program,
            modes: program.interface().geometry,
            stream: state.rasterization.stream,
            mode: state.rasterization.provoking_vertex,
        })
    }

    /// What comes out.
    pub(super) fn shape(&self) -> Shape {
        match self.modes.output {
            GeometryOutput::Points => Shape::Point,
            GeometryOutput::LineStrip => Shape::Line,
            GeometryOutput::TriangleStrip => Shape::Triangle,
        }
    }

    /// Replaces primitives, whose vertices are in `from`, by those that the stage emits, with vertices in `to`.
    ///
    /// # Safety
    /// As [`Program::run`].
    pub(super) unsafe fn run(
        &self,
        front: &Front<'_>,
        from: &Vertices,
        assemblies: &mut Assemblies,
        to: &mut Vertices,
        frame: &mut StageFrame,
        scratch: &mut Scratch,
    ) {
        let interface = self.program.interface();
        let size = self.modes.input.vertices() as usize;
        let rows_of_vertex = slot::COUNT as usize;
        let invocations = self.modes.invocations.max(1);
        let mut inputs = vec![Row::default(); size * rows_of_vertex];
        let mut outputs = vec![Row::default(); slots_of(interface).max(rows_of_vertex)];
        let primitives = core::mem::take(&mut assemblies.list);
        let vertices = core::mem::take(&mut assemblies.vertices);
        let stride = vertices.len() / primitives.len().max(1);
        let mut streams: [Vec<Assembly>; STREAMS] = Default::default();
        to.reset(slots_of(interface), 0);
        front.set_uniforms(frame);
        for (packet, primitives) in primitives.chunks(LANES as usize).enumerate() {
            let first = packet * LANES as usize;
            for lane in 0..primitives.len() {
                let own = &vertices[(first + lane) * stride..][..stride];
                for (n, rows) in inputs.chunks_exact_mut(rows_of_vertex).enumerate() {
                    // A shader that wants more vertices than primitives have gets the last one again.
                    let Some(&vertex) = own.get(n).or(own.last()) else { continue };
                    for input in &interface.inputs {
                        rows[input.slot as usize].0[lane] = from.get(vertex, input.slot);
                    }
                }
                frame.builtins[StageBuiltin::PrimitiveId as usize][lane] = primitives[lane].id;
            }
            let mut emitted = Emitted {
                outputs: &interface.outputs,
                rows: outputs.as_ptr(),
                vertices: to,
                events: vec![Vec::new(); invocations as usize * LANES as usize],
                first: 0,
                max_vertices: self.modes.max_vertices as usize,
            };
            for invocation in 0..invocations {
                emitted.first = (invocation * LANES) as usize;
                frame.builtins[StageBuiltin::InvocationId as usize] = [invocation; LANES as usize];
                frame.active = (1 << primitives.len()) - 1;
                frame.live = frame.active;
                frame.inputs = inputs.as_ptr().cast();
                frame.input_vertex_stride = (rows_of_vertex * size_of::<Row>()) as u32;
                frame.outputs = outputs.as_mut_ptr().cast();
                frame.emit = Some(emit);
                frame.user = core::ptr::from_mut(&mut emitted).cast();
                // SAFETY: the caller's promise; there are as many rows as slots and vertices.
                unsafe { self.program.run(front.context, frame, scratch) };
            }
            let events = emitted.events;
            for (lane, primitive) in primitives.iter().enumerate() {
                for events in events[lane..].iter().step_by(LANES as usize) {
                    self.assemble(events, primitive.id, &mut streams);
                }
            }
        }
        let statistics = front.statistics;
        count(
            statistics.map(|all| &all.geometry_invocations),
            primitives.len() as u64 * u64::from(invocations),
        );
        let made = streams.iter().map(|stream| stream.len() as u64).sum();
        count(statistics.map(|all| &all.geometry_primitives), made);
        if let Some(capture) = &front.capture {
            for (stream, primitives) in streams.iter().enumerate() {
                // SAFETY: the caller's promise.
                unsafe { capture.write(to, primitives, stream as u32) };
            }
        }
        assemblies.list = core::mem::take(&mut streams[self.stream as usize % STREAMS]);
    }

    /// Cuts what an invocation emitted into primitives.
    fn assemble(&self, events: &[(u32, u32)], id: u32, streams: &mut [Vec<Assembly>; STREAMS]) {
        let topology = match self.modes.output {
            GeometryOutput::Points => vk::PrimitiveTopology::POINT_LIST,
            GeometryOutput::LineStrip => vk::PrimitiveTopology::LINE_STRIP,
            GeometryOutput::TriangleStrip => vk::PrimitiveTopology::TRIANGLE_STRIP,
        };
        let cut = Cut::new(topology, 0);
        for (stream, primitives) in streams.iter_mut().enumerate() {
            let own = || events.iter().filter(|event| event.0 as usize == stream).map(|event| event.1);
            let mut strip = Vec::new();
            for vertex in own().chain([END]) {
                if vertex != END {
                    strip.push(vertex);
                    continue;
                }
                let count = strip.len() as u32;
                for n in 0..cut.primitives(count) {
                    let assembled = cut.assemble(n, count, self.mode);
                    let corners = cut.corners();
                    let vertices = core::array::from_fn(|n| {
                        strip[assembled.vertices[corners.get(n).copied().unwrap_or(0)] as usize]
                    });
                    primitives.push(Assembly {
                        vertices,
                        provoking: assembled.provoking,
                        id,
                        continues: n > 0,
                    });
                }
                strip.clear();
            }
        }
    }
}

extern "C" fn emit(frame: *mut StageFrame, lanes: u32, stream: u32, what: u32) {
    // SAFETY: `Geometry::run` made the frame and its user pointer for the time of the call.
    let emitted = unsafe { &mut *(*frame).user.cast::<Emitted<'_>>() };
    for lane in lanes_of(lanes & super::lanes::ALL) {
        let events = &mut emitted.events[emitted.first + lane];
        if what != 0 {
            events.push((stream, END));
            continue;
        }
        if events.iter().filter(|event| event.1 != END).count() >= emitted.max_vertices {
            continue;
        }
        let vertex = emitted.vertices.count();
        emitted.vertices.grow(vertex + 1);
        events.push((stream, vertex));
        for &slot in emitted.outputs {
            // SAFETY: there is a row for each slot that the stage writes; the kernel is not writing to them meanwhile.
            let value = unsafe { (*emitted.rows.add(slot as usize)).0[lane] };
            emitted.vertices.set(vertex, slot, value);
        }
    }
}
