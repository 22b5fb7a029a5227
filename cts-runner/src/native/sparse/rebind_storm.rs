//! A thousand rebinds of one page, each followed by its use on the same queue, never show an old page.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 1, 4)?;
    let result = cx.host(256)?;
    let kernel = cx.kernel(vk::PROBE, 2, 12)?;
    let set = kernel.set(&[pages.buffer.pages(0, 1), Bound::whole(&result)])?;
    let commands = Commands::record(&cx.device, cx.compute()?.family, |r| {
        r.run(&kernel, &set, &[0, 1, 64], 1);
        r.barrier();
    })?;
    for round in 0..1000u64 {
        let m = (round * 3 + 1) % 4;
        pages.bind(&[pages.map(0, m)])?;
        cx.compute()?.run_recorded(&cx.device, &[&commands])?;
        same(&format!("round {round}"), &result.words(), &pages.pattern(m)[..64])?;
    }
    Ok(())
}
