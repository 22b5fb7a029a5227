//! A buffer may be destroyed while memory is bound to it; the memory keeps its contents and can be bound elsewhere, and
//! a new buffer starts with nothing bound.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 4, 4)?;
    for _ in 0..20 {
        let other = SparseBuffer::new(&cx.device, pages.buffer.size)?;
        let binds = [other.map(0, 4, &pages.memory, 0)];
        cx.sparse()?.bind(&cx.device, &other, &binds)?;
    }
    pages.expect(&[None; 4])?;
    pages.bind(&[pages.map(1, 2)])?;
    pages.expect(&[None, Some(2), None, None])?;
    (0..4).try_for_each(|m| pages.expect_untouched(m))
}
