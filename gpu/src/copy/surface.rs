//! Clears and resolves of surfaces: the work of passes that needs no rasterizer.

use core::ops::Range;

use ash::vk;

use super::image::{fill_box, for_each_run};
use super::{JobPanicked, Place, read, update};
use crate::format::{Format, NumericClass};
use crate::surface::Surface;

/// Texels that one step of a resolve takes.
const STEP: usize = 64;
/// Bytes of the largest texel.
const LARGEST: usize = 32;

/// Gives all samples of texels of some layers, counted from the surface's first one, the value of its aspect.
///
/// # Safety
/// The area and the layers are inside of the surface, whose memory stays mapped during the call.
#[doc(alias = "VK_ATTACHMENT_LOAD_OP_CLEAR", alias = "vkCmdClearAttachments")]
pub unsafe fn clear(
    surface: &Surface,
    area: vk::Rect2D,
    layers: Range<u32>,
    value: &vk::ClearValue,
) -> Result<(), JobPanicked> {
    let mut element = [0; LARGEST];
    let bytes = surface.format.element_bytes() as usize;
    // SAFETY: no texel is larger than the array.
    unsafe { (surface.format.codec().store)(element.as_mut_ptr(), channels(surface.format, value)) }
    let place = place(surface, area, layers.start);
    let size = [area.extent.width, area.extent.height, layers.end - layers.start];
    // SAFETY: the caller's contract.
    unsafe { fill_box(place, size, surface.samples, &element[..bytes]) }
}

/// The part of a clear value that a format's aspect takes, as channels.
fn channels(format: Format, value: &vk::ClearValue) -> [u32; 4] {
    // SAFETY: all variants are words, and the structure is as large as the largest one; every bit pattern is valid.
    let (color, depth) = unsafe { (value.color.uint32, value.depth_stencil) };
    if format.has_depth() {
        [depth.depth.to_bits(), 0, 0, 0]
    } else if format.has_stencil() {
        [depth.stencil, 0, 0, 0]
    } else {
        color
    }
}

/// A surface from a rectangle's corner and a layer on.
fn place(surface: &Surface, area: vk::Rect2D, layer: u32) -> Place {
    let (x, y) = (area.offset.x.cast_unsigned(), area.offset.y.cast_unsigned());
    let layer = surface.first_layer + layer;
    let (z, layer) = if surface.is_3d { (layer, 0) } else { (0, layer) };
    Place {
        address: surface.address,
        level: surface.level,
        origin: [x, y, z],
        layer,
        is_3d: surface.is_3d,
    }
}

/// Makes one sample of all samples of texels, at the same place in both surfaces. Integers are not averaged: whatever the mode,
/// they become the first sample or an extreme.
///
/// # Safety
/// The area and the layers are inside of both surfaces, whose memory stays mapped during the call.
#[doc(alias = "vkCmdResolveImage", alias = "VkResolveModeFlagBits")]
pub unsafe fn resolve(
    from: &Surface,
    to: &Surface,
    area: vk::Rect2D,
    layers: Range<u32>,
    mode: vk::ResolveModeFlags,
) -> Result<(), JobPanicked> {
    let places = [place(to, area, layers.start), place(from, area, layers.start)];
    let size = [area.extent.width, area.extent.height, layers.end - layers.start];
    let combine = combination(from.format.class(), mode);
    for_each_run(places, size, 1, &|[to_run, from_run], elements| {
        let (to_bytes, from_bytes) = (to.format.element_bytes(), from.format.element_bytes());
        for first in (0..elements).step_by(STEP) {
            let count = STEP.min((elements - first) as usize);
            let source = from_run + u64::from(first) * u64::from(from_bytes);
            let mut texels = [[0; 4]; STEP];
            // SAFETY: the caller's contract: texels of a run, of every sample.
            unsafe { combine_samples(from, source, combine, &mut texels[..count]) };
            let mut bytes = [0; STEP * LARGEST];
            // SAFETY: the array has room for so many texels of the largest size.
            unsafe { (to.format.codec().store_row)(bytes.as_mut_ptr(), &texels[..count]) };
            let target = to_run + u64::from(first) * u64::from(to_bytes);
            // SAFETY: the caller's contract.
            unsafe { update(target, &bytes[..count * to_bytes as usize]) }
        }
    })
}

/// How the samples of a channel become one value.
#[derive(Clone, Copy)]
enum Combine {
    First,
    /// Sums; divided at the end.
    Average,
    /// Of what was there and another sample.
    Extreme(fn(u32, u32) -> u32),
}

fn combination(class: NumericClass, mode: vk::ResolveModeFlags) -> Combine {
    match (mode, class) {
        (vk::ResolveModeFlags::AVERAGE, NumericClass::Float) => Combine::Average,
        (vk::ResolveModeFlags::MIN, NumericClass::Float) => {
            Combine::Extreme(|old, new| f32::from_bits(old).min(f32::from_bits(new)).to_bits())
        }
        (vk::ResolveModeFlags::MAX, NumericClass::Float) => {
            Combine::Extreme(|old, new| f32::from_bits(old).max(f32::from_bits(new)).to_bits())
        }
        (vk::ResolveModeFlags::MIN, NumericClass::Uint) => Combine::Extreme(u32::min),
        (vk::ResolveModeFlags::MAX, NumericClass::Uint) => Combine::Extreme(u32::max),
        (vk::ResolveModeFlags::MIN, NumericClass::Sint) => {
            Combine::Extreme(|old, new| old.cast_signed().min(new.cast_signed()).cast_unsigned())
        }
        (vk::ResolveModeFlags::MAX, NumericClass::Sint) => {
            Combine::Extreme(|old, new| old.cast_signed().max(new.cast_signed()).cast_unsigned())
        }
        _ => Combine::First,
    }
}

/// Texels from `source` on with their samples combined.
///
/// # Safety
/// There are so many texels, with as many samples as the surface has, in memory that stays mapped during the call.
unsafe fn combine_samples(from: &Surface, source: u64, combine: Combine, texels: &mut [[u32; 4]]) {
    let mut bytes = [0; STEP * LARGEST];
    let bytes = &mut bytes[..texels.len() * from.format.element_bytes() as usize];
    let mut row = [[0; 4]; STEP];
    let row = &mut row[..texels.len()];
    let samples = if let Combine::First = combine { 1 } else { from.samples };
    for sample in 0..samples {
        // SAFETY: the caller's contract.
        unsafe { read(source + u64::from(sample) * u64::from(from.level.sample_pitch), bytes) };
        // SAFETY: `bytes` holds as many texels as `row`.
        unsafe { (from.format.codec().load_row)(bytes.as_ptr(), row) };
        for (old, &new) in texels.as_flattened_mut().iter_mut().zip(row.as_flattened()) {
            *old = match combine {
                _ if sample == 0 => new,
                Combine::First => *old,
                Combine::Average => (f32::from_bits(*old) + f32::from_bits(new)).to_bits(),
                Combine::Extreme(pick) => pick(*old, new),
            };
        }
    }
    if let Combine::Average = combine {
        let share = 1.0 / samples as f32;
        texels.as_flattened_mut().iter_mut().for_each(|sum| *sum = (f32::from_bits(*sum) * share).to_bits());
    }
}
