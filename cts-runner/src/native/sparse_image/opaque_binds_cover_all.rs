//! Opaque binds of the whole range of a resident image bind every block, level and layer.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseImages];

pub(super) fn run(cx: &Context) -> Outcome {
    let shape = ImageShape { levels: 3, layers: 2, ..ImageShape::flat(vk::Format::R32_UINT, 300, 260) };
    let image = SparseImage::new(&cx.device, shape, Default::default())?;
    let (size, page) = (image.memory_requirements.size, image.page());
    check_eq!(size % page, 0, "the size is whole pages");
    let memory = image.memory(&cx.device, size / page)?;
    // The last page first.
    let binds: Vec<_> =
        (0..size / page).map(|n| Bind::to(n * page, page, &memory, size - (n + 1) * page)).collect();
    cx.sparse()?.bind_image(&cx.device, &image.image, &[], &binds)?;
    let mut total = 0;
    let regions: Vec<_> = (0..shape.levels)
        .map(|level| {
            let region = shape.whole_level(level, total * 4);
            total += u64::from(region.image_extent.width * region.image_extent.height * shape.layers);
            region
        })
        .collect();
    let data: Vec<u32> = (0..total as u32).map(|n| n ^ 0x5555_0000).collect();
    let (from, to) = (HostBuffer::of(&cx.device, &data)?, cx.host(total * 4)?);
    cx.run(|r| {
        r.copy_to_image(&from, &image.image, &regions);
        r.barrier();
        r.copy_from_image(&image.image, &to, &regions);
        r.barrier();
    })?;
    same("texels", &to.words(), &data)
}
