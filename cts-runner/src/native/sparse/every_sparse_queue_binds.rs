//! Each queue that says that it binds sparse memory does.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    for queue in cx.device.sparse_queues() {
        let pages = Pages::new(cx, 3, 3)?;
        queue.bind(&cx.device, &pages.buffer, &[pages.map(0, 2), pages.map(2, 1)])?;
        pages.expect(&[Some(2), None, Some(1)])?;
        queue.bind(&cx.device, &pages.buffer, &[pages.unmap(0), pages.map(1, 0)])?;
        pages.expect(&[None, Some(0), Some(1)])?;
    }
    Ok(())
}
