//! A compute shader loads and stores in the format of the view, also where it declares another one. No specification says so, but
//! GPUs do, and applications that were written on them.

use crate::native::prelude::*;

use super::super::context::IMAGE;
use super::through;

pub(super) const NEEDS: &[Need] = &[
    Need::Compute,
    Need::FormatlessStorage,
    Need::StorageImage(vk::Format::R8G8B8A8_UNORM),
    Need::StorageImage(vk::Format::R32G32B32A32_SFLOAT),
];

const WIDTH: u32 = 40;
const HEIGHT: u32 = 3;

pub(super) fn run(cx: &Context) -> Outcome {
    let kernel = cx.kernel_with(vk::TYPED_COPY, &[IMAGE, IMAGE])?;
    let count = (WIDTH * HEIGHT * 4) as usize;
    let bytes: Vec<u8> = (0..count).map(|i| (i % 120) as u8).collect();
    let twice: Vec<u8> = bytes.iter().map(|&byte| byte * 2).collect();
    // Numbers that bytes do not hold.
    let floats: Vec<f32> = (0..count).map(|i| i as f32 * 1.25 - 100.0).collect();
    let numbers = |scale: f32| floats.iter().flat_map(|float| (float * scale).to_le_bytes()).collect();
    let (once, doubled): (Vec<u8>, Vec<u8>) = (numbers(1.0), numbers(2.0));
    // The declared format comes first and last: a pipeline works for one view after the other.
    for (format, before, after) in [
        (vk::Format::R8G8B8A8_UNORM, &bytes, &twice),
        (vk::Format::R32G32B32A32_SFLOAT, &once, &doubled),
        (vk::Format::R8G8B8A8_UNORM, &bytes, &twice),
    ] {
        let found = through(cx, &kernel, ImageShape::flat(format, WIDTH, HEIGHT), before)?;
        let differs = found.iter().zip(after).position(|(found, wanted)| found != wanted);
        check!(differs.is_none(), "{format:?}: byte {differs:?} is not twice what was there");
    }
    Ok(())
}
