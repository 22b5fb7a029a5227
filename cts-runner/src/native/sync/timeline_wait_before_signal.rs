//! Work may be submitted before what it waits for: by the host, by the same and by other queues, in reverse order.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::Timeline];

pub(super) fn run(cx: &Context) -> Outcome {
    let timeline = Semaphore::timeline(&cx.device, 0)?;
    let queues: Vec<_> =
        cx.device.queues.iter().filter(|q| q.flags.contains(vk::QueueFlags::COMPUTE)).collect();
    // On one queue, a submission that waits may hold back what comes after it: then only the host signals.
    let links = if queues.len() > 1 { queues.len() } else { 1 };
    let buffers = (0..=links).map(|_| cx.host(4096)).collect::<vk::Result<Vec<_>>>()?;
    buffers[0].memory.fill(0x17);
    let mut kept = Vec::new();
    for i in (0..links).rev() {
        let commands = Commands::record(&cx.device, queues[i].family, |r| {
            r.copy(&buffers[i], 0, &buffers[i + 1], 0, 4096);
            r.barrier();
        })?;
        let value = i as u64 + 1;
        let submit = Submit {
            commands: &[&commands],
            waits: &[(&timeline, value)],
            signals: &[(&timeline, value + 1)],
        };
        queues[i].submit(&cx.device, &[submit], None)?;
        kept.push(commands);
    }
    check!(!timeline.wait_for(2, 20_000_000)?, "work ran before its wait was satisfied");
    uniform("the end of the chain before the signal", &buffers[links].words(), 0)?;
    timeline.signal(1)?;
    check!(timeline.wait_for(links as u64 + 1, vk::PATIENCE)?, "the chain did not run to its end");
    uniform("the end of the chain", &buffers[links].words(), 0x1717_1717)
}
