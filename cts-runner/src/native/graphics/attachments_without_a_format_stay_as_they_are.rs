//! A pipeline that declares formats of fewer attachments than there are writes to those alone.

use super::support::{BLUE, RED, cleared, color, each_pixel, rendering_to};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] =
    &[Need::Graphics, Need::DynamicRendering, Need::Extension("VK_EXT_dynamic_rendering_unused_attachments")];

const EXTENT: [u32; 2] = [8, 8];

pub(super) fn run(cx: &Context) -> Outcome {
    let shape = vk::AttachmentShape::flat(vk::CANVAS_FORMAT, EXTENT);
    let images = [vk::Attachment::new(&cx.device, shape)?, vk::Attachment::new(&cx.device, shape)?];
    let options =
        vk::PainterOptions::colored(vk::SCREEN_VERT, vk::COLOR_FRAG, vk::RenderPass::null(), EXTENT);
    let painter = vk::Painter::new(&cx.device, &options)?;
    let rendering = cx.device.dynamic_rendering()?;
    let attachments =
        images.each_ref().map(|image| cleared(image, vk::ImageLayout::TRANSFER_SRC_OPTIMAL, BLUE));
    let info = rendering_to(EXTENT, &attachments);
    let hosts = [cx.host(256)?, cx.host(256)?];
    cx.draw(|r| {
        // SAFETY: recording; the views are alive.
        unsafe { rendering.cmd_begin_rendering(r.handle, &info) };
        r.paint(&painter);
        r.push_color(&painter, color(RED), 0.5);
        r.draw(3);
        // SAFETY: recording, in rendering.
        unsafe { rendering.cmd_end_rendering(r.handle) };
        r.barrier();
        images.iter().zip(&hosts).for_each(|(image, host)| r.copy_from_attachment(image, host));
        r.barrier();
    })?;
    each_pixel(&hosts[0].words(), EXTENT[0], |_, _| RED)?;
    each_pixel(&hosts[1].words(), EXTENT[0], |_, _| BLUE)
}
