//! One info binds pages of several buffers; each gets its own.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    let (a, b) = (Pages::new(cx, 2, 2)?, Pages::new(cx, 3, 3)?);
    let fence = Fence::new(&cx.device, false)?;
    let a_binds = [a.map(0, 1)];
    let b_binds = [b.map(2, 0), b.map(0, 2)];
    let info = BindInfo { buffers: &[(&a.buffer, &a_binds), (&b.buffer, &b_binds)], ..BindInfo::default() };
    cx.sparse()?.bind_sparse(&cx.device, &[info], Some(&fence))?;
    fence.wait()?;
    a.expect(&[Some(1), None])?;
    b.expect(&[Some(2), None, Some(0)])
}
