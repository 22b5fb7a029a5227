//! An indirect dispatch takes its group counts from a buffer, at an offset, also when a dispatch before wrote them.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let counts = HostBuffer::of(&cx.device, &[9u32, 9, 9, 3, 1, 1, 0, 1, 1])?;
    let output = cx.host(1024 * 4)?;
    let kernel = cx.kernel(vk::SCRIBBLE, 1, 16)?;
    let (set, counts_set) = (kernel.set(&[Bound::whole(&output)])?, kernel.set(&[Bound::whole(&counts)])?);
    for (offset, invocations) in [(12, 192), (24, 0)] {
        output.memory.fill(0);
        cx.run(|r| {
            r.bind(&kernel, &[&set], &[], &[0, 1, 1024, 5]);
            // SAFETY: recording; the buffer is alive.
            unsafe { cx.device.raw.cmd_dispatch_indirect(r.handle, counts.handle, offset) };
            r.barrier();
        })?;
        let expected: Vec<u32> = (0..1024).map(|i| if i < invocations { i + 5 } else { 0 }).collect();
        same(&format!("counts at offset {offset}"), &output.words(), &expected)?;
    }
    output.memory.fill(0);
    cx.run(|r| {
        // Writes 2 to word 3: the x count.
        r.run(&kernel, &counts_set, &[3, 1, 1, 2], 1);
        r.barrier();
        r.bind(&kernel, &[&set], &[], &[0, 1, 1024, 5]);
        // SAFETY: recording; the buffer is alive.
        unsafe { cx.device.raw.cmd_dispatch_indirect(r.handle, counts.handle, 12) };
        r.barrier();
    })?;
    let expected: Vec<u32> = (0..1024).map(|i| if i < 128 { i + 5 } else { 0 }).collect();
    same("counts written by a dispatch", &output.words(), &expected)
}
