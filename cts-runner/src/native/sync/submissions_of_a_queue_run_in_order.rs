//! A thousand small submissions to one queue, barriers inside, run one after the other.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let (data, result) = (cx.host(256)?, cx.host(256)?);
    let amount = HostBuffer::of(&cx.device, &[3u32])?;
    let kernel = cx.kernel(vk::BUMP, 3, 8)?;
    let set = kernel.set(&[Bound::whole(&data), Bound::whole(&result), Bound::whole(&amount)])?;
    let queue = cx.compute()?;
    let commands = (0..8)
        .map(|_| {
            Commands::record(&cx.device, queue.family, |r| {
                r.barrier();
                r.run(&kernel, &set, &[1, 64], 1);
                r.barrier();
            })
        })
        .collect::<vk::Result<Vec<_>>>()?;
    let fences = (0..8).map(|_| Fence::new(&cx.device, true)).collect::<vk::Result<Vec<_>>>()?;
    for i in 0..1000 {
        let fence = &fences[i % 8];
        fence.wait()?;
        fence.reset()?;
        queue.submit(
            &cx.device,
            &[Submit { commands: &[&commands[i % 8]], ..Submit::default() }],
            Some(fence),
        )?;
    }
    queue.wait_idle(&cx.device)?;
    let expected: Vec<u32> = (0..64).map(|i| 1000 * (3 + i)).collect();
    same("after 1000 submissions", &data.words(), &expected)
}
