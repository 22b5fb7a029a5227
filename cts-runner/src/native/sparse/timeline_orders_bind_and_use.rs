//! Binds wait for and signal timeline values, also when the signal comes after the wait was submitted.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency, Need::Timeline];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 2, 2)?;
    let timeline = Semaphore::timeline(&cx.device, 0)?;
    let binds = [pages.map(0, 1)];
    let info = BindInfo {
        buffers: &[(&pages.buffer, &binds)],
        waits: &[(&timeline, 5)],
        signals: &[(&timeline, 6)],
        ..BindInfo::default()
    };
    cx.sparse()?.bind_sparse(&cx.device, &[info], None)?;
    check!(!timeline.wait_for(6, 20_000_000)?, "the bind did not wait for the host's signal");
    timeline.signal(5)?;
    check!(timeline.wait_for(6, vk::PATIENCE)?, "the bind did not signal its value");
    pages.expect(&[Some(1), None])
}
