//! Copies, fills and updates of device memory, sparse or not on either side.
//!
//! Unbound sources read as zero, unbound destinations swallow what is written. Nothing here is atomic: who copies memory that
//! is being written gets a mixture, as Vulkan says.
//!
//! Large ranges are split over the worker pool; Vulkan forbids regions that overlap within one command, and one piece is
//! moved as `memmove` does.
#![expect(unsafe_code, reason = "writes host memory that device addresses name")]

pub mod blit;
pub mod clear;
pub mod image;
mod lockstep;
mod place;
pub mod resolve;
mod rows;
mod stream;

use core::ops::Range;
use core::ptr;

use crate::memory::DeviceAddress;
use crate::memory::span::{Access, Span, spans};
use crate::pool::{self, JobPanicked};

use lacuna_vm::mutation;
use lockstep::lockstep;
pub use place::Place;
use stream::Pattern;

/// Bytes that one worker moves at a time.
const CHUNK: u64 = 1 << 20;
/// Ranges up to this size stay on one thread: waking another costs more.
const ALONE: u64 = 4 << 20;

/// Copies `size` bytes.
///
/// # Safety
/// Host addresses in both ranges are of memory that stays mapped during the call.
#[doc(alias = "vkCmdCopyBuffer")]
pub unsafe fn copy(destination: DeviceAddress, source: DeviceAddress, size: u64) -> Result<(), JobPanicked> {
    in_chunks(size, &|part| {
        let length = part.end - part.start;
        let to = spans(destination + part.start, length, Access::Write);
        let from = spans(source + part.start, length, Access::Read);
        for (to, from) in lockstep(to, from) {
            // SAFETY: the caller's contract; spans of one step have one size.
            unsafe { copy_span(to, from) }
        }
    })
}

/// Writes `word` to every four bytes of the range. `address` and `size` are multiples of four.
///
/// # Safety
/// Host addresses in the range are of memory that stays mapped during the call.
#[doc(alias = "vkCmdFillBuffer")]
pub unsafe fn fill(address: DeviceAddress, size: u64, word: u32) -> Result<(), JobPanicked> {
    let pattern = Pattern::new(&word.to_ne_bytes());
    in_chunks(size, &|part| {
        for span in spans(address + part.start, part.end - part.start, Access::Write) {
            // SAFETY: the caller's contract.
            unsafe { fill_span(span, &pattern) }
            if mutation::is("fill_ends_with_its_first_span") {
                break;
            }
        }
    })
}

/// Writes `bytes` to the range that begins at `address`.
///
/// # Safety
/// Host addresses in the range are of memory that stays mapped during the call.
#[doc(alias = "vkCmdUpdateBuffer")]
pub unsafe fn update(address: DeviceAddress, bytes: &[u8]) {
    let mut left = bytes;
    for span in spans(address, bytes.len() as u64, Access::Write) {
        let (now, later) = left.split_at(span.size as usize);
        if let Some(host) = span.host {
            // SAFETY: the caller's contract; `now` is as long as the span and is not device memory.
            unsafe { ptr::copy_nonoverlapping(now.as_ptr(), host.as_ptr(), now.len()) }
        } else if mutation::is("update_waits_for_what_is_bound") {
            continue;
        }
        left = later;
    }
}

/// Reads the range that begins at `address` into `bytes`.
///
/// # Safety
/// Host addresses in the range are of memory that stays mapped during the call.
pub unsafe fn read(address: DeviceAddress, bytes: &mut [u8]) {
    let mut left = bytes;
    for span in spans(address, left.len() as u64, Access::Read) {
        let (now, later) = left.split_at_mut(span.size as usize);
        match span.host {
            // SAFETY: the caller's contract; `now` is as long as the span and is not device memory.
            Some(host) => unsafe { ptr::copy_nonoverlapping(host.as_ptr(), now.as_mut_ptr(), now.len()) },
            None if mutation::is("unbound_parameters_are_ones") => {
                now.iter_mut().enumerate().for_each(|(i, byte)| *byte = u8::from(i % 4 == 0));
            }
            None => now.fill(0),
        }
        left = later;
    }
}

fn in_chunks(size: u64, work: &(dyn Fn(Range<u64>) + Sync)) -> Result<(), JobPanicked> {
    pool::split(size, if size <= ALONE { ALONE } else { CHUNK }, work)
}

/// # Safety
/// Both spans are of the same size, and their host memory is mapped.
unsafe fn copy_span(to: Span, from: Span) {
    let size = to.size as usize;
    match (to.host, from.host) {
        // SAFETY: the caller's contract. The two may be the same memory (aliased binds): `copy` allows that.
        (Some(to), Some(from)) => unsafe { stream::copy(to.as_ptr(), from.as_ptr(), size) },
        // SAFETY: the caller's contract.
        (Some(to), None) if !mutation::is("copies_skip_what_is_unbound") => unsafe {
            to.as_ptr().write_bytes(0, size)
        },
        (Some(_), None) => {}
        (None, _) => {}
    }
}

/// Writes whole words: spans begin at one.
///
/// # Safety
/// The span's host memory is mapped.
unsafe fn fill_span(span: Span, pattern: &Pattern) {
    let Some(host) = span.host else { return };
    // SAFETY: the caller's contract.
    unsafe { pattern.fill(host, 0, span.size as usize / 4 * 4) }
}

#[cfg(test)]
mod tests;
