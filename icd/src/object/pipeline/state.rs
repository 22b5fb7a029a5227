//! The state of a graphics pipeline, taken from its structures as [`Setting`]s.
//!
//! What the pipeline leaves to commands is left out. Structures that Vulkan ignores are not followed: their pointers may be
//! anything.

use std::sync::Arc;

use ash::vk;
use ash::vk::{DynamicState, GraphicsPipelineLibraryFlagsEXT as Parts};
use lacuna_gpu::draw::state::{DepthBias, LineStipple};

use super::graphics::TargetKinds;
use crate::command::graphics::setting::{Setting, StencilOps};
use crate::command::graphics::{sample_locations, vertex_input};
use crate::error::Error;
use crate::guard::slice;
use crate::pnext;

/// The structures of some parts of a pipeline.
pub(super) struct Pieces<'a> {
    info: &'a vk::GraphicsPipelineCreateInfo<'a>,
    parts: Parts,
    targets: TargetKinds,
    dynamic: &'a [DynamicState],
    rasterization: Option<&'a vk::PipelineRasterizationStateCreateInfo<'a>>,
}

impl<'a> Pieces<'a> {
    /// # Safety
    /// `info` is a valid structure during `'a`.
    pub(super) unsafe fn new(
        info: &'a vk::GraphicsPipelineCreateInfo<'a>,
        parts: Parts,
        targets: TargetKinds,
    ) -> Result<Self, Error> {
        // SAFETY: null or a valid structure.
        let dynamic = unsafe { info.p_dynamic_state.as_ref() };
        // SAFETY: members of a valid structure.
        let dynamic =
            dynamic.map_or(&[][..], |list| unsafe { slice(list.p_dynamic_states, list.dynamic_state_count) });
        let rasterization = if parts.contains(Parts::PRE_RASTERIZATION_SHADERS) {
            // SAFETY: null or a valid structure for pipelines with this part.
            unsafe { info.p_rasterization_state.as_ref() }
        } else {
            None
        };
        Ok(Self { info, parts, targets, dynamic, rasterization })
    }

    fn is_dynamic(&self, state: DynamicState) -> bool {
        self.dynamic.contains(&state)
    }

    /// Whether draws always stop before the rasterizer: what is behind it is ignored.
    pub(super) fn discards(&self) -> bool {
        !self.is_dynamic(DynamicState::RASTERIZER_DISCARD_ENABLE)
            && self.rasterization.is_some_and(|state| state.rasterizer_discard_enable != vk::FALSE)
    }

    pub(super) fn has_dynamic_strides(&self) -> bool {
        self.parts.contains(Parts::VERTEX_INPUT_INTERFACE)
            && (self.is_dynamic(DynamicState::VERTEX_INPUT_BINDING_STRIDE)
                || self.is_dynamic(DynamicState::VERTEX_INPUT_EXT))
    }
}

/// A list that leaves out what is dynamic.
struct List<'a> {
    pieces: &'a Pieces<'a>,
    settings: &'a mut Vec<Setting>,
}

impl List<'_> {
    /// A setting, unless this state is dynamic.
    fn unless(&mut self, state: DynamicState, setting: Setting) {
        if !self.pieces.is_dynamic(state) {
            self.settings.push(setting);
        }
    }

    /// A setting that no command makes.
    fn always(&mut self, setting: Setting) {
        self.settings.push(setting);
    }
}

/// Appends the static state of the parts.
///
/// # Errors
/// [`Error::FormatNotSupported`] for formats that vertices cannot have.
///
/// # Safety
/// The structures are valid as far as Vulkan wants them to be.
pub(super) unsafe fn add(
    pieces: &Pieces<'_>,
    tessellates: bool,
    settings: &mut Vec<Setting>,
) -> Result<(), Error> {
    let (info, parts) = (pieces.info, pieces.parts);
    let mut list = List { pieces, settings };
    // SAFETY: each pointer is null or valid where Vulkan does not ignore it, which the conditions follow.
    unsafe {
        if parts.contains(Parts::VERTEX_INPUT_INTERFACE) {
            if !pieces.is_dynamic(DynamicState::VERTEX_INPUT_EXT)
                && let Some(input) = info.p_vertex_input_state.as_ref()
            {
                list.always(Setting::VertexInput(Arc::new(vertex_input::from_pipeline(input)?)));
            }
            if let Some(assembly) = info.p_input_assembly_state.as_ref() {
                input_assembly(&mut list, assembly);
            }
        }
        if parts.contains(Parts::PRE_RASTERIZATION_SHADERS) {
            if tessellates && let Some(tessellation) = info.p_tessellation_state.as_ref() {
                tessellation_state(&mut list, tessellation);
            }
            if let Some(raster) = pieces.rasterization {
                rasterization(&mut list, raster);
            }
            if !pieces.discards()
                && let Some(viewport) = info.p_viewport_state.as_ref()
            {
                viewport_state(&mut list, viewport);
            }
        }
        if parts.intersects(Parts::FRAGMENT_SHADER) && !pieces.discards() {
            let state =
                pieces.targets.depth_or_stencil.then_some(info.p_depth_stencil_state.as_ref()).flatten();
            depth_stencil(&mut list, state.unwrap_or(&vk::PipelineDepthStencilStateCreateInfo::default()));
        }
        if parts.intersects(Parts::FRAGMENT_SHADER | Parts::FRAGMENT_OUTPUT_INTERFACE)
            && !pieces.discards()
            && let Some(state) = info.p_multisample_state.as_ref()
        {
            multisample(&mut list, state);
        }
        if parts.contains(Parts::FRAGMENT_OUTPUT_INTERFACE) {
            list.always(Setting::DeclaredColors(pieces.targets.declared_colors));
        }
        if parts.contains(Parts::FRAGMENT_OUTPUT_INTERFACE)
            && !pieces.discards()
            && pieces.targets.colors
            && let Some(state) = info.p_color_blend_state.as_ref()
        {
            color_blend(&mut list, state);
        }
    }
    Ok(())
}

fn input_assembly(list: &mut List<'_>, state: &vk::PipelineInputAssemblyStateCreateInfo<'_>) {
    list.unless(DynamicState::PRIMITIVE_TOPOLOGY, Setting::Topology(state.topology));
    let restart = state.primitive_restart_enable != vk::FALSE;
    list.unless(DynamicState::PRIMITIVE_RESTART_ENABLE, Setting::PrimitiveRestart(restart));
}

/// # Safety
/// `state` is a valid structure.
unsafe fn tessellation_state(list: &mut List<'_>, state: &vk::PipelineTessellationStateCreateInfo<'_>) {
    let points = Setting::PatchControlPoints(state.patch_control_points);
    list.unless(DynamicState::PATCH_CONTROL_POINTS_EXT, points);
    // SAFETY: the chain of a valid structure.
    let origin =
        unsafe { pnext::find::<vk::PipelineTessellationDomainOriginStateCreateInfo<'_>>(state.p_next) };
    let origin = origin.map_or(vk::TessellationDomainOrigin::UPPER_LEFT, |origin| origin.domain_origin);
    list.unless(DynamicState::TESSELLATION_DOMAIN_ORIGIN_EXT, Setting::DomainOrigin(origin));
}

/// # Safety
/// `state` is a valid structure.
unsafe fn viewport_state(list: &mut List<'_>, state: &vk::PipelineViewportStateCreateInfo<'_>) {
    let is_dynamic = |state| list.pieces.is_dynamic(state);
    if !is_dynamic(DynamicState::VIEWPORT_WITH_COUNT) {
        list.settings.push(Setting::ViewportCount(state.viewport_count));
        if !is_dynamic(DynamicState::VIEWPORT) {
            // SAFETY: valid if it is not dynamic.
            let viewports = unsafe { slice(state.p_viewports, state.viewport_count) };
            list.settings
                .extend((0..).zip(viewports).map(|(index, &viewport)| Setting::Viewport(index, viewport)));
        }
    }
    let is_dynamic = |state| list.pieces.is_dynamic(state);
    if !is_dynamic(DynamicState::SCISSOR_WITH_COUNT) {
        list.settings.push(Setting::ScissorCount(state.scissor_count));
        if !is_dynamic(DynamicState::SCISSOR) {
            // SAFETY: valid if it is not dynamic.
            let scissors = unsafe { slice(state.p_scissors, state.scissor_count) };
            list.settings
                .extend((0..).zip(scissors).map(|(index, &scissor)| Setting::Scissor(index, scissor)));
        }
    }
    // SAFETY: the chain of a valid structure.
    let control =
        unsafe { pnext::find::<vk::PipelineViewportDepthClipControlCreateInfoEXT<'_>>(state.p_next) };
    let negative = control.is_some_and(|control| control.negative_one_to_one != vk::FALSE);
    list.unless(DynamicState::DEPTH_CLIP_NEGATIVE_ONE_TO_ONE_EXT, Setting::NegativeOneToOne(negative));
}

/// # Safety
/// `state` is a valid structure.
unsafe fn rasterization(list: &mut List<'_>, state: &vk::PipelineRasterizationStateCreateInfo<'_>) {
    let discard = Setting::RasterizerDiscard(state.rasterizer_discard_enable != vk::FALSE);
    list.unless(DynamicState::RASTERIZER_DISCARD_ENABLE, discard);
    list.unless(DynamicState::POLYGON_MODE_EXT, Setting::PolygonMode(state.polygon_mode));
    list.unless(DynamicState::CULL_MODE, Setting::CullMode(state.cull_mode));
    list.unless(DynamicState::FRONT_FACE, Setting::FrontFace(state.front_face));
    let bias = DepthBias {
        constant: state.depth_bias_constant_factor,
        clamp: state.depth_bias_clamp,
        slope: state.depth_bias_slope_factor,
    };
    list.unless(
        DynamicState::DEPTH_BIAS_ENABLE,
        Setting::DepthBiasEnable(state.depth_bias_enable != vk::FALSE),
    );
    list.unless(DynamicState::DEPTH_BIAS, Setting::DepthBias(bias));
    list.unless(
        DynamicState::DEPTH_CLAMP_ENABLE_EXT,
        Setting::DepthClamp(state.depth_clamp_enable != vk::FALSE),
    );
    list.unless(DynamicState::LINE_WIDTH, Setting::LineWidth(state.line_width));
    // SAFETY: the chain of a valid structure.
    let (clip, stream, provoking, line) = unsafe {
        (
            pnext::find::<vk::PipelineRasterizationDepthClipStateCreateInfoEXT<'_>>(state.p_next),
            pnext::find::<vk::PipelineRasterizationStateStreamCreateInfoEXT<'_>>(state.p_next),
            pnext::find::<vk::PipelineRasterizationProvokingVertexStateCreateInfoEXT<'_>>(state.p_next),
            pnext::find::<vk::PipelineRasterizationLineStateCreateInfoKHR<'_>>(state.p_next),
        )
    };
    let clip = clip.map(|clip| clip.depth_clip_enable != vk::FALSE);
    list.unless(DynamicState::DEPTH_CLIP_ENABLE_EXT, Setting::DepthClip(clip));
    let stream = stream.map_or(0, |stream| stream.rasterization_stream);
    list.unless(DynamicState::RASTERIZATION_STREAM_EXT, Setting::RasterizationStream(stream));
    let first = vk::ProvokingVertexModeEXT::FIRST_VERTEX;
    let vertex = provoking.map_or(first, |provoking| provoking.provoking_vertex_mode);
    list.unless(DynamicState::PROVOKING_VERTEX_MODE_EXT, Setting::ProvokingVertex(vertex));
    // SAFETY: as above.
    let conservative =
        unsafe { pnext::find::<vk::PipelineRasterizationConservativeStateCreateInfoEXT<'_>>(state.p_next) };
    let conservative = conservative.copied().unwrap_or_default();
    let overestimates =
        conservative.conservative_rasterization_mode == vk::ConservativeRasterizationModeEXT::OVERESTIMATE;
    list.unless(DynamicState::CONSERVATIVE_RASTERIZATION_MODE_EXT, Setting::Overestimates(overestimates));
    let extra = Setting::ExtraOverestimation(conservative.extra_primitive_overestimation_size);
    list.unless(DynamicState::EXTRA_PRIMITIVE_OVERESTIMATION_SIZE_EXT, extra);
    let line = line.copied().unwrap_or_default();
    list.unless(DynamicState::LINE_RASTERIZATION_MODE_EXT, Setting::LineMode(line.line_rasterization_mode));
    let stippled = line.stippled_line_enable != vk::FALSE;
    list.unless(DynamicState::LINE_STIPPLE_ENABLE_EXT, Setting::LineStippleEnable(stippled));
    let stipple = LineStipple { factor: line.line_stipple_factor, pattern: line.line_stipple_pattern };
    list.unless(DynamicState::LINE_STIPPLE_KHR, Setting::LineStipple(stipple));
}

/// # Safety
/// `state` is a valid structure.
unsafe fn multisample(list: &mut List<'_>, state: &vk::PipelineMultisampleStateCreateInfo<'_>) {
    list.unless(DynamicState::RASTERIZATION_SAMPLES_EXT, Setting::Samples(state.rasterization_samples));
    let shading = (state.sample_shading_enable != vk::FALSE).then_some(state.min_sample_shading);
    list.always(Setting::SampleShading(shading));
    if !list.pieces.is_dynamic(DynamicState::SAMPLE_MASK_EXT) {
        // SAFETY: null or at least one word.
        let mask = unsafe { state.p_sample_mask.as_ref() }.copied().unwrap_or(u32::MAX);
        list.settings.push(Setting::SampleMask(mask));
    }
    let to_coverage = state.alpha_to_coverage_enable != vk::FALSE;
    list.unless(DynamicState::ALPHA_TO_COVERAGE_ENABLE_EXT, Setting::AlphaToCoverage(to_coverage));
    let to_one = state.alpha_to_one_enable != vk::FALSE;
    list.unless(DynamicState::ALPHA_TO_ONE_ENABLE_EXT, Setting::AlphaToOne(to_one));
    // SAFETY: the chain of a valid structure.
    let locations = unsafe { pnext::find::<vk::PipelineSampleLocationsStateCreateInfoEXT<'_>>(state.p_next) };
    let enable = locations.is_some_and(|locations| locations.sample_locations_enable != vk::FALSE);
    list.unless(DynamicState::SAMPLE_LOCATIONS_ENABLE_EXT, Setting::SampleLocationsEnable(enable));
    // Whether locations are given is known before it is known whether they count.
    let counts = enable || list.pieces.is_dynamic(DynamicState::SAMPLE_LOCATIONS_ENABLE_EXT);
    if let Some(locations) = locations.filter(|_| counts)
        && !list.pieces.is_dynamic(DynamicState::SAMPLE_LOCATIONS_EXT)
    {
        // SAFETY: a member of a valid structure that is not ignored.
        let locations = unsafe { sample_locations(&locations.sample_locations_info) };
        list.settings.push(Setting::SampleLocations(Arc::new(locations)));
    }
}

fn depth_stencil(list: &mut List<'_>, state: &vk::PipelineDepthStencilStateCreateInfo<'_>) {
    list.unless(DynamicState::DEPTH_TEST_ENABLE, Setting::DepthTest(state.depth_test_enable != vk::FALSE));
    list.unless(DynamicState::DEPTH_WRITE_ENABLE, Setting::DepthWrite(state.depth_write_enable != vk::FALSE));
    list.unless(DynamicState::DEPTH_COMPARE_OP, Setting::DepthCompare(state.depth_compare_op));
    let bounds = state.depth_bounds_test_enable != vk::FALSE;
    list.unless(DynamicState::DEPTH_BOUNDS_TEST_ENABLE, Setting::DepthBoundsTest(bounds));
    let bounds = [state.min_depth_bounds, state.max_depth_bounds];
    list.unless(DynamicState::DEPTH_BOUNDS, Setting::DepthBounds(bounds));
    list.unless(
        DynamicState::STENCIL_TEST_ENABLE,
        Setting::StencilTest(state.stencil_test_enable != vk::FALSE),
    );
    for (faces, face) in
        [(vk::StencilFaceFlags::FRONT, state.front), (vk::StencilFaceFlags::BACK, state.back)]
    {
        let ops = StencilOps {
            fail: face.fail_op,
            pass: face.pass_op,
            depth_fail: face.depth_fail_op,
            compare: face.compare_op,
        };
        list.unless(DynamicState::STENCIL_OP, Setting::StencilOps(faces, ops));
        let compare_mask = Setting::StencilCompareMask(faces, face.compare_mask);
        list.unless(DynamicState::STENCIL_COMPARE_MASK, compare_mask);
        list.unless(DynamicState::STENCIL_WRITE_MASK, Setting::StencilWriteMask(faces, face.write_mask));
        list.unless(DynamicState::STENCIL_REFERENCE, Setting::StencilReference(faces, face.reference));
    }
}

/// # Safety
/// `state` is a valid structure.
unsafe fn color_blend(list: &mut List<'_>, state: &vk::PipelineColorBlendStateCreateInfo<'_>) {
    list.unless(
        DynamicState::LOGIC_OP_ENABLE_EXT,
        Setting::LogicOpEnable(state.logic_op_enable != vk::FALSE),
    );
    list.unless(DynamicState::LOGIC_OP_EXT, Setting::LogicOp(state.logic_op));
    list.unless(DynamicState::BLEND_CONSTANTS, Setting::BlendConstants(state.blend_constants));
    // SAFETY: the chain of a valid structure.
    let write = unsafe { pnext::find::<vk::PipelineColorWriteCreateInfoEXT<'_>>(state.p_next) };
    // SAFETY: members of a valid structure.
    let enables = write.map(|write| unsafe { slice(write.p_color_write_enables, write.attachment_count) });
    let mask = enables.map_or(u32::MAX, color_write_mask);
    list.unless(DynamicState::COLOR_WRITE_ENABLE_EXT, Setting::ColorWriteEnable(mask));
    let replaced = [
        DynamicState::COLOR_BLEND_ENABLE_EXT,
        DynamicState::COLOR_BLEND_EQUATION_EXT,
        DynamicState::COLOR_WRITE_MASK_EXT,
    ];
    if replaced.into_iter().all(|state| list.pieces.is_dynamic(state)) {
        return;
    }
    // SAFETY: a member of a valid structure that is not ignored.
    let attachments = unsafe { slice(state.p_attachments, state.attachment_count) };
    for (index, attachment) in (0..).zip(attachments) {
        let enable = Setting::BlendEnable(index, attachment.blend_enable != vk::FALSE);
        list.unless(DynamicState::COLOR_BLEND_ENABLE_EXT, enable);
        list.unless(
            DynamicState::COLOR_BLEND_EQUATION_EXT,
            Setting::BlendEquation(index, equation(attachment)),
        );
        let mask = Setting::ColorWriteMask(index, attachment.color_write_mask);
        list.unless(DynamicState::COLOR_WRITE_MASK_EXT, mask);
    }
}

fn equation(attachment: &vk::PipelineColorBlendAttachmentState) -> vk::ColorBlendEquationEXT {
    vk::ColorBlendEquationEXT {
        src_color_blend_factor: attachment.src_color_blend_factor,
        dst_color_blend_factor: attachment.dst_color_blend_factor,
        color_blend_op: attachment.color_blend_op,
        src_alpha_blend_factor: attachment.src_alpha_blend_factor,
        dst_alpha_blend_factor: attachment.dst_alpha_blend_factor,
        alpha_blend_op: attachment.alpha_blend_op,
    }
}

/// A bit for each attachment that is written.
pub fn color_write_mask(enables: &[vk::Bool32]) -> u32 {
    let cleared = enables.iter().enumerate().filter(|(_, enable)| **enable == vk::FALSE);
    cleared.fold(u32::MAX, |mask, (index, _)| mask & !1_u32.checked_shl(index as u32).unwrap_or(0))
}
