//! Every queue that computes or transfers can copy, fill and update.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[];

pub(super) fn run(cx: &Context) -> Outcome {
    let able = vk::QueueFlags::TRANSFER | vk::QueueFlags::COMPUTE | vk::QueueFlags::GRAPHICS;
    for queue in cx.device.queues.iter().filter(|q| q.flags.intersects(able)) {
        let (a, b) = (cx.host(256)?, cx.host(256)?);
        queue.run(&cx.device, |r| {
            r.fill(&a, 0, 128, 3);
            r.update(&a, 128, &[4; 128]);
            r.barrier();
            r.copy(&a, 0, &b, 0, 256);
            r.barrier();
        })?;
        let expected: Vec<u32> = (0..64).map(|i| if i < 32 { 3 } else { 0x0404_0404 }).collect();
        same(&format!("queue {}.{}", queue.family, queue.index), &b.words(), &expected)?;
    }
    Ok(())
}
