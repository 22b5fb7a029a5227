//! A bound page shows the memory that was bound, whatever the order of pages.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 4, 4)?;
    pages.bind(&[pages.map(0, 3), pages.map(1, 0), pages.map(2, 2), pages.map(3, 1)])?;
    pages.expect(&[Some(3), Some(0), Some(2), Some(1)])
}
