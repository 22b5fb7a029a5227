//! Clears of attachments.

use core::ops::Range;

use ash::vk;

use super::JobPanicked;
use super::image::fill_box;
use super::place::Place;
use crate::format::Texel;
use crate::surface::Surface;

/// Gives all samples of a rectangle one value, in some layers counted from the first of the surface. What is outside of the
/// surface is left out.
///
/// # Safety
/// What host addresses the surface has are of memory that stays mapped during the call.
#[doc(alias = "vkCmdClearAttachments")]
pub unsafe fn clear(
    surface: &Surface,
    rect: vk::Rect2D,
    layers: Range<u32>,
    value: &vk::ClearValue,
) -> Result<(), JobPanicked> {
    let [width, height, _] = surface.level.extent;
    let (x, columns) = inside(rect.offset.x, rect.extent.width, width);
    let (y, rows) = inside(rect.offset.y, rect.extent.height, height);
    let (first, end) = (layers.start, layers.end.min(surface.layers));
    if columns == 0 || rows == 0 || first >= end {
        return Ok(());
    }
    let third = surface.first_layer + first;
    let (z, layer) = if surface.is_3d { (third, 0) } else { (0, third) };
    let place = Place {
        address: surface.address,
        level: surface.level,
        origin: [x, y, z],
        layer,
        is_3d: surface.is_3d,
    };
    let texel = texel(surface, value);
    // SAFETY: the box was cut to the surface; the caller's contract.
    unsafe { fill_box(place, [columns, rows, end - first], surface.samples, texel.bytes()) }
}

/// The value as it lies in memory.
fn texel(surface: &Surface, value: &vk::ClearValue) -> Texel {
    let format = surface.format;
    // SAFETY: every bit pattern is a valid value of each member of the union.
    let color = unsafe { value.color.uint32 };
    // SAFETY: as above.
    let depth_stencil = unsafe { value.depth_stencil };
    if format.has_depth() {
        format.encode([depth_stencil.depth.to_bits(), 0, 0, 0])
    } else if format.has_stencil() {
        format.encode([depth_stencil.stencil, 0, 0, 0])
    } else {
        format.encode(color)
    }
}

/// The part of `size` from `offset` on that is inside of `most`.
fn inside(offset: i32, size: u32, most: u32) -> (u32, u32) {
    let start = i64::from(offset).clamp(0, most.into());
    let end = (i64::from(offset) + i64::from(size)).clamp(start, most.into());
    (start as u32, (end - start) as u32)
}
