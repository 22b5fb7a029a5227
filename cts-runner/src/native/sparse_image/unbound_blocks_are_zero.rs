//! Unbound blocks read zero and swallow writes of copies and clears; their neighbours do not.

use super::{mosaic, texels, words};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseImages, Need::StrictZero];

pub(super) fn run(cx: &Context) -> Outcome {
    let image = words(cx, 256, 256)?;
    let memory = image.memory(&cx.device, 2)?;
    memory.fill(0xee);
    let binds = [image.map([0, 0, 0], 0, &memory, 0), image.map([1, 1, 0], 0, &memory, 1)];
    cx.sparse()?.bind_image(&cx.device, &image.image, &binds, &[])?;
    let seen = mosaic(&image, |x, y| if x == y { 0xeeee_eeee } else { 0 });
    same("before", &texels(cx, &image)?, &seen)?;

    let data: Vec<u32> = (0..256 * 256).map(|n| n + 1).collect();
    let from = HostBuffer::of(&cx.device, &data)?;
    let [block_x, block_y, _] = image.block();
    cx.run(|r| {
        r.copy_to_image(&from, &image.image, &[image.image.shape.whole_level(0, 0)]);
        r.barrier();
    })?;
    let bound = |n: u32| (n % 256 / block_x) == (n / 256 / block_y);
    let expected: Vec<_> = (0..256 * 256).map(|n| if bound(n) { n + 1 } else { 0 }).collect();
    same("after a copy", &texels(cx, &image)?, &expected)?;

    cx.run(|r| {
        r.clear(&image.image, vk::ClearColorValue { uint32: [77; 4] }, &[image.image.all()]);
        r.barrier();
    })?;
    let expected = mosaic(&image, |x, y| if x == y { 77 } else { 0 });
    same("after a clear", &texels(cx, &image)?, &expected)
}
