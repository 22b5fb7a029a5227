//! Graphics pipelines with their layouts.

use ash::vk;

use super::descriptor::SetShape;
use super::{CANVAS_FORMAT, Check, DescriptorSet, Device, Error, Recorder, Result};

/// What a pipeline is made of, besides shaders.
#[derive(Clone, Copy)]
pub struct PainterOptions<'a> {
    /// The vertex shader.
    pub vertex: &'a [u32],
    /// The fragment shader.
    pub fragment: &'a [u32],
    /// Vertices are a position and a color, four floats each, in binding 0.
    pub has_vertices: bool,
    /// How vertices become primitives.
    pub topology: vk::PrimitiveTopology,
    /// Whether an index of all ones ends a strip.
    pub restart: bool,
    /// Width and height of the viewport and the scissor.
    pub extent: [u32; 2],
    /// Samples of a texel.
    pub samples: vk::SampleCountFlags,
    /// Flags of what color attachments do.
    pub blend_flags: vk::PipelineColorBlendStateCreateFlags,
    /// What the color attachment does.
    pub blend: vk::PipelineColorBlendAttachmentState,
    /// From primitives to fragments.
    pub raster: vk::PipelineRasterizationStateCreateInfo<'a>,
    /// What the depth attachment does.
    pub depth: vk::PipelineDepthStencilStateCreateInfo<'a>,
    /// State that commands set.
    pub dynamic: &'a [vk::DynamicState],
    /// The pass and subpass; null for dynamic rendering.
    pub pass: (vk::RenderPass, u32),
    /// Types and counts of the bindings 0, 1, … of set 0, for all stages.
    pub bindings: &'a [(vk::DescriptorType, u32)],
    /// Whether set 0 is pushed.
    pub pushes: bool,
    /// How many color attachments there are; all blend alike.
    pub colors: usize,
    /// Location of the output that each color attachment takes; empty: that of its number.
    pub locations: &'a [u32],
    /// Parts that are made first, each alone, and linked then; none: all is made at once.
    pub parts: &'a [vk::GraphicsPipelineLibraryFlagsEXT],
}

impl<'a> PainterOptions<'a> {
    /// Vertices with colors, triangles, no tests, no blending.
    #[must_use]
    pub fn colored(vertex: &'a [u32], fragment: &'a [u32], pass: vk::RenderPass, extent: [u32; 2]) -> Self {
        Self {
            vertex,
            fragment,
            has_vertices: false,
            topology: vk::PrimitiveTopology::TRIANGLE_LIST,
            restart: false,
            extent,
            samples: vk::SampleCountFlags::TYPE_1,
            blend_flags: vk::PipelineColorBlendStateCreateFlags::empty(),
            blend: vk::PipelineColorBlendAttachmentState::default()
                .color_write_mask(vk::ColorComponentFlags::RGBA),
            raster: vk::PipelineRasterizationStateCreateInfo::default().line_width(1.0),
            depth: vk::PipelineDepthStencilStateCreateInfo::default(),
            dynamic: &[],
            pass: (pass, 0),
            bindings: &[],
            pushes: false,
            colors: 1,
            locations: &[],
            parts: &[],
        }
    }
}

/// A graphics pipeline.
pub struct Painter {
    device: Device,
    /// The pipeline.
    pub pipeline: vk::Pipeline,
    /// Its layout: 20 bytes of push constants, set 0 if there are bindings.
    pub layout: vk::PipelineLayout,
    set: Option<SetShape>,
}

/// Stages that see push constants.
pub const PUSH_STAGES: vk::ShaderStageFlags = vk::ShaderStageFlags::from_raw(
    vk::ShaderStageFlags::VERTEX.as_raw() | vk::ShaderStageFlags::FRAGMENT.as_raw(),
);

impl Painter {
    /// Compiles the pipeline.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn new(device: &Device, options: &PainterOptions<'_>) -> Result<Self> {
        let mut painter = Self {
            device: device.clone(),
            pipeline: vk::Pipeline::null(),
            layout: vk::PipelineLayout::null(),
            set: None,
        };
        if !options.bindings.is_empty() {
            let stages = vk::ShaderStageFlags::ALL_GRAPHICS;
            painter.set = Some(SetShape::new(device, options.bindings, stages, &[], options.pushes)?);
        }
        let sets: Vec<_> = painter.set.iter().map(|set| set.layout).collect();
        let ranges = [vk::PushConstantRange { stage_flags: PUSH_STAGES, offset: 0, size: 20 }];
        let info = vk::PipelineLayoutCreateInfo::default().push_constant_ranges(&ranges).set_layouts(&sets);
        // SAFETY: `info` outlives the call; the set layout is alive.
        painter.layout =
            unsafe { device.raw.create_pipeline_layout(&info, None) }.at("vkCreatePipelineLayout")?;
        let modules = [painter.module(options.vertex)?, painter.module(options.fragment)?];
        let pipeline = painter.compile(options, modules);
        for module in modules {
            // SAFETY: the pipeline does not need its modules any more.
            unsafe { device.raw.destroy_shader_module(module, None) };
        }
        painter.pipeline = pipeline?;
        Ok(painter)
    }

    /// A set 0 in which nothing is written yet.
    ///
    /// # Errors
    /// What the driver returns; [`Error::NotSupported`] without bindings.
    pub fn set(&self) -> Result<DescriptorSet> {
        let shape = self.set.as_ref().ok_or_else(|| Error::NotSupported("a set without bindings".into()))?;
        DescriptorSet::new(&self.device, shape)
    }

    fn module(&self, code: &[u32]) -> Result<vk::ShaderModule> {
        let info = vk::ShaderModuleCreateInfo::default().code(code);
        // SAFETY: valid SPIR-V from `build.rs`, alive during the call.
        unsafe { self.device.raw.create_shader_module(&info, None) }.at("vkCreateShaderModule")
    }

    fn compile(&self, options: &PainterOptions<'_>, modules: [vk::ShaderModule; 2]) -> Result<vk::Pipeline> {
        let flags = [vk::ShaderStageFlags::VERTEX, vk::ShaderStageFlags::FRAGMENT];
        let stage = |(flags, module)| {
            vk::PipelineShaderStageCreateInfo::default().stage(flags).module(module).name(c"main")
        };
        let stages: Vec<_> = flags.into_iter().zip(modules).map(stage).collect();
        let bindings = [vk::VertexInputBindingDescription { stride: 32, ..Default::default() }];
        let attributes = [0, 1].map(|location| vk::VertexInputAttributeDescription {
            location,
            binding: 0,
            format: vk::Format::R32G32B32A32_SFLOAT,
            offset: 16 * location,
        });
        let mut input = vk::PipelineVertexInputStateCreateInfo::default();
        if options.has_vertices {
            input = input.vertex_binding_descriptions(&bindings).vertex_attribute_descriptions(&attributes);
        }
        let assembly = vk::PipelineInputAssemblyStateCreateInfo::default()
            .topology(options.topology)
            .primitive_restart_enable(options.restart);
        let [width, height] = options.extent;
        let viewports = [viewport(width, height)];
        let scissors = [vk::Rect2D { extent: vk::Extent2D { width, height }, ..Default::default() }];
        let viewport =
            vk::PipelineViewportStateCreateInfo::default().viewports(&viewports).scissors(&scissors);
        let samples =
            vk::PipelineMultisampleStateCreateInfo::default().rasterization_samples(options.samples);
        let attachments = vec![options.blend; options.colors];
        let blend = vk::PipelineColorBlendStateCreateInfo::default()
            .flags(options.blend_flags)
            .attachments(&attachments);
        let dynamic = vk::PipelineDynamicStateCreateInfo::default().dynamic_states(options.dynamic);
        let formats = vec![CANVAS_FORMAT; options.colors];
        let mut rendering = vk::PipelineRenderingCreateInfo::default().color_attachment_formats(&formats);
        let mut locations =
            vk::RenderingAttachmentLocationInfoKHR::default().color_attachment_locations(options.locations);
        let mut info = vk::GraphicsPipelineCreateInfo::default()
            .stages(&stages)
            .vertex_input_state(&input)
            .input_assembly_state(&assembly)
            .viewport_state(&viewport)
            .rasterization_state(&options.raster)
            .multisample_state(&samples)
            .depth_stencil_state(&options.depth)
            .color_blend_state(&blend)
            .dynamic_state(&dynamic)
            .layout(self.layout)
            .render_pass(options.pass.0)
            .subpass(options.pass.1);
        if options.pass.0 == vk::RenderPass::null() {
            info = info.push_next(&mut rendering);
        }
        if !options.locations.is_empty() {
            info = info.push_next(&mut locations);
        }
        if options.parts.is_empty() { self.create(&info) } else { self.link(info, options.parts) }
    }

    fn create(&self, info: &vk::GraphicsPipelineCreateInfo<'_>) -> Result<vk::Pipeline> {
        let cache = vk::PipelineCache::null();
        // SAFETY: all parts are alive during the call.
        let pipelines =
            unsafe { self.device.raw.create_graphics_pipelines(cache, std::slice::from_ref(info), None) };
        pipelines.map(|p| p[0]).map_err(|(_, e)| e).at("vkCreateGraphicsPipelines")
    }

    /// A pipeline of parts, which are gone when it is used.
    fn link(
        &self,
        info: vk::GraphicsPipelineCreateInfo<'_>,
        parts: &[vk::GraphicsPipelineLibraryFlagsEXT],
    ) -> Result<vk::Pipeline> {
        let mut libraries = Vec::new();
        let mut outcome = Ok(());
        for &part in parts {
            let mut which = vk::GraphicsPipelineLibraryCreateInfoEXT::default().flags(part);
            let info = info.flags(vk::PipelineCreateFlags::LIBRARY_KHR).push_next(&mut which);
            match self.create(&info) {
                Ok(library) => libraries.push(library),
                Err(error) => outcome = Err(error),
            }
        }
        let mut list = vk::PipelineLibraryCreateInfoKHR::default().libraries(&libraries);
        let linked = outcome.and_then(|()| {
            let info = vk::GraphicsPipelineCreateInfo::default().layout(self.layout).push_next(&mut list);
            self.create(&info)
        });
        for library in libraries {
            // SAFETY: made above, in use by nobody: a pipeline does not need its libraries.
            unsafe { self.device.raw.destroy_pipeline(library, None) };
        }
        linked
    }
}

/// A viewport over all depths.
pub fn viewport(width: u32, height: u32) -> vk::Viewport {
    let (width, height) = (width as f32, height as f32);
    vk::Viewport { width, height, max_depth: 1.0, ..Default::default() }
}

impl Drop for Painter {
    fn drop(&mut self) {
        let raw = &self.device.raw;
        // SAFETY: created from this device, destroyed once; null handles are ignored.
        unsafe {
            raw.destroy_pipeline(self.pipeline, None);
            raw.destroy_pipeline_layout(self.layout, None);
        }
    }
}

impl Recorder<'_> {
    /// Binds a pipeline for draws.
    pub fn paint(&self, painter: &Painter) {
        let point = vk::PipelineBindPoint::GRAPHICS;
        // SAFETY: recording; the pipeline is alive.
        unsafe { self.device.raw.cmd_bind_pipeline(self.handle, point, painter.pipeline) };
    }

    /// The push constants of `screen.vert`.
    pub fn push_color(&self, painter: &Painter, color: [f32; 4], depth: f32) {
        let bytes: Vec<u8> = color.into_iter().chain([depth]).flat_map(f32::to_ne_bytes).collect();
        let layout = painter.layout;
        // SAFETY: recording; the layout is alive; the driver copies `bytes`.
        unsafe { self.device.raw.cmd_push_constants(self.handle, layout, PUSH_STAGES, 0, &bytes) };
    }

    /// Binds set 0 for draws.
    pub fn paint_with(&self, painter: &Painter, set: &DescriptorSet) {
        let (point, layout) = (vk::PipelineBindPoint::GRAPHICS, painter.layout);
        // SAFETY: recording; set and layout are alive.
        unsafe {
            self.device.raw.cmd_bind_descriptor_sets(self.handle, point, layout, 0, &[set.handle], &[])
        };
    }

    /// Draws vertices from 0 on, one instance.
    pub fn draw(&self, vertices: u32) {
        // SAFETY: recording, with a graphics pipeline bound by the caller.
        unsafe { self.device.raw.cmd_draw(self.handle, vertices, 1, 0, 0) };
    }

    /// Ends the render pass.
    pub fn end_pass(&self) {
        // SAFETY: recording, in a render pass.
        unsafe { self.device.raw.cmd_end_render_pass(self.handle) };
    }
}
