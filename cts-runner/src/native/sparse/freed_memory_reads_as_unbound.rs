//! Pages whose memory was freed read zero and drop writes like pages that were never bound, in place of reaching into
//! memory that now belongs to somebody else.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency, Need::StrictZero];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 2, 2)?;
    let doomed = pages.buffer.memory(&cx.device, 2)?;
    doomed.fill(0xee);
    pages.bind(&[pages.buffer.map(0, 2, &doomed, 0)])?;
    drop(doomed);
    // Likely to get the address range that was just given back.
    let newcomer = pages.buffer.memory(&cx.device, 2)?;
    newcomer.fill(0x11);
    cx.scribble(pages.buffer.pages(0, 2), 0, 1, pages.words() * 2, 77)?;
    pages.expect(&[None, None])?;
    uniform("memory allocated afterwards", &newcomer.read(0, pages.words() as usize * 2), 0x1111_1111)
}
