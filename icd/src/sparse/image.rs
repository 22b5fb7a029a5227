//! Binds of sparse images: boxes of texels become runs of pages.
//!
//! A block is a page. The blocks of a box take memory in the order x, y, z; in the address space a row of blocks is
//! contiguous, and rows that are bound as a whole are too: those become one request.
//!
//! ```text
//!   box of blocks          memory            addresses
//!   0 1 2   row 0          0 1 2 3 4 5       … 0 1 2 . . … 3 4 5 …       two requests: the level is wider than the box
//!   3 4 5   row 1                            … 0 1 2 3 4 5 …             one: it is not
//! ```

use ash::vk;
use lacuna_gpu::layout::Level;
use lacuna_gpu::layout::standard_block::BYTES;
use lacuna_vm::{Va, VaRange, mutation};

use super::requests::Requests;
use crate::error::Error;
use crate::object::image::Image;

/// The addresses of a sparse image.
pub(super) fn addresses(image: &Image) -> Result<VaRange, Error> {
    let sparse = image.sparse().ok_or(Error::InvalidUsage("vkQueueBindSparse: the image is not sparse"))?;
    Ok(sparse.range)
}

/// One `VkSparseImageMemoryBind`. Memory null unbinds.
pub(super) fn blocks(
    image: &Image,
    bind: &vk::SparseImageMemoryBind,
    requests: &mut Requests<'_>,
) -> Result<(), Error> {
    let place = &bind.subresource;
    let first = addresses(image)?.start().0;
    let plane = image.plane(place.aspect_mask).filter(|_| image.is_resident());
    let plane = plane.ok_or(Error::InvalidUsage("VUID-VkSparseImageMemoryBindInfo-subresource-01722"))?;
    let in_tail = plane.layout.mip_tail().is_none_or(|tail| place.mip_level >= tail.first_level);
    let level = plane.layout.level(place.mip_level).filter(|_| !in_tail && place.array_layer < image.layers);
    let level =
        level.ok_or(Error::InvalidUsage("VUID-VkSparseImageMemoryBindInfo-subresource-01722, -01723"))?;
    let texels = plane.layout.shape().level_texels(place.mip_level);
    let granularity = plane.layout.shape().sparse_block(image.is_3d());
    let area = Area::new(bind, granularity, texels)?;
    let layer = if mutation::is("blocks_go_to_layer_0") { 0 } else { u64::from(place.array_layer) };
    let level_offset = if mutation::is("blocks_go_to_level_0") { 0 } else { level.offset };
    let start = first + plane.offset + level_offset + layer * level.layer_pitch;
    let target = requests.target(bind.memory)?;
    let mut offset = bind.memory_offset;
    area.for_each_run(level, |page, pages| {
        requests.push(VaRange::new(Va(start + page * BYTES), pages * BYTES)?, target, offset)?;
        let taken = if mutation::is("rows_share_memory") { 0 } else { pages * BYTES };
        offset = offset.wrapping_add(taken);
        Ok(())
    })
}

/// A box of blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Area {
    first: [u32; 3],
    size: [u32; 3],
}

impl Area {
    /// The blocks of a bind. Its box begins with a block and ends with one or with the level.
    fn new(bind: &vk::SparseImageMemoryBind, granularity: [u32; 3], texels: [u32; 3]) -> Result<Self, Error> {
        const RULE: Error = Error::InvalidUsage("VUID-VkSparseImageMemoryBind-offset-01107, -extent-01108");
        let (offset, extent) = (bind.offset, bind.extent);
        let axes = [(offset.x, extent.width), (offset.y, extent.height), (offset.z, extent.depth)];
        let mut area = Self { first: [0; 3], size: [0; 3] };
        for (axis, (start, length)) in axes.into_iter().enumerate() {
            let (block, most) = (granularity[axis], texels[axis]);
            let start = u32::try_from(start).map_err(|_| RULE)?;
            let end = start.checked_add(length).filter(|&end| length > 0 && end <= most).ok_or(RULE)?;
            if !start.is_multiple_of(block) || !(end.is_multiple_of(block) || end == most) {
                return Err(RULE);
            }
            area.first[axis] = start / block;
            area.size[axis] = end.div_ceil(block) - start / block;
        }
        Ok(area)
    }

    /// Calls `work` with the first page, from the level's first on, and the number of pages of each contiguous run, in the
    /// order in which they take memory.
    fn for_each_run(
        self,
        level: &Level,
        mut work: impl FnMut(u64, u64) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let columns = u64::from(level.block_row_pitch) / BYTES;
        let slice = level.block_slice_pitch / BYTES;
        let ([x, y, z], [width, height, depth]) = (self.first.map(u64::from), self.size.map(u64::from));
        let at = |row: u64, layer: u64| x + (y + row) * columns + (z + layer) * slice;
        let (whole_rows, whole_slices) = (width == columns, width * height == slice);
        match (whole_slices, whole_rows) {
            (true, _) => work(at(0, 0), slice * depth),
            (_, true) => (0..depth).try_for_each(|layer| work(at(0, layer), width * height)),
            _ => (0..depth).try_for_each(|layer| (0..height).try_for_each(|row| work(at(row, layer), width))),
        }
    }
}

#[cfg(test)]
mod tests {
    use lacuna_gpu::layout::{ImageLayout, Shape};

    use super::*;

    fn bind(offset: [i32; 3], extent: [u32; 3]) -> vk::SparseImageMemoryBind {
        vk::SparseImageMemoryBind {
            offset: vk::Offset3D { x: offset[0], y: offset[1], z: offset[2] },
            extent: vk::Extent3D { width: extent[0], height: extent[1], depth: extent[2] },
            ..Default::default()
        }
    }

    fn runs(extent: [u32; 3], is_3d: bool, bind: &vk::SparseImageMemoryBind) -> Vec<(u64, u64)> {
        let shape = Shape { extent, block: [1, 1], levels: 1, layers: 1, element_bytes: 4, samples: 1 };
        let layout = ImageLayout::sparse(shape, is_3d).unwrap();
        let area = Area::new(bind, shape.sparse_block(is_3d), extent).unwrap();
        let mut runs = Vec::new();
        area.for_each_run(layout.level(0).unwrap(), |page, pages| {
            runs.push((page, pages));
            Ok(())
        })
        .unwrap();
        runs
    }

    #[test]
    fn rows_of_blocks_are_runs_and_whole_rows_one() {
        // Five columns and three rows of blocks, the last ones not whole.
        let extent = [600, 300, 1];
        assert_eq!(runs(extent, false, &bind([128, 128, 0], [256, 172, 1])), [(6, 2), (11, 2)]);
        assert_eq!(runs(extent, false, &bind([0, 128, 0], [600, 128, 1])), [(5, 5)]);
        assert_eq!(runs(extent, false, &bind([0, 0, 0], [600, 300, 1])), [(0, 15)]);
        assert_eq!(runs(extent, false, &bind([512, 0, 0], [88, 128, 1])), [(4, 1)]);
        // Blocks of 32 x 32 x 16: two columns, two rows, three slices.
        let solid = [64, 40, 48];
        assert_eq!(runs(solid, true, &bind([0, 0, 16], [64, 40, 32])), [(4, 8)]);
        assert_eq!(runs(solid, true, &bind([0, 32, 0], [64, 8, 48])), [(2, 2), (6, 2), (10, 2)]);
        assert_eq!(runs(solid, true, &bind([32, 0, 0], [32, 40, 16])), [(1, 1), (3, 1)]);
    }

    #[test]
    fn boxes_that_cut_blocks_or_leave_the_level_are_refused() {
        for wrong in [
            bind([1, 0, 0], [128, 128, 1]),
            bind([0, 0, 0], [100, 128, 1]),
            bind([-128, 0, 0], [128, 128, 1]),
            bind([512, 0, 0], [128, 128, 1]),
            bind([0, 0, 0], [0, 128, 1]),
            bind([0, 0, 0], [u32::MAX, 128, 1]),
            bind([0, 0, 1], [128, 128, 1]),
        ] {
            assert!(Area::new(&wrong, [128, 128, 1], [600, 300, 1]).is_err(), "{wrong:?}");
        }
    }
}
