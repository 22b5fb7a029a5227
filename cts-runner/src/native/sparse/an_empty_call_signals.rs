//! A call without binds still waits, signals its semaphores and its fence.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::SparseBinding];

pub(super) fn run(cx: &Context) -> Outcome {
    for queue in cx.device.sparse_queues() {
        let fence = Fence::new(&cx.device, false)?;
        queue.bind_sparse(&cx.device, &[], Some(&fence))?;
        fence.wait()?;
        fence.reset()?;
        let semaphore = Semaphore::binary(&cx.device)?;
        let (signals, waits) = ([(&semaphore, 0)], [(&semaphore, 0)]);
        let infos = [
            BindInfo { signals: &signals, ..BindInfo::default() },
            BindInfo { waits: &waits, ..BindInfo::default() },
        ];
        queue.bind_sparse(&cx.device, &infos, Some(&fence))?;
        fence.wait()?;
        queue.bind_sparse(&cx.device, &[], None)?;
        queue.wait_idle(&cx.device)?;
    }
    Ok(())
}
