//! Unbound pages read zero again, while the memory keeps its contents.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 4, 4)?;
    pages.bind(&[pages.buffer.map(0, 4, &pages.memory, 0)])?;
    pages.bind(&[pages.unmap(2)])?;
    pages.expect(&[Some(0), Some(1), None, Some(3)])?;
    pages.bind(&[pages.buffer.unmap(0, 4)])?;
    pages.expect(&[None; 4])?;
    (0..4).try_for_each(|m| pages.expect_untouched(m))
}
