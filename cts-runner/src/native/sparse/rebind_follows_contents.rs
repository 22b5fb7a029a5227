//! Contents belong to the memory: a page written through one address is read through another after a rebind.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 4, 2)?;
    pages.bind(&[pages.map(0, 0), pages.map(1, 1)])?;
    cx.scribble(pages.buffer.pages(0, 1), 0, 1, pages.words(), 10)?;
    pages.bind(&[pages.map(0, 1), pages.map(1, 0)])?;
    let found = cx.probe(pages.buffer.pages(1, 1), 0, 1, pages.words())?;
    let expected: Vec<u32> = (0..pages.words()).map(|i| 10 + i).collect();
    same("page 1 after the exchange", &found, &expected)?;
    pages.expect(&[Some(1), Some(0)])
}
