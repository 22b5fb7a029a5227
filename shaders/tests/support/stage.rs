//! Runs packets of graphics stages, on the interpreter and as machine code.

use std::ffi::c_void;
use std::ptr;

use lacuna_shaders::abi::StageFrame;
use lacuna_shaders::abi::stage::{InterpolateAt, Lanes, StageBuiltin, slot};
use lacuna_shaders::ir::{Function, interp};
use lacuna_shaders::stage::{Interface, Stage};
use lacuna_shaders::{CompileError, Scratch, StageSource, compile, translate};

use super::machine::{self, Placement};
use super::{Dispatch, assemble};
use interp::{Emitted, StageMemory};

/// Words of one vertex's slots where lanes have their own.
pub(crate) const VERTEX: usize = slot::COUNT as usize * 8;

/// SPIR-V of a GLSL shader of that stage.
pub(crate) fn glsl(stage: Stage, source: &str) -> Vec<u32> {
    let name = match stage {
        Stage::Vertex => "vert",
        Stage::TessellationControl => "tesc",
        Stage::TessellationEvaluation => "tese",
        Stage::Geometry => "geom",
        Stage::Fragment => "frag",
    };
    let source = format!("#version 460\n{source}");
    assemble("glslangValidator", &["-V", "--quiet", "--target-env", "vulkan1.1", "-S", name], name, &source)
}

/// One packet, with all that it reads and writes.
#[derive(Clone)]
pub(crate) struct Packet {
    stage: Stage,
    pub(crate) dispatch: Dispatch,
}

/// What a packet has left.
pub(crate) struct Ran {
    pub(crate) function: Function,
    pub(crate) interface: Interface,
    pub(crate) memory: interp::Memory,
}

impl Packet {
    /// A packet of eight lanes, whose slots have room for `vertices` vertices on either side.
    pub(crate) fn new(stage: Stage, words: Vec<u32>, vertices: usize) -> Self {
        let mut dispatch = Dispatch::new(words);
        let memory = &mut dispatch.memory.stage;
        (memory.inputs, memory.outputs) = (vec![0; VERTEX * vertices], vec![0; VERTEX * vertices]);
        memory.patch = vec![0; slot::COUNT as usize];
        (memory.input_vertex_stride, memory.output_vertex_stride) = (VERTEX as u32 * 4, VERTEX as u32 * 4);
        memory.interpolate = moved;
        Self { stage, dispatch }
    }

    pub(crate) fn glsl(stage: Stage, source: &str) -> Self {
        Self::new(stage, glsl(stage, source), 1)
    }

    /// Gives each lane a word of a slot.
    pub(crate) fn input(mut self, slot: u32, lanes: Lanes) -> Self {
        let first = slot as usize * 8;
        self.dispatch.memory.stage.inputs[first..first + 8].copy_from_slice(&lanes);
        self
    }

    pub(crate) fn floats(self, slot: u32, lanes: [f32; 8]) -> Self {
        self.input(slot, lanes.map(f32::to_bits))
    }

    pub(crate) fn builtin(mut self, builtin: StageBuiltin, lanes: Lanes) -> Self {
        self.dispatch.memory.stage.builtins[builtin as usize] = lanes;
        self
    }

    pub(crate) fn lanes(mut self, active: u32, live: u32) -> Self {
        (self.dispatch.memory.stage.active, self.dispatch.memory.stage.live) = (active, live);
        self
    }

    pub(crate) fn buffer(mut self, binding: u32, words: &[u32]) -> Self {
        self.dispatch = self.dispatch.buffer(binding, words);
        self
    }

    pub(crate) fn translate(&self) -> Result<(Function, Interface), CompileError> {
        translate::translate_stage(&StageSource {
            stage: self.stage,
            words: &self.dispatch.words,
            entry_point: "main",
            specialization: &self.dispatch.specialization,
            layout: &self.dispatch.layout(),
        })
    }

    /// Translates and runs. Machine code has to do the same as the interpreter.
    pub(crate) fn run(self) -> Ran {
        let (function, interface) = self.translate().unwrap_or_else(|error| panic!("{error}"));
        let memory = self.compare(&function, "");
        Ran { function, interface, memory }
    }

    /// Runs a function as the interpreter does and as machine code; gives the memory that both leave.
    pub(crate) fn compare(self, function: &Function, what: &str) -> interp::Memory {
        let before = self.dispatch.memory;
        let mut expected = before.clone();
        match interp::run(function, &mut expected, 1_000_000) {
            Ok(()) => {}
            Err(interp::RunError::OutOfFuel) if !what.is_empty() => return expected,
            Err(error) => panic!("{what}: {error}"),
        }
        for placement in [Placement::Plain, Placement::Sparse] {
            let mut found = before.clone();
            run(function, self.stage, &Interface::default(), &mut found, placement);
            assert_same(function, &expected, &found, what);
        }
        expected
    }
}

impl Ran {
    /// All lanes of an output.
    pub(crate) fn output(&self, slot: u32) -> Lanes {
        std::array::from_fn(|lane| self.memory.stage.outputs[slot as usize * 8 + lane])
    }

    pub(crate) fn floats(&self, slot: u32) -> [f32; 8] {
        self.output(slot).map(f32::from_bits)
    }

    /// A buffer of set 0, as words.
    pub(crate) fn words(&self, binding: u32) -> Vec<u32> {
        let buffer = &self.memory.buffers[&(0, binding * 16)];
        buffer.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect()
    }
}

/// What inputs are when they are interpolated anew: something that depends on all arguments.
fn moved(slot: u32, at: InterpolateAt, x: u32, y: u32) -> u32 {
    let (x, y) = match at {
        InterpolateAt::Centroid => (0.0, 0.0),
        InterpolateAt::Sample => (x as f32, 0.0),
        InterpolateAt::Offset => (f32::from_bits(x), f32::from_bits(y)),
    };
    (slot as f32 * 100.0 + at as u32 as f32 * 10.0 + x + y * 2.0).to_bits()
}

/// Words of slots, aligned as machine code wants them.
#[repr(C, align(32))]
#[derive(Clone, Copy)]
struct Row(Lanes);

fn aligned(words: &[u32]) -> Vec<Row> {
    let row = |chunk: &[u32]| Row(std::array::from_fn(|lane| chunk.get(lane).copied().unwrap_or(0)));
    words.chunks(8).map(row).collect()
}

fn words(rows: &[Row], count: usize) -> Vec<u32> {
    rows.iter().flat_map(|row| row.0).take(count).collect()
}

/// Behind `StageFrame::user`.
struct Calls {
    emitted: Vec<Emitted>,
    count: usize,
}

extern "C" fn emit(frame: *mut StageFrame, lanes: u32, stream: u32, end: u32) {
    // SAFETY: the frame is that of `run`, whose outputs are `count` words.
    unsafe {
        let calls = &mut *(*frame).user.cast::<Calls>();
        let outputs = std::slice::from_raw_parts((*frame).outputs, calls.count).to_vec();
        calls.emitted.push(Emitted { lanes, stream, end: end != 0, outputs });
    }
}

extern "C" fn interpolate(
    _: *mut StageFrame,
    slot: u32,
    at: InterpolateAt,
    x: *const Lanes,
    y: *const Lanes,
    results: *mut Lanes,
) {
    // SAFETY: machine code passes rows of its frame.
    unsafe { *results = std::array::from_fn(|lane| moved(slot, at, (*x)[lane], (*y)[lane])) }
}

/// Runs a packet as machine code.
pub(crate) fn run(
    function: &Function,
    stage: Stage,
    interface: &Interface,
    memory: &mut interp::Memory,
    placement: Placement,
) {
    let kernel = compile::compile_stage_function(function, stage, interface.clone());
    let kernel = kernel.unwrap_or_else(|error| panic!("{error}\n{function}"));
    let mut own: StageMemory = memory.stage.clone();
    let [inputs, mut outputs, mut patch] =
        [&own.inputs, &own.outputs, &own.patch].map(|words| aligned(words));
    let mut calls = Calls { emitted: Vec::new(), count: own.outputs.len() };
    let mut frame = StageFrame {
        builtins: own.builtins,
        active: own.active,
        live: own.live,
        inputs: inputs.as_ptr().cast(),
        outputs: outputs.as_mut_ptr().cast(),
        input_vertex_stride: own.input_vertex_stride,
        output_vertex_stride: own.output_vertex_stride,
        patch: patch.as_mut_ptr().cast(),
        emit: Some(emit),
        interpolate: Some(interpolate),
        user: ptr::from_mut(&mut calls).cast::<c_void>(),
    };
    machine::with_memory(memory, placement, |context| {
        let mut scratch = Scratch::new();
        // SAFETY: the context and the frame describe memory that lives until the end of this function.
        unsafe { kernel.run(context, &mut frame, &mut scratch) };
    });
    own.live = frame.live;
    (own.outputs, own.patch) = (words(&outputs, own.outputs.len()), words(&patch, own.patch.len()));
    own.emitted = calls.emitted;
    memory.stage = own;
}

/// Compares what lanes that run have left. What an inactive or discarded lane writes to its own slots is nobody's business.
fn assert_same(function: &Function, expected: &interp::Memory, found: &interp::Memory, what: &str) {
    machine::assert_same(function, expected, found, what);
    let (a, b) = (&expected.stage, &found.stage);
    let lanes = if function.stage == Some(Stage::Fragment) { a.active & a.live } else { a.active };
    assert_eq!(a.live, b.live, "{what}: live lanes\n{function}");
    assert_eq!(a.patch, b.patch, "{what}: patch\n{function}");
    let same = |a: &[u32], b: &[u32], lanes: u32, of: &str| {
        for (i, (a, b)) in a.iter().zip(b).enumerate().filter(|(i, _)| lanes >> (i % 8) & 1 != 0) {
            let nan = f32::from_bits(*a).is_nan() && f32::from_bits(*b).is_nan();
            assert!(
                a == b || nan,
                "{what}: {of}: slot {} lane {}: {b:#x}, not {a:#x}\n{function}",
                i / 8,
                i % 8
            );
        }
    };
    let shared = function.stage == Some(Stage::TessellationControl);
    if function.stage != Some(Stage::Geometry) {
        same(&a.outputs, &b.outputs, if shared { 0xff } else { lanes }, "outputs");
    }
    assert_eq!(a.emitted.len(), b.emitted.len(), "{what}: vertices\n{function}");
    for (a, b) in a.emitted.iter().zip(&b.emitted) {
        assert_eq!((a.lanes, a.stream, a.end), (b.lanes, b.stream, b.end), "{what}: vertices\n{function}");
        same(&a.outputs, &b.outputs, a.lanes, "vertex");
    }
}
