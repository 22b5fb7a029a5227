//! Atomics on unbound pages return zero and write nothing; on bound pages of the same dispatch they work.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency, Need::StrictZero];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 2, 1)?;
    pages.bind(&[pages.map(1, 0)])?;
    let words = pages.words();
    let result = cx.host(u64::from(words) * 8)?;
    let kernel = cx.kernel(vk::ATOMIC_PROBE, 2, 8)?;
    let set = kernel.set(&[pages.buffer.pages(0, 2), Bound::whole(&result)])?;
    cx.run(|r| {
        r.run(&kernel, &set, &[2 * words, 5], (2 * words).div_ceil(64));
        r.barrier();
    })?;
    let old = result.words();
    uniform("values returned from the unbound page", &old[..words as usize], 0)?;
    same("values returned from the bound page", &old[words as usize..], &pages.pattern(0))?;
    let expected: Vec<u32> = pages.pattern(0).iter().map(|word| word + 5).collect();
    same("the bound page after atomicAdd", &pages.memory_page(0), &expected)?;
    pages.expect(&[None, Some(0)])
}
