//! A chain through all compute and transfer queues by binary semaphores: each adds its link after the one before.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let able = vk::QueueFlags::TRANSFER | vk::QueueFlags::COMPUTE | vk::QueueFlags::GRAPHICS;
    let queues: Vec<_> =
        cx.device.queues.iter().filter(|q| q.flags.intersects(able)).cycle().take(40).collect();
    const SIZE: u64 = 1 << 16;
    let buffers = (0..=queues.len()).map(|_| cx.host(SIZE)).collect::<vk::Result<Vec<_>>>()?;
    let semaphores = queues.iter().map(|_| Semaphore::binary(&cx.device)).collect::<vk::Result<Vec<_>>>()?;
    buffers[0].memory.fill(0x6b);
    let commands = (0..queues.len())
        .map(|i| {
            Commands::record(&cx.device, queues[i].family, |r| {
                r.copy(&buffers[i], 0, &buffers[i + 1], 0, SIZE);
                r.barrier();
            })
        })
        .collect::<vk::Result<Vec<_>>>()?;
    let fence = Fence::new(&cx.device, false)?;
    for (i, queue) in queues.iter().enumerate() {
        let waits = [(&semaphores[i.max(1) - 1], 0)];
        let signals = [(&semaphores[i], 0)];
        let last = i + 1 == queues.len();
        let submit = Submit {
            commands: &[&commands[i]],
            waits: if i == 0 { &[] } else { &waits },
            signals: if last { &[] } else { &signals },
        };
        queue.submit(&cx.device, &[submit], last.then_some(&fence))?;
    }
    fence.wait()?;
    uniform("the end of the chain", &buffers[queues.len()].words(), 0x6b6b_6b6b)
}
