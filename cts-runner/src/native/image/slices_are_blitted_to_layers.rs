//! `VK_KHR_maintenance8`: a blit puts slices of a 3D image into as many layers of an array.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] =
    &[Need::Compute, Need::Extension("VK_KHR_maintenance8"), Need::StorageImage(vk::Format::R32_UINT)];

const EDGE: u32 = 20;
const SLICES: u32 = 5;

pub(super) fn run(cx: &Context) -> Outcome {
    let solid = StorageImage::new(&cx.device, ImageShape::solid(vk::Format::R32_UINT, [EDGE, EDGE, SLICES]))?;
    let layers = ImageShape { layers: SLICES, ..ImageShape::flat(vk::Format::R32_UINT, EDGE, EDGE) };
    let layers = StorageImage::new(&cx.device, layers)?;
    let words: Vec<u32> = (0..EDGE * EDGE * SLICES).map(|i| i * 3 + 1).collect();
    let (from, to) = (HostBuffer::of(&cx.device, &words)?, cx.host(words.len() as u64 * 4)?);
    let edge = EDGE as i32;
    let corners = |depth| [vk::Offset3D::default(), vk::Offset3D { x: edge, y: edge, z: depth }];
    let region = vk::ImageBlit {
        src_subresource: solid.shape.whole_level(0, 0).image_subresource,
        src_offsets: corners(SLICES as i32),
        dst_subresource: layers.shape.whole_level(0, 0).image_subresource,
        dst_offsets: corners(1),
    };
    let queue = cx.device.queue(vk::QueueFlags::GRAPHICS).or_else(|_| cx.compute())?;
    queue.run(&cx.device, |r| {
        r.general(&[&solid, &layers]);
        r.copy_to_image(&from, &solid, &[solid.shape.whole_level(0, 0)]);
        r.barrier();
        r.blit(&solid, &layers, region, vk::Filter::NEAREST);
        r.barrier();
        r.copy_from_image(&layers, &to, &[layers.shape.whole_level(0, 0)]);
        r.barrier();
    })?;
    same("layers", &to.words(), &words)
}
