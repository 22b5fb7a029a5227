//! One dispatch that writes over bound and unbound pages alike changes exactly the bound ones.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency, Need::StrictZero];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 6, 3)?;
    pages.bind(&[pages.map(0, 2), pages.map(3, 0), pages.map(4, 1)])?;
    let words = pages.words();
    cx.scribble(pages.buffer.pages(0, 6), 0, 1, words * 6, 0x0100_0000)?;
    for (page, m) in [(0u32, 2), (3, 0), (4, 1)] {
        let expected: Vec<u32> = (0..words).map(|i| 0x0100_0000 + page * words + i).collect();
        same(&format!("memory page {m}"), &pages.memory_page(m), &expected)?;
    }
    pages.expect(&[Some(2), None, None, Some(0), Some(1), None])
}
