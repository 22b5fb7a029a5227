//! `vkQueueSubmit2` and `vkCmdPipelineBarrier2` do what their elders do.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::Synchronization2, Need::Timeline];

pub(super) fn run(cx: &Context) -> Outcome {
    let sync2 = cx.device.synchronization2()?;
    let (a, b) = (cx.host(4096)?, cx.host(4096)?);
    let timeline = Semaphore::timeline(&cx.device, 1)?;
    let all = vk::PipelineStageFlags2::ALL_COMMANDS;
    let access = vk::AccessFlags2::MEMORY_READ | vk::AccessFlags2::MEMORY_WRITE;
    let barriers = [vk::MemoryBarrier2::default()
        .src_stage_mask(all)
        .dst_stage_mask(all)
        .src_access_mask(access)
        .dst_access_mask(access)];
    let dependency = vk::DependencyInfo::default().memory_barriers(&barriers);
    let commands = Commands::record(&cx.device, cx.compute()?.family, |r| {
        r.fill(&a, 0, 4096, 0x42);
        // SAFETY: recording; the structure outlives the call.
        unsafe { sync2.cmd_pipeline_barrier2(r.handle, &dependency) };
        r.copy(&a, 0, &b, 0, 4096);
        r.barrier();
    })?;
    let signal =
        |value| vk::SemaphoreSubmitInfo::default().semaphore(timeline.handle).value(value).stage_mask(all);
    let (waits, signals) = ([signal(1)], [signal(9)]);
    let buffers = [vk::CommandBufferSubmitInfo::default().command_buffer(commands.handle)];
    let info = vk::SubmitInfo2::default()
        .wait_semaphore_infos(&waits)
        .command_buffer_infos(&buffers)
        .signal_semaphore_infos(&signals);
    let fence = Fence::new(&cx.device, false)?;
    // SAFETY: all parts are alive; this thread alone uses the queue.
    unsafe { sync2.queue_submit2(cx.compute()?.handle, &[info], fence.handle) }.at("vkQueueSubmit2")?;
    fence.wait()?;
    check!(timeline.wait_for(9, vk::PATIENCE)?, "the timeline was not signalled");
    uniform("what was copied", &b.words(), 0x42)
}
