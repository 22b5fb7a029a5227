//! Overlapping binds in one call, in many shapes, leave what applying them in order leaves, and nothing around them.

use crate::native::prelude::*;
use crate::native::support::Pages;
use crate::rng::Rng;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 10, 10)?;
    let mut rng = Rng::new(cx.seed);
    let mut bound = [None; 10];
    for _ in 0..40 {
        let mut binds = Vec::new();
        for _ in 0..1 + rng.below(6) {
            // The first and the last page are guards.
            let first = 1 + rng.below(8);
            let count = 1 + rng.below(9 - first);
            let m = rng.below(10 - count);
            if rng.one_in(4) {
                bound[first as usize..(first + count) as usize].fill(None);
                binds.push(pages.buffer.unmap(first, count));
            } else {
                (0..count).for_each(|i| bound[(first + i) as usize] = Some(m + i));
                binds.push(pages.buffer.map(first, count, &pages.memory, m));
            }
        }
        pages.bind(&binds)?;
        pages.expect(&bound)?;
    }
    (0..10).try_for_each(|m| pages.expect_untouched(m))
}
