//! Binds beyond the buffer, beyond the memory, or so large that their end overflows, change nothing: a driver can see
//! all of these.

use super::{Guarded, Verdict};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency, Need::StrictZero];

pub(super) fn run(cx: &Context) -> Outcome {
    let guarded = Guarded::new(cx)?;
    let (page, memory) = (guarded.page(), guarded.memory());
    let last = guarded.size();
    for bad in [
        Bind::to(last, page, memory, 0),
        Bind::to(last - page, 2 * page, memory, 0),
        Bind::to(1 << 50, page, memory, 0),
        Bind::to(0u64.wrapping_sub(page), page, memory, 0),
        Bind::to(0u64.wrapping_sub(page), 2 * page, memory, 0),
        Bind::to(2 * page, 0u64.wrapping_sub(page), memory, 0),
        Bind::to(2 * page, page, memory, memory.size),
        Bind::to(2 * page, page, memory, 1 << 50),
        Bind::to(2 * page, 2 * page, memory, memory.size - page),
        Bind::to(2 * page, page, memory, 0u64.wrapping_sub(page)),
        Bind::none(last, page),
        Bind::none(1 << 60, 1 << 60),
    ] {
        guarded.try_bind(&bad, Verdict::Either)?;
    }
    Ok(())
}
