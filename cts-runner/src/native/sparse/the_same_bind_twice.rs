//! Binding what is bound already changes nothing.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 4, 4)?;
    let bind = pages.buffer.map(1, 2, &pages.memory, 0);
    pages.bind(&[bind, bind])?;
    pages.bind(&[bind])?;
    pages.expect(&[None, Some(0), Some(1), None])?;
    pages.bind(&[pages.unmap(0), pages.unmap(0)])?;
    pages.expect(&[None, Some(0), Some(1), None])
}
