//! Memory may be freed while it is bound: its pages are then as unbound, the other pages keep working, and the address
//! range can be bound again.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 4, 2)?;
    let doomed = pages.buffer.memory(&cx.device, 2)?;
    doomed.fill(0xee);
    pages.bind(&[
        pages.map(0, 0),
        pages.buffer.map(1, 1, &doomed, 1),
        pages.buffer.map(2, 1, &doomed, 0),
        pages.map(3, 1),
    ])?;
    drop(doomed);
    let (first, last) = ([Some(0)], [Some(1)]);
    pages.expect(&first)?;
    let found = cx.probe(pages.buffer.pages(3, 1), 0, 1, pages.words())?;
    same("the page after the freed ones", &found, &pages.pattern(1))?;
    pages.bind(&[pages.map(1, 1), pages.buffer.unmap(2, 2)])?;
    pages.expect(&[first[0], last[0], None, None])
}
