//! A dispatch on another queue that waits for the bind's semaphore sees the bind; a bind that waits for the dispatch
//! comes after it.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 1, 2)?;
    let kernel = cx.kernel(vk::PROBE, 2, 12)?;
    let binder = cx.device.sparse_queues().last().ok_or(vk::Error::NoPhysicalDevice)?;
    let (bound, used) = (Semaphore::binary(&cx.device)?, Semaphore::binary(&cx.device)?);
    pages.bind(&[pages.map(0, 1)])?;
    for round in 0..50u64 {
        let target = round % 2;
        let result = cx.host(pages.page())?;
        let set = kernel.set(&[pages.buffer.pages(0, 1), Bound::whole(&result)])?;
        let words = pages.words();
        let commands = Commands::record(&cx.device, cx.compute()?.family, |r| {
            r.run(&kernel, &set, &[0, 1, words], words.div_ceil(64));
            r.barrier();
        })?;
        let (to, back) = ([pages.map(0, target)], [pages.map(0, 1 - target)]);
        let first =
            BindInfo { buffers: &[(&pages.buffer, &to)], signals: &[(&bound, 0)], ..BindInfo::default() };
        binder.bind_sparse(&cx.device, &[first], None)?;
        let work = Submit { commands: &[&commands], waits: &[(&bound, 0)], signals: &[(&used, 0)] };
        cx.compute()?.submit(&cx.device, &[work], None)?;
        let fence = Fence::new(&cx.device, false)?;
        let second =
            BindInfo { buffers: &[(&pages.buffer, &back)], waits: &[(&used, 0)], ..BindInfo::default() };
        binder.bind_sparse(&cx.device, &[second], Some(&fence))?;
        fence.wait()?;
        same(&format!("round {round}"), &result.words(), &pages.pattern(target))?;
    }
    Ok(())
}
