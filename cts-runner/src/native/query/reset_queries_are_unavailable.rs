//! Queries that were reset and not written are not ready; those that were written are.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::Timestamps];

pub(super) fn run(cx: &Context) -> Outcome {
    let pool = vk::Timestamps::new(&cx.device, 2)?;
    let raw = &cx.device.raw;
    cx.run(|r| {
        let stage = vk::PipelineStageFlags::TOP_OF_PIPE;
        // SAFETY: recording; the pool is alive.
        unsafe {
            raw.cmd_reset_query_pool(r.handle, pool.handle, 0, 2);
            raw.cmd_write_timestamp(r.handle, stage, pool.handle, 1);
        }
    })?;
    let mut values = [[7u64; 2]; 2];
    let flags = vk::QueryResultFlags::TYPE_64 | vk::QueryResultFlags::WITH_AVAILABILITY;
    // SAFETY: two queries of two 64-bit words each.
    let code = unsafe { raw.get_query_pool_results(pool.handle, 0, &mut values, flags) };
    check_eq!(code, Err(vk::Code::NOT_READY), "vkGetQueryPoolResults");
    check_eq!((values[0][1], values[1][1] != 0), (0, true), "availability");
    Ok(())
}
