//! One copy command with many regions does all of them.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let words: Vec<u32> = (0..4096).collect();
    let (from, to) = (HostBuffer::of(&cx.device, &words)?, cx.host(4096 * 4)?);
    let regions: Vec<_> = (0..1024).map(|i| (i * 16, (1023 - i) * 16, 12)).collect();
    cx.run(|r| {
        r.copy_regions(&from, &to, &regions);
        r.barrier();
    })?;
    let expected: Vec<u32> =
        (0..4096).map(|i| if i % 4 == 3 { 0 } else { (1023 - i / 4) * 4 + i % 4 }).collect();
    same("the target", &to.words(), &expected)
}
