//! A copy of 64 MiB arrives whole.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let words: Vec<u32> = (0..16 << 20).map(|i: u32| i.wrapping_mul(2_654_435_761)).collect();
    let (from, to) = (HostBuffer::of(&cx.device, &words)?, cx.host(64 << 20)?);
    cx.run(|r| {
        r.copy(&from, 4, &to, 0, (64 << 20) - 4);
        r.barrier();
    })?;
    same("the target", &to.words()[..words.len() - 1], &words[1..])
}
