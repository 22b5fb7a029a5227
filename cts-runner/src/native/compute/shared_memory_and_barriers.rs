//! Shared memory belongs to a group, and barriers order its accesses: a tree sum and values passed around a ring.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let words: Vec<u32> = (0..256 * 50).map(|i: u32| i.wrapping_mul(40_503) >> 3).collect();
    let (input, output) = (HostBuffer::of(&cx.device, &words)?, cx.host(200)?);
    cx.compute_once(vk::SHARED_SUM, &[&input, &output], &[], 50)?;
    let sums: Vec<u32> =
        words.chunks(256).map(|c| c.iter().fold(0, |a: u32, b| a.wrapping_add(*b))).collect();
    same("sums of groups", &output.words(), &sums)?;

    let ring = cx.host(20 * 400)?;
    cx.compute_once(vk::SHARED_ROTATE, &[&ring], &[37], 20)?;
    let expected: Vec<u32> = (0..2000).map(|i| i / 100 * 1000 + (i % 100 + 37) % 100).collect();
    same("rings", &ring.words(), &expected)
}
