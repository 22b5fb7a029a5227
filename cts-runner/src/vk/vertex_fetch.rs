//! Graphics pipelines that end behind the vertex shader: for tests of vertex, index and indirect buffers.
//!
//! Nothing is rasterized. What vertex shaders see is what they store to the storage buffer in binding 0 of set 0.

use ash::vk;

use super::{Bound, Check, Device, Recorder, Result};

/// What there is to fetch.
#[derive(Clone, Copy)]
pub struct VertexFetchOptions<'a> {
    /// The vertex shader.
    pub vertex: &'a [u32],
    /// Format, stride and rate of attribute 0 in binding 0, if there is one.
    pub attribute: Option<(vk::Format, u32, vk::VertexInputRate)>,
}

/// See the module.
pub struct VertexFetch {
    device: Device,
    pass: vk::RenderPass,
    framebuffer: vk::Framebuffer,
    set_layout: vk::DescriptorSetLayout,
    layout: vk::PipelineLayout,
    pool: vk::DescriptorPool,
    set: vk::DescriptorSet,
    pipeline: vk::Pipeline,
}

impl VertexFetch {
    /// Compiles the pipeline; what shaders see goes to `seen`.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn new(device: &Device, options: &VertexFetchOptions<'_>, seen: Bound) -> Result<Self> {
        // Built up step by step, so that an error on the way drops what exists; null handles are ignored by Vulkan.
        let mut fetch = Self {
            device: device.clone(),
            pass: vk::RenderPass::null(),
            framebuffer: vk::Framebuffer::null(),
            set_layout: vk::DescriptorSetLayout::null(),
            layout: vk::PipelineLayout::null(),
            pool: vk::DescriptorPool::null(),
            set: vk::DescriptorSet::null(),
            pipeline: vk::Pipeline::null(),
        };
        fetch.make_pass()?;
        fetch.make_set(seen)?;
        fetch.compile(options)?;
        Ok(fetch)
    }

    /// A pass over nothing.
    fn make_pass(&mut self) -> Result<()> {
        let raw = &self.device.raw;
        let subpasses = [vk::SubpassDescription::default()];
        let info = vk::RenderPassCreateInfo::default().subpasses(&subpasses);
        // SAFETY: `info` outlives the call.
        self.pass = unsafe { raw.create_render_pass(&info, None) }.at("vkCreateRenderPass")?;
        let info = vk::FramebufferCreateInfo::default().render_pass(self.pass).width(1).height(1).layers(1);
        // SAFETY: the pass is alive.
        self.framebuffer = unsafe { raw.create_framebuffer(&info, None) }.at("vkCreateFramebuffer")?;
        Ok(())
    }

    fn make_set(&mut self, seen: Bound) -> Result<()> {
        let raw = &self.device.raw;
        let kind = vk::DescriptorType::STORAGE_BUFFER;
        let bindings = [vk::DescriptorSetLayoutBinding::default()
            .descriptor_type(kind)
            .descriptor_count(1)
            .stage_flags(vk::ShaderStageFlags::VERTEX)];
        let info = vk::DescriptorSetLayoutCreateInfo::default().bindings(&bindings);
        // SAFETY: `info` outlives the call, here and below.
        self.set_layout =
            unsafe { raw.create_descriptor_set_layout(&info, None) }.at("vkCreateDescriptorSetLayout")?;
        let layouts = [self.set_layout];
        let info = vk::PipelineLayoutCreateInfo::default().set_layouts(&layouts);
        // SAFETY: the set layout is alive.
        self.layout = unsafe { raw.create_pipeline_layout(&info, None) }.at("vkCreatePipelineLayout")?;
        let sizes = [vk::DescriptorPoolSize { ty: kind, descriptor_count: 1 }];
        let info = vk::DescriptorPoolCreateInfo::default().max_sets(1).pool_sizes(&sizes);
        // SAFETY: as above.
        self.pool = unsafe { raw.create_descriptor_pool(&info, None) }.at("vkCreateDescriptorPool")?;
        let info = vk::DescriptorSetAllocateInfo::default().descriptor_pool(self.pool).set_layouts(&layouts);
        // SAFETY: pool and layout are alive.
        self.set = unsafe { raw.allocate_descriptor_sets(&info) }.at("vkAllocateDescriptorSets")?[0];
        let infos =
            [vk::DescriptorBufferInfo { buffer: seen.buffer, offset: seen.offset, range: seen.range }];
        let write =
            vk::WriteDescriptorSet::default().dst_set(self.set).descriptor_type(kind).buffer_info(&infos);
        // SAFETY: set and buffer are alive.
        unsafe { raw.update_descriptor_sets(&[write], &[]) };
        Ok(())
    }

    fn compile(&mut self, options: &VertexFetchOptions<'_>) -> Result<()> {
        let raw = &self.device.raw;
        let info = vk::ShaderModuleCreateInfo::default().code(options.vertex);
        // SAFETY: valid SPIR-V from `build.rs`, alive during the call.
        let module = unsafe { raw.create_shader_module(&info, None) }.at("vkCreateShaderModule")?;
        let stages = [vk::PipelineShaderStageCreateInfo::default()
            .stage(vk::ShaderStageFlags::VERTEX)
            .module(module)
            .name(c"main")];
        let (format, stride, input_rate) = options.attribute.unwrap_or_default();
        let bindings = [vk::VertexInputBindingDescription { binding: 0, stride, input_rate }];
        let attributes = [vk::VertexInputAttributeDescription { format, ..Default::default() }];
        let mut input = vk::PipelineVertexInputStateCreateInfo::default();
        if options.attribute.is_some() {
            input = input.vertex_binding_descriptions(&bindings).vertex_attribute_descriptions(&attributes);
        }
        let assembly =
            vk::PipelineInputAssemblyStateCreateInfo::default().topology(vk::PrimitiveTopology::POINT_LIST);
        let raster = vk::PipelineRasterizationStateCreateInfo::default()
            .rasterizer_discard_enable(true)
            .line_width(1.0);
        let info = vk::GraphicsPipelineCreateInfo::default()
            .stages(&stages)
            .vertex_input_state(&input)
            .input_assembly_state(&assembly)
            .rasterization_state(&raster)
            .layout(self.layout)
            .render_pass(self.pass);
        // SAFETY: all parts are alive during the call.
        let made = unsafe { raw.create_graphics_pipelines(vk::PipelineCache::null(), &[info], None) };
        // SAFETY: the pipeline does not need its module any more.
        unsafe { raw.destroy_shader_module(module, None) };
        self.pipeline = made.map_err(|(_, e)| e).at("vkCreateGraphicsPipelines")?[0];
        Ok(())
    }
}

impl Drop for VertexFetch {
    fn drop(&mut self) {
        let raw = &self.device.raw;
        // SAFETY: created from this device, destroyed once; null handles are ignored.
        unsafe {
            raw.destroy_pipeline(self.pipeline, None);
            raw.destroy_descriptor_pool(self.pool, None);
            raw.destroy_pipeline_layout(self.layout, None);
            raw.destroy_descriptor_set_layout(self.set_layout, None);
            raw.destroy_framebuffer(self.framebuffer, None);
            raw.destroy_render_pass(self.pass, None);
        }
    }
}

impl Recorder<'_> {
    /// A whole pass with this pipeline, in which `draw` records draws.
    pub fn fetch_vertices(&self, fetch: &VertexFetch, draw: impl FnOnce(&Self)) {
        let raw = &self.device.raw;
        let extent = vk::Extent2D { width: 1, height: 1 };
        let info = vk::RenderPassBeginInfo::default()
            .render_pass(fetch.pass)
            .framebuffer(fetch.framebuffer)
            .render_area(vk::Rect2D { extent, ..Default::default() });
        let point = vk::PipelineBindPoint::GRAPHICS;
        // SAFETY: recording; pass, framebuffer, pipeline and set are alive.
        unsafe {
            raw.cmd_begin_render_pass(self.handle, &info, vk::SubpassContents::INLINE);
            raw.cmd_bind_pipeline(self.handle, point, fetch.pipeline);
            raw.cmd_bind_descriptor_sets(self.handle, point, fetch.layout, 0, &[fetch.set], &[]);
        }
        draw(self);
        // SAFETY: in the pass that began above.
        unsafe { raw.cmd_end_render_pass(self.handle) };
    }
}
