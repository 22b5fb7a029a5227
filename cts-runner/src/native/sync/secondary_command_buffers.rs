//! Secondary command buffers run where the primary executes them, in order, and more than once.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let raw = &cx.device.raw;
    let family = cx.compute()?.family;
    let info = vk::CommandPoolCreateInfo::default().queue_family_index(family);
    // SAFETY: `info` outlives the call.
    let pool = unsafe { raw.create_command_pool(&info, None) }.at("vkCreateCommandPool")?;
    let info = vk::CommandBufferAllocateInfo::default()
        .command_pool(pool)
        .level(vk::CommandBufferLevel::SECONDARY)
        .command_buffer_count(2);
    // SAFETY: the pool is alive.
    let secondaries = unsafe { raw.allocate_command_buffers(&info) }.at("vkAllocateCommandBuffers")?;
    let buffer = cx.host(1024)?;
    let inheritance = vk::CommandBufferInheritanceInfo::default();
    let begin = vk::CommandBufferBeginInfo::default().inheritance_info(&inheritance);
    for (i, &secondary) in (0u32..).zip(&secondaries) {
        // SAFETY: a fresh command buffer.
        unsafe { raw.begin_command_buffer(secondary, &begin) }.at("vkBeginCommandBuffer")?;
        let recorder = vk::Recorder { device: &cx.device, handle: secondary };
        recorder.fill(&buffer, u64::from(i) * 256, 512, i + 5);
        recorder.barrier();
        // SAFETY: in recording state.
        unsafe { raw.end_command_buffer(secondary) }.at("vkEndCommandBuffer")?;
    }
    let outcome = cx.run(|r| {
        // SAFETY: recording; the secondaries are executable.
        unsafe { raw.cmd_execute_commands(r.handle, &secondaries) };
    });
    // SAFETY: done or refused; nothing is pending.
    unsafe { raw.destroy_command_pool(pool, None) };
    outcome?;
    let expected: Vec<u32> = (0..256).map(|i| [5, 6, 6, 0][i / 64]).collect();
    same("the buffer", &buffer.words(), &expected)
}
