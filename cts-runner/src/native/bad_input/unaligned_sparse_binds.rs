//! Binds at offsets or sizes that are no multiples of the page are against the rules; a driver may refuse or ignore
//! them, but it does not crash, and no byte outside of what was named changes.

use super::{Guarded, Verdict};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency, Need::StrictZero];

pub(super) fn run(cx: &Context) -> Outcome {
    let guarded = Guarded::new(cx)?;
    let (page, memory) = (guarded.page(), guarded.memory());
    for bad in [
        Bind::to(2 * page + 4, page, memory, 2 * page),
        Bind::to(2 * page, page - 4, memory, 2 * page),
        Bind::to(2 * page, page, memory, 2 * page + 256),
        Bind::to(2 * page + 1, 1, memory, 2 * page + 1),
        Bind::none(2 * page + 12, page / 2),
    ] {
        guarded.try_bind(&bad, Verdict::Either)?;
    }
    Ok(())
}
