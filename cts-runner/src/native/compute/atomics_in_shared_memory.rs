//! Atomics in shared memory: a histogram made by groups.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let words: Vec<u32> = (0..128 * 64).map(|i: u32| i.wrapping_mul(2_654_435_761) >> 20).collect();
    let (input, output) = (HostBuffer::of(&cx.device, &words)?, cx.host(64)?);
    cx.compute_once(vk::SHARED_ATOMICS, &[&input, &output], &[], 64)?;
    let mut expected = [0; 16];
    words.iter().for_each(|w| expected[(w & 15) as usize] += 1);
    same("the histogram", &output.words(), &expected)
}
