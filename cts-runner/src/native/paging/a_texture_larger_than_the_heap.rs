//! A sparse texture of three times the heap shows what was uploaded, row of blocks by row of blocks.

use super::{PIECE, SMALL};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseImages, Need::HeapAtMost(SMALL)];

pub(super) fn run(cx: &Context) -> Outcome {
    let width = 4096;
    let height = (3 * cx.device.physical.local_heap() / (4 * u64::from(width))).min(8192) as u32;
    let texture = Texture::new(cx, width, height, 1)?;
    texture.fill(cx, 0)?;
    texture.check(cx, 0)
}

/// A sparse image of words, bound as a whole to pieces of memory.
pub(super) struct Texture {
    image: SparseImage,
    _memory: Vec<vk::Memory>,
    staging: HostBuffer,
}

/// Rows that are copied at a time.
const ROWS: u32 = 64;

impl Texture {
    pub(super) fn new(cx: &Context, width: u32, height: u32, layers: u32) -> vk::Result<Self> {
        let shape = ImageShape { layers, ..ImageShape::flat(vk::Format::R32_UINT, width, height) };
        let image = SparseImage::new(&cx.device, shape, Default::default())?;
        let (size, bits) = (image.memory_requirements.size, image.memory_requirements.memory_type_bits);
        let pieces = (0..size).step_by(PIECE as usize);
        let memory = pieces
            .clone()
            .map(|start| vk::Memory::local(&cx.device, PIECE.min(size - start), bits))
            .collect::<vk::Result<Vec<_>>>()?;
        let binds: Vec<_> =
            pieces.zip(&memory).map(|(start, memory)| Bind::to(start, memory.size, memory, 0)).collect();
        cx.sparse()?.bind_image(&cx.device, &image.image, &[], &binds)?;
        cx.run(|r| r.general(&[&image.image]))?;
        let staging = cx.host(u64::from(width) * u64::from(ROWS) * 4)?;
        Ok(Self { image, _memory: memory, staging })
    }

    /// Strips as copies from or to the staging buffer, each with the number of its first texel.
    fn strips(&self) -> impl Iterator<Item = (vk::BufferImageCopy, u32)> + '_ {
        let ImageShape { extent: [width, height, _], layers, .. } = self.image.image.shape;
        (0..layers).flat_map(move |layer| {
            (0..height).step_by(ROWS as usize).map(move |row| {
                let mut region = self.image.image.shape.whole_level(0, 0);
                region.image_subresource.base_array_layer = layer;
                region.image_subresource.layer_count = 1;
                region.image_offset.y = row as i32;
                region.image_extent.height = ROWS.min(height - row);
                (region, (layer * height + row) * width)
            })
        })
    }

    fn texels(&self, region: &vk::BufferImageCopy, first: u32) -> Vec<u32> {
        let count = region.image_extent.width * region.image_extent.height;
        (0..count).map(|i| first.wrapping_add(i)).collect()
    }

    /// Texel `i` becomes `i + salt`.
    pub(super) fn fill(&self, cx: &Context, salt: u32) -> vk::Result<()> {
        for (region, first) in self.strips() {
            self.staging.memory.write(0, &self.texels(&region, first.wrapping_add(salt)));
            cx.run(|r| {
                r.copy_to_image(&self.staging, &self.image.image, &[region]);
                r.barrier();
            })?;
        }
        Ok(())
    }

    /// Every texel is what [`fill`](Self::fill) made it.
    pub(super) fn check(&self, cx: &Context, salt: u32) -> Outcome {
        for (region, first) in self.strips() {
            cx.run(|r| {
                r.copy_from_image(&self.image.image, &self.staging, &[region]);
                r.barrier();
            })?;
            let expected = self.texels(&region, first.wrapping_add(salt));
            let found = self.staging.memory.read::<u32>(0, expected.len());
            same(&format!("texels from {first} on"), &found, &expected)?;
        }
        Ok(())
    }
}
