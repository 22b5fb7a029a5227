//! `COMPUTE_SHADER_INVOCATIONS` counts those of all dispatches in the query.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::Statistics];

pub(super) fn run(cx: &Context) -> Outcome {
    let kernel = cx.kernel(vk::SCRIBBLE, 1, 16)?;
    let data = cx.host(4096)?;
    let set = kernel.set(&[Bound::whole(&data)])?;
    let queries =
        vk::Queries::statistics(&cx.device, vk::QueryPipelineStatisticFlags::COMPUTE_SHADER_INVOCATIONS)?;
    cx.draw(|r| {
        let raw = &r.device.raw;
        // SAFETY: recording; the pool is alive.
        unsafe {
            raw.cmd_reset_query_pool(r.handle, queries.handle, 0, 1);
            raw.cmd_begin_query(r.handle, queries.handle, 0, vk::QueryControlFlags::empty());
        }
        r.run(&kernel, &set, &[0, 1, 4, 7], 3);
        r.run(&kernel, &set, &[0, 1, 4, 7], 2);
        // SAFETY: as above.
        unsafe { raw.cmd_end_query(r.handle, queries.handle, 0) };
    })?;
    check_eq!(queries.values(1, 1)?, [5 * 64], "invocations");
    Ok(())
}
