//! Copies and fills of boxes: rows at a constant distance, in slices at a constant distance.
//!
//! A box of texels in an image and what `VkBufferImageCopy` says of a buffer are the same thing: where the first row begins,
//! and two pitches. Rows that follow each other without a gap on both sides are moved as one.

use super::{JobPanicked, copy, update};
use crate::memory::DeviceAddress;

/// Where the rows of a box are. Pitches in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// The first byte of the first row.
    pub address: DeviceAddress,
    /// From one row to the next.
    pub row_pitch: u64,
    /// From one slice or layer to the next.
    pub slice_pitch: u64,
}

/// How large a box is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoxSize {
    /// Bytes of a row.
    pub row_bytes: u64,
    /// Rows of a slice.
    pub rows: u64,
    /// Slices or layers.
    pub slices: u64,
}

impl BoxSize {
    /// Bytes from the first to the last byte of the box; `u64::MAX` where 64 bits do not count them.
    pub fn span(&self, row_pitch: u64, slice_pitch: u64) -> u64 {
        let steps = |count: u64, pitch: u64| count.saturating_sub(1).saturating_mul(pitch);
        self.row_bytes
            .saturating_add(steps(self.rows, row_pitch))
            .saturating_add(steps(self.slices, slice_pitch))
    }

    /// Bytes of all rows.
    pub fn bytes(&self) -> u64 {
        self.row_bytes.saturating_mul(self.rows).saturating_mul(self.slices)
    }

    /// The same box with its rows joined as far as none of these places has gaps between them.
    fn joined(self, places: &[Rows]) -> Self {
        let dense = |place: &Rows| place.row_pitch == self.row_bytes;
        if self.rows > 1 && !places.iter().all(dense) {
            return self;
        }
        let joined = Self { row_bytes: self.row_bytes * self.rows, rows: 1, ..self };
        let dense = |place: &Rows| place.slice_pitch == joined.row_bytes;
        if self.slices > 1 && !places.iter().all(dense) {
            return joined;
        }
        Self { row_bytes: joined.row_bytes * joined.slices, rows: 1, slices: 1 }
    }

    /// The offset of each row in two boxes of this size.
    fn rows_of(self, a: Rows, b: Rows) -> impl Iterator<Item = (u64, u64)> {
        let at = |place: Rows, row: u64, slice: u64| {
            place.address + slice * place.slice_pitch + row * place.row_pitch
        };
        (0..self.slices)
            .flat_map(move |slice| (0..self.rows).map(move |row| (at(a, row, slice), at(b, row, slice))))
    }
}

/// Copies a box.
///
/// # Safety
/// Host addresses in all rows on both sides are of memory that stays mapped during the call.
#[doc(alias = "vkCmdCopyImage", alias = "vkCmdCopyBufferToImage", alias = "vkCmdCopyImageToBuffer")]
pub unsafe fn copy_box(to: Rows, from: Rows, size: BoxSize) -> Result<(), JobPanicked> {
    let size = size.joined(&[to, from]);
    for (to, from) in size.rows_of(to, from) {
        // SAFETY: the caller's contract.
        unsafe { copy(to, from, size.row_bytes)? }
    }
    Ok(())
}

/// Fills a box with copies of one texel, of which a row has a whole number.
///
/// # Safety
/// Host addresses in all rows are of memory that stays mapped during the call.
#[doc(alias = "vkCmdClearColorImage")]
pub unsafe fn fill_box(to: Rows, size: BoxSize, texel: &[u8]) {
    /// Texels that are written at once.
    const RUN: usize = 512;
    let pattern = texel.repeat(RUN);
    let size = size.joined(&[to]);
    for (row, _) in size.rows_of(to, to) {
        for at in (0..size.row_bytes).step_by(pattern.len().max(1)) {
            let length = (size.row_bytes - at).min(pattern.len() as u64) as usize;
            // SAFETY: the caller's contract.
            unsafe { update(row + at, &pattern[..length]) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(memory: &mut [u8], first: usize, row_pitch: u64, slice_pitch: u64) -> Rows {
        Rows { address: memory[first..].as_mut_ptr() as u64, row_pitch, slice_pitch }
    }

    #[test]
    fn a_box_moves_between_pitches_and_nothing_beside_it_changes() {
        let size = BoxSize { row_bytes: 4, rows: 3, slices: 2 };
        let mut source: Vec<u8> = (0..=255).collect();
        let mut target = vec![0xee; 256];
        let (from, to) = (rows(&mut source, 5, 10, 50), rows(&mut target, 7, 16, 100));
        // SAFETY: both boxes end inside of the vectors.
        unsafe { copy_box(to, from, size) }.unwrap();
        let mut expected = vec![0xee; 256];
        for (slice, row, byte) in
            (0..2).flat_map(|s| (0..3).flat_map(move |r| (0..4).map(move |b| (s, r, b))))
        {
            expected[7 + slice * 100 + row * 16 + byte] = (5 + slice * 50 + row * 10 + byte) as u8;
        }
        assert_eq!(target, expected);
    }

    #[test]
    fn dense_rows_and_slices_are_joined_and_others_are_not() {
        let size = BoxSize { row_bytes: 8, rows: 4, slices: 3 };
        let place = |row_pitch, slice_pitch| Rows { address: 0, row_pitch, slice_pitch };
        let (dense, gaps, slices) = (place(8, 32), place(9, 36), place(8, 40));
        assert_eq!(size.joined(&[dense, dense]), BoxSize { row_bytes: 96, rows: 1, slices: 1 });
        assert_eq!(size.joined(&[dense, slices]), BoxSize { row_bytes: 32, rows: 1, slices: 3 });
        assert_eq!(size.joined(&[dense, gaps]), size);
        assert_eq!(BoxSize { rows: 1, ..size }.joined(&[gaps]), BoxSize { rows: 1, ..size });
    }

    #[test]
    fn a_fill_repeats_its_texel_in_each_row() {
        let mut memory = vec![0u8; 64];
        let to = rows(&mut memory, 4, 20, 64);
        // SAFETY: the box ends inside of the vector.
        unsafe { fill_box(to, BoxSize { row_bytes: 9, rows: 2, slices: 1 }, &[1, 2, 3]) }
        let mut expected = vec![0; 64];
        expected[4..13].copy_from_slice(&[1, 2, 3, 1, 2, 3, 1, 2, 3]);
        expected[24..33].copy_from_slice(&[1, 2, 3, 1, 2, 3, 1, 2, 3]);
        assert_eq!(memory, expected);
    }

    #[test]
    fn spans_do_not_wrap() {
        let size = BoxSize { row_bytes: 16, rows: 3, slices: 2 };
        assert_eq!(size.span(20, 100), 16 + 40 + 100);
        assert_eq!(size.span(u64::MAX / 2, 1 << 63), u64::MAX);
    }
}
