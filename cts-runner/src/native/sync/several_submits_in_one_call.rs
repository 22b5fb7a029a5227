//! One call with many submits and several command buffers each runs all of them; its fence comes after the last.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let buffer = cx.host(64 * 4)?;
    let commands = (0..64u32)
        .map(|i| {
            Commands::record(&cx.device, cx.compute()?.family, |r| {
                r.fill(&buffer, u64::from(i) * 4, 4, i + 1)
            })
        })
        .collect::<vk::Result<Vec<_>>>()?;
    let all: Vec<_> = commands.iter().collect();
    let submits: Vec<_> = all.chunks(4).map(|commands| Submit { commands, ..Submit::default() }).collect();
    let fence = Fence::new(&cx.device, false)?;
    cx.compute()?.submit(&cx.device, &submits, Some(&fence))?;
    fence.wait()?;
    same("the buffer", &buffer.words(), &(1..=64).collect::<Vec<_>>())
}
