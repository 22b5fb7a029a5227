//! Functions that machine code calls: whatever is not worth inlining.
//!
//! Every one takes raw scalars and pointers to a [`LaneFrame`] and never unwinds. Lanes whose bit
//! in `mask` is clear are not touched and give zero.
//!
//! - [`memory`]: loads and stores with an address for each lane, sparse or not, inside or outside of their buffer.
//! - [`batch`]: several of them at once, at a constant distance.
//! - [`atomic`]: the same for atomic operations.
//! - [`elementary`]: the functions of singles that shaders use most, all lanes together.
//! - `singles`: the same in single precision, where the processor has what it takes.
//! - [`clock`]: the time.
//! - [`mod@print`]: messages of shaders.
//! - [`math`]: all other functions that are computed lane by lane.

pub mod atomic;
pub mod batch;
pub mod clock;
pub mod elementary;
pub mod math;
pub mod memory;
pub mod print;
pub(crate) mod singles;

use crate::abi::{LANES, LaneFrame};

/// The lanes whose bits are set.
fn active(mask: u32) -> impl Iterator<Item = usize> {
    (0..LANES as usize).filter(move |lane| mask >> lane & 1 != 0)
}

/// 32-bit lanes packed in a frame field.
fn narrow(field: &mut [u64; LANES as usize]) -> &mut [u32; LANES as usize] {
    // SAFETY: the first half of eight `u64` is eight `u32`; both are plain integers and the alignment only gets smaller.
    unsafe { &mut *std::ptr::from_mut(field).cast() }
}

/// A frame's lane value of the given width in bytes.
fn get(field: &mut [u64; LANES as usize], wide: bool, lane: usize) -> u64 {
    if wide { field[lane] } else { u64::from(narrow(field)[lane]) }
}

fn set(frame: &mut LaneFrame, wide: bool, lane: usize, value: u64) {
    if wide {
        frame.data[lane] = value;
    } else {
        narrow(&mut frame.data)[lane] = value as u32;
    }
}
