//! A bind of a box takes memory block by block: x first, then y, then z. So does one of a part of the rows.

use super::{mosaic, texels, words};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseImages];

pub(super) fn run(cx: &Context) -> Outcome {
    let image = words(cx, 500, 300)?;
    let [block_x, block_y, _] = image.block();
    let (columns, rows) = (500u32.div_ceil(block_x), 300u32.div_ceil(block_y));
    let memory = image.memory(&cx.device, u64::from(columns * rows))?;
    for block in 0..u64::from(columns * rows) {
        memory.write(block * image.page(), &vec![block as u32 + 1; image.page() as usize / 4]);
    }
    let all = vk::BlockBind {
        level: 0,
        layer: 0,
        offset: [0; 3],
        extent: [500, 300, 1],
        memory: Some((memory.handle, 0)),
    };
    cx.sparse()?.bind_image(&cx.device, &image.image, &[all], &[])?;
    same("all", &texels(cx, &image)?, &mosaic(&image, |x, y| y * columns + x + 1))?;

    // The last two columns of the last two rows, from the second block of memory on.
    let offset = [(columns - 2) * block_x, (rows - 2) * block_y, 0];
    let part = vk::BlockBind {
        offset: offset.map(|n| n as i32),
        extent: [500 - offset[0], 300 - offset[1], 1],
        memory: Some((memory.handle, image.page())),
        ..all
    };
    cx.sparse()?.bind_image(&cx.device, &image.image, &[part], &[])?;
    let expected = mosaic(&image, |x, y| {
        if x >= columns - 2 && y >= rows - 2 {
            (y - (rows - 2)) * 2 + (x - (columns - 2)) + 2
        } else {
            y * columns + x + 1
        }
    });
    same("a part", &texels(cx, &image)?, &expected)
}
