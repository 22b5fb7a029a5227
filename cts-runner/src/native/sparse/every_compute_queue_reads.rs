//! What one queue bound, every compute queue reads, and writes through.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 2, 2)?;
    pages.bind(&[pages.map(0, 1), pages.map(1, 0)])?;
    let kernel = cx.kernel(vk::SCRIBBLE, 1, 16)?;
    let set = kernel.set(&[pages.buffer.pages(0, 2)])?;
    let queues = cx.device.queues.iter().filter(|q| q.flags.contains(vk::QueueFlags::COMPUTE));
    for (value, queue) in (1000u32..).step_by(1000).zip(queues) {
        queue.run(&cx.device, |r| {
            r.run(&kernel, &set, &[0, 1, 64, value], 1);
            r.barrier();
        })?;
        let found = pages.memory.read::<u32>(pages.page(), 64);
        let expected: Vec<u32> = (0..64).map(|i| value + i).collect();
        same(&format!("written by queue {}.{}", queue.family, queue.index), &found, &expected)?;
        pages.expect(&[Some(1), Some(0)])?;
    }
    Ok(())
}
