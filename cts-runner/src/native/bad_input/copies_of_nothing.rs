//! Commands with nothing to do: no regions, no events, no barriers, an empty submission, an empty command buffer.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let buffer = cx.host(64)?;
    buffer.memory.fill(0x13);
    let raw = &cx.device.raw;
    cx.run(|r| {
        let stages = vk::PipelineStageFlags::ALL_COMMANDS;
        // SAFETY: recording; nothing is pointed to.
        unsafe {
            raw.cmd_pipeline_barrier(r.handle, stages, stages, vk::DependencyFlags::empty(), &[], &[], &[])
        };
    })?;
    cx.run(|_| {})?;
    cx.compute()?.submit(&cx.device, &[], None)?;
    cx.compute()?.submit(&cx.device, &[Submit::default(), Submit::default()], None)?;
    cx.device.wait_idle()?;
    uniform("the buffer", &buffer.words(), 0x1313_1313)
}
