//! One dispatch writes, and one command reads, a sparse buffer of three times the heap.

use super::{PIECE, Patchwork, SMALL, expect_ascending};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency, Need::HeapAtMost(SMALL)];

pub(super) fn run(cx: &Context) -> Outcome {
    let size = 3 * cx.device.physical.local_heap() / PIECE * PIECE;
    let patchwork = Patchwork::new(cx, size, PIECE)?;
    for round in 1..=2 {
        patchwork.write(cx, 0, size, round)?;
        expect_ascending(cx, &patchwork.buffer, 0, size, round)?;
    }
    // All of it once more, by one copy of one word in each page.
    let pages = size / patchwork.buffer.page;
    let host = cx.host(pages * 4)?;
    let regions: Vec<_> = (0..pages).map(|p| (p * patchwork.buffer.page, p * 4, 4)).collect();
    cx.run(|r| r.copy_regions(&patchwork.buffer, &host, &regions))?;
    let expected: Vec<u32> = (0..pages).map(|p| (p * patchwork.buffer.page / 4) as u32 + 2).collect();
    same("the first word of each page", &host.words(), &expected)
}
