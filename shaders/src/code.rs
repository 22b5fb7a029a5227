//! Executable memory, shared by all kernels of the process.
//!
//! ```text
//!   chunk, one mmap   | kernel a  r-x | kernel b  r-x | free rw- | kernel c  r-x | never used yet rw- ... |
//! ```
//!
//! A kernel gets whole pages of a chunk, since protection is per page: written while they are `rw-`, then made `r-x`.
//! Neighbours with the same protection share one mapping of the operating system, so thousands of kernels cost few of them.
//!
//! # Invariants
//! 1. No page is ever writable and executable at once.
//! 2. Pages of a live [`Code`] belong to it alone and stay `r-x`; all other pages of a chunk are `rw-`.
//! 3. Chunks are never unmapped: free pages are used again.

use std::ffi::c_void;
use std::num::NonZeroUsize;
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::io::Errno;
use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect};

/// Bytes of a chunk; larger functions get one of their own.
const CHUNK_BYTES: usize = 1 << 20;

/// Machine code, executable as long as this lives.
#[derive(Debug)]
pub struct Code {
    start: NonNull<u8>,
    bytes: NonZeroUsize,
}

// SAFETY: the memory is read-only and belongs to this value alone; it may be executed and freed from any thread.
unsafe impl Send for Code {}
// SAFETY: as above: there is nothing to write through a shared reference.
unsafe impl Sync for Code {}

/// Free pages of all chunks: start and length, in no particular order, neighbours merged.
struct Arena {
    free: Vec<(usize, usize)>,
}

static ARENA: Mutex<Arena> = Mutex::new(Arena { free: Vec::new() });

fn arena() -> MutexGuard<'static, Arena> {
    // A panic while it is locked leaves at worst pages that are not used again.
    ARENA.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Code {
    /// Copies position independent code to executable memory. Fails where the system refuses memory or its protection.
    pub fn new(code: &[u8]) -> Result<Self, Errno> {
        let page = rustix::param::page_size();
        let bytes = code.len().max(1).checked_next_multiple_of(page).ok_or(Errno::NOMEM)?;
        let start = arena().take(bytes)?;
        let pointer = NonNull::new(start as *mut u8).ok_or(Errno::NOMEM)?;
        // SAFETY: `take` gave `bytes` writable bytes that nobody else has.
        unsafe { pointer.as_ptr().copy_from_nonoverlapping(code.as_ptr(), code.len()) };
        // SAFETY: whole pages that are ours; nothing else relies on their being writable.
        let sealed =
            unsafe { mprotect(pointer.as_ptr().cast(), bytes, MprotectFlags::READ | MprotectFlags::EXEC) };
        if let Err(error) = sealed {
            arena().give_back(start, bytes);
            return Err(error);
        }
        clear_instruction_cache(pointer, code.len());
        let bytes = NonZeroUsize::new(bytes).ok_or(Errno::NOMEM)?;
        Ok(Self { start: pointer, bytes })
    }

    /// The first instruction.
    pub fn entry(&self) -> NonNull<c_void> {
        self.start.cast()
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        let bytes = self.bytes.get();
        // SAFETY: whole pages that are ours; no code runs in them, because whoever runs code borrows this value.
        let opened = unsafe {
            mprotect(self.start.as_ptr().cast(), bytes, MprotectFlags::READ | MprotectFlags::WRITE)
        };
        match opened {
            Ok(()) => arena().give_back(self.start.as_ptr() as usize, bytes),
            Err(error) => log::warn!("{bytes} bytes of code cannot be used again: {error}"),
        }
    }
}

impl Arena {
    /// Writable pages: the smallest free piece that is large enough, or a new chunk.
    fn take(&mut self, bytes: usize) -> Result<usize, Errno> {
        let fits = self.free.iter().enumerate().filter(|(_, piece)| piece.1 >= bytes);
        let best = fits.min_by_key(|(_, piece)| (piece.1, piece.0)).map(|(i, _)| i);
        let index = match best {
            Some(index) => index,
            None => {
                let chunk = bytes.max(CHUNK_BYTES);
                let flags = MapFlags::PRIVATE;
                // SAFETY: a new mapping at an address of the system's choice.
                let start = unsafe {
                    mmap_anonymous(std::ptr::null_mut(), chunk, ProtFlags::READ | ProtFlags::WRITE, flags)?
                };
                self.free.push((start as usize, chunk));
                self.free.len() - 1
            }
        };
        let piece = &mut self.free[index];
        let start = piece.0;
        *piece = (start + bytes, piece.1 - bytes);
        if piece.1 == 0 {
            self.free.swap_remove(index);
        }
        Ok(start)
    }

    fn give_back(&mut self, mut start: usize, mut bytes: usize) {
        while let Some(index) =
            self.free.iter().position(|&(other, length)| other + length == start || start + bytes == other)
        {
            let (other, length) = self.free.swap_remove(index);
            start = start.min(other);
            bytes += length;
        }
        self.free.push((start, bytes));
    }
}

#[cfg(not(target_arch = "aarch64"))]
fn clear_instruction_cache(_: NonNull<u8>, _: usize) {
    // The caches are coherent.
}

#[cfg(target_arch = "aarch64")]
fn clear_instruction_cache(start: NonNull<u8>, bytes: usize) {
    unsafe extern "C" {
        fn __clear_cache(start: *mut u8, end: *mut u8);
    }
    // SAFETY: the range is mapped; the function is part of the compiler's run-time library.
    unsafe { __clear_cache(start.as_ptr(), start.as_ptr().add(bytes)) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn code_runs_and_its_pages_are_used_again() {
        let seven = [0xb8, 7, 0, 0, 0, 0xc3];
        let code = Code::new(&seven).unwrap();
        // SAFETY: `mov eax, 7; ret` is a function of this type.
        let function: extern "C" fn() -> u32 = unsafe { std::mem::transmute(code.entry()) };
        assert_eq!(function(), 7);
    }

    #[test]
    fn pieces_that_touch_are_merged() {
        let mut arena = Arena { free: Vec::new() };
        for (start, bytes) in [(0, 1), (2, 1), (1, 1), (10, 2)] {
            arena.give_back(start * 4096, bytes * 4096);
        }
        arena.free.sort_unstable();
        assert_eq!(arena.free, [(0, 3 * 4096), (10 * 4096, 2 * 4096)]);
    }

    #[test]
    fn the_smallest_piece_that_fits_is_taken() {
        let mut arena = Arena { free: vec![(0, 8), (100, 2), (200, 4)] };
        assert_eq!(arena.take(2), Ok(100));
        assert_eq!(arena.take(3), Ok(200));
        assert_eq!(arena.free, [(0, 8), (203, 1)]);
    }
}
