//! Timestamps written later are not earlier, and time passes between them.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::Timestamps];

pub(super) fn run(cx: &Context) -> Outcome {
    let pool = vk::Timestamps::new(&cx.device, 8)?;
    let buffer = cx.host(8 << 20)?;
    let raw = &cx.device.raw;
    cx.run(|r| {
        // SAFETY: recording; the pool is alive.
        unsafe { raw.cmd_reset_query_pool(r.handle, pool.handle, 0, 8) };
        for i in 0..8 {
            r.fill(&buffer, 0, 8 << 20, i);
            r.barrier();
            let stage = vk::PipelineStageFlags::BOTTOM_OF_PIPE;
            // SAFETY: as above.
            unsafe { raw.cmd_write_timestamp(r.handle, stage, pool.handle, i) };
        }
    })?;
    let results = pool.results(vk::QueryResultFlags::WAIT)?.unwrap_or_default();
    check!(results.iter().all(|r| r[1] != 0), "not all are available: {results:?}");
    check!(results.is_sorted_by_key(|r| r[0]), "not in order: {results:?}");
    check!(results[7][0] > results[0][0], "no time passed: {results:?}");
    Ok(())
}
