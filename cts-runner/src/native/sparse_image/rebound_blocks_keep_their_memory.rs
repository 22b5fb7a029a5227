//! Binding a block elsewhere and back changes neither the memory nor its neighbours; a transition from UNDEFINED changes nothing.

use super::{mosaic, texels, words};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseImages, Need::StrictZero];

pub(super) fn run(cx: &Context) -> Outcome {
    let image = words(cx, 256, 256)?;
    let memory = image.memory(&cx.device, 8)?;
    let queue = cx.sparse()?;
    let bind = |base: u64| {
        let blocks: Vec<_> =
            (0..4).map(|n| image.map([n % 2, n / 2, 0], 0, &memory, base + u64::from(n))).collect();
        queue.bind_image(&cx.device, &image.image, &blocks, &[])
    };
    for (base, color) in [(0, 11), (4, 22)] {
        bind(base)?;
        cx.run(|r| {
            r.general(&[&image.image]);
            r.clear(&image.image, vk::ClearColorValue { uint32: [color; 4] }, &[image.image.all()]);
            r.barrier();
        })?;
    }
    queue.bind_image(&cx.device, &image.image, &[image.map([1, 0, 0], 0, &memory, 1)], &[])?;
    cx.run(|r| r.general(&[&image.image]))?;
    let expected = mosaic(&image, |x, y| if (x, y) == (1, 0) { 11 } else { 22 });
    same("one block of before", &texels(cx, &image)?, &expected)?;
    let none = vk::BlockBind { memory: None, ..image.map([0, 1, 0], 0, &memory, 0) };
    queue.bind_image(&cx.device, &image.image, &[none], &[])?;
    let expected = mosaic(&image, |x, y| match (x, y) {
        (1, 0) => 11,
        (0, 1) => 0,
        _ => 22,
    });
    same("one block unbound", &texels(cx, &image)?, &expected)
}
