//! What a compiled graphics stage tells those who connect it: which slots it reads and writes, and its modes.
//!
//! Made by [`compile_stage`](crate::compile_stage), read by whoever rasterizes. Slots are those of
//! [`abi::stage::slot`](crate::abi::stage::slot): two stages that name the same slot are connected, without linking.

use std::sync::Arc;

use smallvec::SmallVec;

use crate::abi::stage::StageBuiltin;
use crate::abi::texture::TextureInstruction;
use crate::ir::TextureOperand;

/// A programmable stage of a graphics pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are Vulkan's")]
pub enum Stage {
    Vertex,
    TessellationControl,
    TessellationEvaluation,
    Geometry,
    Fragment,
}

/// What a stage reads, writes and asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    /// Slots that are read, in order, each once. Of vertex shaders: attributes.
    pub inputs: Vec<InputSlot>,
    /// Slots that are written, in order; of tessellation control those of control points.
    pub outputs: Vec<u32>,
    /// Slots of the patch that a tessellation control stage writes.
    pub patch_outputs: Vec<u32>,
    /// Built-ins that are read from [`StageFrame::builtins`](crate::abi::StageFrame::builtins).
    pub builtins: BuiltinSet,
    /// Of fragment shaders.
    pub fragment: FragmentModes,
    /// Samples that are inputs of a fragment shader: they are taken before it runs.
    pub samples_ahead: Arc<[SampleAhead]>,
    /// If all that a fragment shader does is to give inputs as outputs: slots of outputs, ascending, and of the inputs that they are.
    pub moves: Vec<(u32, u32)>,
    /// Of tessellation shaders; either stage may set a mode, and the other has its default.
    pub tessellation: TessellationModes,
    /// Of geometry shaders.
    pub geometry: GeometryModes,
    /// Outputs that transform feedback captures.
    pub xfb: Vec<XfbOutput>,
}

/// A slot that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputSlot {
    /// Its number.
    pub slot: u32,
    /// Of fragment shaders: how it is interpolated.
    pub interpolation: Interpolation,
    /// Of fragment shaders: where.
    pub sampling: Sampling,
    /// Whether it belongs to the patch (tessellation evaluation).
    pub patch: bool,
}

/// A sample that is taken before a fragment shader runs, since its operands are known by then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleAhead {
    /// What it does; image and sampler are the same for all lanes.
    pub instruction: TextureInstruction,
    /// Descriptor set and index of the image.
    pub image: (u32, u32),
    /// The same of the sampler.
    pub sampler: (u32, u32),
    /// What goes into the fields of the [`TextureFrame`](crate::abi::texture::TextureFrame).
    pub operands: SmallVec<[(TextureOperand, SampleOperand); 4]>,
    /// The first of the [`SLOTS`](Self::SLOTS) where the shader looks for the result: its four words, then residency. They are behind
    /// those of the [interface](crate::abi::stage::slot).
    pub slot: u32,
}

impl SampleAhead {
    /// Input slots of a sample.
    pub const SLOTS: u32 = 5;
    /// Of these that of residency; the words of the result are before it.
    pub const RESIDENT: u32 = 4;
}

/// An operand of a sample that is taken ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleOperand {
    /// The same bits in all lanes.
    Constant(u32),
    /// The input of a slot.
    Input(u32),
}

/// How an input of the fragment shader comes from those of the vertices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interpolation {
    /// That of the provoking vertex. All integers, doubles and built-ins.
    Flat,
    /// With perspective.
    #[default]
    Smooth,
    /// Linear in the window.
    NoPerspective,
}

/// Where an input of the fragment shader is interpolated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sampling {
    /// At the pixel's center, or at the sample where the shader runs for each sample.
    #[default]
    Center,
    /// Somewhere in the pixel that the primitive covers.
    Centroid,
    /// At each sample: the shader runs for each of them.
    Sample,
}

/// A set of [`StageBuiltin`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BuiltinSet(u32);

impl BuiltinSet {
    /// Whether the built-in is in it.
    pub const fn contains(self, builtin: StageBuiltin) -> bool {
        self.0 >> builtin as u32 & 1 != 0
    }

    /// Adds a built-in.
    pub const fn insert(&mut self, builtin: StageBuiltin) {
        self.0 |= 1 << builtin as u32;
    }

    /// Whether none is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What a fragment shader asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FragmentModes {
    /// `EarlyFragmentTests`: depth and stencil are tested before the shader runs, whatever it writes.
    pub early_tests: bool,
    /// Whether [`FRAG_DEPTH`](crate::abi::stage::slot::FRAG_DEPTH) is written, and what is promised of it.
    pub depth: DepthMode,
    /// The shader runs for each sample.
    pub per_sample: bool,
    /// Lanes may be gone from [`StageFrame::live`](crate::abi::StageFrame::live) after the call.
    pub discards: bool,
    /// Memory is written, or changed by atomics.
    pub side_effects: bool,
    /// Invocations know which they are, or look at each other beyond their quad.
    pub subgroups: bool,
    /// [`SAMPLE_MASK`](crate::abi::stage::slot::SAMPLE_MASK) is written.
    pub writes_sample_mask: bool,
    /// [`FRAG_STENCIL_REF`](crate::abi::stage::slot::FRAG_STENCIL_REF) is written.
    pub writes_stencil: bool,
    /// `PostDepthCoverage`: `SampleMaskIn` is that after the early tests.
    pub post_depth_coverage: bool,
}

/// What is known of the depth that a fragment shader writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DepthMode {
    /// It writes none.
    #[default]
    None,
    /// Nothing.
    Any,
    /// Not less than that of the primitive.
    Greater,
    /// Not greater.
    Less,
    /// The same.
    Unchanged,
}

/// The modes of tessellation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TessellationModes {
    /// Control points of an output patch; zero if the stage does not say.
    pub output_vertices: u32,
    /// What is subdivided, if the stage says.
    pub domain: Option<Domain>,
    /// How edges are subdivided, if the stage says; else equally.
    pub spacing: Option<Spacing>,
    /// Whether triangles are counterclockwise, if the stage says; else they are.
    pub ccw: Option<bool>,
    /// Vertices become points.
    pub point_mode: bool,
}

/// What is subdivided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are SPIR-V's")]
pub enum Domain {
    Triangles,
    Quads,
    Isolines,
}

/// How edges are subdivided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are SPIR-V's")]
pub enum Spacing {
    Equal,
    FractionalEven,
    FractionalOdd,
}

/// The modes of a geometry shader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GeometryModes {
    /// What comes in.
    pub input: GeometryInput,
    /// What comes out.
    pub output: GeometryOutput,
    /// The most vertices that an invocation emits.
    pub max_vertices: u32,
    /// Invocations for each primitive.
    pub invocations: u32,
    /// Bit n: vertices are emitted to stream n.
    pub streams: u32,
}

/// The primitives of a geometry shader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are SPIR-V's")]
pub enum GeometryInput {
    #[default]
    Points,
    Lines,
    LinesAdjacency,
    Triangles,
    TrianglesAdjacency,
}

impl GeometryInput {
    /// Vertices of a primitive.
    pub const fn vertices(self) -> u32 {
        match self {
            Self::Points => 1,
            Self::Lines => 2,
            Self::Triangles => 3,
            Self::LinesAdjacency => 4,
            Self::TrianglesAdjacency => 6,
        }
    }
}

/// What a geometry shader makes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are SPIR-V's")]
pub enum GeometryOutput {
    #[default]
    Points,
    LineStrip,
    TriangleStrip,
}

/// Slots that transform feedback captures, side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct XfbOutput {
    /// Index of the transform feedback buffer.
    pub buffer: u32,
    /// Bytes from the start of a vertex in it.
    pub offset: u32,
    /// Bytes from one vertex to the next.
    pub stride: u32,
    /// The vertex stream.
    pub stream: u32,
    /// The first slot.
    pub slot: u32,
    /// Number of slots.
    pub count: u32,
    /// What each of them becomes.
    pub form: XfbForm,
}

/// What a captured slot becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum XfbForm {
    /// Four bytes, as they are.
    Word,
    /// The low two bytes.
    Short,
    /// A 16-bit float, of a 32-bit one.
    Half,
}

impl XfbForm {
    /// Bytes of a slot in the record.
    pub fn bytes(self) -> u32 {
        match self {
            Self::Word => 4,
            Self::Short | Self::Half => 2,
        }
    }
}
