//! A chain of a hundred copies, each of what the one before wrote, arrives whole.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let words: Vec<u32> = (0..16_384).map(|i| i * 3 + 1).collect();
    let first = HostBuffer::of(&cx.device, &words)?;
    let others = (0..100).map(|_| cx.host(65_536)).collect::<vk::Result<Vec<_>>>()?;
    cx.run(|r| {
        let mut last = &first;
        for next in &others {
            r.copy(last, 0, next, 0, 65_536);
            r.barrier();
            last = next;
        }
    })?;
    same("the last buffer", &others[99].words(), &words)
}
