//! Boxes of elements in memory, whatever the layout: where the rows of a box are, and which of them follow each other.
//!
//! A box is cut into *strips* (rows of one slice and sample that lie in one row of blocks, on every side) and those into *runs*:
//! elements that are contiguous on every side. What `VkBufferImageCopy` says of a buffer is a layout like others.
//!
//! ```text
//!   box of a tiled image              strips                runs
//!   ┌────┬────────┬───┐               ▒ one by one, or in   one for each row of a block; one for all rows where the box
//!   ├────┼────────┼───┤               parallel              is as wide as the block
//!   └────┴────────┴───┘
//! ```

use lacuna_vm::page_table::pte::SPARSE_TAG;

use crate::layout::Level;
use crate::memory::DeviceAddress;

/// Bytes of a strip, about: what one worker moves at a time.
const STRIP: u64 = 1 << 20;

/// Elements of a mip level, from one on.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Device address of the first byte of the image, or of its plane.
    pub address: DeviceAddress,
    /// Where elements lie from there on.
    pub level: Level,
    /// The first element.
    pub origin: [u32; 3],
    /// The first array layer.
    pub layer: u32,
    /// Whether the third dimension of a box counts slices of a 3D image; else it counts array layers.
    pub is_3d: bool,
}

impl Place {
    /// Rows of elements in a buffer, pitches in bytes.
    pub fn buffer(address: DeviceAddress, element_bytes: u32, row_pitch: u32, slice_pitch: u64) -> Self {
        let level = Level {
            offset: 0,
            extent: [u32::MAX; 3],
            block_log2: [31, 31, 0],
            element_bytes,
            row_pitch,
            slice_pitch: 0,
            sample_pitch: 0,
            block_row_pitch: 0,
            block_slice_pitch: slice_pitch,
            layer_pitch: 0,
            size: 0,
        };
        Self { address, level, origin: [0; 3], layer: 0, is_3d: true }
    }

    /// The device address of an element of the box.
    pub fn at(&self, [x, y, slice]: [u32; 3], sample: u32) -> DeviceAddress {
        let [x0, y0, z0] = self.origin;
        let (z, layer) = if self.is_3d { (z0 + slice, self.layer) } else { (z0, self.layer + slice) };
        self.address + self.level.offset([x0 + x, y0 + y, z], layer, sample)
    }

    /// Whether the page table says where it is.
    pub fn is_sparse(&self) -> bool {
        self.address & SPARSE_TAG != 0
    }

    /// Elements from `n` on to the border of a block, along an axis.
    fn elements_before_border(&self, axis: usize, n: u32) -> u32 {
        match self.level.block_log2[axis] {
            31.. => u32::MAX,
            log2 => (1 << log2) - ((self.origin[axis] + n) & ((1 << log2) - 1)),
        }
    }
}

/// Rows of a box that lie in one row of blocks, of one slice and sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Strip {
    /// The first row.
    pub(super) y: u32,
    pub(super) rows: u32,
    pub(super) slice: u32,
    pub(super) sample: u32,
}

/// Elements of a strip that are contiguous on every side: these rows of this width from `x` and `y` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) elements: u32,
}

/// The strips of a box of `size` elements (slices or layers the third) with so many samples.
pub(super) fn strips<const N: usize>(places: &[Place; N], size: [u32; 3], samples: u32) -> Vec<Strip> {
    let [width, height, slices] = size;
    let row_bytes =
        u64::from(width) * places.iter().map(|place| place.level.element_bytes).max().unwrap_or(1) as u64;
    let most = (STRIP / row_bytes.max(1)).clamp(1, u32::MAX.into()) as u32;
    let mut strips = Vec::new();
    for (slice, sample) in (0..slices).flat_map(|slice| (0..samples).map(move |sample| (slice, sample))) {
        let mut y = 0;
        while y < height {
            let border =
                places.iter().map(|place| place.elements_before_border(1, y)).min().unwrap_or(u32::MAX);
            let rows = (height - y).min(border).min(most);
            strips.push(Strip { y, rows, slice, sample });
            y += rows;
        }
    }
    strips
}

impl Strip {
    /// Its runs, of a box that is so wide.
    pub(super) fn runs<const N: usize>(
        self,
        places: &[Place; N],
        width: u32,
    ) -> impl Iterator<Item = Run> + use<'_, N> {
        let mut x = 0;
        let columns = std::iter::from_fn(move || {
            let left = (width - x).min(places.iter().map(|place| place.elements_before_border(0, x)).min()?);
            let column = (left > 0).then_some((x, left));
            x += left;
            column
        });
        columns.flat_map(move |(x, width)| {
            let joined =
                places.iter().all(|place| width * place.level.element_bytes == place.level.row_pitch);
            let (runs, elements) = if joined { (1, width * self.rows) } else { (self.rows, width) };
            (self.y..self.y + runs).map(move |y| Run { x, y, elements })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{ImageLayout, Shape};

    fn tiled(extent: [u32; 3], element_bytes: u32, origin: [u32; 3]) -> Place {
        let shape = Shape { extent, block: [1, 1], levels: 1, layers: 1, element_bytes, samples: 1 };
        let layout = ImageLayout::tiled(shape, false).unwrap();
        Place { address: 0, level: *layout.level(0).unwrap(), origin, layer: 0, is_3d: false }
    }

    #[test]
    fn strips_end_at_borders_of_blocks_on_either_side() {
        let (a, b) = (tiled([256, 512, 1], 4, [0, 100, 0]), tiled([256, 512, 1], 4, [0, 0, 0]));
        let rows: Vec<_> =
            strips(&[a, b], [256, 300, 1], 1).iter().map(|strip| (strip.y, strip.rows)).collect();
        assert_eq!(rows, [(0, 28), (28, 100), (128, 28), (156, 100), (256, 28), (284, 16)]);
    }

    #[test]
    fn rows_of_a_whole_block_are_one_run() {
        let place = tiled([256, 256, 1], 4, [0; 3]);
        let [strip, ..] = strips(&[place], [200, 256, 1], 1)[..] else { panic!() };
        let runs: Vec<_> = strip.runs(&[place], 200).map(|run| (run.x, run.y, run.elements)).collect();
        assert_eq!(runs[0], (0, 0, 128 * 128));
        assert_eq!(runs[1..3], [(128, 0, 72), (128, 1, 72)]);
        assert_eq!(runs.len(), 1 + 128);
    }

    #[test]
    fn long_boxes_of_a_buffer_are_several_strips() {
        let buffer = Place::buffer(0, 4, 4096 * 4, 0);
        let rows: Vec<_> = strips(&[buffer], [4096, 100, 1], 1).iter().map(|strip| strip.rows).collect();
        assert_eq!(rows, [64, 36]);
    }
}
