//! Blocks have the shapes that Vulkan calls standard, for every size of texel, dimension and number of samples.

use crate::native::prelude::*;
use crate::vk::{Format, SampleCountFlags};

/// Formats with bytes of a texel, or of a compressed block of 4 x 4 texels.
const FORMATS: [(Format, &str, usize, u32); 18] = [
    (Format::R8_UINT, "r8ui", 1, 1),
    (Format::R8_UNORM, "r8", 1, 1),
    (Format::R8G8_UNORM, "rg8", 2, 1),
    (Format::R16_UINT, "r16ui", 2, 1),
    (Format::R16_SFLOAT, "r16f", 2, 1),
    (Format::R8G8B8A8_UNORM, "rgba8", 4, 1),
    (Format::B8G8R8A8_UNORM, "bgra8", 4, 1),
    (Format::A2B10G10R10_UNORM_PACK32, "rgb10a2", 4, 1),
    (Format::R16G16_SFLOAT, "rg16f", 4, 1),
    (Format::R32_UINT, "r32ui", 4, 1),
    (Format::R32_SFLOAT, "r32f", 4, 1),
    (Format::R16G16B16A16_SFLOAT, "rgba16f", 8, 1),
    (Format::R32G32_UINT, "rg32ui", 8, 1),
    (Format::R32G32B32A32_UINT, "rgba32ui", 16, 1),
    (Format::R32G32B32A32_SFLOAT, "rgba32f", 16, 1),
    (Format::BC1_RGBA_UNORM_BLOCK, "bc1", 8, 4),
    (Format::BC4_UNORM_BLOCK, "bc4", 8, 4),
    (Format::BC7_UNORM_BLOCK, "bc7", 16, 4),
];

/// Blocks of 2D images by the logarithm of the bytes of a texel.
const FLAT: [[u32; 3]; 5] = [[256, 256, 1], [256, 128, 1], [128, 128, 1], [128, 64, 1], [64, 64, 1]];
/// Of 3D images.
const SOLID: [[u32; 3]; 5] = [[64, 32, 32], [32, 32, 32], [32, 32, 16], [32, 16, 16], [16, 16, 16]];
/// What numbers of samples divide width and height by.
const SAMPLES: [(SampleCountFlags, [u32; 2]); 5] = [
    (SampleCountFlags::TYPE_1, [1, 1]),
    (SampleCountFlags::TYPE_2, [2, 1]),
    (SampleCountFlags::TYPE_4, [2, 2]),
    (SampleCountFlags::TYPE_8, [4, 2]),
    (SampleCountFlags::TYPE_16, [4, 4]),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (format, word, bytes, texels) in FORMATS {
        let size = bytes.ilog2() as usize;
        for (samples, [across, down]) in SAMPLES {
            let [width, height, _] = FLAT[size];
            let block = [width * texels / across, height * texels / down, 1];
            // A compressed image has one sample.
            if texels > 1 && samples != SampleCountFlags::TYPE_1 {
                continue;
            }
            let shape = ImageShape { samples, ..ImageShape::flat(format, 300, 200) };
            let name = format!("sparse_image.block_shapes.2d.{word}.samples_{}", samples.as_raw());
            let needs = vec![Need::SparseSamples(samples)];
            cases.push(Case::with(name, needs, move |cx| run(cx, shape, block)));
        }
        // Compressed formats need not be those of 3D images.
        if texels == 1 {
            let shape = ImageShape::solid(format, [70, 50, 40]);
            let name = format!("sparse_image.block_shapes.3d.{word}");
            cases.push(Case::with(name, vec![Need::SparseImages3D], move |cx| run(cx, shape, SOLID[size])));
        }
    }
    cases
}

fn run(cx: &Context, shape: ImageShape, standard: [u32; 3]) -> Outcome {
    let usage = vk::ImageUsageFlags::TRANSFER_SRC | vk::ImageUsageFlags::TRANSFER_DST;
    let Some(told) = SparseImage::granularity(&cx.device, &shape, usage) else {
        return Err(vk::Error::NotSupported(format!("sparse images of {:?}", shape.format)).into());
    };
    let image = SparseImage::with_usage(&cx.device, shape, Default::default(), usage)?;
    check_eq!(image.block(), told, "requirements and the query of formats differ");
    let physical = &cx.device.physical;
    let said = physical.properties.sparse_properties;
    let is_standard = match (shape.dimensions, shape.samples) {
        (vk::ImageType::TYPE_3D, _) => said.residency_standard3_d_block_shape,
        (_, SampleCountFlags::TYPE_1) => said.residency_standard2_d_block_shape,
        _ => said.residency_standard2_d_multisample_block_shape,
    };
    let flags = image.requirements.format_properties.flags;
    if is_standard == vk::TRUE {
        check_eq!(told, standard, "block");
        let odd = vk::SparseImageFormatFlags::NONSTANDARD_BLOCK_SIZE;
        check!(!flags.contains(odd), "a standard block is not called so: {flags:?}");
    }
    check_eq!(image.page(), 1 << 16, "bytes of a block");
    Ok(())
}
