//! What is left behind the middle of a range that was bound elsewhere still knows its memory: rebinding it to what it has,
//! and to what the front had, does both.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 6, 8)?;
    pages.bind(&[pages.buffer.map(0, 6, &pages.memory, 0)])?;
    pages.bind(&[pages.map(1, 7)])?;
    pages.expect(&[Some(0), Some(7), Some(2), Some(3), Some(4), Some(5)])?;
    // The front's memory goes to the first page of the rear, and what the rear has stays.
    pages.bind(&[pages.unmap(0)])?;
    pages.bind(&[pages.map(2, 0), pages.map(4, 4)])?;
    pages.expect(&[None, Some(7), Some(0), Some(3), Some(4), Some(5)])
}
