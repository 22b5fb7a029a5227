//! Every queue that transfers can copy images.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::StorageImage(vk::Format::R32_UINT)];

pub(super) fn run(cx: &Context) -> Outcome {
    let able = vk::QueueFlags::TRANSFER | vk::QueueFlags::COMPUTE | vk::QueueFlags::GRAPHICS;
    for queue in cx.device.queues.iter().filter(|q| q.flags.intersects(able)) {
        let shape = ImageShape::flat(vk::Format::R32_UINT, 16, 4);
        let (a, b) = (StorageImage::new(&cx.device, shape)?, StorageImage::new(&cx.device, shape)?);
        let words: Vec<u32> = (0..64).map(|i| i * i).collect();
        let (from, to) = (HostBuffer::of(&cx.device, &words)?, cx.host(256)?);
        let whole = shape.whole_level(0, 0);
        let copy = vk::ImageCopy {
            src_subresource: whole.image_subresource,
            dst_subresource: whole.image_subresource,
            extent: whole.image_extent,
            ..Default::default()
        };
        queue.run(&cx.device, |r| {
            r.general(&[&a, &b]);
            r.copy_to_image(&from, &a, &[whole]);
            r.barrier();
            r.copy_image(&a, &b, &[copy]);
            r.barrier();
            r.copy_from_image(&b, &to, &[whole]);
            r.barrier();
        })?;
        same(&format!("queue {}.{}", queue.family, queue.index), &to.words(), &words)?;
    }
    Ok(())
}
