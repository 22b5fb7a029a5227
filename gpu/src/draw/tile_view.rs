//! The memory of one surface under one tile of the window.
//!
//! ```text
//!   tile    64 x 64 pixels = 4 x 4 cells, each in one block of the image's layout, hence in one page of a sparse image
//!   cell    16 x 16 pixels: host memory where they are
//! ```
//!
//! Three ways: surfaces in ordinary memory and pages of sparse images are used in place. A page that is not bound is a piece of
//! scratch memory that is zeroed after each write, so that reads give zero. Sparse surfaces whose cells are not in one page
//! each are copied in and out.
#![expect(unsafe_code, reason = "reads and writes the application's memory")]

use lacuna_vm::page_table::pte;
use lacuna_vm::units::PAGE_SIZE;

use super::lanes::{COLUMN, N, ROW, lanes_of};
use super::primitive::Bounds;
use crate::memory::span::{Access, spans};
use crate::surface::Surface;

/// Pixels of a tile's side.
pub(super) const TILE: i32 = 64;
const TILE_LOG2: u32 = TILE.ilog2();
const CELL_LOG2: u32 = 4;
/// Pixels of a cell's side.
pub(super) const CELL: i32 = 1 << CELL_LOG2;
const CELLS: usize = 16;

/// Memory that stands in for what is not in place; belongs to a thread.
#[derive(Debug, Default)]
pub(super) struct Spare {
    /// For pages that are not bound; zero between two writes.
    page: Vec<u8>,
    /// For tiles that are copied.
    copies: Vec<Vec<u8>>,
}

/// See the module.
#[derive(Debug)]
pub(super) struct TileView {
    cells: [*mut u8; CELLS],
    row_pitch: usize,
    sample_pitch: usize,
    element: usize,
    /// Cells that are not bound, as bits.
    absent: u32,
    /// Pixels of the tile up to which memory may be touched.
    reach: [i32; 2],
    copied: Option<Copied>,
}

/// What must go back when a tile is done.
#[derive(Debug)]
struct Copied {
    surface: Surface,
    layer: u32,
    /// First pixel and extent.
    at: [u32; 2],
    size: [u32; 2],
    memory: Vec<u8>,
}

impl TileView {
    /// The tile whose first pixel is `(x, y)`, of a layer of the surface; `None` if there is no such layer or pixel.
    ///
    /// # Safety
    /// The surface's memory is mapped until the view is dropped.
    pub(super) unsafe fn new(
        surface: &Surface,
        x: i32,
        y: i32,
        layer: u32,
        spare: &mut Spare,
    ) -> Option<Self> {
        let extent = surface.extent();
        let (x, y) = (u32::try_from(x).ok()?, u32::try_from(y).ok()?);
        if layer >= surface.layers || x >= extent.width || y >= extent.height {
            return None;
        }
        let level = &surface.level;
        let in_blocks = level.block_log2[0] < 31;
        let size = [extent.width - x, extent.height - y].map(|n| n.min(1 << TILE_LOG2));
        let mut view = Self {
            cells: [core::ptr::null_mut(); CELLS],
            row_pitch: level.row_pitch as usize,
            sample_pitch: level.sample_pitch as usize,
            element: level.element_bytes as usize,
            absent: 0,
            // Blocks are whole, beyond the edges too.
            reach: if in_blocks { [TILE; 2] } else { size.map(|n| n as i32) },
            copied: None,
        };
        if surface.address & pte::SPARSE_TAG == 0 {
            view.each_cell(size, |x0, y0| surface.texel(x + x0, y + y0, layer, 0) as *mut u8);
        } else if in_blocks {
            view.map_pages(surface, [x, y], size, layer, spare);
        } else {
            view.copy_in(surface, [x, y], size, layer, spare);
        }
        Some(view)
    }

    fn each_cell(&mut self, size: [u32; 2], mut address: impl FnMut(u32, u32) -> *mut u8) {
        for (index, cell) in self.cells.iter_mut().enumerate() {
            let [x, y] = [index as u32 % 4, index as u32 / 4].map(|n| n << CELL_LOG2);
            if x < size[0] && y < size[1] {
                *cell = address(x, y);
            }
        }
    }

    fn map_pages(
        &mut self,
        surface: &Surface,
        [x, y]: [u32; 2],
        size: [u32; 2],
        layer: u32,
        spare: &mut Spare,
    ) {
        let mut absent = 0;
        spare.page.resize(PAGE_SIZE as usize, 0);
        let page = spare.page.as_mut_ptr();
        self.each_cell(size, |x0, y0| {
            let address = surface.texel(x + x0, y + y0, layer, 0);
            match spans(address, 1, Access::Write).next().and_then(|span| span.host) {
                Some(host) => host.as_ptr(),
                None => {
                    absent |= 1 << ((y0 >> CELL_LOG2) * 4 + (x0 >> CELL_LOG2));
                    page.wrapping_add((address & (PAGE_SIZE - 1)) as usize)
                }
            }
        });
        self.absent = absent;
    }

    fn copy_in(&mut self, surface: &Surface, at: [u32; 2], size: [u32; 2], layer: u32, spare: &mut Spare) {
        self.row_pitch = self.element << TILE_LOG2;
        self.sample_pitch = self.row_pitch << TILE_LOG2;
        self.reach = [TILE; 2];
        let mut memory = spare.copies.pop().unwrap_or_default();
        memory.clear();
        memory.resize(self.sample_pitch * surface.samples as usize, 0);
        let start = memory.as_mut_ptr();
        let (row_pitch, element) = (self.row_pitch, self.element);
        self.each_cell([TILE as u32; 2], |x, y| {
            start.wrapping_add(y as usize * row_pitch + x as usize * element)
        });
        let mut copied = Copied { surface: *surface, layer, at, size, memory };
        copied.rows(self.row_pitch, self.sample_pitch, Access::Read);
        self.copied = Some(copied);
    }

    /// Ends the use of the view: what was copied goes back.
    pub(super) fn finish(self, spare: &mut Spare) {
        if let Some(mut copied) = self.copied {
            copied.rows(self.row_pitch, self.sample_pitch, Access::Write);
            spare.copies.push(copied.memory);
        }
    }

    /// The first sample's memory of a pixel of the tile.
    #[inline(always)]
    pub(super) fn at(&self, x: i32, y: i32, sample: usize) -> *mut u8 {
        let (x, y) = (x as usize & 63, y as usize & 63);
        let cell = self.cells[(y >> CELL_LOG2) * 4 + (x >> CELL_LOG2)];
        cell.wrapping_add((y & 15) * self.row_pitch + (x & 15) * self.element + sample * self.sample_pitch)
    }

    /// The memory of a packet's first pixel in both of its rows.
    #[inline(always)]
    pub(super) fn rows(&self, x: i32, y: i32, sample: usize) -> [*mut u8; 2] {
        let first = self.at(x, y, sample);
        [first, first.wrapping_add(self.row_pitch)]
    }

    /// Bytes from a row to the next one in the same cell.
    #[inline(always)]
    pub(super) fn row_pitch(&self) -> usize {
        self.row_pitch
    }

    /// The memory of each pixel of a packet. Only that of pixels inside of the surface may be touched.
    #[inline(always)]
    pub(super) fn lanes(&self, x: i32, y: i32, sample: usize) -> [*mut u8; N] {
        let rows = self.rows(x, y, sample);
        core::array::from_fn(|lane| {
            rows[ROW[lane] as usize].wrapping_add(COLUMN[lane] as usize * self.element)
        })
    }

    /// Whether all pixels of a packet may be touched.
    #[inline(always)]
    pub(super) fn is_whole(&self, x: i32, y: i32) -> bool {
        (x & 63) + 4 <= self.reach[0] && (y & 63) + 2 <= self.reach[1]
    }

    /// Whether all memory is that of the surface.
    pub(super) fn is_bound(&self) -> bool {
        self.absent == 0
    }

    /// Writes one texel to all pixels of a box.
    ///
    /// # Safety
    /// The pixels are in the tile and inside of the surface, whose texels have four bytes and one sample.
    #[inline(always)]
    pub(super) unsafe fn fill(&self, area: Bounds, texel: u32) {
        for y in area.y0..area.y1 {
            let mut x = area.x0;
            while x < area.x1 {
                let end = area.x1.min((x & !(CELL - 1)) + CELL);
                let row = self.at(x, y, 0).cast::<u32>();
                for n in 0..(end - x) as usize {
                    // SAFETY: the caller's promise; a cell's row is contiguous.
                    unsafe { row.add(n).write_unaligned(texel) };
                }
                x = end;
            }
        }
    }

    /// To be called after each write to pixels of a packet.
    #[inline(always)]
    pub(super) fn written(&self, x: i32, y: i32, sample: usize, set: u32) {
        if self.absent != 0 {
            self.forget(x, y, sample, set);
        }
    }

    #[cold]
    fn forget(&self, x: i32, y: i32, sample: usize, set: u32) {
        let cell = ((y as usize & 63) >> CELL_LOG2) * 4 + ((x as usize & 63) >> CELL_LOG2);
        if self.absent >> cell & 1 == 0 {
            return;
        }
        let set = if self.is_whole(x, y) { super::lanes::ALL } else { set };
        let pixels = self.lanes(x, y, sample);
        for lane in lanes_of(set) {
            // SAFETY: an absent cell is in the spare page.
            unsafe { pixels[lane].write_bytes(0, self.element) };
        }
    }
}

impl Copied {
    /// Copies all rows from or to the surface.
    fn rows(&mut self, row_pitch: usize, sample_pitch: usize, access: Access) {
        let bytes = self.size[0] as usize * self.surface.level.element_bytes as usize;
        for (sample, row) in (0..self.surface.samples).flat_map(|s| (0..self.size[1]).map(move |y| (s, y))) {
            let address = self.surface.texel(self.at[0], self.at[1] + row, self.layer, sample);
            let start = sample as usize * sample_pitch + row as usize * row_pitch;
            let mut rest = &mut self.memory[start..start + bytes];
            for span in spans(address, bytes as u64, access) {
                let (part, behind) = rest.split_at_mut(span.size as usize);
                rest = behind;
                let Some(host) = span.host else { continue };
                // SAFETY: the contract of `TileView::new`; a row of a linear level is contiguous.
                unsafe {
                    match access {
                        Access::Read => host.as_ptr().copy_to(part.as_mut_ptr(), part.len()),
                        Access::Write => host.as_ptr().copy_from(part.as_ptr(), part.len()),
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Format;
    use crate::layout::{ImageLayout, Shape};
    use ash::vk;

    fn surface(
        memory: &mut Vec<u8>,
        extent: [u32; 2],
        format: vk::Format,
        samples: u32,
        tiled: bool,
    ) -> Surface {
        let format = Format::find(format).unwrap();
        let [width, height] = extent;
        let shape = Shape {
            extent: [width, height, 1],
            block: [1, 1],
            levels: 1,
            layers: 2,
            element_bytes: format.texel_bytes(),
            samples,
        };
        let layout =
            if tiled { ImageLayout::tiled(shape, false) } else { ImageLayout::linear(shape) }.unwrap();
        memory.resize(layout.size() as usize, 0);
        Surface {
            address: memory.as_mut_ptr() as u64,
            level: *layout.level(0).unwrap(),
            format,
            samples,
            first_layer: 0,
            layers: 2,
            is_3d: false,
        }
    }

    #[test]
    fn pixels_are_where_the_layout_says() {
        let mut memory = Vec::new();
        let mut spare = Spare::default();
        for (extent, format, samples) in [
            ([200, 150], vk::Format::R8G8B8A8_UNORM, 1),
            ([100, 70], vk::Format::R32G32B32A32_SFLOAT, 16),
            ([300, 300], vk::Format::R8_UNORM, 8),
            ([129, 65], vk::Format::R16_UINT, 1),
        ] {
            for tiled in [false, true] {
                let surface = surface(&mut memory, extent, format, samples, tiled);
                for (x, y) in [(0, 0), (64, 64), (128, 0)] {
                    // SAFETY: the memory lives to the end of the test.
                    let Some(view) = (unsafe { TileView::new(&surface, x, y, 1, &mut spare) }) else {
                        assert!(x as u32 >= extent[0] || y as u32 >= extent[1]);
                        continue;
                    };
                    for (i, j) in (0..64).flat_map(|j| (0..64).map(move |i| (i, j))) {
                        let (u, v) = ((x + i) as u32, (y + j) as u32);
                        if u < extent[0] && v < extent[1] {
                            let sample = (i as usize + j as usize) % samples as usize;
                            let wanted = surface.texel(u, v, 1, sample as u32);
                            assert_eq!(view.at(x + i, y + j, sample) as u64, wanted);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn there_is_no_tile_outside_of_the_surface() {
        let mut memory = Vec::new();
        let surface = surface(&mut memory, [64, 64], vk::Format::R8_UNORM, 1, true);
        for (x, y, layer) in [(64, 0, 0), (0, 64, 0), (-64, 0, 0), (0, 0, 2)] {
            // SAFETY: the memory lives to the end of the test.
            assert!(unsafe { TileView::new(&surface, x, y, layer, &mut Spare::default()) }.is_none());
        }
    }

    #[test]
    fn what_is_not_bound_reads_zero_and_takes_no_writes() {
        let mut memory = Vec::new();
        let mut surface = surface(&mut memory, [512, 512], vk::Format::R8G8B8A8_UNORM, 1, true);
        surface.address = pte::SPARSE_TAG | (1 << 61);
        let mut spare = Spare::default();
        // SAFETY: nothing is bound there.
        let view = unsafe { TileView::new(&surface, 64, 64, 0, &mut spare) }.unwrap();
        let pixel = view.at(70, 71, 0);
        // SAFETY: the spare page.
        unsafe {
            assert_eq!(pixel.read(), 0);
            pixel.write(7);
            view.written(68, 70, 0, super::super::lanes::ALL);
            assert_eq!(pixel.read(), 0);
        }
        view.finish(&mut spare);
    }
}
