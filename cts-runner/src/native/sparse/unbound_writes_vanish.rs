//! Writes to unbound pages change nothing: no other page, no memory, and the page still reads zero.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency, Need::StrictZero];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 5, 4)?;
    pages.bind(&[pages.map(1, 1), pages.map(3, 2)])?;
    for page in [0, 2, 4] {
        cx.scribble(pages.buffer.pages(page, 1), 0, 1, pages.words(), 0xdead_0000)?;
        cx.run(|r| r.fill(&pages.buffer, page * pages.page(), pages.page(), 0xbeef))?;
    }
    pages.expect(&[None, Some(1), None, Some(2), None])?;
    (0..4).try_for_each(|m| pages.expect_untouched(m))
}
