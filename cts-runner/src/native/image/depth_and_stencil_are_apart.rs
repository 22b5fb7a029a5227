//! Depth and stencil of one image are cleared and copied each on their own.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

const SIZE: u32 = 150;

pub(super) fn run(cx: &Context) -> Outcome {
    let format = vk::Format::D32_SFLOAT_S8_UINT;
    let wanted = vk::FormatFeatureFlags::TRANSFER_SRC | vk::FormatFeatureFlags::TRANSFER_DST;
    if !cx.device.physical.optimal_features(format).contains(wanted) {
        return Err(vk::Error::NotSupported(format!("{format:?}")).into());
    }
    let shape = ImageShape::flat(format, SIZE, SIZE);
    let usage = vk::ImageUsageFlags::TRANSFER_SRC | vk::ImageUsageFlags::TRANSFER_DST;
    let mut image = StorageImage::unbound(&cx.device, shape, vk::ImageCreateFlags::empty(), usage)?;
    image.bind_memory()?;
    let texels = u64::from(SIZE * SIZE);
    let (depths, stencils) = (cx.host(texels * 4)?, cx.host(texels)?);
    let range = |aspect_mask| vk::ImageSubresourceRange { aspect_mask, ..image.all() };
    let region = |aspect_mask| {
        let whole = shape.whole_level(0, 0);
        let image_subresource = vk::ImageSubresourceLayers { aspect_mask, ..whole.image_subresource };
        vk::BufferImageCopy { image_subresource, ..whole }
    };
    let (depth, stencil) = (vk::ImageAspectFlags::DEPTH, vk::ImageAspectFlags::STENCIL);
    let layout = vk::ImageLayout::GENERAL;
    let raw = &cx.device.raw;
    let queue = cx.device.queue(vk::QueueFlags::GRAPHICS).or_else(|_| cx.compute())?;
    queue.run(&cx.device, |r| {
        let value = |depth, stencil| vk::ClearDepthStencilValue { depth, stencil };
        // SAFETY: recording; the image is alive.
        let clear = |value, aspects| unsafe {
            raw.cmd_clear_depth_stencil_image(r.handle, image.handle, layout, &value, &[range(aspects)]);
        };
        clear(value(0.25, 7), depth | stencil);
        r.barrier();
        clear(value(0.75, 99), depth);
        r.barrier();
        r.copy_from_image(&image, &depths, &[region(depth)]);
        r.copy_from_image(&image, &stencils, &[region(stencil)]);
        r.barrier();
    })?;
    uniform("depth", &depths.words(), 0.75f32.to_bits())?;
    check!(stencils.memory.read::<u8>(0, texels as usize).iter().all(|&s| s == 7), "stencil is not 7");
    Ok(())
}
