//! A plane of a multi-planar image is an attachment through a view of its own, and the other planes stay as they are.

use crate::native::prelude::*;
use crate::vk::PlanarImage;

pub(super) const NEEDS: &[Need] = &[Need::Graphics, Need::DynamicRendering];

const FORMAT: vk::Format = vk::Format::G8_B8_R8_3PLANE_420_UNORM;
const LUMA: [u32; 2] = [24, 16];
const CHROMA: [u32; 2] = [12, 8];

pub(super) fn run(cx: &Context) -> Outcome {
    let info = vk::ImageCreateInfo::default()
        .flags(vk::ImageCreateFlags::MUTABLE_FORMAT | vk::ImageCreateFlags::EXTENDED_USAGE)
        .image_type(vk::ImageType::TYPE_2D)
        .format(FORMAT)
        .extent(vk::Extent3D { width: LUMA[0], height: LUMA[1], depth: 1 })
        .mip_levels(1)
        .array_layers(1)
        .samples(vk::SampleCountFlags::TYPE_1)
        .usage(
            vk::ImageUsageFlags::COLOR_ATTACHMENT
                | vk::ImageUsageFlags::TRANSFER_SRC
                | vk::ImageUsageFlags::TRANSFER_DST,
        );
    let physical = &cx.device.physical;
    // SAFETY: the physical device is one of the live instance's.
    let found = unsafe {
        physical.instance.raw().get_physical_device_image_format_properties(
            physical.handle,
            FORMAT,
            info.image_type,
            info.tiling,
            info.usage,
            info.flags,
        )
    };
    if found.is_err() {
        return Err(vk::Error::NotSupported("attachments of several planes".into()).into());
    }
    let mut image = PlanarImage::new(&cx.device, &info)?;
    image.bind()?;
    image.make_plane_view(1, vk::Format::R8_UNORM)?;
    let rendering = cx.device.dynamic_rendering()?;
    let clear_value = vk::ClearValue { color: vk::ClearColorValue { float32: [0.6, 0.0, 0.0, 0.0] } };
    let attachments = [vk::RenderingAttachmentInfo::default()
        .image_view(image.view)
        .image_layout(vk::ImageLayout::GENERAL)
        .load_op(vk::AttachmentLoadOp::CLEAR)
        .store_op(vk::AttachmentStoreOp::STORE)
        .clear_value(clear_value)];
    let area =
        vk::Rect2D { extent: vk::Extent2D { width: CHROMA[0], height: CHROMA[1] }, ..Default::default() };
    let info = vk::RenderingInfo::default().render_area(area).layer_count(1).color_attachments(&attachments);
    let (luma, chroma) = ((LUMA[0] * LUMA[1]) as usize, (CHROMA[0] * CHROMA[1]) as usize);
    let from = HostBuffer::of(&cx.device, &vec![7u8; luma])?;
    let (first, second) = (cx.host(luma as u64)?, cx.host(chroma as u64)?);
    cx.draw(|r| {
        r.planar_general(&image, vk::ImageLayout::UNDEFINED);
        r.copy_to_plane(&from, &image, 0, LUMA);
        r.barrier();
        // SAFETY: recording; the view is alive.
        unsafe { rendering.cmd_begin_rendering(r.handle, &info) };
        // SAFETY: recording, in rendering.
        unsafe { rendering.cmd_end_rendering(r.handle) };
        r.barrier();
        r.copy_from_plane(&image, &first, 0, LUMA);
        r.copy_from_plane(&image, &second, 1, CHROMA);
        r.barrier();
    })?;
    let (first, second): (Vec<u8>, Vec<u8>) = (first.memory.read(0, luma), second.memory.read(0, chroma));
    check!(second.iter().all(|&byte| byte == 153), "chroma is {second:?}, not cleared to 153");
    check!(first.iter().all(|&byte| byte == 7), "luma changed");
    Ok(())
}
