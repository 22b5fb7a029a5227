//! A copy between parts of one buffer that do not overlap.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let words: Vec<u32> = (0..300).collect();
    let buffer = HostBuffer::of(&cx.device, &words)?;
    cx.run(|r| {
        r.copy(&buffer, 0, &buffer, 800, 400);
        r.barrier();
        r.copy(&buffer, 400, &buffer, 0, 400);
        r.barrier();
    })?;
    let expected: Vec<u32> = (100..200).chain(100..200).chain(0..100).collect();
    same("the buffer", &buffer.words(), &expected)
}
