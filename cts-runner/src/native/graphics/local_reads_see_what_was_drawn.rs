//! In dynamic rendering, one attachment is drawn to and read at the same pixel by later draws, and locations move outputs to other
//! attachments.

use ash::khr;

use super::support::{BLUE, GREEN, RED, cleared, color, each_pixel, rendering_to};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Graphics, Need::DynamicRendering, Need::LocalRead];

const EXTENT: [u32; 2] = [8, 8];
/// The first attachment takes the first output, the second one none, and the other way round.
const TO_FIRST: [u32; 2] = [0, vk::ATTACHMENT_UNUSED];
const TO_SECOND: [u32; 2] = [vk::ATTACHMENT_UNUSED, 0];

pub(super) fn run(cx: &Context) -> Outcome {
    let shape = vk::AttachmentShape::flat(vk::CANVAS_FORMAT, EXTENT);
    let images = [vk::Attachment::new(&cx.device, shape)?, vk::Attachment::new(&cx.device, shape)?];
    let first = vk::PainterOptions {
        dynamic: &[vk::DynamicState::SCISSOR],
        colors: 2,
        locations: &TO_FIRST,
        ..vk::PainterOptions::colored(vk::SCREEN_VERT, vk::COLOR_FRAG, vk::RenderPass::null(), EXTENT)
    };
    let second = vk::PainterOptions {
        fragment: vk::INPUT_FRAG,
        locations: &TO_SECOND,
        bindings: &[(vk::DescriptorType::INPUT_ATTACHMENT, 1)],
        ..first
    };
    let painters = [vk::Painter::new(&cx.device, &first)?, vk::Painter::new(&cx.device, &second)?];
    let set = painters[1].set()?;
    set.write_input(0, &images[0]);
    let rendering = cx.device.dynamic_rendering()?;
    let local =
        khr::dynamic_rendering_local_read::Device::new(cx.device.physical.instance.raw(), &cx.device.raw);
    let attachments = images.each_ref().map(|image| cleared(image, vk::ImageLayout::GENERAL, BLUE));
    let info = rendering_to(EXTENT, &attachments);
    let hosts = [cx.host(256)?, cx.host(256)?];
    let stripe = |r: &vk::Recorder<'_>, x, width| {
        let extent = vk::Extent2D { width, height: EXTENT[1] };
        let scissor = vk::Rect2D { offset: vk::Offset2D { x, y: 0 }, extent };
        // SAFETY: recording.
        unsafe { r.device.raw.cmd_set_scissor(r.handle, 0, &[scissor]) };
        r.draw(3);
    };
    let locations = |r: &vk::Recorder<'_>, list: &[u32]| {
        let info = vk::RenderingAttachmentLocationInfoKHR::default().color_attachment_locations(list);
        // SAFETY: recording, in rendering.
        unsafe { local.cmd_set_rendering_attachment_locations(r.handle, &info) };
    };
    cx.draw(|r| {
        // SAFETY: recording; the views are alive.
        unsafe { rendering.cmd_begin_rendering(r.handle, &info) };
        locations(r, &TO_FIRST);
        r.paint(&painters[0]);
        r.push_color(&painters[0], color(RED), 0.5);
        stripe(r, 0, 4);
        r.barrier();
        locations(r, &TO_SECOND);
        r.paint(&painters[1]);
        r.paint_with(&painters[1], &set);
        r.push_color(&painters[1], color(RED), 0.5);
        stripe(r, 2, 4);
        // SAFETY: recording, in rendering.
        unsafe { rendering.cmd_end_rendering(r.handle) };
        r.barrier();
        images.iter().zip(&hosts).for_each(|(image, host)| r.copy_from_attachment(image, host));
        r.barrier();
    })?;
    each_pixel(&hosts[0].words(), EXTENT[0], |x, _| if x < 4 { RED } else { BLUE })?;
    // The input's red and green are exchanged.
    each_pixel(&hosts[1].words(), EXTENT[0], |x, _| match x {
        2..4 => GREEN,
        _ => BLUE,
    })
}
