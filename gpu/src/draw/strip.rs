//! Pieces of boxes that are wholly covered: up to eight pixels of a row, and some rows.
//!
//! ```text
//!   box     ..####################..      strips end at multiples of 8 columns and of 16 rows: each is in one cell of
//!             |     |        |           its tile, where a row is contiguous memory
//! ```
//!
//! Packets are what shaders want; where there is no shader to run, rows are what memory wants.
#![expect(unsafe_code, reason = "reads and writes the application's memory")]

use core::marker::PhantomData;

use super::lanes::N;
use super::primitive::Bounds;
use super::tile_view::{CELL, TileView};

/// Most rows of a strip.
const ROWS: usize = CELL as usize;

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct Strip {
    pub(super) x: i32,
    pub(super) y: i32,
    /// Pixels of a row.
    width: usize,
    pub(super) height: usize,
    /// By row: the pixels that are still to be drawn, as bits.
    pub(super) sets: [u32; ROWS],
}

impl Strip {
    /// All strips of a box.
    #[inline(always)]
    pub(super) fn all(area: Bounds) -> Strips {
        Strips { area, x: area.x0, y: area.y0 }
    }

    /// How many pixels are to be drawn.
    #[inline(always)]
    pub(super) fn count(&self) -> u64 {
        let mut count = 0;
        for row in 0..self.height {
            count += u64::from(self.sets[row].count_ones());
        }
        count
    }

    /// Its memory in a surface with texels of type `T`.
    #[inline(always)]
    pub(super) fn rows<T>(&self, view: &TileView) -> Rows<T> {
        Rows {
            first: view.at(self.x, self.y, 0),
            pitch: view.row_pitch(),
            width: self.width,
            texels: PhantomData,
        }
    }
}

/// Strips of a box that are left.
pub(super) struct Strips {
    area: Bounds,
    /// Where the next one begins.
    x: i32,
    y: i32,
}

impl Iterator for Strips {
    type Item = Strip;

    #[inline(always)]
    fn next(&mut self) -> Option<Strip> {
        const WIDTH: i32 = N as i32;
        let Self { area, x, y } = *self;
        if y >= area.y1 || x >= area.x1 {
            return None;
        }
        // Behind the last pixel of its columns and rows.
        let [right, bottom] = [area.x1.min((x | (WIDTH - 1)) + 1), area.y1.min((y | (CELL - 1)) + 1)];
        (self.x, self.y) = if right < area.x1 { (right, y) } else { (area.x0, bottom) };
        let (width, height) = ((right - x) as usize, (bottom - y) as usize);
        Some(Strip { x, y, width, height, sets: [(1 << width) - 1; ROWS] })
    }
}

/// Memory of a strip.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<T> {
    first: *mut u8,
    pitch: usize,
    width: usize,
    texels: PhantomData<*mut T>,
}

impl<T: Copy + Default> Rows<T> {
    #[inline(always)]
    fn at(&self, row: usize) -> *mut T {
        self.first.wrapping_add(row * self.pitch).cast()
    }

    /// The texels of a row; zero beyond the width.
    ///
    /// # Safety
    /// The row is one of the strip, which is inside of a surface with such texels.
    #[inline(always)]
    pub(super) unsafe fn read(&self, row: usize) -> [T; N] {
        let at = self.at(row);
        if self.width == N {
            // SAFETY: the caller's promise.
            return unsafe { at.cast::<[T; N]>().read_unaligned() };
        }
        let mut texels = [T::default(); N];
        for (n, texel) in texels.iter_mut().enumerate().take(self.width) {
            // SAFETY: the caller's promise.
            *texel = unsafe { at.wrapping_add(n).read_unaligned() };
        }
        texels
    }

    /// Writes the texels of a row.
    ///
    /// # Safety
    /// As [`read`](Self::read).
    #[inline(always)]
    pub(super) unsafe fn write(&self, row: usize, texels: &[T; N]) {
        let at = self.at(row);
        if self.width == N {
            // SAFETY: the caller's promise.
            return unsafe { at.cast::<[T; N]>().write_unaligned(*texels) };
        }
        for (n, texel) in texels.iter().enumerate().take(self.width) {
            // SAFETY: the caller's promise.
            unsafe { at.wrapping_add(n).write_unaligned(*texel) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_are_the_box_once_and_cross_no_cell() {
        for (x0, y0, x1, y1) in [(0, 0, 64, 64), (3, 5, 4, 6), (7, 15, 41, 50), (65, 80, 120, 81)] {
            let mut seen = std::collections::HashSet::new();
            for strip in Strip::all(Bounds { x0, y0, x1, y1 }) {
                let (last_x, last_y) = (strip.x + strip.width as i32 - 1, strip.y + strip.height as i32 - 1);
                assert_eq!((strip.x >> 4, strip.y >> 4), (last_x >> 4, last_y >> 4));
                assert_eq!(strip.sets[0].count_ones() as usize, strip.width);
                assert_eq!(strip.count(), (strip.width * strip.height) as u64);
                for (x, y) in (strip.y..=last_y).flat_map(|y| (strip.x..=last_x).map(move |x| (x, y))) {
                    assert!(x >= x0 && x < x1 && y >= y0 && y < y1 && seen.insert((x, y)));
                }
            }
            assert_eq!(seen.len() as i32, (x1 - x0) * (y1 - y0));
        }
    }
}
