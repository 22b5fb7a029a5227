//! Binds of one call apply in order: where they overlap, the later one is what remains.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 4, 8)?;
    let (buffer, memory) = (&pages.buffer, &pages.memory);
    pages.bind(&[
        buffer.map(0, 4, memory, 0),
        buffer.unmap(1, 2),
        pages.map(2, 7),
        pages.map(0, 5),
        pages.map(0, 6),
    ])?;
    pages.expect(&[Some(6), None, Some(7), Some(3)])
}
