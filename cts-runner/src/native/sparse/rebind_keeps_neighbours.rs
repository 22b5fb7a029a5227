//! A rebind of one page leaves the pages beside it as they were, also inside a range bound at once.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 6, 8)?;
    pages.bind(&[pages.buffer.map(0, 6, &pages.memory, 0)])?;
    pages.bind(&[pages.map(3, 7)])?;
    pages.expect(&[Some(0), Some(1), Some(2), Some(7), Some(4), Some(5)])?;
    pages.bind(&[pages.map(0, 6), pages.map(5, 0)])?;
    pages.expect(&[Some(6), Some(1), Some(2), Some(7), Some(4), Some(0)])
}
