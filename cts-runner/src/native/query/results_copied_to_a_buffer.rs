//! Results copied to a buffer on the device equal those that the host gets.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::Timestamps];

pub(super) fn run(cx: &Context) -> Outcome {
    let pool = vk::Timestamps::new(&cx.device, 4)?;
    let buffer = cx.host(4 * 16 + 16)?;
    let raw = &cx.device.raw;
    cx.run(|r| {
        // SAFETY: recording; the pool is alive.
        unsafe { raw.cmd_reset_query_pool(r.handle, pool.handle, 0, 4) };
        for i in 0..4 {
            let stage = vk::PipelineStageFlags::ALL_COMMANDS;
            // SAFETY: as above.
            unsafe { raw.cmd_write_timestamp(r.handle, stage, pool.handle, i) };
        }
        let flags = vk::QueryResultFlags::TYPE_64 | vk::QueryResultFlags::WAIT;
        // SAFETY: as above; the buffer has room for four results 16 bytes apart from byte 8 on.
        unsafe { raw.cmd_copy_query_pool_results(r.handle, pool.handle, 0, 4, buffer.handle, 8, 16, flags) };
        r.barrier();
    })?;
    let host = pool.results(vk::QueryResultFlags::WAIT)?.unwrap_or_default();
    for (i, result) in (0u64..).zip(host) {
        check_eq!(buffer.memory.read::<u64>(8 + 16 * i, 1)[0], result[0], "result {i}");
        check_eq!(buffer.memory.read::<u64>(16 + 16 * i, 1)[0], 0, "the gap behind result {i}");
    }
    Ok(())
}
