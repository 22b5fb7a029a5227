//! The usage that `VK_EXT_memory_budget` tells rises and falls with allocations, and is never more than the heap has.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Extension("VK_EXT_memory_budget")];

pub(super) fn run(cx: &Context) -> Outcome {
    let physical = &cx.device.physical;
    let heap = physical.local_heap();
    let size = (heap / 8).min(64 << 20);
    let (before, budget) = physical.local_budget()?;
    check!(budget > 0 && budget <= heap, "a budget of {budget} bytes in a heap of {heap}");
    let buffers = (0..3).map(|_| vk::LocalBuffer::new(&cx.device, size)).collect::<vk::Result<Vec<_>>>()?;
    // What is used is in memory most of the time, but a driver may send it away between two uses.
    let mut most = 0;
    for i in 0..20 {
        cx.run(|r| r.fill(&buffers[i % 3], 0, vk::WHOLE_SIZE, 1))?;
        let (during, budget) = physical.local_budget()?;
        check!(during <= heap && budget <= heap, "{during} bytes are used of {heap}, the budget is {budget}");
        most = most.max(during);
    }
    check!(
        most > before || most + size > heap,
        "three buffers of {size} bytes: {before} before, {most} at most"
    );
    drop(buffers);
    let (after, _) = physical.local_budget()?;
    check!(after <= most, "{most} with buffers, {after} without");
    Ok(())
}
