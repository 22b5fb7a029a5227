//! What a graphics stage is called with, and where its inputs and outputs lie.
//!
//! Every scalar that goes from one stage to the next has a *slot*: a number that both stages agree on without being linked.
//! Built-ins come first, then four components for each location. A 64-bit component takes two slots, low word first; smaller
//! ones are widened to 32 bits: integers by their signedness, halves to floats.
//!
//! ```text
//!   inputs and outputs of vertex, geometry and fragment shaders, outputs of tessellation evaluation:
//!                        slot of a lane:        base + vertex * vertex stride + slot * 32 bytes + lane * 4
//!   inputs and outputs of tessellation control, inputs of tessellation evaluation, of the patch in either:
//!                        the same for all lanes:  base + vertex * vertex stride + slot * 4
//! ```
//!
//! Of stages that see one vertex the vertex is zero. A tessellation control kernel is called once for each patch and makes its own
//! lanes: `InvocationId` is not read, and `active` and `live` neither. Other stages are called once for up to eight lanes;
//! tessellation evaluation only for lanes of one patch.
//!
//! Some built-ins are the same for all lanes of a call, and only lane 0 is looked at: see [`StageBuiltin::is_uniform`].

use core::ffi::c_void;

use super::LANES;

/// One scalar of each lane.
pub type Lanes = [u32; LANES as usize];

/// Numbers of slots.
pub mod slot {
    /// `Position`, four components.
    pub const POSITION: u32 = 0;
    /// `PointSize`.
    pub const POINT_SIZE: u32 = 4;
    /// `Layer`.
    pub const LAYER: u32 = 5;
    /// `ViewportIndex`.
    pub const VIEWPORT_INDEX: u32 = 6;
    /// `PrimitiveId`, as geometry shaders write and fragment shaders read it.
    pub const PRIMITIVE_ID: u32 = 7;
    /// `ClipDistance`, eight of them.
    pub const CLIP_DISTANCE: u32 = 8;
    /// `CullDistance`, eight of them.
    pub const CULL_DISTANCE: u32 = 16;
    /// `TessLevelOuter`, four of them; of the patch.
    pub const TESS_LEVEL_OUTER: u32 = 24;
    /// `TessLevelInner`, two of them; of the patch.
    pub const TESS_LEVEL_INNER: u32 = 28;
    /// `FragDepth`.
    pub const FRAG_DEPTH: u32 = 30;
    /// `FragStencilRefEXT`.
    pub const FRAG_STENCIL_REF: u32 = 31;
    /// `SampleMask`, as a fragment shader writes it.
    pub const SAMPLE_MASK: u32 = 32;
    /// Component 0 of location 0. Outputs of a second blend source (`Index 1`) are eight locations further.
    pub const FIRST_LOCATION: u32 = 36;
    /// Locations that a stage may use.
    pub const LOCATIONS: u32 = 32;
    /// All slots.
    pub const COUNT: u32 = FIRST_LOCATION + 4 * LOCATIONS;

    /// The slot of a component.
    pub const fn location(location: u32, component: u32) -> u32 {
        FIRST_LOCATION + 4 * location + component
    }
}

/// Numbers that an invocation of a graphics stage is started with, one per lane each: indices of [`StageFrame::builtins`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[expect(missing_docs, reason = "the names are SPIR-V's")]
pub enum StageBuiltin {
    VertexIndex,
    InstanceIndex,
    BaseVertex,
    BaseInstance,
    DrawIndex,
    ViewIndex,
    /// Where no earlier stage writes it to a slot: tessellation and geometry stages.
    PrimitiveId,
    InvocationId,
    PatchVertices,
    TessCoordX,
    TessCoordY,
    TessCoordZ,
    /// Window coordinates of the fragment: the pixel's center, or the sample where the shader runs for each sample.
    FragCoordX,
    FragCoordY,
    FragCoordZ,
    /// 1 / w.
    FragCoordW,
    /// All ones or zero.
    FrontFacing,
    PointCoordX,
    PointCoordY,
    SampleId,
    SamplePositionX,
    SamplePositionY,
    /// Samples of the fragment that the primitive covers.
    SampleMaskIn,
}

impl StageBuiltin {
    /// Whether the number is the same in all lanes of a call.
    pub const fn is_uniform(self) -> bool {
        matches!(
            self,
            Self::BaseVertex | Self::BaseInstance | Self::DrawIndex | Self::ViewIndex | Self::PatchVertices
        )
    }
}

/// How many [`StageBuiltin`]s there are.
pub const STAGE_BUILTINS: usize = StageBuiltin::SampleMaskIn as usize + 1;

/// Called by a geometry shader: `(frame, active lanes, stream, what)`, `what` zero for `EmitVertex` (the outputs are in
/// [`StageFrame::outputs`]) and one for `EndPrimitive`. Must not unwind.
pub type EmitVertex = extern "C" fn(*mut StageFrame, u32, u32, u32);

/// Called by a fragment shader for `InterpolateAt*`: `(frame, slot, where, x, y, results)`, one float per lane. What x and y
/// are depends on [`InterpolateAt`]. All active lanes want a result. Must not unwind.
pub type Interpolate =
    extern "C" fn(*mut StageFrame, u32, InterpolateAt, *const Lanes, *const Lanes, *mut Lanes);

/// Where an input is interpolated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum InterpolateAt {
    /// As an input that is decorated `Centroid`; x and y mean nothing.
    Centroid = 0,
    /// At the sample whose number x is; y means nothing.
    Sample = 1,
    /// At offsets in pixels from the center, floats.
    Offset = 2,
}

/// Arguments of one call of a graphics stage: up to eight vertices, control points, primitives or fragments.
///
/// Fragments are two quads side by side: lanes 0 to 3 are the pixels (0, 0), (1, 0), (0, 1), (1, 1) of the left quad, lanes 4 to 7
/// those of the right one.
#[repr(C, align(32))]
#[derive(Debug)]
pub struct StageFrame {
    /// See [`StageBuiltin`]; only those of the kernel's interface are read.
    pub builtins: [Lanes; STAGE_BUILTINS],
    /// Lanes that run. Of a quad with one covered pixel all four run: the others are helpers.
    pub active: u32,
    /// Of fragments: lanes that are covered, and after the call those that were not discarded. Only these write memory.
    /// Other stages: as `active`.
    pub live: u32,
    /// Slots of the stage before; of fragments, interpolated. Rows of lanes are aligned to 16 bytes, here and in all other slots,
    /// and so are the strides of vertices made of rows; slots that lanes share are aligned to 4.
    pub inputs: *const u32,
    /// Slots of this stage. What the shader does not write keeps its value.
    pub outputs: *mut u32,
    /// Bytes from one input vertex to the next, for stages that see several.
    pub input_vertex_stride: u32,
    /// Bytes from one output control point to the next.
    pub output_vertex_stride: u32,
    /// Slots of the patch: written by the control stage, read by the evaluation stage.
    pub patch: *mut u32,
    /// For geometry shaders.
    pub emit: Option<EmitVertex>,
    /// For fragment shaders.
    pub interpolate: Option<Interpolate>,
    /// For `emit` and `interpolate`.
    pub user: *mut c_void,
}
