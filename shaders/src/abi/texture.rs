//! The texture unit, as machine code calls it.
//!
//! Sampling, fetching, gathering and formats that are known only when a shader runs are fixed functions: they belong to the
//! software GPU, not to the compiler. Machine code fills a [`TextureFrame`] and calls with the [`TextureInstruction`], whose
//! address is a constant in the code; the unit reads the descriptors.

use core::ffi::c_void;

use super::stage::Lanes;
use super::{Descriptor, DispatchContext, LANES};

/// Called by machine code for image instructions: `(context, a [`TextureInstruction`], a [`TextureFrame`])`. Must not unwind.
pub type TextureUnit = extern "C" fn(*const DispatchContext, *const c_void, *mut c_void);

/// A unit that does nothing, for whoever runs shaders without images.
pub extern "C" fn no_texture_unit(_: *const DispatchContext, _: *const c_void, _: *mut c_void) {}

/// What an image instruction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum TextureOp {
    /// Filters texels around a coordinate (`OpImageSample…`).
    Sample,
    /// One component of each of the four texels that a linear filter would blend (`OpImageGather`).
    Gather,
    /// One texel of a mip level (`OpImageFetch`).
    Fetch,
    /// One texel of a storage image (`OpImageRead`).
    Read,
    /// Stores [`TextureFrame::texel`] (`OpImageWrite`).
    Write,
    /// The level of detail that a sample would use, and before clamping (`OpImageQueryLod`).
    QueryLod,
    /// Width, height, depth, layers of a mip level (`OpImageQuerySize`, `OpImageQuerySizeLod`).
    QuerySize,
    /// Mip levels, and samples in the second result (`OpImageQueryLevels`, `OpImageQuerySamples`).
    QueryLevels,
}

/// Where the level of detail comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum LodMode {
    /// It is zero, plus the sampler's bias: no derivatives exist.
    Zero,
    /// From the differences of coordinates in a quad (lanes 0 to 3 and 4 to 7), plus [`TextureFrame::lod`] as a bias.
    Quad,
    /// [`TextureFrame::lod`]; an integer for fetches and size queries.
    Explicit,
    /// [`TextureFrame::gradients`].
    Gradient,
}

/// An image instruction, but for what differs from call to call.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TextureInstruction {
    /// What it does.
    pub op: TextureOp,
    /// Where the level comes from.
    pub lod: LodMode,
    /// Whether each texel is compared with [`TextureFrame::reference`] before it is filtered.
    pub compare: bool,
    /// Whether [`TextureFrame::offset`] is added to [`offsets`](Self::offsets).
    pub dynamic_offset: bool,
    /// Whether the level is at least [`TextureFrame::min_lod`].
    pub min_lod: bool,
    /// Of a gather: which component.
    pub component: u8,
    /// All lanes use the image of lane 0.
    pub uniform_image: bool,
    /// All lanes use the sampler of lane 0.
    pub uniform_sampler: bool,
    /// The sampler is in the sampler heap.
    pub sampler_heap: bool,
    /// Constant offsets of the texels of a gather, each of another; all else uses the first.
    pub offsets: [[i8; 3]; 4],
    /// Host address of the sampler's state, if that is part of the shader; else zero.
    pub embedded_sampler: u64,
}

impl TextureInstruction {
    /// The simplest instruction of a kind.
    pub const fn new(op: TextureOp) -> Self {
        Self {
            op,
            lod: LodMode::Zero,
            compare: false,
            dynamic_offset: false,
            min_lod: false,
            component: 0,
            uniform_image: true,
            uniform_sampler: true,
            sampler_heap: false,
            offsets: [[0; 3]; 4],
            embedded_sampler: 0,
        }
    }
}

/// Operands and results of one image instruction, lane by lane. Lives on the stack of machine code; what the instruction
/// does not name is uninitialized.
///
/// Coordinates are 32-bit floats, or integers for fetches, reads and writes.
#[repr(C, align(16))]
#[derive(Clone, Copy, Debug)]
pub struct TextureFrame {
    /// First descriptor of the image's set; null where none is bound.
    pub image_set: *const Descriptor,
    /// First descriptor of the sampler's set; null where none is bound.
    pub sampler_set: *const Descriptor,
    /// Index of the image's descriptor in its set.
    pub image_slot: Lanes,
    /// Index of the sampler's descriptor in its set.
    pub sampler_slot: Lanes,
    /// x, y, z; of a cube the direction.
    pub coordinates: [Lanes; 3],
    /// Array layer; of a stored cube image layer times six plus face.
    pub layer: Lanes,
    /// The reference of comparisons.
    pub reference: Lanes,
    /// Level of detail or bias.
    pub lod: Lanes,
    /// Least level of detail.
    pub min_lod: Lanes,
    /// Derivatives of x, y, z to the right, then downwards.
    pub gradients: [[Lanes; 3]; 2],
    /// Offset in texels.
    pub offset: [Lanes; 3],
    /// Which sample.
    pub sample: Lanes,
    /// The result, or what a write stores. Of 64-bit formats the first two are low and high word.
    pub texel: [Lanes; 4],
    /// Whether all texels that were looked at are resident: one, else zero.
    pub resident: Lanes,
    /// Lanes that run. Others have no descriptors, but their coordinates count for derivatives.
    pub active: u32,
}

// What has a value in each lane is aligned as vectors are.
const _: () = assert!(core::mem::offset_of!(TextureFrame, image_slot) % 16 == 0);

impl TextureFrame {
    /// All zero.
    pub const fn zeroed() -> Self {
        const NONE: Lanes = [0; LANES as usize];
        Self {
            image_set: core::ptr::null(),
            sampler_set: core::ptr::null(),
            image_slot: NONE,
            sampler_slot: NONE,
            coordinates: [NONE; 3],
            layer: NONE,
            reference: NONE,
            lod: NONE,
            min_lod: NONE,
            gradients: [[NONE; 3]; 2],
            offset: [NONE; 3],
            sample: NONE,
            texel: [NONE; 4],
            resident: NONE,
            active: 0,
        }
    }
}
