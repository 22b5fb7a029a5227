//! Images that are larger than a tile, in boxes that begin and end anywhere: what is copied in comes out, through other boxes.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::StorageImage(vk::Format::R8G8B8A8_UNORM)];

const WIDTH: u32 = 300;
const HEIGHT: u32 = 270;

pub(super) fn run(cx: &Context) -> Outcome {
    let shape = ImageShape { layers: 2, ..ImageShape::flat(vk::Format::R8G8B8A8_UNORM, WIDTH, HEIGHT) };
    let (image, other) = (StorageImage::new(&cx.device, shape)?, StorageImage::new(&cx.device, shape)?);
    let words: Vec<u32> = (0..WIDTH * HEIGHT * 2).map(|n| n.wrapping_mul(2_654_435_761)).collect();
    let (from, to) = (HostBuffer::of(&cx.device, &words)?, cx.host(u64::from(WIDTH * HEIGHT * 2) * 4)?);
    // Four boxes that meet in the middle of a tile.
    let (x, y) = (171, 133);
    let parts = [
        ([0, 0], [x, y]),
        ([x, 0], [WIDTH - x, y]),
        ([0, y], [x, HEIGHT - y]),
        ([x, y], [WIDTH - x, HEIGHT - y]),
    ];
    let whole = shape.whole_level(0, 0);
    let region = |([x, y], [width, height]): ([u32; 2], [u32; 2])| vk::BufferImageCopy {
        buffer_offset: u64::from(y * WIDTH + x) * 4,
        buffer_row_length: WIDTH,
        buffer_image_height: HEIGHT,
        image_offset: vk::Offset3D { x: x as i32, y: y as i32, z: 0 },
        image_extent: vk::Extent3D { width, height, depth: 1 },
        ..whole
    };
    let between = parts.map(|part| {
        let region = region(part);
        vk::ImageCopy {
            src_subresource: region.image_subresource,
            src_offset: region.image_offset,
            dst_subresource: region.image_subresource,
            dst_offset: region.image_offset,
            extent: region.image_extent,
        }
    });
    cx.run(|r| {
        r.general(&[&image, &other]);
        r.copy_to_image(&from, &image, &parts.map(region));
        r.barrier();
        r.copy_image(&image, &other, &between);
        r.barrier();
        r.copy_from_image(&other, &to, &[whole]);
        r.barrier();
    })?;
    same("texels", &to.words(), &words)
}
