//! Shaders see normalized colors as floats, layers as layers and slices as slices.

use crate::native::prelude::*;

use super::super::context::IMAGE;

pub(super) const NEEDS: &[Need] = &[
    Need::Compute,
    Need::StorageImage(vk::Format::R8G8B8A8_UNORM),
    Need::StorageImage(vk::Format::R32G32B32A32_SFLOAT),
];

pub(super) fn run(cx: &Context) -> Outcome {
    let colors = ImageShape { layers: 3, ..ImageShape::flat(vk::Format::R8G8B8A8_UNORM, 8, 4) };
    let floats = ImageShape::solid(vk::Format::R32G32B32A32_SFLOAT, [8, 4, 3]);
    let (colors, floats) = (StorageImage::new(&cx.device, colors)?, StorageImage::new(&cx.device, floats)?);
    let bytes: Vec<u8> = (0..8 * 4 * 3 * 4u32).map(|i| (i * 7) as u8).collect();
    let (from, to) = (HostBuffer::of(&cx.device, &bytes)?, cx.host(bytes.len() as u64 * 4)?);
    let kernel = cx.kernel_with(vk::IMAGE_COLORS, &[IMAGE, IMAGE])?;
    let set = kernel.empty_set(0)?;
    set.write_image(0, &colors);
    set.write_image(1, &floats);
    cx.run(|r| {
        r.general(&[&colors, &floats]);
        r.copy_to_image(&from, &colors, &[colors.shape.whole_level(0, 0)]);
        r.barrier();
        r.bind(&kernel, &[&set], &[], &[]);
        r.dispatch([2, 1, 3]);
        r.barrier();
        r.copy_from_image(&floats, &to, &[floats.shape.whole_level(0, 0)]);
        r.barrier();
    })?;
    for (i, (&byte, found)) in bytes.iter().zip(to.words()).enumerate() {
        let (found, expected) = (f32::from_bits(found), f32::from(byte) / 255.0 * 2.0);
        check!((found - expected).abs() < 1e-6, "channel {i} is {found}, expected {expected}");
    }
    Ok(())
}
