//! Buffers in memory that nobody maps hold what copies, fills and shaders wrote, round after round.

use super::expect_ascending;
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

const SIZE: u64 = 192 << 10;

pub(super) fn run(cx: &Context) -> Outcome {
    let buffers = (0..12).map(|_| vk::LocalBuffer::new(&cx.device, SIZE)).collect::<vk::Result<Vec<_>>>()?;
    let value = |round: u32, i: u32| round * 0x100_0000 + i * 0x10_0000;
    for round in 0..6u32 {
        for (i, buffer) in (0..).zip(&buffers) {
            cx.scribble(Bound::whole(buffer), 0, 1, (SIZE / 4) as u32, value(round, i))?;
        }
        cx.run(|r| {
            // The first half of each goes to the second half of the next.
            for (from, to) in buffers.iter().zip(buffers.iter().cycle().skip(1)) {
                r.copy(from, 0, to, SIZE / 2, SIZE / 2);
                r.barrier();
            }
            r.fill(&buffers[3], SIZE / 4, 4, 0);
            r.fill(&buffers[3], SIZE / 4, 4, value(round, 3) + (SIZE / 16) as u32);
        })?;
        for (i, buffer) in (0..).zip(&buffers) {
            let before = (i + 11) % 12;
            expect_ascending(cx, buffer, 0, SIZE / 2, value(round, i))?;
            expect_ascending(cx, buffer, SIZE / 2, SIZE / 2, value(round, before))?;
        }
    }
    Ok(())
}
