//! Binding pages on one queue while a dispatch works on other pages disturbs neither.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency, Need::SparseQueues(2)];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 64, 64)?;
    let stable: Vec<_> = (0..32).map(|page| pages.map(page, page)).collect();
    pages.bind(&stable)?;
    let binder = cx.device.sparse_queues().last().ok_or(vk::Error::NoPhysicalDevice)?;
    let words = pages.words() * 32;
    let result = cx.host(u64::from(words) * 4)?;
    let kernel = cx.kernel(vk::PROBE, 2, 12)?;
    let set = kernel.set(&[pages.buffer.pages(0, 32), Bound::whole(&result)])?;
    let expected: Vec<u32> = (0..32).flat_map(|m| pages.pattern(m)).collect();
    for round in 0..20 {
        let commands = Commands::record(&cx.device, cx.compute()?.family, |r| {
            r.run(&kernel, &set, &[0, 1, words], words.div_ceil(64));
            r.barrier();
        })?;
        let fence = Fence::new(&cx.device, false)?;
        cx.compute()?.submit(
            &cx.device,
            &[Submit { commands: &[&commands], ..Submit::default() }],
            Some(&fence),
        )?;
        for page in 32..64 {
            let bind = if round % 2 == 0 { pages.map(page, 95 - page) } else { pages.unmap(page) };
            binder.bind(&cx.device, &pages.buffer, &[bind])?;
        }
        fence.wait()?;
        same(&format!("round {round}"), &result.words(), &expected)?;
    }
    let bound: Vec<_> = (0..32).map(Some).chain([None; 32]).collect();
    pages.expect(&bound)
}
