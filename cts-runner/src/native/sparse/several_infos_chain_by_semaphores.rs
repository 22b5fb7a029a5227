//! Several infos in one call, each waiting for the one before by a semaphore, apply in that order.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 3, 6)?;
    let (a, b) = (Semaphore::binary(&cx.device)?, Semaphore::binary(&cx.device)?);
    let buffer: &Buffer = &pages.buffer;
    let fence = Fence::new(&cx.device, false)?;
    let infos = [
        BindInfo {
            buffers: &[(buffer, &[pages.buffer.map(0, 3, &pages.memory, 0)])],
            signals: &[(&a, 0)],
            ..BindInfo::default()
        },
        BindInfo {
            buffers: &[(buffer, &[pages.map(1, 4)])],
            waits: &[(&a, 0)],
            signals: &[(&b, 0)],
            ..BindInfo::default()
        },
        BindInfo {
            buffers: &[(buffer, &[pages.map(1, 5), pages.unmap(2)])],
            waits: &[(&b, 0)],
            ..BindInfo::default()
        },
    ];
    cx.sparse()?.bind_sparse(&cx.device, &infos, Some(&fence))?;
    fence.wait()?;
    pages.expect(&[Some(0), Some(5), None])
}
