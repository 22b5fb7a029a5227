//! Images that are sparse but must be bound as a whole, by opaque ranges: every kind, every level, whole and in pieces.

use super::weave::{COPIES, FORMATS};
use crate::native::prelude::*;
use crate::rng::Rng;

/// Kinds of images, with their extents and layers.
const KINDS: [(&str, vk::ImageType, [u32; 3], u32, bool); 6] = [
    ("1d", vk::ImageType::TYPE_1D, [1000, 1, 1], 1, false),
    ("1d_array", vk::ImageType::TYPE_1D, [600, 1, 1], 4, false),
    ("2d", vk::ImageType::TYPE_2D, [250, 130, 1], 1, false),
    ("2d_array", vk::ImageType::TYPE_2D, [120, 90, 1], 5, false),
    ("cube", vk::ImageType::TYPE_2D, [100, 100, 1], 6, true),
    ("3d", vk::ImageType::TYPE_3D, [70, 40, 20], 1, false),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (kind, dimensions, extent, layers, cube) in KINDS {
        for (format, word, bytes) in FORMATS {
            let levels = extent.iter().max().map_or(1, |longest| longest.ilog2() + 1);
            let shape = ImageShape { levels, layers, ..ImageShape::new(format, dimensions, extent) };
            let name = format!("sparse_image.binding.{kind}.{word}");
            cases.push(Case::with(name, vec![Need::Compute, Need::SparseBinding], move |cx| {
                run(cx, shape, bytes, cube)
            }));
        }
    }
    cases
}

fn run(cx: &Context, shape: ImageShape, bytes: u32, cube: bool) -> Outcome {
    let mut flags = vk::ImageCreateFlags::SPARSE_BINDING;
    if cube {
        flags |= vk::ImageCreateFlags::CUBE_COMPATIBLE;
    }
    let image = StorageImage::unbound(&cx.device, shape, flags, COPIES)?;
    // SAFETY: just created from this device.
    let needs = unsafe { cx.device.raw.get_image_memory_requirements(image.handle) };
    check_eq!(needs.size % needs.alignment, 0, "a sparse image is whole pages");
    let pages = needs.size / needs.alignment;
    let memory = vk::Memory::host(&cx.device, needs.size, needs.memory_type_bits)?;
    let mut order: Vec<u64> = (0..pages).collect();
    Rng::new(cx.seed).shuffle(&mut order);
    let page = needs.alignment;
    let binds: Vec<_> =
        (0..).zip(&order).map(|(n, &target)| Bind::to(n * page, page, &memory, target * page)).collect();
    cx.sparse()?.bind_image(&cx.device, &image, &[], &binds)?;
    cx.run(|r| r.general(&[&image]))?;

    let (regions, size) = all_levels(&shape, bytes);
    let data: Vec<u8> =
        (0..size as u32).map(|n| (n.wrapping_mul(0x9e37_79b1) >> 24) as u8 & 0x3b | 1).collect();
    let (from, to) = (HostBuffer::of(&cx.device, &data)?, cx.dirty(size.next_multiple_of(4))?);
    cx.run(|r| {
        r.copy_to_image(&from, &image, &regions);
        r.barrier();
        r.copy_from_image(&image, &to, &regions);
        r.barrier();
    })?;
    compare(&shape, bytes, &to.memory.read(0, data.len()), &data)?;
    // In one piece, last page first: the texels are where the pages went.
    let copy = vk::Memory::host(&cx.device, needs.size, needs.memory_type_bits)?;
    for (n, &target) in (0..).zip(&order) {
        copy.write(n * page, &memory.read::<u8>(target * page, page as usize));
    }
    cx.sparse()?.bind_image(&cx.device, &image, &[], &[Bind::to(0, needs.size, &copy, 0)])?;
    to.memory.fill(0);
    cx.run(|r| {
        r.copy_from_image(&image, &to, &regions);
        r.barrier();
    })?;
    compare(&shape, bytes, &to.memory.read(0, data.len()), &data)
}

/// A region for each level, one behind the other in a buffer, and the bytes of all.
fn all_levels(shape: &ImageShape, bytes: u32) -> (Vec<vk::BufferImageCopy>, u64) {
    let mut size = 0;
    let regions = (0..shape.levels)
        .map(|level| {
            let region = shape.whole_level(level, size);
            // Offsets are multiples of texels and of words.
            size = (size + level_bytes(shape, bytes, level) as u64).next_multiple_of(16);
            region
        })
        .collect();
    (regions, size)
}

fn level_bytes(shape: &ImageShape, bytes: u32, level: u32) -> usize {
    (shape.extent_of(level).iter().product::<u32>() * shape.layers * bytes) as usize
}

/// Compares all levels; what lies between two of them is nobody's.
fn compare(shape: &ImageShape, bytes: u32, found: &[u8], expected: &[u8]) -> Outcome {
    let (regions, _) = all_levels(shape, bytes);
    for (level, region) in (0..).zip(regions) {
        let first = region.buffer_offset as usize;
        let wrong = (first..first + level_bytes(shape, bytes, level)).find(|&n| found[n] != expected[n]);
        check!(wrong.is_none(), "level {level}: byte {:?} of the copy differs", wrong.map(|n| n - first));
    }
    Ok(())
}
