//! A render pass with one subpass, its framebuffer and its attachments.

use ash::vk;

use super::{Attachment, AttachmentShape, Check, Device, Recorder, Result};

/// What a canvas has.
#[derive(Clone, Copy, Debug)]
pub struct CanvasShape {
    /// Width and height.
    pub extent: [u32; 2],
    /// Samples of a texel; several are resolved.
    pub samples: vk::SampleCountFlags,
    /// Whether there is a depth and stencil attachment too.
    pub depth: Option<vk::Format>,
    /// A bit for each view; zero for none. A layer for each.
    pub views: u32,
}

impl CanvasShape {
    /// Color with one sample.
    #[must_use]
    pub fn flat(width: u32, height: u32) -> Self {
        Self { extent: [width, height], samples: vk::SampleCountFlags::TYPE_1, depth: None, views: 0 }
    }
}

/// See the module. Colors are `R8G8B8A8_UNORM`.
pub struct Canvas {
    device: Device,
    /// What is left at the end.
    pub color: Attachment,
    /// What is drawn to, where samples are resolved.
    many: Option<Attachment>,
    /// Depth and stencil.
    pub depth: Option<Attachment>,
    /// The render pass.
    pub pass: vk::RenderPass,
    framebuffer: vk::Framebuffer,
    /// What it has.
    pub shape: CanvasShape,
}

/// The color format.
pub const CANVAS_FORMAT: vk::Format = vk::Format::R8G8B8A8_UNORM;

impl Canvas {
    /// A canvas of undefined contents.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn new(device: &Device, shape: CanvasShape) -> Result<Self> {
        let layers = (u32::BITS - shape.views.leading_zeros()).max(1);
        let image = |format, samples| {
            Attachment::new(device, AttachmentShape { format, extent: shape.extent, layers, samples })
        };
        let one = vk::SampleCountFlags::TYPE_1;
        let color = image(CANVAS_FORMAT, one)?;
        let many = if shape.samples == one { None } else { Some(image(CANVAS_FORMAT, shape.samples)?) };
        let depth = shape.depth.map(|format| image(format, shape.samples)).transpose()?;
        let (pass, framebuffer) = (vk::RenderPass::null(), vk::Framebuffer::null());
        let mut canvas = Self { device: device.clone(), color, many, depth, pass, framebuffer, shape };
        canvas.pass = canvas.make_pass()?;
        canvas.framebuffer = canvas.make_framebuffer(if shape.views == 0 { layers } else { 1 })?;
        Ok(canvas)
    }

    fn attachments(&self) -> impl Iterator<Item = &Attachment> {
        self.many.iter().chain([&self.color]).chain(&self.depth)
    }

    fn make_pass(&self) -> Result<vk::RenderPass> {
        let descriptions: Vec<_> = self.attachments().map(|attachment| describe(&attachment.shape)).collect();
        let reference = |index, layout| vk::AttachmentReference { attachment: index, layout };
        let target = vk::ImageLayout::COLOR_ATTACHMENT_OPTIMAL;
        let (colors, resolves) = ([reference(0, target)], [reference(1, target)]);
        let count = descriptions.len() as u32;
        let depth = reference(count - 1, vk::ImageLayout::DEPTH_STENCIL_ATTACHMENT_OPTIMAL);
        let mut subpass = vk::SubpassDescription::default().color_attachments(&colors);
        if self.many.is_some() {
            subpass = subpass.resolve_attachments(&resolves);
        }
        if self.depth.is_some() {
            subpass = subpass.depth_stencil_attachment(&depth);
        }
        let (subpasses, views) = ([subpass], [self.shape.views]);
        let mut multiview = vk::RenderPassMultiviewCreateInfo::default().view_masks(&views);
        let mut info = vk::RenderPassCreateInfo::default().attachments(&descriptions).subpasses(&subpasses);
        if self.shape.views != 0 {
            info = info.push_next(&mut multiview);
        }
        // SAFETY: `info` and what it points to outlive the call.
        unsafe { self.device.raw.create_render_pass(&info, None) }.at("vkCreateRenderPass")
    }

    fn make_framebuffer(&self, layers: u32) -> Result<vk::Framebuffer> {
        let views: Vec<_> = self.attachments().map(|attachment| attachment.view).collect();
        let [width, height] = self.shape.extent;
        let info = vk::FramebufferCreateInfo::default()
            .render_pass(self.pass)
            .attachments(&views)
            .width(width)
            .height(height)
            .layers(layers);
        // SAFETY: pass and views are alive.
        unsafe { self.device.raw.create_framebuffer(&info, None) }.at("vkCreateFramebuffer")
    }

    /// All pixels.
    pub fn area(&self) -> vk::Rect2D {
        let [width, height] = self.shape.extent;
        vk::Rect2D { extent: vk::Extent2D { width, height }, ..Default::default() }
    }

    /// Begins the pass with this color, depth 1 and stencil 0.
    pub fn begin(&self, recorder: &Recorder<'_>, color: [f32; 4], contents: vk::SubpassContents) {
        let color = vk::ClearValue { color: vk::ClearColorValue { float32: color } };
        let depth = vk::ClearValue { depth_stencil: vk::ClearDepthStencilValue { depth: 1.0, stencil: 0 } };
        let mut clears = vec![color; 1 + usize::from(self.many.is_some())];
        clears.push(depth);
        let info = vk::RenderPassBeginInfo::default()
            .render_pass(self.pass)
            .framebuffer(self.framebuffer)
            .render_area(self.area())
            .clear_values(&clears);
        // SAFETY: recording; pass and framebuffer are alive.
        unsafe { self.device.raw.cmd_begin_render_pass(recorder.handle, &info, contents) };
    }

    /// The framebuffer, for inheritance.
    #[must_use]
    pub fn framebuffer(&self) -> vk::Framebuffer {
        self.framebuffer
    }
}

/// Cleared, stored, and at the end ready to be copied.
fn describe(shape: &AttachmentShape) -> vk::AttachmentDescription {
    vk::AttachmentDescription::default()
        .format(shape.format)
        .samples(shape.samples)
        .load_op(vk::AttachmentLoadOp::CLEAR)
        .stencil_load_op(vk::AttachmentLoadOp::CLEAR)
        .store_op(vk::AttachmentStoreOp::STORE)
        .stencil_store_op(vk::AttachmentStoreOp::STORE)
        .final_layout(vk::ImageLayout::TRANSFER_SRC_OPTIMAL)
}

impl Drop for Canvas {
    fn drop(&mut self) {
        // SAFETY: created from this device, destroyed once; null handles are ignored.
        unsafe {
            self.device.raw.destroy_framebuffer(self.framebuffer, None);
            self.device.raw.destroy_render_pass(self.pass, None);
        }
    }
}
