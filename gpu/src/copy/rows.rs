//! Rows of texels of a surface, decoded and encoded: how blits and resolves see images.

use super::{read, update};
use crate::format::block;
use crate::surface::Surface;

/// A texel: red, green, blue, alpha, as [`Codec`](crate::format::Codec) gives them.
pub(super) type Texel = [u32; 4];

/// A row of a surface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) y: u32,
    /// Counted from the surface's first layer or slice.
    pub(super) layer: u32,
    pub(super) sample: u32,
}

/// Memory for one row, used again and again.
#[derive(Default)]
pub(super) struct Scratch {
    bytes: Vec<u8>,
}

impl Scratch {
    /// Reads elements from `x` on as they are in memory. All are inside of the surface.
    ///
    /// # Safety
    /// What host addresses the surface has are of memory that stays mapped during the call.
    pub(super) unsafe fn read_raw(&mut self, surface: &Surface, row: Row, x: u32, elements: u32) -> &[u8] {
        self.bytes.resize(elements as usize * surface.format.element_bytes() as usize, 0);
        for_each_run(surface, row, x, elements, |address, bytes| {
            // SAFETY: the caller's contract.
            unsafe { read(address, &mut self.bytes[bytes]) }
        });
        &self.bytes
    }

    /// Reads and decodes texels from `x` on; of a compressed format those of its blocks. All are inside of the surface.
    ///
    /// # Safety
    /// As [`read_raw`](Self::read_raw).
    pub(super) unsafe fn read(&mut self, surface: &Surface, row: Row, x: u32, texels: &mut [Texel]) {
        let Some(decode) = surface.format.block() else {
            // SAFETY: the caller's contract.
            let bytes = unsafe { self.read_raw(surface, row, x, texels.len() as u32) };
            // SAFETY: the bytes of as many elements.
            return unsafe { (surface.format.codec().load_row)(bytes.as_ptr(), texels) };
        };
        let [width, height] = surface.format.block_extent();
        let first = x / width;
        let blocks = (x + texels.len() as u32).div_ceil(width) - first;
        // SAFETY: the caller's contract.
        let bytes = unsafe { self.read_raw(surface, Row { y: row.y / height, ..row }, first, blocks) };
        let size = surface.format.element_bytes() as usize;
        for (x, texel) in (x..).zip(texels) {
            let block = &bytes[(x / width - first) as usize * size..][..size];
            *texel = block::texel(decode, block, (row.y % height * width + x % width) as usize);
        }
    }

    /// Encodes and writes texels from `x` on. All are inside of the surface.
    ///
    /// # Safety
    /// As [`read_raw`](Self::read_raw).
    pub(super) unsafe fn write(&mut self, surface: &Surface, row: Row, x: u32, texels: &[Texel]) {
        self.bytes.resize(texels.len() * surface.format.element_bytes() as usize, 0);
        // SAFETY: room for as many elements.
        unsafe { (surface.format.codec().store_row)(self.bytes.as_mut_ptr(), texels) };
        // SAFETY: the caller's contract.
        unsafe { write_raw(surface, row, x, &self.bytes) }
    }
}

/// Writes elements as they are.
///
/// # Safety
/// What host addresses the surface has are of memory that stays mapped during the call.
pub(super) unsafe fn write_raw(surface: &Surface, row: Row, x: u32, elements: &[u8]) {
    let count = elements.len() as u32 / surface.format.element_bytes();
    for_each_run(surface, row, x, count, |address, bytes| {
        // SAFETY: the caller's contract.
        unsafe { update(address, &elements[bytes]) }
    });
}

/// Calls `work` with the device address of each contiguous run of elements, and which bytes of the row it is.
fn for_each_run(
    surface: &Surface,
    row: Row,
    x: u32,
    elements: u32,
    mut work: impl FnMut(u64, core::ops::Range<usize>),
) {
    let bytes = surface.format.element_bytes() as usize;
    let mut done = 0;
    while done < elements {
        let run = surface.level.run(x + done).clamp(1, elements - done);
        let address = surface.texel(x + done, row.y, row.layer, row.sample);
        work(address, done as usize * bytes..(done + run) as usize * bytes);
        done += run;
    }
}
