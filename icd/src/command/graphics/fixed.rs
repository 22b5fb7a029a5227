//! The values of all state that is set, and the draw state that follows from them.

use ash::vk;
use lacuna_gpu::draw::state::{
    Blend, DepthBias, DepthStencil, DrawState, InputAssembly, LineStipple, MAX_COLORS, MAX_VIEWPORTS,
    Multisample, Rasterization, SampleLocations, Stages, VertexInput, ViewportState,
};

use super::setting::{Setting, StencilOps};
use crate::caps::graphics::MAX_EXTRA_OVERESTIMATION;

/// State of a command buffer that draws depend on, as it was set last.
///
/// Switches are apart from what they switch, because each can be set without the other.
pub struct FixedState {
    vertex_input: std::sync::Arc<VertexInput>,
    assembly: InputAssembly,
    viewports: [vk::Viewport; MAX_VIEWPORTS],
    viewport_count: usize,
    scissors: [vk::Rect2D; MAX_VIEWPORTS],
    scissor_count: usize,
    negative_one_to_one: bool,
    rasterization: Rasterization,
    depth_bias_enable: bool,
    depth_bias: DepthBias,
    depth_clip: Option<bool>,
    line_stipple_enable: bool,
    line_stipple: LineStipple,
    overestimates: bool,
    extra_overestimation: f32,
    multisample: Multisample,
    sample_locations_enable: bool,
    sample_locations: Option<std::sync::Arc<SampleLocations>>,
    depth_stencil: DepthStencil,
    depth_bounds_test: bool,
    depth_bounds: [f32; 2],
    stencil_test: bool,
    stencil: [vk::StencilOpState; 2],
    logic_op_enable: bool,
    logic_op: vk::LogicOp,
    blend_constants: [f32; 4],
    attachments: [vk::PipelineColorBlendAttachmentState; MAX_COLORS],
    color_write_enable: u32,
    declared_colors: u32,
}

impl Default for FixedState {
    fn default() -> Self {
        let writes_all =
            vk::PipelineColorBlendAttachmentState::default().color_write_mask(vk::ColorComponentFlags::RGBA);
        Self {
            vertex_input: Default::default(),
            assembly: InputAssembly {
                topology: vk::PrimitiveTopology::TRIANGLE_LIST,
                primitive_restart: false,
                patch_control_points: 1,
                domain_origin: vk::TessellationDomainOrigin::UPPER_LEFT,
            },
            viewports: Default::default(),
            viewport_count: 0,
            scissors: Default::default(),
            scissor_count: 0,
            negative_one_to_one: false,
            rasterization: Rasterization {
                discard: false,
                polygon_mode: vk::PolygonMode::FILL,
                cull_mode: vk::CullModeFlags::NONE,
                front_face: vk::FrontFace::COUNTER_CLOCKWISE,
                depth_bias: None,
                depth_clamp: false,
                depth_clip: true,
                line_width: 1.0,
                line_mode: vk::LineRasterizationModeEXT::DEFAULT,
                line_stipple: None,
                overestimation: None,
                provoking_vertex: vk::ProvokingVertexModeEXT::FIRST_VERTEX,
                stream: 0,
            },
            depth_bias_enable: false,
            depth_bias: DepthBias { constant: 0.0, clamp: 0.0, slope: 0.0 },
            depth_clip: None,
            line_stipple_enable: false,
            line_stipple: LineStipple { factor: 1, pattern: u16::MAX },
            overestimates: false,
            extra_overestimation: 0.0,
            multisample: Multisample {
                samples: 1,
                sample_shading: None,
                mask: u32::MAX,
                alpha_to_coverage: false,
                alpha_to_one: false,
                locations: None,
            },
            sample_locations_enable: false,
            sample_locations: None,
            depth_stencil: DepthStencil {
                depth_test: false,
                depth_write: false,
                depth_compare: vk::CompareOp::ALWAYS,
                depth_bounds: None,
                stencil: None,
            },
            depth_bounds_test: false,
            depth_bounds: [0.0, 1.0],
            stencil_test: false,
            stencil: Default::default(),
            logic_op_enable: false,
            logic_op: vk::LogicOp::COPY,
            blend_constants: [0.0; 4],
            attachments: [writes_all; MAX_COLORS],
            color_write_enable: u32::MAX,
            declared_colors: u32::MAX,
        }
    }
}

impl FixedState {
    /// Sets one piece. Viewports and attachments that no device has are ignored.
    pub fn set(&mut self, setting: &Setting) {
        match *setting {
            Setting::VertexInput(ref input) => self.vertex_input = input.clone(),
            Setting::Topology(topology) => self.assembly.topology = topology,
            Setting::PrimitiveRestart(restart) => self.assembly.primitive_restart = restart,
            Setting::PatchControlPoints(points) => self.assembly.patch_control_points = points,
            Setting::DomainOrigin(origin) => self.assembly.domain_origin = origin,
            Setting::Viewport(index, viewport) => store(&mut self.viewports, index, viewport),
            Setting::ViewportCount(count) => self.viewport_count = MAX_VIEWPORTS.min(count as usize),
            Setting::Scissor(index, scissor) => store(&mut self.scissors, index, scissor),
            Setting::ScissorCount(count) => self.scissor_count = MAX_VIEWPORTS.min(count as usize),
            Setting::NegativeOneToOne(is) => self.negative_one_to_one = is,
            Setting::DepthBiasEnable(enable) => self.depth_bias_enable = enable,
            Setting::DepthBias(bias) => self.depth_bias = bias,
            Setting::DepthClip(clip) => self.depth_clip = clip,
            Setting::LineStippleEnable(enable) => self.line_stipple_enable = enable,
            Setting::LineStipple(stipple) => self.line_stipple = stipple,
            Setting::Overestimates(is) => self.overestimates = is,
            Setting::ExtraOverestimation(pixels) => self.extra_overestimation = pixels,
            Setting::SampleLocationsEnable(enable) => self.sample_locations_enable = enable,
            Setting::SampleLocations(ref locations) => self.sample_locations = Some(locations.clone()),
            Setting::DepthBoundsTest(enable) => self.depth_bounds_test = enable,
            Setting::DepthBounds(bounds) => self.depth_bounds = bounds,
            Setting::StencilTest(enable) => self.stencil_test = enable,
            Setting::LogicOpEnable(enable) => self.logic_op_enable = enable,
            Setting::LogicOp(op) => self.logic_op = op,
            Setting::BlendConstants(constants) => self.blend_constants = constants,
            Setting::ColorWriteEnable(mask) => self.color_write_enable = mask,
            Setting::DeclaredColors(mask) => self.declared_colors = mask,
            _ => self.set_nested(setting),
        }
    }

    /// Pieces of the structures that draws have too.
    fn set_nested(&mut self, setting: &Setting) {
        let (raster, multisample) = (&mut self.rasterization, &mut self.multisample);
        let depth = &mut self.depth_stencil;
        match *setting {
            Setting::RasterizerDiscard(discard) => raster.discard = discard,
            Setting::PolygonMode(mode) => raster.polygon_mode = mode,
            Setting::CullMode(mode) => raster.cull_mode = mode,
            Setting::FrontFace(face) => raster.front_face = face,
            Setting::DepthClamp(clamp) => raster.depth_clamp = clamp,
            Setting::LineWidth(width) => raster.line_width = width,
            Setting::LineMode(mode) => raster.line_mode = mode,
            Setting::ProvokingVertex(mode) => raster.provoking_vertex = mode,
            Setting::RasterizationStream(stream) => raster.stream = stream,
            Setting::Samples(samples) => multisample.samples = samples.as_raw().clamp(1, 16),
            Setting::SampleShading(least) => multisample.sample_shading = least,
            Setting::SampleMask(mask) => multisample.mask = mask,
            Setting::AlphaToCoverage(enable) => multisample.alpha_to_coverage = enable,
            Setting::AlphaToOne(enable) => multisample.alpha_to_one = enable,
            Setting::DepthTest(enable) => depth.depth_test = enable,
            Setting::DepthWrite(enable) => depth.depth_write = enable,
            Setting::DepthCompare(op) => depth.depth_compare = op,
            Setting::StencilOps(faces, ops) => self.each_face(faces, |face| set_ops(face, ops)),
            Setting::StencilCompareMask(faces, mask) => {
                self.each_face(faces, |face| face.compare_mask = mask)
            }
            Setting::StencilWriteMask(faces, mask) => self.each_face(faces, |face| face.write_mask = mask),
            Setting::StencilReference(faces, value) => self.each_face(faces, |face| face.reference = value),
            Setting::BlendEnable(index, enable) => {
                self.attachment(index, |attachment| attachment.blend_enable = enable.into());
            }
            Setting::BlendEquation(index, equation) => {
                self.attachment(index, |attachment| set_equation(attachment, &equation));
            }
            Setting::ColorWriteMask(index, mask) => {
                self.attachment(index, |attachment| attachment.color_write_mask = mask);
            }
            _ => {}
        }
    }

    fn each_face(&mut self, faces: vk::StencilFaceFlags, set: impl Fn(&mut vk::StencilOpState)) {
        let [front, back] = &mut self.stencil;
        if faces.contains(vk::StencilFaceFlags::FRONT) {
            set(front);
        }
        if faces.contains(vk::StencilFaceFlags::BACK) {
            set(back);
        }
    }

    fn attachment(&mut self, index: u32, set: impl FnOnce(&mut vk::PipelineColorBlendAttachmentState)) {
        if let Some(attachment) = self.attachments.get_mut(index as usize) {
            set(attachment);
        }
    }

    /// Whether draws stop before the rasterizer.
    pub fn discards(&self) -> bool {
        self.rasterization.discard
    }

    /// The state of a draw with these shaders into targets of so many samples, if there are any.
    pub fn draw_state(&self, stages: &Stages, samples: Option<u32>) -> DrawState {
        let rasterization = Rasterization {
            depth_bias: self.depth_bias_enable.then_some(self.depth_bias),
            depth_clip: self.depth_clip.unwrap_or(!self.rasterization.depth_clamp),
            line_stipple: self.line_stipple_enable.then_some(self.line_stipple),
            overestimation: self.overestimates.then(|| self.overestimation()),
            ..self.rasterization
        };
        let locations = self.sample_locations.as_deref().filter(|_| self.sample_locations_enable);
        DrawState {
            stages: stages.clone(),
            vertex_input: (*self.vertex_input).clone(),
            assembly: self.assembly,
            viewport: ViewportState {
                viewports: self.viewports[..self.viewport_count].into(),
                scissors: self.scissors[..self.scissor_count].into(),
                negative_one_to_one: self.negative_one_to_one,
            },
            rasterization,
            multisample: Multisample {
                samples: samples.unwrap_or(self.multisample.samples),
                locations: locations.cloned(),
                ..self.multisample.clone()
            },
            depth_stencil: DepthStencil {
                depth_bounds: self.depth_bounds_test.then_some(self.depth_bounds),
                stencil: self.stencil_test.then_some(self.stencil),
                ..self.depth_stencil
            },
            blend: self.blend(),
        }
    }

    /// Never more than a device says that it can, whatever it is set to.
    fn overestimation(&self) -> f32 {
        self.extra_overestimation.clamp(0.0, MAX_EXTRA_OVERESTIMATION)
    }

    fn blend(&self) -> Blend {
        let mut attachments = self.attachments;
        for (index, attachment) in attachments.iter_mut().enumerate() {
            if (self.color_write_enable & self.declared_colors) >> index & 1 == 0 {
                attachment.color_write_mask = vk::ColorComponentFlags::empty();
            }
        }
        Blend {
            logic_op: self.logic_op_enable.then_some(self.logic_op),
            constants: self.blend_constants,
            attachments: attachments.into(),
        }
    }
}

fn store<T>(array: &mut [T], index: u32, value: T) {
    if let Some(element) = array.get_mut(index as usize) {
        *element = value;
    }
}

fn set_ops(face: &mut vk::StencilOpState, ops: StencilOps) {
    face.fail_op = ops.fail;
    face.pass_op = ops.pass;
    face.depth_fail_op = ops.depth_fail;
    face.compare_op = ops.compare;
}

fn set_equation(
    attachment: &mut vk::PipelineColorBlendAttachmentState,
    equation: &vk::ColorBlendEquationEXT,
) {
    attachment.src_color_blend_factor = equation.src_color_blend_factor;
    attachment.dst_color_blend_factor = equation.dst_color_blend_factor;
    attachment.color_blend_op = equation.color_blend_op;
    attachment.src_alpha_blend_factor = equation.src_alpha_blend_factor;
    attachment.dst_alpha_blend_factor = equation.dst_alpha_blend_factor;
    attachment.alpha_blend_op = equation.alpha_blend_op;
}
