//! `VK_KHR_maintenance8`: depth and a color of the same bits are copied to each other.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::Extension("VK_KHR_maintenance8")];

const SIZE: u32 = 70;

pub(super) fn run(cx: &Context) -> Outcome {
    let image = |format| {
        let usage = vk::ImageUsageFlags::TRANSFER_SRC | vk::ImageUsageFlags::TRANSFER_DST;
        let shape = ImageShape::flat(format, SIZE, SIZE);
        let mut image = StorageImage::unbound(&cx.device, shape, vk::ImageCreateFlags::empty(), usage)?;
        image.bind_memory()?;
        Ok::<_, vk::Error>(image)
    };
    let (color, depth) = (image(vk::Format::R32_SFLOAT)?, image(vk::Format::D32_SFLOAT)?);
    let back = image(vk::Format::R32_SFLOAT)?;
    let words: Vec<f32> = (0..SIZE * SIZE).map(|i| i as f32 / (SIZE * SIZE) as f32).collect();
    let (from, to) = (HostBuffer::of(&cx.device, &words)?, cx.host(u64::from(SIZE * SIZE) * 4)?);
    let whole = color.shape.whole_level(0, 0);
    let part = |aspect_mask| vk::ImageSubresourceLayers { aspect_mask, ..whole.image_subresource };
    let (red, far) = (part(vk::ImageAspectFlags::COLOR), part(vk::ImageAspectFlags::DEPTH));
    let region = |src_subresource, dst_subresource| vk::ImageCopy {
        src_subresource,
        dst_subresource,
        extent: whole.image_extent,
        ..Default::default()
    };
    let queue = cx.device.queue(vk::QueueFlags::GRAPHICS).or_else(|_| cx.compute())?;
    queue.run(&cx.device, |r| {
        r.copy_to_image(&from, &color, &[whole]);
        r.barrier();
        r.copy_image(&color, &depth, &[region(red, far)]);
        r.barrier();
        r.copy_image(&depth, &back, &[region(far, red)]);
        r.barrier();
        r.copy_from_image(&back, &to, &[whole]);
        r.barrier();
    })?;
    let expected: Vec<u32> = words.iter().map(|word| word.to_bits()).collect();
    same("color, depth, color", &to.words(), &expected)
}
