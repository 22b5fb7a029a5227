//! What a shader writes through a bound page is in the memory that is bound there, and nowhere else.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 4, 3)?;
    pages.bind(&[pages.map(2, 1)])?;
    cx.scribble(pages.buffer.pages(2, 1), 0, 1, pages.words(), 7000)?;
    let expected: Vec<u32> = (0..pages.words()).map(|i| 7000 + i).collect();
    same("memory page 1", &pages.memory_page(1), &expected)?;
    pages.expect_untouched(0)?;
    pages.expect_untouched(2)
}
