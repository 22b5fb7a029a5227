//! Blits: a mirrored one turns an image around, an enlarging one repeats or blends texels, formats are converted.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::StorageImage(vk::Format::R32_SFLOAT)];

pub(super) fn run(cx: &Context) -> Outcome {
    let features = |format| cx.device.physical.optimal_features(format);
    let blits = vk::FormatFeatureFlags::BLIT_SRC | vk::FormatFeatureFlags::BLIT_DST;
    if !features(vk::Format::R8_UNORM).contains(blits) || !features(vk::Format::R32_SFLOAT).contains(blits) {
        return Err(vk::Error::NotSupported("blits".into()).into());
    }
    let small = StorageImage::new(&cx.device, ImageShape::flat(vk::Format::R8_UNORM, 4, 1))?;
    let large = StorageImage::new(&cx.device, ImageShape::flat(vk::Format::R32_SFLOAT, 8, 1))?;
    let from = HostBuffer::of(&cx.device, &[0u8, 51, 102, 255])?;
    let to = cx.host(32)?;
    let queue = cx.device.queue(vk::QueueFlags::GRAPHICS).or_else(|_| cx.compute())?;
    let part = small.shape.whole_level(0, 0).image_subresource;
    let corner = |x| vk::Offset3D { x, y: i32::from(x != 0), z: i32::from(x != 0) };
    for (filter, corners, expected) in [
        (vk::Filter::NEAREST, [0, 8], [0.0, 0.0, 0.2, 0.2, 0.4, 0.4, 1.0, 1.0]),
        (vk::Filter::NEAREST, [8, 0], [1.0, 1.0, 0.4, 0.4, 0.2, 0.2, 0.0, 0.0]),
        (vk::Filter::LINEAR, [0, 8], [0.0, 0.05, 0.15, 0.25, 0.35, 0.55, 0.85, 1.0]),
    ] {
        let region = vk::ImageBlit {
            src_subresource: part,
            src_offsets: [corner(0), vk::Offset3D { x: 4, y: 1, z: 1 }],
            dst_subresource: part,
            dst_offsets: [
                vk::Offset3D { x: corners[0], y: 0, z: 0 },
                vk::Offset3D { x: corners[1], y: 1, z: 1 },
            ],
        };
        queue.run(&cx.device, |r| {
            r.general(&[&small, &large]);
            r.copy_to_image(&from, &small, &[small.shape.whole_level(0, 0)]);
            r.barrier();
            r.blit(&small, &large, region, filter);
            r.barrier();
            r.copy_from_image(&large, &to, &[large.shape.whole_level(0, 0)]);
            r.barrier();
        })?;
        let found = to.memory.read::<f32>(0, 8);
        let close = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 0.01);
        check!(close, "{filter:?} {corners:?}: {found:?}, expected {expected:?}");
    }
    Ok(())
}
