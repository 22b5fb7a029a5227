//! A clear gives its color to the levels and layers of its ranges and to no others.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::StorageImage(vk::Format::R8G8B8A8_SNORM)];

pub(super) fn run(cx: &Context) -> Outcome {
    let shape = ImageShape { levels: 3, layers: 3, ..ImageShape::flat(vk::Format::R8G8B8A8_SNORM, 12, 8) };
    let image = StorageImage::new(&cx.device, shape)?;
    let range = vk::ImageSubresourceRange {
        base_mip_level: 1,
        level_count: 1,
        base_array_layer: 1,
        layer_count: vk::REMAINING_ARRAY_LAYERS,
        ..image.all()
    };
    let seen = [cx.host(12 * 8 * 4 * 3)?, cx.host(6 * 4 * 4 * 3)?, cx.host(3 * 2 * 4 * 3)?];
    cx.run(|r| {
        r.general(&[&image]);
        r.clear(&image, vk::ClearColorValue { float32: [0.0; 4] }, &[image.all()]);
        r.barrier();
        r.clear(&image, vk::ClearColorValue { float32: [1.0, -1.0, 5.0, 0.0] }, &[range]);
        r.barrier();
        for (level, to) in (0..).zip(&seen) {
            r.copy_from_image(&image, to, &[shape.whole_level(level, 0)]);
        }
        r.barrier();
    })?;
    uniform("level 0", &seen[0].words(), 0)?;
    uniform("level 2", &seen[2].words(), 0)?;
    let found = seen[1].words();
    uniform("level 1, layer 0", &found[..24], 0)?;
    uniform("level 1, other layers", &found[24..], 0x007f_817f)
}
