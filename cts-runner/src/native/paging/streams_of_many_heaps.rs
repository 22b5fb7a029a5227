//! 64 heaps of sparse memory, half of it a buffer and half a texture, are written and read from one end to the other.

use super::a_texture_larger_than_the_heap::Texture;
use super::{PIECE, Patchwork, expect_ascending};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] =
    &[Need::Compute, Need::SparseResidency, Need::SparseImages, Need::HeapAtMost(64 << 20), Need::Patience];

/// Written by one dispatch.
const PART: u64 = 32 << 20;

pub(super) fn run(cx: &Context) -> Outcome {
    let half = 32 * cx.device.physical.local_heap() / PART * PART;
    let patchwork = Patchwork::new(cx, half, PIECE)?;
    // 1 GiB a layer.
    let layers = (half >> 30).max(1) as u32;
    let texture = Texture::new(cx, 16384, (half / u64::from(layers) / (16384 * 4)) as u32, layers)?;
    let first = |start: u64| (start / 4) as u32 ^ 0x5a5a_0000;
    for start in (0..half).step_by(PART as usize) {
        patchwork.write(cx, start, PART, first(start))?;
    }
    texture.fill(cx, 99)?;
    for start in (0..half).step_by(PART as usize) {
        expect_ascending(cx, &patchwork.buffer, start, PART, first(start))?;
    }
    texture.check(cx, 99)
}
