//! A bind of a range of which a part in the middle is bound so already binds all of it.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 6, 6)?;
    pages.bind(&[pages.map(2, 2), pages.map(4, 4)])?;
    pages.bind(&[pages.buffer.map(0, 6, &pages.memory, 0)])?;
    pages.expect(&[Some(0), Some(1), Some(2), Some(3), Some(4), Some(5)])?;
    // The same with other memory in the middle.
    pages.bind(&[pages.buffer.unmap(0, 6)])?;
    pages.bind(&[pages.map(2, 5)])?;
    pages.bind(&[pages.buffer.map(1, 4, &pages.memory, 1)])?;
    pages.expect(&[None, Some(1), Some(2), Some(3), Some(4), None])
}
