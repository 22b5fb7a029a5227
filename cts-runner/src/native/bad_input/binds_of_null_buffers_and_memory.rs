//! Null memory unbinds; a null or unknown buffer in a bind is refused or ignored.

use super::{Guarded, Verdict};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency, Need::StrictZero];

pub(super) fn run(cx: &Context) -> Outcome {
    let guarded = Guarded::new(cx)?;
    let page = guarded.page();
    // Unbinding what is not bound.
    guarded.try_bind(&Bind::none(2 * page, page), Verdict::Unchanged)?;
    // A memory offset beside null memory means nothing.
    let odd = Bind { offset: 2 * page, size: page, memory: Some((vk::DeviceMemory::null(), 12_345)) };
    guarded.try_bind(&odd, Verdict::Unchanged)
}
