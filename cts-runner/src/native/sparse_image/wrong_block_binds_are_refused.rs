//! Binds that name what an image does not have, or parts of blocks, are refused and change nothing.

use super::{texels, words};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseImages, Need::StrictZero];

pub(super) fn run(cx: &Context) -> Outcome {
    let image = words(cx, 256, 256)?;
    let memory = image.memory(&cx.device, 1)?;
    memory.fill(0xee);
    let good = image.map([0; 3], 0, &memory, 0);
    for wrong in [
        vk::BlockBind { level: 9, ..good },
        vk::BlockBind { layer: 1, ..good },
        vk::BlockBind { offset: [1, 0, 0], ..good },
        vk::BlockBind { offset: [-128, 0, 0], ..good },
        vk::BlockBind { offset: [0, 256, 0], ..good },
        vk::BlockBind { extent: [100, 128, 1], ..good },
        vk::BlockBind { extent: [u32::MAX, 128, 1], ..good },
        vk::BlockBind { memory: Some((memory.handle, 100)), ..good },
        vk::BlockBind { memory: Some((memory.handle, image.page())), ..good },
    ] {
        let outcome = cx.sparse()?.bind_image(&cx.device, &image.image, &[good, wrong], &[]);
        check!(outcome.is_err(), "accepted: {wrong:?}");
    }
    uniform("nothing is bound", &texels(cx, &image)?, 0)
}
