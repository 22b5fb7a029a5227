//! Each block shows the memory it is bound to, in any order, also where the image ends inside of a block.

use super::{mosaic, texels, words};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseImages];

pub(super) fn run(cx: &Context) -> Outcome {
    let image = words(cx, 300, 200)?;
    let memory = image.memory(&cx.device, 6)?;
    for block in 0..6 {
        memory.write(block * image.page(), &vec![block as u32 + 1; image.page() as usize / 4]);
    }
    let order = [4, 2, 0, 5, 1, 3];
    let [block_x, ..] = image.block();
    let columns = 300u32.div_ceil(block_x);
    let at = |n: u32| [n % columns, n / columns, 0];
    let binds: Vec<_> = (0..6).map(|n| image.map(at(n), 0, &memory, order[n as usize])).collect();
    cx.sparse()?.bind_image(&cx.device, &image.image, &binds, &[])?;
    let expected = mosaic(&image, |x, y| order[(y * columns + x) as usize] as u32 + 1);
    same("texels", &texels(cx, &image)?, &expected)
}
