//! A dispatch with a zero count does nothing; one with the largest x count runs every group once.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let output = cx.host(65_536 * 256)?;
    let kernel = cx.kernel(vk::SCRIBBLE, 1, 16)?;
    let set = kernel.set(&[Bound::whole(&output)])?;
    cx.run(|r| {
        r.bind(&kernel, &[&set], &[], &[0, 1, 65_536 * 64, 1]);
        [[0, 1, 1], [1, 0, 1], [1, 1, 0], [0, 0, 0]].into_iter().for_each(|groups| r.dispatch(groups));
        r.barrier();
    })?;
    uniform("after empty dispatches", &output.words(), 0)?;
    cx.run(|r| {
        r.bind(&kernel, &[&set], &[], &[0, 1, 65_536 * 64, 1]);
        r.dispatch([65_535, 1, 1]);
        r.barrier();
    })?;
    let last = 65_535 * 64;
    let expected: Vec<u32> = (0..65_536 * 64).map(|i| if i < last { i + 1 } else { 0 }).collect();
    same("after 65,535 groups", &output.words(), &expected)
}
