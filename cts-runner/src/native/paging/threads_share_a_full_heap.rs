//! Four threads, each with a queue of its own where there are so many, use more than the heap has at the same time.

use super::{LOOK, PIECE, SMALL};
use crate::native::prelude::*;
use crate::native::support::in_threads;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let heap = cx.device.physical.local_heap();
    let count = if heap <= SMALL { heap / 2 / PIECE } else { 4 };
    let queues: Vec<_> =
        cx.device.queues.iter().filter(|queue| queue.flags.contains(vk::QueueFlags::COMPUTE)).collect();
    in_threads(4, |thread| {
        let queue = queues[thread as usize % queues.len()];
        let buffers =
            (0..count).map(|_| vk::LocalBuffer::new(&cx.device, PIECE)).collect::<vk::Result<Vec<_>>>()?;
        let host = cx.host(LOOK)?;
        for round in 0..3 {
            for (i, buffer) in (0u32..).zip(&buffers) {
                queue
                    .run(&cx.device, |r| r.fill(buffer, 0, vk::WHOLE_SIZE, thread << 24 | round << 16 | i))?;
            }
            for (i, buffer) in (0u32..).zip(&buffers) {
                let at = u64::from(i + round) % (PIECE / LOOK) * LOOK;
                queue.run(&cx.device, |r| {
                    r.copy(buffer, at, &host, 0, LOOK);
                    r.barrier();
                })?;
                let what = format!("thread {thread}, round {round}, buffer {i}");
                uniform(&what, &host.words(), thread << 24 | round << 16 | i)?;
            }
        }
        Ok(())
    })
}
