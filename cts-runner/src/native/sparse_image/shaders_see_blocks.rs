//! Shaders load from and store to the blocks that are bound; unbound ones give zero and drop stores.

use super::{mosaic, texels, words};
use crate::native::context::IMAGE;
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] =
    &[Need::Compute, Need::SparseImages, Need::StrictZero, Need::StorageImage(vk::Format::R32_UINT)];

const SIZE: u32 = 256;

pub(super) fn run(cx: &Context) -> Outcome {
    const BUFFER: (vk::DescriptorType, u32) = (vk::DescriptorType::STORAGE_BUFFER, 1);
    let mut image = words(cx, SIZE, SIZE)?;
    let memory = image.memory(&cx.device, 2)?;
    memory.fill(0);
    let binds = [image.map([1, 0, 0], 0, &memory, 0), image.map([0, 1, 0], 0, &memory, 1)];
    cx.sparse()?.bind_image(&cx.device, &image.image, &binds, &[])?;
    image.image.make_view()?;
    let plain = StorageImage::new(&cx.device, ImageShape::flat(vk::Format::R32_UINT, SIZE, SIZE))?;
    let data: Vec<u32> = (0..SIZE * SIZE).map(|n| n + 1).collect();
    let (from, to, sizes) =
        (HostBuffer::of(&cx.device, &data)?, cx.host(u64::from(SIZE * SIZE) * 4)?, cx.host(12)?);
    // Turns rows around on the way.
    let kernel = cx.kernel_with(vk::IMAGE_MIRROR, &[IMAGE, IMAGE, BUFFER])?;
    let mirror = |source: &StorageImage, target: &StorageImage| {
        let set = kernel.empty_set(0)?;
        set.write_image(0, source);
        set.write_image(1, target);
        set.write(2, 0, &[Bound::whole(&sizes)]);
        cx.run(|r| {
            r.bind(&kernel, &[&set], &[], &[]);
            r.dispatch([SIZE.div_ceil(8), SIZE.div_ceil(8), 1]);
            r.barrier();
        })
    };
    let whole = plain.shape.whole_level(0, 0);
    cx.run(|r| {
        r.general(&[&image.image, &plain]);
        r.copy_to_image(&from, &plain, &[whole]);
        r.barrier();
    })?;
    mirror(&plain, &image.image)?;
    let bound = mosaic(&image, |x, y| u32::from(x != y));
    let turned = |n: u32| n / SIZE * SIZE + SIZE - 1 - n % SIZE;
    let stored: Vec<_> = (0..).zip(&bound).map(|(n, bound)| bound * (turned(n) + 1)).collect();
    same("stored", &texels(cx, &image)?, &stored)?;

    mirror(&image.image, &plain)?;
    cx.run(|r| {
        r.copy_from_image(&plain, &to, &[whole]);
        r.barrier();
    })?;
    let loaded: Vec<_> = (0..SIZE * SIZE).map(|n| stored[turned(n) as usize]).collect();
    same("loaded", &to.words(), &loaded)
}
