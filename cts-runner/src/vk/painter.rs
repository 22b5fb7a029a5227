//! Graphics pipelines with their layouts.

use ash::vk;

use super::{CANVAS_FORMAT, Check, Device, Recorder, Result};

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
    /// What the color attachment does.
    pub blend: vk::PipelineColorBlendAttachmentState,
    /// What the depth attachment does.
    pub depth: vk::PipelineDepthStencilStateCreateInfo<'a>,
    /// State that commands set.
    pub dynamic: &'a [vk::DynamicState],
    /// The pass and subpass; null for dynamic rendering.
    pub pass: (vk::RenderPass, u32),
    /// Type of the one descriptor in set 0, for the fragment shader.
    pub descriptor: Option<vk::DescriptorType>,
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
            blend: vk::PipelineColorBlendAttachmentState::default()
                .color_write_mask(vk::ColorComponentFlags::RGBA),
            depth: vk::PipelineDepthStencilStateCreateInfo::default(),
            dynamic: &[],
            pass: (pass, 0),
            descriptor: None,
        }
    }
}

/// A graphics pipeline.
pub struct Painter {
    device: Device,
    /// The pipeline.
    pub pipeline: vk::Pipeline,
    /// Its layout: 20 bytes of push constants, set 0 if there is a descriptor.
    pub layout: vk::PipelineLayout,
    /// The layout of set 0, if there is a descriptor.
    pub set_layout: vk::DescriptorSetLayout,
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
            set_layout: vk::DescriptorSetLayout::null(),
        };
        if let Some(kind) = options.descriptor {
            let bindings = [vk::DescriptorSetLayoutBinding::default()
                .descriptor_type(kind)
                .descriptor_count(1)
                .stage_flags(vk::ShaderStageFlags::FRAGMENT)];
            let info = vk::DescriptorSetLayoutCreateInfo::default().bindings(&bindings);
            // SAFETY: `info` outlives the call.
            painter.set_layout = unsafe { device.raw.create_descriptor_set_layout(&info, None) }
                .at("vkCreateDescriptorSetLayout")?;
        }
        let sets = [painter.set_layout];
        let ranges = [vk::PushConstantRange { stage_flags: PUSH_STAGES, offset: 0, size: 20 }];
        let info = vk::PipelineLayoutCreateInfo::default()
            .push_constant_ranges(&ranges)
            .set_layouts(&sets[..usize::from(options.descriptor.is_some())]);
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

    /// A set 0 with this view as its input attachment.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn input_set(&self, view: vk::ImageView) -> Result<InputSet> {
        let kind = vk::DescriptorType::INPUT_ATTACHMENT;
        let sizes = [vk::DescriptorPoolSize { ty: kind, descriptor_count: 1 }];
        let info = vk::DescriptorPoolCreateInfo::default().max_sets(1).pool_sizes(&sizes);
        // SAFETY: `info` outlives the call.
        let pool =
            unsafe { self.device.raw.create_descriptor_pool(&info, None) }.at("vkCreateDescriptorPool")?;
        let mut set = InputSet { device: self.device.clone(), pool, handle: vk::DescriptorSet::null() };
        let layouts = [self.set_layout];
        let info = vk::DescriptorSetAllocateInfo::default().descriptor_pool(pool).set_layouts(&layouts);
        // SAFETY: pool and layout are alive.
        let sets =
            unsafe { self.device.raw.allocate_descriptor_sets(&info) }.at("vkAllocateDescriptorSets")?;
        set.handle = sets[0];
        let infos =
            [vk::DescriptorImageInfo::default().image_view(view).image_layout(vk::ImageLayout::GENERAL)];
        let write =
            vk::WriteDescriptorSet::default().dst_set(set.handle).descriptor_type(kind).image_info(&infos);
        // SAFETY: set and view are alive; the set is not in use by the device.
        unsafe { self.device.raw.update_descriptor_sets(&[write], &[]) };
        Ok(set)
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
        let raster = vk::PipelineRasterizationStateCreateInfo::default().line_width(1.0);
        let samples =
            vk::PipelineMultisampleStateCreateInfo::default().rasterization_samples(options.samples);
        let attachments = [options.blend];
        let blend = vk::PipelineColorBlendStateCreateInfo::default().attachments(&attachments);
        let dynamic = vk::PipelineDynamicStateCreateInfo::default().dynamic_states(options.dynamic);
        let formats = [CANVAS_FORMAT];
        let mut rendering = vk::PipelineRenderingCreateInfo::default().color_attachment_formats(&formats);
        let mut info = vk::GraphicsPipelineCreateInfo::default()
            .stages(&stages)
            .vertex_input_state(&input)
            .input_assembly_state(&assembly)
            .viewport_state(&viewport)
            .rasterization_state(&raster)
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
        let cache = vk::PipelineCache::null();
        // SAFETY: all parts are alive during the call.
        let pipelines = unsafe { self.device.raw.create_graphics_pipelines(cache, &[info], None) };
        pipelines.map(|p| p[0]).map_err(|(_, e)| e).at("vkCreateGraphicsPipelines")
    }
}

/// A descriptor set with its own pool.
pub struct InputSet {
    device: Device,
    pool: vk::DescriptorPool,
    /// The handle.
    pub handle: vk::DescriptorSet,
}

impl Drop for InputSet {
    fn drop(&mut self) {
        // SAFETY: created from this device, destroyed once; frees its set.
        unsafe { self.device.raw.destroy_descriptor_pool(self.pool, None) };
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
            raw.destroy_descriptor_set_layout(self.set_layout, None);
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
