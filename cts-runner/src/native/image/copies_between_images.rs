//! Boxes are copied between images, also of formats that differ in all but the size of their texels.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[
    Need::Compute,
    Need::StorageImage(vk::Format::R32_UINT),
    Need::StorageImage(vk::Format::R8G8B8A8_UNORM),
];

pub(super) fn run(cx: &Context) -> Outcome {
    let solid = StorageImage::new(&cx.device, ImageShape::solid(vk::Format::R32_UINT, [9, 8, 5]))?;
    let flat = ImageShape { levels: 2, ..ImageShape::flat(vk::Format::R8G8B8A8_UNORM, 16, 12) };
    let flat = StorageImage::new(&cx.device, flat)?;
    let words: Vec<u32> = (0..9 * 8 * 5u32).map(|i| i.wrapping_mul(0x0101_0101)).collect();
    let (from, to) = (HostBuffer::of(&cx.device, &words)?, cx.host(8 * 6 * 4)?);
    let part = |level| vk::ImageSubresourceLayers {
        mip_level: level,
        ..solid.shape.whole_level(0, 0).image_subresource
    };
    let copy = vk::ImageCopy {
        src_subresource: part(0),
        src_offset: vk::Offset3D { x: 2, y: 3, z: 4 },
        dst_subresource: part(1),
        dst_offset: vk::Offset3D { x: 1, y: 2, z: 0 },
        extent: vk::Extent3D { width: 6, height: 4, depth: 1 },
    };
    cx.run(|r| {
        r.general(&[&solid, &flat]);
        r.copy_to_image(&from, &solid, &[solid.shape.whole_level(0, 0)]);
        r.clear(&flat, vk::ClearColorValue { float32: [1.0; 4] }, &[flat.all()]);
        r.barrier();
        r.copy_image(&solid, &flat, &[copy]);
        r.barrier();
        r.copy_from_image(&flat, &to, &[flat.shape.whole_level(1, 0)]);
        r.barrier();
    })?;
    let expected: Vec<u32> = (0..6)
        .flat_map(|y| (0..8).map(move |x| (x, y)))
        .map(|(x, y)| match (1..7).contains(&x) && (2..6).contains(&y) {
            true => words[((4 * 8 + 3 + y - 2) * 9 + 2 + x - 1) as usize],
            false => u32::MAX,
        })
        .collect();
    same("level 1", &to.words(), &expected)
}
