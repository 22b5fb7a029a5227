//! Commands set, reset and wait for events; a wait in a command buffer orders what is around it.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let (a, b) = (vk::Event::new(&cx.device)?, vk::Event::new(&cx.device)?);
    b.set()?;
    let (from, to) = (cx.host(4096)?, cx.host(4096)?);
    let raw = &cx.device.raw;
    let stages = vk::PipelineStageFlags::ALL_COMMANDS;
    let access = vk::AccessFlags::MEMORY_READ | vk::AccessFlags::MEMORY_WRITE;
    let barrier = [vk::MemoryBarrier::default().src_access_mask(access).dst_access_mask(access)];
    cx.run(|r| {
        r.fill(&from, 0, 4096, 0x99);
        // SAFETY: recording; the events are alive and the barriers outlive the calls.
        unsafe {
            raw.cmd_set_event(r.handle, a.handle, stages);
            raw.cmd_wait_events(r.handle, &[a.handle], stages, stages, &barrier, &[], &[]);
        }
        r.copy(&from, 0, &to, 0, 4096);
        r.barrier();
        // SAFETY: as above.
        unsafe { raw.cmd_reset_event(r.handle, b.handle, stages) };
    })?;
    uniform("what was copied after the wait", &to.words(), 0x99)?;
    check!(a.is_set()?, "the event that commands set is not set");
    check!(!b.is_set()?, "the event that commands reset is set");
    Ok(())
}
