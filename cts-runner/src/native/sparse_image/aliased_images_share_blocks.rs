//! Two images of one shape over the same memory show the same texels, and one block twice in an image shows twice.

use super::{mosaic, texels};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseImages, Need::SparseAliased];

pub(super) fn run(cx: &Context) -> Outcome {
    let shape = ImageShape::flat(vk::Format::R32_UINT, 256, 128);
    let aliased = vk::ImageCreateFlags::SPARSE_ALIASED;
    let (a, b) =
        (SparseImage::new(&cx.device, shape, aliased)?, SparseImage::new(&cx.device, shape, aliased)?);
    let memory = a.memory(&cx.device, 2)?;
    let binds = |image: &SparseImage| [image.map([0; 3], 0, &memory, 0), image.map([1, 0, 0], 0, &memory, 1)];
    cx.sparse()?.bind_image(&cx.device, &a.image, &binds(&a), &[])?;
    cx.sparse()?.bind_image(&cx.device, &b.image, &binds(&b), &[])?;
    let data: Vec<u32> = (0..256 * 128).map(|n| n * 3 + 1).collect();
    let from = HostBuffer::of(&cx.device, &data)?;
    cx.run(|r| {
        r.copy_to_image(&from, &a.image, &[shape.whole_level(0, 0)]);
        r.barrier();
    })?;
    same("through the other image", &texels(cx, &b)?, &data)?;

    cx.sparse()?.bind_image(&cx.device, &b.image, &[b.map([1, 0, 0], 0, &memory, 0)], &[])?;
    memory.write(0, &vec![9u32; b.page() as usize / 4]);
    same("one block twice", &texels(cx, &b)?, &mosaic(&b, |_, _| 9))
}
