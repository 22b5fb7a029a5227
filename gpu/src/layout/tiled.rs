//! The tiled layout: standard blocks of 64 KiB, so that a block of a sparse image is a page.
//!
//! ```text
//!   layer    [ level 0: blocks, x fastest | level 1: blocks | tail: small levels, one after the other ]
//!   block    [ sample 0: rows of elements | sample 1 | … ]
//! ```
//!
//! The first small level begins the tail, and all that follow are in it. Small is, in a sparse image, what has fewer bytes
//! than a block (Vulkan specification, "Mip Tail Regions"): all else can be bound block by block, however flat it is. In
//! other images small is what is shorter than a block in some dimension, for a part of a block would be memory for nothing.
//! Elements of the tail lie as in the linear layout.

use lacuna_vm::mutation;

use super::standard_block::{self, BYTES};
use super::{ALIGNMENT, ImageLayout, Level, MipTail, Shape, pack_linear};

impl ImageLayout {
    /// The layout of an image of optimal tiling; `None` where it would have more bytes than can be counted.
    ///
    /// Elements that have no standard block are not tiled: such images are all tail.
    pub fn tiled(shape: Shape, is_3d: bool) -> Option<Self> {
        let block = shape.sparse_block(is_3d);
        let is_small = |level| shape.level_texels(level).iter().zip(block).any(|(&size, block)| size < block);
        Self::with_tail(shape, is_3d, is_small)
    }

    /// The tiled layout of sparse images: layers begin at pages, and whatever fills a page is bound in blocks.
    pub fn sparse(shape: Shape, is_3d: bool) -> Option<Self> {
        let layout = Self::with_tail(shape, is_3d, |level| shape.level_bytes(level) < u128::from(BYTES))?;
        let layer_pitch = layout.layer_pitch.checked_next_multiple_of(BYTES)?;
        Self::assemble(shape, layout.levels.into_vec(), layout.mip_tail, layer_pitch)
    }

    fn with_tail(shape: Shape, is_3d: bool, is_small: impl Fn(u32) -> bool) -> Option<Self> {
        let block_log2 = standard_block::log2(is_3d, shape.element_bytes, shape.samples);
        let has_blocks = standard_block::exists(shape.element_bytes);
        let first_tail =
            (0..shape.levels).find(|&level| !has_blocks || is_small(level)).unwrap_or(shape.levels);
        let mut levels = Vec::new();
        let mut end: u64 = 0;
        for level in 0..first_tail {
            let level = blocks(&shape, level, block_log2, end)?;
            end = end.checked_add(level.size)?;
            levels.push(level);
        }
        let tail_offset = end;
        let (tail, end) = pack_linear(&shape, first_tail..shape.levels, tail_offset)?;
        levels.extend(tail);
        let size = (end - tail_offset).checked_next_multiple_of(BYTES)?;
        let mip_tail = MipTail { first_level: first_tail, offset: tail_offset, size };
        // What is all tail does not need whole pages.
        let alignment = if first_tail == 0 { ALIGNMENT } else { BYTES };
        Self::assemble(shape, levels, Some(mip_tail), end.checked_next_multiple_of(alignment)?)
    }
}

impl Shape {
    /// Bytes that the elements of a level have, in each layer.
    fn level_bytes(&self, level: u32) -> u128 {
        let elements: u128 = self.level_extent(level).map(u128::from).iter().product();
        elements * u128::from(self.element_bytes) * u128::from(self.samples)
    }

    /// Texels of a standard block in each dimension.
    pub fn sparse_block(&self, is_3d: bool) -> [u32; 3] {
        let [x, y, z] = standard_block::log2(is_3d, self.element_bytes, self.samples);
        let [x, y] = if mutation::is("blocks_are_turned") { [y, x] } else { [x, y] };
        [self.block[0] << x, self.block[1] << y, 1 << z]
    }
}

fn blocks(shape: &Shape, level: u32, block_log2: [u8; 3], offset: u64) -> Option<Level> {
    let extent = shape.level_extent(level);
    let [columns, rows, slices] =
        [0, 1, 2].map(|axis| u64::from(extent[axis].div_ceil(1 << block_log2[axis])));
    let row_pitch = shape.element_bytes << block_log2[0];
    let slice_pitch = row_pitch << block_log2[1];
    let block_row_pitch = columns.checked_mul(BYTES)?;
    let block_slice_pitch = block_row_pitch.checked_mul(rows)?;
    Some(Level {
        offset,
        extent,
        block_log2,
        element_bytes: shape.element_bytes,
        row_pitch,
        slice_pitch,
        sample_pitch: if mutation::is("samples_share_memory") { 0 } else { slice_pitch << block_log2[2] },
        block_row_pitch: block_row_pitch.try_into().ok()?,
        block_slice_pitch,
        layer_pitch: 0,
        size: block_slice_pitch.checked_mul(slices)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape =
        Shape { extent: [512, 256, 1], block: [1, 1], levels: 10, layers: 2, element_bytes: 4, samples: 1 };

    #[test]
    fn a_block_is_a_page() {
        let layout = ImageLayout::sparse(SHAPE, false).unwrap();
        let level = layout.level(0).unwrap();
        for (y, x) in (0..2).flat_map(|y| (0..4).map(move |x| (y, x))) {
            let page = u64::from(y * 4 + x);
            assert_eq!(level.offset([x * 128, y * 128, 0], 0, 0), page * BYTES);
            assert_eq!(level.offset([x * 128 + 127, y * 128 + 127, 0], 0, 0), (page + 1) * BYTES - 4);
        }
        assert_eq!(layout.level(1).unwrap().offset, 8 * BYTES);
        assert_eq!(level.offset([0; 3], 1, 0), layout.layer_pitch());
    }

    #[test]
    fn the_tail_begins_with_the_first_level_that_is_smaller_than_a_block() {
        let layout = ImageLayout::sparse(SHAPE, false).unwrap();
        let tail = layout.mip_tail().unwrap();
        assert_eq!((tail.first_level, tail.offset, tail.size), (2, 10 * BYTES, BYTES));
        assert_eq!(layout.layer_pitch(), 11 * BYTES);
        assert_eq!(layout.level(2).unwrap().offset, tail.offset);
        let whole = ImageLayout::sparse(Shape { levels: 2, ..SHAPE }, false).unwrap();
        assert_eq!(whole.mip_tail().unwrap().size, 0);
    }

    #[test]
    fn what_fills_a_page_is_bound_in_blocks_however_flat_it_is() {
        let flat = Shape { extent: [503, 137, 1], levels: 3, element_bytes: 1, ..SHAPE };
        let sparse = ImageLayout::sparse(flat, false).unwrap();
        assert_eq!(
            (sparse.mip_tail().unwrap().first_level, sparse.mip_tail().unwrap().offset),
            (1, 2 * BYTES)
        );
        assert_eq!(ImageLayout::tiled(flat, false).unwrap().mip_tail().unwrap().first_level, 0);
        let volume = Shape { extent: [128, 128, 8], levels: 2, element_bytes: 1, layers: 1, ..SHAPE };
        let sparse = ImageLayout::sparse(volume, true).unwrap();
        assert_eq!(
            (sparse.mip_tail().unwrap().first_level, sparse.mip_tail().unwrap().offset),
            (1, 8 * BYTES)
        );
    }

    #[test]
    fn what_fills_no_page_is_in_the_tail() {
        let small = Shape { extent: [137, 137, 1], levels: 1, element_bytes: 2, ..SHAPE };
        let tail = *ImageLayout::sparse(small, false).unwrap().mip_tail().unwrap();
        assert_eq!((tail.first_level, tail.size), (0, BYTES));
    }

    #[test]
    fn small_images_take_no_whole_page_unless_they_are_sparse() {
        let small = Shape { extent: [10, 10, 1], levels: 1, ..SHAPE };
        assert_eq!(ImageLayout::tiled(small, false).unwrap().layer_pitch(), 448);
        assert_eq!(ImageLayout::sparse(small, false).unwrap().layer_pitch(), BYTES);
    }
}
