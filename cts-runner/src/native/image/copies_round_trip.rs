//! What is copied into an image comes out of it again: every dimension, level and layer, and texels of 1 to 16 bytes.

use crate::native::prelude::*;
use crate::rng::Rng;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::StorageImage(vk::Format::R32_UINT)];

pub(super) fn run(cx: &Context) -> Outcome {
    let mut rng = Rng::new(cx.seed);
    let usable = vk::FormatFeatureFlags::STORAGE_IMAGE
        | vk::FormatFeatureFlags::TRANSFER_SRC
        | vk::FormatFeatureFlags::TRANSFER_DST;
    for (format, bytes) in [
        (vk::Format::R8_UINT, 1),
        (vk::Format::R16_UINT, 2),
        (vk::Format::R32_UINT, 4),
        (vk::Format::R8G8B8A8_UNORM, 4),
        (vk::Format::R16G16B16A16_SFLOAT, 8),
        (vk::Format::R32G32B32A32_UINT, 16),
    ] {
        if !cx.device.physical.optimal_features(format).contains(usable) {
            continue;
        }
        for shape in [
            ImageShape { dimensions: vk::ImageType::TYPE_1D, ..ImageShape::flat(format, 37, 1) },
            ImageShape { levels: 4, layers: 3, ..ImageShape::flat(format, 13, 9) },
            ImageShape { levels: 3, ..ImageShape::solid(format, [7, 5, 6]) },
        ] {
            round_trip(cx, shape, bytes, &mut rng)?;
        }
    }
    Ok(())
}

fn round_trip(cx: &Context, shape: ImageShape, bytes: u64, rng: &mut Rng) -> Outcome {
    let image = StorageImage::new(&cx.device, shape)?;
    let mut size = 0;
    let regions: Vec<_> = (0..shape.levels)
        .map(|level| {
            let region = shape.whole_level(level, size);
            let vk::Extent3D { width, height, depth } = region.image_extent;
            let texels = u64::from(width) * u64::from(height) * u64::from(depth) * u64::from(shape.layers);
            size = (size + texels * bytes).next_multiple_of(16);
            region
        })
        .collect();
    let data: Vec<u8> = (0..size).map(|_| rng.bits() as u8).collect();
    let (from, to) = (HostBuffer::of(&cx.device, &data)?, cx.host(size)?);
    // The target starts as the source, so that the gaps between levels are the same too.
    to.memory.write(0, &data);
    for region in &regions {
        let vk::Extent3D { width, height, depth } = region.image_extent;
        let texels = u64::from(width * height * depth * shape.layers);
        to.memory.write(region.buffer_offset, &vec![0u8; (texels * bytes) as usize]);
    }
    cx.run(|r| {
        r.general(&[&image]);
        r.copy_to_image(&from, &image, &regions);
        r.barrier();
        r.copy_from_image(&image, &to, &regions);
        r.barrier();
    })?;
    check!(to.memory.read::<u8>(0, data.len()) == data, "{shape:?}");
    Ok(())
}
