//! What a draw reads from and writes to, besides descriptors.

use core::sync::atomic::AtomicU64;

use ash::vk;
use smallvec::SmallVec;

use super::state::MAX_COLORS;
use crate::memory::DeviceAddress;
use crate::surface::Surface;

/// Attachments of a draw, and the part of them that may change.
#[derive(Clone, Debug)]
pub struct Targets {
    /// Pixels outside are not touched.
    pub area: vk::Rect2D,
    /// Layers that primitives can choose from.
    pub layers: u32,
    /// Views that the draw is repeated for, each in its layer; zero: one, and primitives choose their layer.
    pub view_mask: u32,
    /// Color attachments.
    pub colors: SmallVec<[Option<Surface>; MAX_COLORS]>,
    /// Which location of the fragment shader's outputs each color attachment takes.
    pub color_locations: ColorLocations,
    /// Depth attachment.
    pub depth: Option<Surface>,
    /// Stencil attachment.
    pub stencil: Option<Surface>,
}

/// By color attachment the location of the fragment shader's output that it takes; beyond [`MAX_COLORS`]: none, it keeps what it
/// has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColorLocations(pub [u8; MAX_COLORS]);

impl ColorLocations {
    /// An attachment that takes nothing.
    pub const UNUSED: u8 = u8::MAX;

    /// Of an attachment.
    pub(super) fn of(&self, attachment: usize) -> Option<usize> {
        self.0.get(attachment).map(|&location| location.into()).filter(|&location| location < MAX_COLORS)
    }
}

impl Default for ColorLocations {
    /// Each attachment takes the location of its number.
    fn default() -> Self {
        Self(core::array::from_fn(|attachment| attachment as u8))
    }
}

/// Buffers and numbers of a draw.
#[derive(Clone, Debug)]
pub struct DrawInputs {
    /// By binding number; what is missing reads as zero.
    pub vertex_buffers: SmallVec<[Option<VertexBuffer>; 4]>,
    /// For indexed draws. None there: all indices are zero.
    pub index_buffer: Option<IndexBuffer>,
    /// What is drawn.
    pub draw: DrawCommand,
    /// `DrawIndex` of the shaders.
    pub draw_index: u32,
    /// Transform feedback, while it is active.
    pub transform_feedback: Option<TransformFeedback>,
}

/// A bound vertex buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VertexBuffer {
    /// Its first byte.
    pub address: DeviceAddress,
    /// Bytes that may be read.
    pub size: u64,
    /// Replaces the stride of the binding.
    pub stride: Option<u32>,
}

/// The bound index buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexBuffer {
    /// Its first byte.
    pub address: DeviceAddress,
    /// Bytes that may be read; indices beyond are zero.
    pub size: u64,
    /// Width of an index.
    pub index_type: vk::IndexType,
}

/// Parameters of a draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrawCommand {
    /// `vkCmdDraw`.
    Direct {
        /// Vertices.
        vertices: u32,
        /// Instances.
        instances: u32,
        /// First vertex.
        first_vertex: u32,
        /// First instance.
        first_instance: u32,
    },
    /// `vkCmdDrawIndexed`.
    Indexed {
        /// Indices.
        indices: u32,
        /// Instances.
        instances: u32,
        /// First index.
        first_index: u32,
        /// Added to each index.
        vertex_offset: i32,
        /// First instance.
        first_instance: u32,
    },
}

/// Buffers that vertices are captured into.
#[derive(Clone, Copy, Debug)]
pub struct TransformFeedback {
    /// By buffer number.
    pub buffers: [Option<CaptureBuffer>; 4],
}

/// A bound transform feedback buffer.
#[derive(Clone, Copy, Debug)]
pub struct CaptureBuffer {
    /// Its first byte.
    pub address: DeviceAddress,
    /// Bytes that may be written.
    pub size: u64,
    /// Bytes already written: the caller's counter. The next vertex goes there, and the draw adds what it writes.
    pub written: *const AtomicU64,
}

// SAFETY: the counter is atomic, and `draw` demands that it lives.
#[expect(unsafe_code, reason = "a pointer to an atomic counter")]
unsafe impl Send for CaptureBuffer {}
// SAFETY: as for `Send`.
#[expect(unsafe_code, reason = "a pointer to an atomic counter")]
unsafe impl Sync for CaptureBuffer {}

/// Counters that a draw adds to; those that are not there are not counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Queries<'a> {
    /// Samples that pass all tests.
    pub occlusion: Option<&'a AtomicU64>,
    /// Pipeline statistics.
    pub statistics: Option<&'a Statistics>,
    /// Primitives written to transform feedback buffers and those that would have been with room enough, by vertex stream.
    pub streams: Option<&'a [StreamCounters; 4]>,
}

/// Counters of a transform feedback query.
#[derive(Debug, Default)]
pub struct StreamCounters {
    /// Primitives written.
    pub written: AtomicU64,
    /// Primitives that were to be written (`VK_QUERY_TYPE_PRIMITIVES_GENERATED_EXT` too).
    pub needed: AtomicU64,
}

/// Pipeline statistics, in the order of `VkQueryPipelineStatisticFlagBits`.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "the names are Vulkan's")]
pub struct Statistics {
    pub input_assembly_vertices: AtomicU64,
    pub input_assembly_primitives: AtomicU64,
    pub vertex_invocations: AtomicU64,
    pub geometry_invocations: AtomicU64,
    pub geometry_primitives: AtomicU64,
    pub clipping_invocations: AtomicU64,
    pub clipping_primitives: AtomicU64,
    pub fragment_invocations: AtomicU64,
    pub tessellation_control_patches: AtomicU64,
    pub tessellation_evaluation_invocations: AtomicU64,
}
