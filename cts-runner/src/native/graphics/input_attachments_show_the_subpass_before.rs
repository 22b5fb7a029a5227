//! The second subpass reads what the first one drew, at the same pixel.

use super::support::{BLACK, BLUE, GREEN, RED, color, each_pixel};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics];

const EXTENT: [u32; 2] = [8, 8];

pub(super) fn run(cx: &Context) -> Outcome {
    let shape = vk::AttachmentShape::flat(vk::CANVAS_FORMAT, EXTENT);
    let images = [vk::Attachment::new(&cx.device, shape)?, vk::Attachment::new(&cx.device, shape)?];
    let pass = Pass::new(&cx.device, &images)?;
    let first = vk::PainterOptions {
        dynamic: &[vk::DynamicState::SCISSOR],
        ..vk::PainterOptions::colored(vk::SCREEN_VERT, vk::COLOR_FRAG, pass.pass, EXTENT)
    };
    let second = vk::PainterOptions {
        pass: (pass.pass, 1),
        bindings: &[(vk::DescriptorType::INPUT_ATTACHMENT, 1)],
        ..vk::PainterOptions::colored(vk::SCREEN_VERT, vk::INPUT_FRAG, pass.pass, EXTENT)
    };
    let painters = [vk::Painter::new(&cx.device, &first)?, vk::Painter::new(&cx.device, &second)?];
    let set = painters[1].set()?;
    set.write_input(0, &images[0]);
    let host = cx.host(images[1].texels() * 4)?;
    cx.draw(|r| {
        pass.begin(r);
        r.paint(&painters[0]);
        for (x, word) in [(0, RED), (4, GREEN)] {
            let extent = vk::Extent2D { width: 2, height: 8 };
            let scissor = vk::Rect2D { offset: vk::Offset2D { x, y: 0 }, extent };
            // SAFETY: recording.
            unsafe { r.device.raw.cmd_set_scissor(r.handle, 0, &[scissor]) };
            r.push_color(&painters[0], color(word), 0.5);
            r.draw(3);
        }
        // SAFETY: recording, in a pass.
        unsafe {
            r.device.raw.cmd_next_subpass(r.handle, vk::SubpassContents::INLINE);
        }
        r.paint(&painters[1]);
        r.paint_with(&painters[1], &set);
        r.push_color(&painters[1], color(BLACK), 0.5);
        r.draw(3);
        r.end_pass();
        r.barrier();
        r.copy_from_attachment(&images[1], &host);
        r.barrier();
    })?;
    // Red and green are exchanged; the clear of the first attachment is blue.
    each_pixel(&host.words(), EXTENT[0], |x, _| match x {
        0..2 => GREEN,
        4..6 => RED,
        _ => BLUE,
    })
}

/// Two subpasses: the first draws to attachment 0, the second reads it and draws to attachment 1.
struct Pass {
    device: Device,
    pass: vk::RenderPass,
    framebuffer: vk::Framebuffer,
}

impl Pass {
    fn new(device: &Device, images: &[vk::Attachment; 2]) -> vk::Result<Self> {
        let attachment = vk::AttachmentDescription::default()
            .format(vk::CANVAS_FORMAT)
            .samples(vk::SampleCountFlags::TYPE_1)
            .load_op(vk::AttachmentLoadOp::CLEAR)
            .store_op(vk::AttachmentStoreOp::STORE)
            .final_layout(vk::ImageLayout::TRANSFER_SRC_OPTIMAL);
        let reference = |attachment| vk::AttachmentReference { attachment, layout: vk::ImageLayout::GENERAL };
        let (zero, one) = ([reference(0)], [reference(1)]);
        let subpasses = [
            vk::SubpassDescription::default().color_attachments(&zero),
            vk::SubpassDescription::default().color_attachments(&one).input_attachments(&zero),
        ];
        let dependencies = [vk::SubpassDependency {
            src_subpass: 0,
            dst_subpass: 1,
            src_stage_mask: vk::PipelineStageFlags::COLOR_ATTACHMENT_OUTPUT,
            dst_stage_mask: vk::PipelineStageFlags::FRAGMENT_SHADER,
            src_access_mask: vk::AccessFlags::COLOR_ATTACHMENT_WRITE,
            dst_access_mask: vk::AccessFlags::INPUT_ATTACHMENT_READ,
            dependency_flags: vk::DependencyFlags::BY_REGION,
        }];
        let attachments = [attachment; 2];
        let info = vk::RenderPassCreateInfo::default()
            .attachments(&attachments)
            .subpasses(&subpasses)
            .dependencies(&dependencies);
        let (pass, framebuffer) = (vk::RenderPass::null(), vk::Framebuffer::null());
        let mut made = Self { device: device.clone(), pass, framebuffer };
        // SAFETY: `info` and what it points to outlive the call.
        made.pass = unsafe { device.raw.create_render_pass(&info, None) }.at("vkCreateRenderPass")?;
        let views = [images[0].view, images[1].view];
        let info = vk::FramebufferCreateInfo::default()
            .render_pass(made.pass)
            .attachments(&views)
            .width(EXTENT[0])
            .height(EXTENT[1])
            .layers(1);
        // SAFETY: pass and views are alive.
        made.framebuffer = unsafe { device.raw.create_framebuffer(&info, None) }.at("vkCreateFramebuffer")?;
        Ok(made)
    }

    fn begin(&self, r: &vk::Recorder<'_>) {
        let clear = |word| vk::ClearValue { color: vk::ClearColorValue { float32: color(word) } };
        let clears = [clear(BLUE), clear(BLACK)];
        let extent = vk::Extent2D { width: EXTENT[0], height: EXTENT[1] };
        let info = vk::RenderPassBeginInfo::default()
            .render_pass(self.pass)
            .framebuffer(self.framebuffer)
            .render_area(vk::Rect2D { extent, ..Default::default() })
            .clear_values(&clears);
        // SAFETY: recording; pass and framebuffer are alive.
        unsafe { r.device.raw.cmd_begin_render_pass(r.handle, &info, vk::SubpassContents::INLINE) };
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        // SAFETY: created from this device, destroyed once; null handles are ignored.
        unsafe {
            self.device.raw.destroy_framebuffer(self.framebuffer, None);
            self.device.raw.destroy_render_pass(self.pass, None);
        }
    }
}
