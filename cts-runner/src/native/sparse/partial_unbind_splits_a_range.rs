//! Unbinding the start, the middle and the end of a range bound at once leaves exactly the rest.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 10, 10)?;
    pages.bind(&[pages.buffer.map(0, 10, &pages.memory, 0)])?;
    pages.bind(&[pages.buffer.unmap(0, 2), pages.buffer.unmap(4, 2), pages.unmap(9)])?;
    let bound: Vec<_> = (0..10).map(|i| (![0, 1, 4, 5, 9].contains(&i)).then_some(i)).collect();
    pages.expect(&bound)
}
