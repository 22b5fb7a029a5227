//! One bind of several pages binds all of them, in order.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 8, 8)?;
    pages.bind(&[pages.buffer.map(1, 5, &pages.memory, 2)])?;
    pages.expect(&[None, Some(2), Some(3), Some(4), Some(5), Some(6), None, None])
}
