//! Shaders read and write ordinary buffers through their device addresses.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::DeviceAddress];

pub(super) fn run(cx: &Context) -> Outcome {
    let words: Vec<u32> = (0..10_000).map(|i| i * 5 + 2).collect();
    let (from, to) = (HostBuffer::of(&cx.device, &words)?, cx.host(40_000)?);
    check!(from.address()? != 0 && from.address()? != to.address()?, "addresses are not distinct");
    let kernel = cx.kernel(vk::ADDRESS_COPY, 0, 24)?;
    let (a, b) = (from.address()?, to.address()? + 400);
    let push = [a as u32, (a >> 32) as u32, b as u32, (b >> 32) as u32, 9900];
    cx.run(|r| {
        r.bind(&kernel, &[], &[], &push);
        r.dispatch([9900u32.div_ceil(64), 1, 1]);
        r.barrier();
    })?;
    let expected = [vec![0; 100], words[..9900].to_vec()].concat();
    same("the target", &to.words(), &expected)
}
