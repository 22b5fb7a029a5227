//! Draws with functions for shaders, into small images.

mod attachments;
mod primitives;
mod stages;
mod strips;
mod vectors;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ash::vk;
use lacuna_shaders::Scratch;
use lacuna_shaders::abi::stage::{StageBuiltin, slot};
use lacuna_shaders::abi::{DispatchContext, StageFrame};
use lacuna_shaders::stage::{InputSlot, Interface, Interpolation, Sampling};

use super::lanes::lanes_of;
use super::state::*;
use super::targets::*;
use super::{Program, draw};
use crate::format::Format;
use crate::layout::{ImageLayout, Shape};
use crate::surface::Surface;

/// One lane of a stage.
pub(super) struct Lane<'a> {
    frame: &'a mut StageFrame,
    lane: usize,
}

impl Lane<'_> {
    pub(super) fn builtin(&self, builtin: StageBuiltin) -> u32 {
        self.frame.builtins[builtin as usize][self.lane]
    }

    pub(super) fn input(&self, slot: u32) -> f32 {
        self.input_of(0, slot)
    }

    pub(super) fn input_of(&self, vertex: u32, slot: u32) -> f32 {
        let at = vertex * self.frame.input_vertex_stride / 4 + slot * 8;
        // SAFETY: the pipeline gives all slots of the interface.
        f32::from_bits(unsafe { self.frame.inputs.add(at as usize + self.lane).read() })
    }

    pub(super) fn output(&mut self, slot: u32, value: f32) {
        // SAFETY: as for inputs.
        unsafe { self.frame.outputs.add(slot as usize * 8 + self.lane).write(value.to_bits()) };
    }

    pub(super) fn outputs(&mut self, first: u32, values: &[f32]) {
        for (slot, &value) in (first..).zip(values) {
            self.output(slot, value);
        }
    }

    pub(super) fn discard(&mut self) {
        self.frame.live &= !(1 << self.lane);
    }

    pub(super) fn emit(&mut self) {
        let frame: *mut StageFrame = self.frame;
        // SAFETY: the pipeline set it for the time of the call.
        self.frame.emit.unwrap()(frame, 1 << self.lane, 0, 0);
    }
}

type Body = Box<dyn Fn(&mut Lane<'_>) + Send + Sync>;

/// A stage that is a function of each lane.
pub(super) struct Function {
    interface: Interface,
    body: Body,
}

impl Program for Function {
    fn interface(&self) -> &Interface {
        &self.interface
    }

    unsafe fn run(&self, _: &DispatchContext, frame: &mut StageFrame, _: &mut Scratch) {
        for lane in lanes_of(frame.active) {
            (self.body)(&mut Lane { frame, lane });
        }
    }
}

pub(super) fn stage(
    interface: Interface,
    body: impl Fn(&mut Lane<'_>) + Send + Sync + 'static,
) -> Arc<dyn Program> {
    Arc::new(Function { interface, body: Box::new(body) })
}

/// An interface that writes the four components of the locations, and the slots.
pub(super) fn writes(locations: &[u32], slots: &[u32]) -> Interface {
    let components = locations.iter().flat_map(|&location| (0..4).map(move |n| slot::location(location, n)));
    Interface { outputs: components.chain(slots.iter().copied()).collect(), ..Default::default() }
}

/// Adds the inputs of a location.
pub(super) fn reads(mut interface: Interface, location: u32, interpolation: Interpolation) -> Interface {
    let inputs = (0..4).map(|n| InputSlot {
        slot: slot::location(location, n),
        interpolation,
        sampling: Sampling::Center,
        patch: false,
    });
    interface.inputs.extend(inputs);
    interface
}

/// A vertex: position and four numbers of location 0.
pub(super) type Vertex = ([f32; 4], [f32; 4]);

/// A vertex shader that looks its vertices up.
pub(super) fn vertices(list: Vec<Vertex>) -> Arc<dyn Program> {
    stage(writes(&[0], &[0, 1, 2, 3]), move |lane| {
        let (position, color) = list[lane.builtin(StageBuiltin::VertexIndex) as usize % list.len()];
        lane.outputs(slot::POSITION, &position);
        lane.outputs(slot::location(0, 0), &color);
    })
}

/// A fragment shader that gives location 0 to color 0.
pub(super) fn pass(interpolation: Interpolation) -> Arc<dyn Program> {
    stage(reads(writes(&[0], &[]), 0, interpolation), |lane| {
        for n in 0..4 {
            let value = lane.input(slot::location(0, n));
            lane.output(slot::location(0, n), value);
        }
    })
}

/// An image that can be drawn to.
pub(super) struct Image {
    memory: Vec<u8>,
    pub(super) surface: Surface,
}

impl Image {
    pub(super) fn new(format: vk::Format, width: u32, height: u32, samples: u32, layers: u32) -> Self {
        let format = Format::find(format).unwrap();
        let format = format.planes()[0].format;
        let shape = Shape {
            extent: [width, height, 1],
            block: [1, 1],
            levels: 1,
            layers,
            element_bytes: format.element_bytes(),
            samples,
        };
        let layout = ImageLayout::tiled(shape, false).unwrap();
        let mut memory = vec![0; layout.size() as usize];
        let surface = Surface {
            address: memory.as_mut_ptr() as u64,
            level: *layout.level(0).unwrap(),
            format,
            samples,
            first_layer: 0,
            layers,
            is_3d: false,
        };
        Self { memory, surface }
    }

    pub(super) fn bits(&self, x: u32, y: u32, layer: u32, sample: u32) -> [u32; 4] {
        let at = self.surface.texel(x, y, layer, sample) - self.surface.address;
        // SAFETY: a texel of the image.
        unsafe { (self.surface.format.codec().load)(self.memory[at as usize..].as_ptr()) }
    }

    pub(super) fn color(&self, x: u32, y: u32) -> [f32; 4] {
        self.bits(x, y, 0, 0).map(f32::from_bits)
    }

    pub(super) fn fill(&mut self, color: [f32; 4]) {
        let extent = self.surface.extent();
        for (y, x) in (0..extent.height).flat_map(|y| (0..extent.width).map(move |x| (y, x))) {
            for (layer, sample) in
                (0..self.surface.layers).flat_map(|l| (0..self.surface.samples).map(move |s| (l, s)))
            {
                let at = self.surface.texel(x, y, layer, sample) - self.surface.address;
                let texel = self.memory[at as usize..].as_mut_ptr();
                // SAFETY: a texel of the image.
                unsafe { (self.surface.format.codec().store)(texel, color.map(f32::to_bits)) };
            }
        }
    }

    /// Pixels, by what their red is times 10, rounded.
    pub(super) fn text(&self) -> Vec<String> {
        let extent = self.surface.extent();
        let digit = |red: f32| match (red * 10.0).round() {
            0.0 => '.',
            10.0 => '#',
            n => char::from_digit(n.clamp(0.0, 9.0) as u32, 10).unwrap(),
        };
        (0..extent.height).map(|y| (0..extent.width).map(|x| digit(self.color(x, y)[0])).collect()).collect()
    }
}

/// All that a draw takes.
pub(super) struct Scene {
    pub(super) state: DrawState,
    pub(super) targets: Targets,
    pub(super) inputs: DrawInputs,
}

impl Scene {
    /// Draws triangles of the vertices with flat fill, no tests and no blending, over all of the image.
    pub(super) fn new(image: &Image, list: Vec<Vertex>) -> Self {
        let extent = image.surface.extent();
        let count = list.len() as u32;
        let rect = vk::Rect2D { extent, ..Default::default() };
        let viewport = vk::Viewport {
            width: extent.width as f32,
            height: extent.height as f32,
            max_depth: 1.0,
            ..Default::default()
        };
        let state = DrawState {
            stages: Stages {
                vertex: vertices(list),
                tessellation_control: None,
                tessellation_evaluation: None,
                geometry: None,
                fragment: Some(pass(Interpolation::Smooth)),
            },
            vertex_input: VertexInput::default(),
            assembly: InputAssembly {
                topology: vk::PrimitiveTopology::TRIANGLE_LIST,
                primitive_restart: false,
                patch_control_points: 0,
                domain_origin: vk::TessellationDomainOrigin::UPPER_LEFT,
            },
            viewport: ViewportState {
                viewports: [viewport].into_iter().collect(),
                scissors: [rect].into_iter().collect(),
                negative_one_to_one: false,
            },
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
            multisample: Multisample {
                samples: image.surface.samples,
                sample_shading: None,
                mask: u32::MAX,
                alpha_to_coverage: false,
                alpha_to_one: false,
                locations: None,
            },
            depth_stencil: DepthStencil {
                depth_test: false,
                depth_write: false,
                depth_compare: vk::CompareOp::ALWAYS,
                depth_bounds: None,
                stencil: None,
            },
            blend: Blend {
                logic_op: None,
                constants: [0.0; 4],
                attachments: [vk::PipelineColorBlendAttachmentState {
                    color_write_mask: vk::ColorComponentFlags::RGBA,
                    ..Default::default()
                }]
                .into_iter()
                .collect(),
            },
        };
        let targets = Targets {
            area: rect,
            layers: image.surface.layers,
            color_locations: Default::default(),
            view_mask: 0,
            colors: [Some(image.surface)].into_iter().collect(),
            depth: None,
            stencil: None,
        };
        let inputs = DrawInputs {
            vertex_buffers: Default::default(),
            index_buffer: None,
            draw: DrawCommand::Direct { vertices: count, instances: 1, first_vertex: 0, first_instance: 0 },
            draw_index: 0,
            transform_feedback: None,
        };
        Self { state, targets, inputs }
    }

    /// Adds one to what is there, so that each coverage counts; the image must be of floats.
    pub(super) fn count_coverage(&mut self) {
        self.state.blend.attachments[0] = vk::PipelineColorBlendAttachmentState {
            blend_enable: 1,
            src_color_blend_factor: vk::BlendFactor::ONE,
            dst_color_blend_factor: vk::BlendFactor::ONE,
            src_alpha_blend_factor: vk::BlendFactor::ONE,
            dst_alpha_blend_factor: vk::BlendFactor::ONE,
            color_write_mask: vk::ColorComponentFlags::RGBA,
            ..Default::default()
        };
    }

    pub(super) fn draw(&self) -> u64 {
        let passed = AtomicU64::new(0);
        let queries = Queries { occlusion: Some(&passed), ..Default::default() };
        self.draw_with(&queries);
        passed.load(Ordering::Relaxed)
    }

    pub(super) fn draw_with(&self, queries: &Queries<'_>) {
        let context = crate::compute::context(Default::default()).unwrap();
        // SAFETY: the tests keep their images to the end.
        unsafe { draw(&self.state, &self.targets, &context, &self.inputs, queries) }.unwrap();
    }
}

/// A vertex at a pixel position of an image of a size, with a color of one number.
pub(super) fn at(image: &Image, x: f32, y: f32, color: f32) -> Vertex {
    let extent = image.surface.extent();
    let (x, y) = (x / extent.width as f32 * 2.0 - 1.0, y / extent.height as f32 * 2.0 - 1.0);
    ([x, y, 0.5, 1.0], [color; 4])
}
