//! Threads record and submit to queues of their own at the same time.

use crate::native::prelude::*;
use crate::native::support::in_threads;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let queues: Vec<_> =
        cx.device.queues.iter().filter(|q| q.flags.contains(vk::QueueFlags::COMPUTE)).collect();
    in_threads(4, |thread| {
        let queue = queues[thread as usize % queues.len()];
        let data = cx.host(4096)?;
        let kernel = cx.kernel(vk::SCRIBBLE, 1, 16)?;
        let set = kernel.set(&[Bound::whole(&data)])?;
        for round in 0..200 {
            let value = (thread << 20) | (round << 10);
            queue.run(&cx.device, |r| {
                r.run(&kernel, &set, &[0, 1, 1024, value], 16);
                r.barrier();
            })?;
            let expected: Vec<u32> = (0..1024).map(|i| value + i).collect();
            same(&format!("thread {thread}, round {round}"), &data.words(), &expected)?;
        }
        Ok(())
    })
}
