//! One piece of state of a draw: what a `vkCmdSet*` sets, and what a pipeline sets when it is bound.
//!
//! A pipeline is a list of settings without those that its dynamic state leaves to commands. Binding it makes its settings;
//! what no pipeline sets keeps its value, as Vulkan wants of dynamic state.

use std::sync::Arc;

use ash::vk;
use lacuna_gpu::draw::state::{DepthBias, LineStipple, SampleLocations, VertexInput};

/// A value of a piece of state.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names are Vulkan's")]
pub enum Setting {
    VertexInput(Arc<VertexInput>),
    /// Of one binding; bindings in `VertexInput` have theirs.
    Topology(vk::PrimitiveTopology),
    PrimitiveRestart(bool),
    PatchControlPoints(u32),
    DomainOrigin(vk::TessellationDomainOrigin),
    Viewport(u32, vk::Viewport),
    ViewportCount(u32),
    Scissor(u32, vk::Rect2D),
    ScissorCount(u32),
    NegativeOneToOne(bool),
    RasterizerDiscard(bool),
    PolygonMode(vk::PolygonMode),
    CullMode(vk::CullModeFlags),
    FrontFace(vk::FrontFace),
    DepthBiasEnable(bool),
    DepthBias(DepthBias),
    DepthClamp(bool),
    /// `None`: the opposite of depth clamping.
    DepthClip(Option<bool>),
    LineWidth(f32),
    LineMode(vk::LineRasterizationModeEXT),
    LineStippleEnable(bool),
    LineStipple(LineStipple),
    Overestimates(bool),
    /// In pixels.
    ExtraOverestimation(f32),
    ProvokingVertex(vk::ProvokingVertexModeEXT),
    RasterizationStream(u32),
    Samples(vk::SampleCountFlags),
    SampleShading(Option<f32>),
    SampleMask(u32),
    AlphaToCoverage(bool),
    AlphaToOne(bool),
    SampleLocationsEnable(bool),
    SampleLocations(Arc<SampleLocations>),
    DepthTest(bool),
    DepthWrite(bool),
    DepthCompare(vk::CompareOp),
    DepthBoundsTest(bool),
    DepthBounds([f32; 2]),
    StencilTest(bool),
    StencilOps(vk::StencilFaceFlags, StencilOps),
    StencilCompareMask(vk::StencilFaceFlags, u32),
    StencilWriteMask(vk::StencilFaceFlags, u32),
    StencilReference(vk::StencilFaceFlags, u32),
    LogicOpEnable(bool),
    LogicOp(vk::LogicOp),
    BlendConstants([f32; 4]),
    /// Of one color attachment, as the next three.
    BlendEnable(u32, bool),
    BlendEquation(u32, vk::ColorBlendEquationEXT),
    ColorWriteMask(u32, vk::ColorComponentFlags),
    /// A bit for each attachment.
    ColorWriteEnable(u32),
    /// A bit for each attachment that the pipeline has a format for.
    DeclaredColors(u32),
}

/// What happens to a stencil value.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the names are Vulkan's")]
pub struct StencilOps {
    pub fail: vk::StencilOp,
    pub pass: vk::StencilOp,
    pub depth_fail: vk::StencilOp,
    pub compare: vk::CompareOp,
}

const _: () = assert!(size_of::<Setting>() <= 32, "recordings hold many");
