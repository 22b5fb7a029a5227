//! Ordinary buffers that together are three times the heap hold their contents, each written and read twice.

use super::{PIECE, SMALL, expect_ascending};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::HeapAtMost(SMALL)];

pub(super) fn run(cx: &Context) -> Outcome {
    let count = 3 * cx.device.physical.local_heap() / PIECE;
    let buffers =
        (0..count).map(|_| vk::LocalBuffer::new(&cx.device, PIECE)).collect::<vk::Result<Vec<_>>>()?;
    let words = (PIECE / 4) as u32;
    for round in 0..2u32 {
        for (i, buffer) in (0u32..).zip(&buffers) {
            if round == 0 || i % 2 == 0 {
                cx.scribble(Bound::whole(buffer), 0, 1, words, i * words + round)?;
            }
        }
        for (i, buffer) in (0..buffers.len() as u32).zip(&buffers).rev() {
            let round = if i % 2 == 0 { round } else { 0 };
            expect_ascending(cx, buffer, 0, PIECE, i * words + round)?;
        }
    }
    Ok(())
}
