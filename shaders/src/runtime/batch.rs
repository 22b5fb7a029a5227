//! Loads and stores of several elements a lane, such as the components of a vector, where machine code cannot do them inline.
//!
//! Lane `l` accesses `size` bytes at `base + first + l * stride + delta` for each element. Offsets wrap at their width: a lane
//! may be inside of a buffer where the one before is not.

use super::memory::{address, read_sized, write_sized};
use crate::abi::{DispatchContext, LANES};

/// Rows of a frame.
pub const ROWS: usize = 16;

/// What is accessed. Machine code holds its address; the kernel owns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Whether offsets have 64 bits; else 32.
    pub wide: bool,
    /// From lane to lane.
    pub stride: u64,
    /// In the order of the accesses.
    pub elements: Vec<Element>,
}

/// One access of every lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element {
    /// From the first offset.
    pub delta: u64,
    /// 1, 2, 4 or 8 bytes.
    pub size: u32,
    /// Where its lanes are in the frame: a row of 32-bit lanes, or two rows of 64-bit lanes.
    pub row: u32,
}

/// Arguments and results; lives on the stack of machine code.
#[repr(C, align(16))]
#[derive(Clone, Copy, Debug)]
pub struct BatchFrame {
    /// Offset of lane 0.
    pub first: u64,
    /// The elements' lanes.
    pub rows: [[u32; LANES as usize]; ROWS],
}

impl Batch {
    fn offset(&self, first: u64, lane: usize, element: &Element) -> u64 {
        let offset = first.wrapping_add(self.stride.wrapping_mul(lane as u64)).wrapping_add(element.delta);
        if self.wide { offset } else { u64::from(offset as u32) }
    }
}

/// Where a lane's bits are: row and column of the low word, and of the high word if there is one.
fn words(element: &Element, lane: usize) -> [(usize, usize); 2] {
    let row = element.row as usize;
    if element.size != 8 {
        return [(row, lane); 2];
    }
    let word = lane * 2;
    [word, word + 1].map(|word| (row + word / LANES as usize, word % LANES as usize))
}

/// Loads the elements of the active lanes into the frame; all others, and what is outside of the range, become zero.
///
/// # Safety
/// Called by machine code: the context is that of the dispatch, the frame is exclusive to the caller, its kernel owns the batch
/// and the rows that it names are those of a frame.
pub unsafe extern "C" fn load_batch(
    ctx: *const DispatchContext,
    base: u64,
    range: u64,
    frame: *mut BatchFrame,
    mask: u32,
    batch: *const Batch,
) {
    // SAFETY: the caller's promise.
    let (ctx, frame, batch) = unsafe { (&*ctx, &mut *frame, &*batch) };
    for element in &batch.elements {
        for lane in 0..LANES as usize {
            let offset = batch.offset(frame.first, lane, element);
            let active = mask >> lane & 1 != 0;
            let at = if active { address(base, range, offset, u64::from(element.size)) } else { None };
            // SAFETY: the address is inside the descriptor's range.
            let value = at.map_or(0, |at| unsafe { read_sized(ctx, at, element.size) });
            let [low, high] = words(element, lane);
            frame.rows[high.0][high.1] = (value >> 32) as u32;
            frame.rows[low.0][low.1] = value as u32;
        }
    }
}

/// Stores the elements of the active lanes from the frame.
///
/// # Safety
/// As [`load_batch`].
pub unsafe extern "C" fn store_batch(
    ctx: *const DispatchContext,
    base: u64,
    range: u64,
    frame: *const BatchFrame,
    mask: u32,
    batch: *const Batch,
) {
    // SAFETY: the caller's promise.
    let (ctx, frame, batch) = unsafe { (&*ctx, &*frame, &*batch) };
    for element in &batch.elements {
        for lane in super::active(mask) {
            let [low, high] = words(element, lane);
            let value = u64::from(frame.rows[low.0][low.1]) | u64::from(frame.rows[high.0][high.1]) << 32;
            let offset = batch.offset(frame.first, lane, element);
            if let Some(at) = address(base, range, offset, u64::from(element.size)) {
                // SAFETY: the address is inside the descriptor's range.
                unsafe { write_sized(ctx, at, element.size, value) };
            }
        }
    }
}
