//! Formats that SPIR-V has no name for are loaded and stored by shaders that do not name them, and keep every bit.

use crate::native::prelude::*;

use super::super::context::IMAGE;
use super::through;

pub(super) const NEEDS: &[Need] =
    &[Need::Compute, Need::FormatlessStorage, Need::StorageImage(vk::Format::R10X6_UNORM_PACK16)];

/// Formats, their channels of 16 bits, and how many low bits of each are unused.
const FORMATS: &[(vk::Format, usize, u32)] = &[
    (vk::Format::R10X6_UNORM_PACK16, 1, 6),
    (vk::Format::R10X6G10X6_UNORM_2PACK16, 2, 6),
    (vk::Format::R10X6G10X6B10X6A10X6_UNORM_4PACK16, 4, 6),
    (vk::Format::R12X4_UNORM_PACK16, 1, 4),
    (vk::Format::R12X4G12X4_UNORM_2PACK16, 2, 4),
    (vk::Format::R12X4G12X4B12X4A12X4_UNORM_4PACK16, 4, 4),
];

const WIDTH: u32 = 40;
const HEIGHT: u32 = 3;

pub(super) fn run(cx: &Context) -> Outcome {
    let kernel = cx.kernel_with(vk::FORMATLESS_COPY, &[IMAGE, IMAGE])?;
    for &(format, channels, unused) in FORMATS {
        if Need::StorageImage(format).missing(&cx.device.physical).is_some() {
            continue;
        }
        let shape = ImageShape::flat(format, WIDTH, HEIGHT);
        let count = WIDTH as usize * HEIGHT as usize * channels;
        let channel = |i: usize| (i as u16).wrapping_mul(547) >> unused << unused;
        let bytes: Vec<u8> = (0..count).flat_map(|i| channel(i).to_le_bytes()).collect();
        let found = through(cx, &kernel, shape, &bytes)?;
        let differs = found.iter().zip(&bytes).position(|(found, wanted)| found != wanted);
        check!(differs.is_none(), "{format:?}: byte {differs:?} is not what was stored");
    }
    Ok(())
}
