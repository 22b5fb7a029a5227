//! All 128 bytes of push constants arrive, set at once or in parts, and parts that are not set again stay.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let (first, second) = (cx.host(128)?, cx.host(128)?);
    let kernel = cx.kernel(vk::PUSH_CONSTANTS, 1, 128)?;
    let (a, b) = (kernel.set(&[Bound::whole(&first)])?, kernel.set(&[Bound::whole(&second)])?);
    let words: Vec<u32> = (100..132).collect();
    cx.run(|r| {
        r.run(&kernel, &a, &words, 1);
        r.push(&kernel, 64, &[7, 8]);
        r.push(&kernel, 124, &[9]);
        r.run(&kernel, &b, &[], 1);
        r.barrier();
    })?;
    same("all at once", &first.words(), &words)?;
    let mut expected = words;
    (expected[16], expected[17], expected[31]) = (7, 8, 9);
    same("after parts were replaced", &second.words(), &expected)
}
