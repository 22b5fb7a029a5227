//! All that a graphics pipeline and the dynamic state say about a draw.
//!
//! Plain values: the driver fills them from the pipeline once and overwrites what is dynamic before each draw.

use std::sync::Arc;

use ash::vk;
use smallvec::SmallVec;

use super::program::Program;
use crate::format::Format;

/// Color attachments that a draw can write.
pub const MAX_COLORS: usize = 8;
/// Viewports, and scissors, that a draw can choose from.
pub const MAX_VIEWPORTS: usize = 16;

/// State of a draw.
#[derive(Clone)]
pub struct DrawState {
    /// The shaders.
    pub stages: Stages,
    /// Where the vertex shader's inputs come from.
    pub vertex_input: VertexInput,
    /// How vertices become primitives.
    pub assembly: InputAssembly,
    /// From clip space to the framebuffer.
    pub viewport: ViewportState,
    /// From primitives to fragments.
    pub rasterization: Rasterization,
    /// Samples and coverage.
    pub multisample: Multisample,
    /// Depth, depth bounds and stencil tests.
    pub depth_stencil: DepthStencil,
    /// What color attachments do with colors.
    pub blend: Blend,
}

/// The shaders of a draw. Tessellation shaders come in pairs.
#[derive(Clone)]
pub struct Stages {
    /// Vertex shader.
    pub vertex: Arc<dyn Program>,
    /// Tessellation control shader.
    pub tessellation_control: Option<Arc<dyn Program>>,
    /// Tessellation evaluation shader.
    pub tessellation_evaluation: Option<Arc<dyn Program>>,
    /// Geometry shader.
    pub geometry: Option<Arc<dyn Program>>,
    /// Fragment shader; without one, fragments only write depth.
    pub fragment: Option<Arc<dyn Program>>,
}

/// Vertex buffers and attributes.
#[derive(Clone, Debug, Default)]
pub struct VertexInput {
    /// Bindings; their buffers are in [`DrawInputs`](super::DrawInputs), by binding number.
    pub bindings: SmallVec<[VertexBinding; 4]>,
    /// Attributes.
    pub attributes: SmallVec<[VertexAttribute; 8]>,
}

/// A vertex buffer binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VertexBinding {
    /// Its number.
    pub binding: u32,
    /// Bytes from one element to the next. A stride given with the buffer goes before.
    pub stride: u32,
    /// What an element belongs to.
    pub rate: vk::VertexInputRate,
    /// Instances that share an element; zero: all of them. Only for the instance rate.
    pub divisor: u32,
}

/// A vertex attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VertexAttribute {
    /// The shader's location.
    pub location: u32,
    /// The binding it comes from.
    pub binding: u32,
    /// Its format.
    pub format: Format,
    /// Bytes from the start of an element.
    pub offset: u32,
}

/// How vertices become primitives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputAssembly {
    /// Kind of primitives.
    pub topology: vk::PrimitiveTopology,
    /// An index of all ones ends a strip.
    pub primitive_restart: bool,
    /// Vertices of a patch.
    pub patch_control_points: u32,
    /// Where v = 0 of a patch is.
    pub domain_origin: vk::TessellationDomainOrigin,
}

/// From clip space to the framebuffer.
#[derive(Clone, Debug, Default)]
pub struct ViewportState {
    /// Viewports, by `ViewportIndex`.
    pub viewports: SmallVec<[vk::Viewport; 1]>,
    /// Scissors, by `ViewportIndex`.
    pub scissors: SmallVec<[vk::Rect2D; 1]>,
    /// Clip space is -w <= z <= w, not 0 <= z <= w.
    pub negative_one_to_one: bool,
}

/// From primitives to fragments.
#[derive(Clone, Copy, Debug)]
pub struct Rasterization {
    /// Nothing is rasterized.
    pub discard: bool,
    /// What is drawn of a polygon.
    pub polygon_mode: vk::PolygonMode,
    /// Faces that are not drawn.
    pub cull_mode: vk::CullModeFlags,
    /// Which polygons face to the front.
    pub front_face: vk::FrontFace,
    /// Depth bias of polygons.
    pub depth_bias: Option<DepthBias>,
    /// Depths of fragments are clamped to the viewport's range.
    pub depth_clamp: bool,
    /// Primitives are clipped to the near and far planes.
    pub depth_clip: bool,
    /// In pixels.
    pub line_width: f32,
    /// How lines are drawn.
    pub line_mode: vk::LineRasterizationModeEXT,
    /// Stipple of lines.
    pub line_stipple: Option<LineStipple>,
    /// Filled polygons cover all pixels that they touch, and those that they would if they were so many pixels larger.
    pub overestimation: Option<f32>,
    /// The vertex that flat inputs come from.
    pub provoking_vertex: vk::ProvokingVertexModeEXT,
    /// The vertex stream that is rasterized.
    pub stream: u32,
}

/// See `VkPipelineRasterizationStateCreateInfo`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DepthBias {
    /// Times the smallest difference of depths.
    pub constant: f32,
    /// Limit of the bias; zero: none.
    pub clamp: f32,
    /// Times the polygon's slope.
    pub slope: f32,
}

/// See `VkPipelineRasterizationLineStateCreateInfo`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineStipple {
    /// Pixels for each bit.
    pub factor: u32,
    /// Bits, lowest first.
    pub pattern: u16,
}

/// Samples and coverage.
#[derive(Clone, Debug)]
pub struct Multisample {
    /// Samples of a pixel: 1, 2, 4, 8 or 16.
    pub samples: u32,
    /// The least fraction of samples that the fragment shader runs for.
    pub sample_shading: Option<f32>,
    /// Samples that may be covered.
    pub mask: u32,
    /// Alpha of color 0 takes coverage away.
    pub alpha_to_coverage: bool,
    /// Alpha of color 0 is replaced by one.
    pub alpha_to_one: bool,
    /// Positions other than the standard ones.
    pub locations: Option<SampleLocations>,
}

/// See `VkSampleLocationsInfoEXT`.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleLocations {
    /// Pixels that the pattern repeats after: 1 or 2 in each direction.
    pub grid: [u32; 2],
    /// Samples of the pixel (0, 0), of (1, 0) and so on.
    pub positions: SmallVec<[[f32; 2]; 4]>,
}

/// Depth, depth bounds and stencil tests.
#[derive(Clone, Copy, Debug)]
pub struct DepthStencil {
    /// Fragments are compared with the attachment's depth.
    pub depth_test: bool,
    /// Those that pass replace it.
    pub depth_write: bool,
    /// How they are compared.
    pub depth_compare: vk::CompareOp,
    /// Range that the attachment's depth must be in.
    pub depth_bounds: Option<[f32; 2]>,
    /// Front and back.
    pub stencil: Option<[vk::StencilOpState; 2]>,
}

/// What color attachments do with colors.
#[derive(Clone, Debug)]
pub struct Blend {
    /// Replaces blending where attachments have no floating point.
    pub logic_op: Option<vk::LogicOp>,
    /// Blend constants.
    pub constants: [f32; 4],
    /// For each color attachment.
    pub attachments: SmallVec<[vk::PipelineColorBlendAttachmentState; MAX_COLORS]>,
}
