//! Binds and unbinds of no bytes, and calls with empty lists, change nothing.

use super::{Guarded, Verdict};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency, Need::StrictZero];

pub(super) fn run(cx: &Context) -> Outcome {
    let guarded = Guarded::new(cx)?;
    let (page, memory) = (guarded.page(), guarded.memory());
    for nothing in [Bind::to(2 * page, 0, memory, 0), Bind::to(0, 0, memory, 0), Bind::none(page, 0)] {
        guarded.try_bind(&nothing, Verdict::Unchanged)?;
    }
    let fence = Fence::new(&cx.device, false)?;
    let info = BindInfo { buffers: &[(guarded.buffer(), &[])], ..BindInfo::default() };
    cx.sparse()?.bind_sparse(&cx.device, &[info, BindInfo::default()], Some(&fence))?;
    fence.wait()?;
    guarded.expect_unchanged()
}
