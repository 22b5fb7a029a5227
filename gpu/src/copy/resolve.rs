//! Resolves: the samples of a texel become one.

use core::ops::Range;

use ash::vk;

use super::rows::{Row, Scratch, Texel};
use super::{JobPanicked, pool};
use crate::format::NumericClass;
use crate::surface::Surface;

/// Rows that one worker does at a time.
const ROWS: u64 = 16;

/// What a resolve reads and writes. Coordinates are x, y, and the layer counted from the first one of its surface.
#[derive(Clone, Copy, Debug)]
pub struct ResolveRegion {
    /// First texel of the source.
    pub from: [u32; 3],
    /// First texel of the destination.
    pub to: [u32; 3],
    /// Texels, and layers.
    pub size: [u32; 3],
    /// How many samples become one. Integers are never averaged: the first sample is taken.
    pub mode: vk::ResolveModeFlags,
}

/// Resolves the same rectangle of the same layers of two attachments.
///
/// # Safety
/// As [`resolve_region`].
pub unsafe fn resolve(
    from: &Surface,
    to: &Surface,
    rect: vk::Rect2D,
    layers: Range<u32>,
    mode: vk::ResolveModeFlags,
) -> Result<(), JobPanicked> {
    let first = [rect.offset.x.max(0) as u32, rect.offset.y.max(0) as u32, layers.start];
    let size = [rect.extent.width, rect.extent.height, layers.end.saturating_sub(layers.start)];
    // SAFETY: this function's contract.
    unsafe { resolve_region(from, to, &ResolveRegion { from: first, to: first, size, mode }) }
}

/// `vkCmdResolveImage`, one region.
///
/// # Safety
/// The region is inside of both surfaces, and what host addresses they have are of memory that stays mapped.
#[doc(alias = "vkCmdResolveImage")]
pub unsafe fn resolve_region(
    from: &Surface,
    to: &Surface,
    region: &ResolveRegion,
) -> Result<(), JobPanicked> {
    let [width, height, layers] = region.size;
    let averaged = from.format.class() == NumericClass::Float && region.mode == vk::ResolveModeFlags::AVERAGE;
    let combine: fn(&mut [Texel], &[Texel]) = match (region.mode, from.format.class()) {
        (vk::ResolveModeFlags::MIN, NumericClass::Float) => {
            |sum, row| each(sum, row, |a, b| float(f32::min, a, b))
        }
        (vk::ResolveModeFlags::MAX, NumericClass::Float) => {
            |sum, row| each(sum, row, |a, b| float(f32::max, a, b))
        }
        (vk::ResolveModeFlags::MIN, _) => |sum, row| each(sum, row, u32::min),
        (vk::ResolveModeFlags::MAX, _) => |sum, row| each(sum, row, u32::max),
        _ => |sum, row| each(sum, row, |a, b| float(|a, b| a + b, a, b)),
    };
    let one = region.mode == vk::ResolveModeFlags::SAMPLE_ZERO
        || (region.mode == vk::ResolveModeFlags::AVERAGE && !averaged);
    let samples = if one { 1 } else { from.samples };
    pool::split(u64::from(height) * u64::from(layers), ROWS, &|range| {
        let (mut scratch, mut sum, mut row) = (Scratch::default(), Vec::new(), vec![[0; 4]; width as usize]);
        for index in range {
            let (layer, y) = ((index / u64::from(height)) as u32, (index % u64::from(height)) as u32);
            sum.clear();
            for sample in 0..samples {
                let place = Row { y: region.from[1] + y, layer: region.from[2] + layer, sample };
                // SAFETY: this function's contract.
                unsafe { scratch.read(from, place, region.from[0], &mut row) };
                if sample == 0 { sum.extend_from_slice(&row) } else { combine(&mut sum, &row) }
            }
            if averaged {
                let scale = 1.0 / samples as f32;
                sum.iter_mut()
                    .for_each(|texel| *texel = texel.map(|c| (f32::from_bits(c) * scale).to_bits()));
            }
            let place = Row { y: region.to[1] + y, layer: region.to[2] + layer, sample: 0 };
            // SAFETY: this function's contract.
            unsafe { scratch.write(to, place, region.to[0], &sum) };
        }
    })
}

fn each(sum: &mut [Texel], row: &[Texel], combine: impl Fn(u32, u32) -> u32) {
    for (sum, texel) in sum.iter_mut().zip(row) {
        sum.iter_mut().zip(texel).for_each(|(sum, &channel)| *sum = combine(*sum, channel));
    }
}

fn float(combine: impl Fn(f32, f32) -> f32, a: u32, b: u32) -> u32 {
    combine(f32::from_bits(a), f32::from_bits(b)).to_bits()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copy::clear::clear;
    use crate::format::Format;
    use crate::layout::{ImageLayout, Shape};

    fn surface(name: vk::Format, samples: u32, memory: &mut Vec<u8>) -> Surface {
        let format = Format::find(name).unwrap();
        let element_bytes = format.element_bytes();
        let shape =
            Shape { extent: [100, 70, 1], block: [1, 1], levels: 1, layers: 2, element_bytes, samples };
        let layout = ImageLayout::tiled(shape, false).unwrap();
        *memory = vec![0; layout.size() as usize];
        let (address, level) = (memory.as_mut_ptr() as u64, *layout.level(0).unwrap());
        Surface { address, level, format, samples, first_layer: 0, layers: 2, is_3d: false }
    }

    /// Samples 0, 1, 2 … of one texel in each layer, resolved.
    fn resolved(name: vk::Format, values: [u32; 4], mode: vk::ResolveModeFlags) -> [u32; 2] {
        let (mut many, mut single) = (Vec::new(), Vec::new());
        let (from, to) = (surface(name, 4, &mut many), surface(name, 1, &mut single));
        for (layer, (sample, value)) in (0..2).flat_map(|layer| (0..4).zip(values).map(move |v| (layer, v))) {
            let at = (from.texel(90, 60, layer, sample) - from.address) as usize;
            // SAFETY: inside the vector.
            unsafe { (from.format.codec().store)(many[at..].as_mut_ptr(), [value, 0, 0, 0]) };
        }
        let rect = vk::Rect2D {
            offset: vk::Offset2D { x: 10, y: 5 },
            extent: vk::Extent2D { width: 90, height: 65 },
        };
        // SAFETY: inside of both.
        unsafe { resolve(&from, &to, rect, 0..2, mode) }.unwrap();
        [0, 1].map(|layer| {
            let at = (to.texel(90, 60, layer, 0) - to.address) as usize;
            // SAFETY: inside the vector.
            let texel = unsafe { (to.format.codec().load)(single[at..].as_ptr()) };
            texel[0]
        })
    }

    #[test]
    fn floats_are_averaged_and_integers_are_not() {
        let floats = [1.0f32, 2.0, 4.0, 5.0].map(f32::to_bits);
        let average = vk::ResolveModeFlags::AVERAGE;
        assert_eq!(resolved(vk::Format::R32_SFLOAT, floats, average), [3f32.to_bits(); 2]);
        assert_eq!(resolved(vk::Format::R32_UINT, [7, 1, 2, 3], average), [7; 2]);
    }

    #[test]
    fn depth_and_stencil_have_more_modes() {
        let depths = [0.5f32, 0.25, 1.0, 0.75].map(f32::to_bits);
        use vk::ResolveModeFlags as Mode;
        for (mode, wanted) in [(Mode::SAMPLE_ZERO, 0.5f32), (Mode::MIN, 0.25), (Mode::MAX, 1.0)] {
            assert_eq!(resolved(vk::Format::D32_SFLOAT, depths, mode), [wanted.to_bits(); 2]);
        }
        assert_eq!(resolved(vk::Format::S8_UINT, [9, 200, 3, 5], Mode::MAX), [200; 2]);
    }

    #[test]
    fn what_was_cleared_resolves_to_the_same() {
        let mut memory = Vec::new();
        let depth = surface(vk::Format::D16_UNORM, 4, &mut memory);
        let value = vk::ClearValue { depth_stencil: vk::ClearDepthStencilValue { depth: 1.0, stencil: 0 } };
        let extent = vk::Extent2D { width: 1000, height: 69 };
        let rect = vk::Rect2D { offset: vk::Offset2D { x: 0, y: 1 }, extent };
        // SAFETY: the rectangle is cut to the surface.
        unsafe { clear(&depth, rect, 1..2, &value) }.unwrap();
        let at = |y, layer| (depth.texel(50, y, layer, 3) - depth.address) as usize;
        assert_eq!(memory[at(1, 1)..][..2], [255, 255]);
        assert_eq!(memory[at(0, 1)..][..2], [0, 0]);
        assert_eq!(memory[at(1, 0)..][..2], [0, 0]);
    }
}
