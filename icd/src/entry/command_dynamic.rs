//! Recording: dynamic state, one setting or several for each command.

use std::sync::Arc;

use ash::vk::*;
use lacuna_gpu::draw::state::{DepthBias, LineStipple};

use super::record::record;
use crate::command::graphics::setting::{Setting, StencilOps};
use crate::command::graphics::{sample_locations, vertex_input};
use crate::guard::{input, slice};
use crate::object::pipeline::color_write_mask;

/// Functions that record one setting: `name(parameters after the command buffer) => setting`.
macro_rules! set {
    ($($name:ident($($parameter:ident: $type:ty),*) => $setting:expr;)*) => {$(
        #[doc = concat!("`", stringify!($name), "`.")]
        pub(super) unsafe extern "system" fn $name(buffer: CommandBuffer $(, $parameter: $type)*) {
            // SAFETY: the first valid usage of every command: a live command buffer.
            unsafe { record(buffer, |recording| recording.set($setting)) }
        }
    )*};
}

set! {
    cmd_set_line_width(width: f32) => Setting::LineWidth(width);
    cmd_set_depth_bias(constant: f32, clamp: f32, slope: f32) => Setting::DepthBias(DepthBias { constant, clamp, slope });
    cmd_set_depth_bounds(min: f32, max: f32) => Setting::DepthBounds([min, max]);
    cmd_set_stencil_compare_mask(faces: StencilFaceFlags, mask: u32) => Setting::StencilCompareMask(faces, mask);
    cmd_set_stencil_write_mask(faces: StencilFaceFlags, mask: u32) => Setting::StencilWriteMask(faces, mask);
    cmd_set_stencil_reference(faces: StencilFaceFlags, value: u32) => Setting::StencilReference(faces, value);
    cmd_set_cull_mode(mode: CullModeFlags) => Setting::CullMode(mode);
    cmd_set_front_face(face: FrontFace) => Setting::FrontFace(face);
    cmd_set_primitive_topology(topology: PrimitiveTopology) => Setting::Topology(topology);
    cmd_set_depth_test_enable(enable: Bool32) => Setting::DepthTest(enable != FALSE);
    cmd_set_depth_write_enable(enable: Bool32) => Setting::DepthWrite(enable != FALSE);
    cmd_set_depth_compare_op(op: CompareOp) => Setting::DepthCompare(op);
    cmd_set_depth_bounds_test_enable(enable: Bool32) => Setting::DepthBoundsTest(enable != FALSE);
    cmd_set_stencil_test_enable(enable: Bool32) => Setting::StencilTest(enable != FALSE);
    cmd_set_stencil_op(faces: StencilFaceFlags, fail: StencilOp, pass: StencilOp, depth_fail: StencilOp, compare: CompareOp) => Setting::StencilOps(faces, StencilOps { fail, pass, depth_fail, compare });
    cmd_set_rasterizer_discard_enable(enable: Bool32) => Setting::RasterizerDiscard(enable != FALSE);
    cmd_set_depth_bias_enable(enable: Bool32) => Setting::DepthBiasEnable(enable != FALSE);
    cmd_set_primitive_restart_enable(enable: Bool32) => Setting::PrimitiveRestart(enable != FALSE);
    cmd_set_patch_control_points(points: u32) => Setting::PatchControlPoints(points);
    cmd_set_logic_op(op: LogicOp) => Setting::LogicOp(op);
    cmd_set_tessellation_domain_origin(origin: TessellationDomainOrigin) => Setting::DomainOrigin(origin);
    cmd_set_depth_clamp_enable(enable: Bool32) => Setting::DepthClamp(enable != FALSE);
    cmd_set_polygon_mode(mode: PolygonMode) => Setting::PolygonMode(mode);
    cmd_set_rasterization_samples(samples: SampleCountFlags) => Setting::Samples(samples);
    cmd_set_alpha_to_coverage_enable(enable: Bool32) => Setting::AlphaToCoverage(enable != FALSE);
    cmd_set_alpha_to_one_enable(enable: Bool32) => Setting::AlphaToOne(enable != FALSE);
    cmd_set_logic_op_enable(enable: Bool32) => Setting::LogicOpEnable(enable != FALSE);
    cmd_set_rasterization_stream(stream: u32) => Setting::RasterizationStream(stream);
    cmd_set_depth_clip_enable(enable: Bool32) => Setting::DepthClip(Some(enable != FALSE));
    cmd_set_sample_locations_enable(enable: Bool32) => Setting::SampleLocationsEnable(enable != FALSE);
    cmd_set_conservative_rasterization_mode(mode: ConservativeRasterizationModeEXT) => Setting::Overestimates(mode == ConservativeRasterizationModeEXT::OVERESTIMATE);
    cmd_set_extra_primitive_overestimation_size(pixels: f32) => Setting::ExtraOverestimation(pixels);
    cmd_set_provoking_vertex_mode(mode: ProvokingVertexModeEXT) => Setting::ProvokingVertex(mode);
    cmd_set_line_rasterization_mode(mode: LineRasterizationModeEXT) => Setting::LineMode(mode);
    cmd_set_line_stipple_enable(enable: Bool32) => Setting::LineStippleEnable(enable != FALSE);
    cmd_set_line_stipple(factor: u32, pattern: u16) => Setting::LineStipple(LineStipple { factor, pattern });
    cmd_set_depth_clip_negative_one_to_one(enable: Bool32) => Setting::NegativeOneToOne(enable != FALSE);
}

/// `vkCmdSetViewport`.
pub(super) unsafe extern "system" fn cmd_set_viewport(
    buffer: CommandBuffer,
    first: u32,
    count: u32,
    viewports: *const Viewport,
) {
    // SAFETY: VUID-vkCmdSetViewport-pViewports-parameter.
    let viewports = unsafe { slice(viewports, count) };
    let settings = (first..).zip(viewports).map(|(index, &viewport)| Setting::Viewport(index, viewport));
    // SAFETY: VUID-vkCmdSetViewport-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.set_all(settings)) }
}

/// `vkCmdSetViewportWithCount`.
pub(super) unsafe extern "system" fn cmd_set_viewport_with_count(
    buffer: CommandBuffer,
    count: u32,
    viewports: *const Viewport,
) {
    // SAFETY: VUID-vkCmdSetViewportWithCount-pViewports-parameter, -commandBuffer-parameter.
    unsafe {
        cmd_set_viewport(buffer, 0, count, viewports);
        record(buffer, |recording| recording.set(Setting::ViewportCount(count)));
    }
}

/// `vkCmdSetScissor`.
pub(super) unsafe extern "system" fn cmd_set_scissor(
    buffer: CommandBuffer,
    first: u32,
    count: u32,
    scissors: *const Rect2D,
) {
    // SAFETY: VUID-vkCmdSetScissor-pScissors-parameter.
    let scissors = unsafe { slice(scissors, count) };
    let settings = (first..).zip(scissors).map(|(index, &scissor)| Setting::Scissor(index, scissor));
    // SAFETY: VUID-vkCmdSetScissor-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.set_all(settings)) }
}

/// `vkCmdSetScissorWithCount`.
pub(super) unsafe extern "system" fn cmd_set_scissor_with_count(
    buffer: CommandBuffer,
    count: u32,
    scissors: *const Rect2D,
) {
    // SAFETY: VUID-vkCmdSetScissorWithCount-pScissors-parameter, -commandBuffer-parameter.
    unsafe {
        cmd_set_scissor(buffer, 0, count, scissors);
        record(buffer, |recording| recording.set(Setting::ScissorCount(count)));
    }
}

/// `vkCmdSetBlendConstants`.
pub(super) unsafe extern "system" fn cmd_set_blend_constants(
    buffer: CommandBuffer,
    constants: *const [f32; 4],
) {
    // SAFETY: VUID-vkCmdSetBlendConstants-commandBuffer-parameter; an array of four floats.
    unsafe { record(buffer, |recording| recording.set(Setting::BlendConstants(*input(constants)?))) }
}

/// `vkCmdSetSampleMaskEXT`: one word, because pixels have at most 32 samples.
pub(super) unsafe extern "system" fn cmd_set_sample_mask(
    buffer: CommandBuffer,
    _samples: SampleCountFlags,
    mask: *const SampleMask,
) {
    // SAFETY: VUID-vkCmdSetSampleMaskEXT-pSampleMask-parameter, -commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.set(Setting::SampleMask(*input(mask)?))) }
}

/// `vkCmdSetSampleLocationsEXT`.
pub(super) unsafe extern "system" fn cmd_set_sample_locations(
    buffer: CommandBuffer,
    info: *const SampleLocationsInfoEXT<'_>,
) {
    // SAFETY: VUID-vkCmdSetSampleLocationsEXT-pSampleLocationsInfo-parameter, -commandBuffer-parameter.
    unsafe {
        record(buffer, |recording| {
            recording.set(Setting::SampleLocations(Arc::new(sample_locations(input(info)?))))
        });
    }
}

/// `vkCmdSetColorBlendEnableEXT`.
pub(super) unsafe extern "system" fn cmd_set_color_blend_enable(
    buffer: CommandBuffer,
    first: u32,
    count: u32,
    enables: *const Bool32,
) {
    // SAFETY: VUID-vkCmdSetColorBlendEnableEXT-pColorBlendEnables-parameter.
    let enables = unsafe { slice(enables, count) };
    let settings =
        (first..).zip(enables).map(|(index, &enable)| Setting::BlendEnable(index, enable != FALSE));
    // SAFETY: VUID-vkCmdSetColorBlendEnableEXT-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.set_all(settings)) }
}

/// `vkCmdSetColorBlendEquationEXT`.
pub(super) unsafe extern "system" fn cmd_set_color_blend_equation(
    buffer: CommandBuffer,
    first: u32,
    count: u32,
    equations: *const ColorBlendEquationEXT,
) {
    // SAFETY: VUID-vkCmdSetColorBlendEquationEXT-pColorBlendEquations-parameter.
    let equations = unsafe { slice(equations, count) };
    let settings = (first..).zip(equations).map(|(index, &equation)| Setting::BlendEquation(index, equation));
    // SAFETY: VUID-vkCmdSetColorBlendEquationEXT-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.set_all(settings)) }
}

/// `vkCmdSetColorWriteMaskEXT`.
pub(super) unsafe extern "system" fn cmd_set_color_write_mask(
    buffer: CommandBuffer,
    first: u32,
    count: u32,
    masks: *const ColorComponentFlags,
) {
    // SAFETY: VUID-vkCmdSetColorWriteMaskEXT-pColorWriteMasks-parameter.
    let masks = unsafe { slice(masks, count) };
    let settings = (first..).zip(masks).map(|(index, &mask)| Setting::ColorWriteMask(index, mask));
    // SAFETY: VUID-vkCmdSetColorWriteMaskEXT-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.set_all(settings)) }
}

/// `vkCmdSetColorWriteEnableEXT`.
pub(super) unsafe extern "system" fn cmd_set_color_write_enable(
    buffer: CommandBuffer,
    count: u32,
    enables: *const Bool32,
) {
    // SAFETY: VUID-vkCmdSetColorWriteEnableEXT-pColorWriteEnables-parameter.
    let mask = color_write_mask(unsafe { slice(enables, count) });
    // SAFETY: VUID-vkCmdSetColorWriteEnableEXT-commandBuffer-parameter.
    unsafe { record(buffer, |recording| recording.set(Setting::ColorWriteEnable(mask))) }
}

/// `vkCmdSetVertexInputEXT`.
pub(super) unsafe extern "system" fn cmd_set_vertex_input(
    buffer: CommandBuffer,
    binding_count: u32,
    bindings: *const VertexInputBindingDescription2EXT<'_>,
    attribute_count: u32,
    attributes: *const VertexInputAttributeDescription2EXT<'_>,
) {
    // SAFETY: VUID-vkCmdSetVertexInputEXT-pVertexBindingDescriptions-parameter, -pVertexAttributeDescriptions-parameter.
    let (bindings, attributes) =
        unsafe { (slice(bindings, binding_count), slice(attributes, attribute_count)) };
    // SAFETY: VUID-vkCmdSetVertexInputEXT-commandBuffer-parameter.
    unsafe {
        record(buffer, |recording| {
            let input = vertex_input::from_command(bindings, attributes)?;
            recording.set(Setting::VertexInput(Arc::new(input)))
        });
    }
}
