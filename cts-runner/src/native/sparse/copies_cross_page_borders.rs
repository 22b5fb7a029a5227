//! Copies, fills and updates that begin and end inside pages and cross bound and unbound ones move exactly their bytes.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency, Need::StrictZero];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 4, 3)?;
    // 0 -> memory 2, 1 -> memory 0, 2 unbound, 3 -> memory 1
    pages.bind(&[pages.map(0, 2), pages.map(1, 0), pages.map(3, 1)])?;
    let page = pages.page();
    let source: Vec<u32> = (0..3 * page as u32 / 4).map(|i| 0x3000_0000 + i).collect();
    let host = HostBuffer::of(&cx.device, &source)?;
    cx.run(|r| {
        r.copy(&host, 8, &pages.buffer, page / 2, 3 * page - 8);
        r.barrier();
        r.fill(&pages.buffer, page - 8, 16, 0x77);
        r.update(&pages.buffer, 3 * page - 4, &[1, 0, 0, 0, 2, 0, 0, 0]);
        r.barrier();
    })?;
    let words = (page / 4) as usize;
    let mut expected: Vec<u32> =
        [pages.pattern(2), pages.pattern(0), vec![0; words], pages.pattern(1)].concat();
    let count = 3 * words - 2;
    expected[words / 2..words / 2 + count].copy_from_slice(&source[2..]);
    expected[words - 2..words + 2].fill(0x77);
    expected[3 * words] = 2;
    expected[2 * words..3 * words].fill(0);
    same("the buffer", &cx.fetch(&pages.buffer, 0, 4 * page)?, &expected)?;
    same("memory page 2", &pages.memory_page(2), &expected[..words])?;
    same("memory page 1", &pages.memory_page(1), &expected[3 * words..])
}
