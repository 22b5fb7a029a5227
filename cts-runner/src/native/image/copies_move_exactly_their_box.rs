//! A copy between a buffer and a part of an image moves that part and no more, with gaps between the rows of the buffer.

use crate::native::prelude::*;
use crate::rng::Rng;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::StorageImage(vk::Format::R32_UINT)];

const WIDTH: u32 = 23;
const HEIGHT: u32 = 11;
const LAYERS: u32 = 4;

pub(super) fn run(cx: &Context) -> Outcome {
    let mut rng = Rng::new(cx.seed);
    let shape = ImageShape { layers: LAYERS, ..ImageShape::flat(vk::Format::R32_UINT, WIDTH, HEIGHT) };
    let image = StorageImage::new(&cx.device, shape)?;
    let texels = (WIDTH * HEIGHT * LAYERS) as usize;
    let source: Vec<u32> = (0..8192).map(|_| rng.bits() as u32).collect();
    let (from, seen) = (HostBuffer::of(&cx.device, &source)?, cx.host(texels as u64 * 4)?);
    let whole = shape.whole_level(0, 0);
    for round in 0..40 {
        let (w, h) = (1 + rng.below(WIDTH.into()) as u32, 1 + rng.below(HEIGHT.into()) as u32);
        let (x, y) =
            (rng.below(u64::from(WIDTH - w) + 1) as u32, rng.below(u64::from(HEIGHT - h) + 1) as u32);
        let layer = rng.below(LAYERS.into()) as u32;
        let (row, rows) = (w + rng.below(9) as u32, h + rng.below(5) as u32);
        let count = 1 + rng.below(u64::from(LAYERS - layer)) as u32;
        let first = rng.below(50) as u32;
        let mut region = whole;
        region.buffer_offset = u64::from(first) * 4;
        (region.buffer_row_length, region.buffer_image_height) = (row, rows);
        region.image_subresource.base_array_layer = layer;
        region.image_subresource.layer_count = count;
        region.image_offset = vk::Offset3D { x: x as i32, y: y as i32, z: 0 };
        region.image_extent = vk::Extent3D { width: w, height: h, depth: 1 };
        cx.run(|r| {
            r.general(&[&image]);
            r.clear(&image, vk::ClearColorValue { uint32: [7; 4] }, &[image.all()]);
            r.barrier();
            r.copy_to_image(&from, &image, &[region]);
            r.barrier();
            r.copy_from_image(&image, &seen, &[whole]);
            r.barrier();
        })?;
        let mut expected = vec![7; texels];
        for (l, j, i) in (0..count).flat_map(|l| (0..h).flat_map(move |j| (0..w).map(move |i| (l, j, i)))) {
            expected[(((layer + l) * HEIGHT + y + j) * WIDTH + x + i) as usize] =
                source[(first + (l * rows + j) * row + i) as usize];
        }
        same(&format!("round {round}, {w} x {h} at {x}, {y}"), &seen.words(), &expected)?;
    }
    Ok(())
}
