//! Fills of memory with copies of an element, as fast as memory takes them.
//!
//! Large fills bypass the caches: what is cleared is seldom read at once, and a store that does not fetch its cache line first moves
//! half of the bytes.

use core::ptr::{self, NonNull};

/// Bytes of the repeated element: a multiple of 16 and of every element's size that formats have (1 to 32, and 3, 6, 12, 24).
const PERIOD: usize = 96;
/// Fills from this size on bypass the caches.
const LARGE: usize = 32 << 10;

/// An element, repeated.
pub(super) struct Pattern {
    /// Two periods, so that one can begin anywhere in the first.
    bytes: [u8; 2 * PERIOD],
}

impl Pattern {
    /// Of an element whose size divides 96.
    pub(super) fn new(element: &[u8]) -> Self {
        debug_assert!(PERIOD.is_multiple_of(element.len().max(1)), "no format has such elements");
        let mut bytes = [0; 2 * PERIOD];
        bytes.iter_mut().zip(element.iter().cycle()).for_each(|(target, &byte)| *target = byte);
        Self { bytes }
    }

    /// Fills `size` bytes from `start` on. The first one is byte `phase` of the endless repetition.
    ///
    /// # Safety
    /// The bytes are mapped and writable.
    pub(super) unsafe fn fill(&self, start: NonNull<u8>, phase: usize, size: usize) {
        let start = start.as_ptr();
        let head = if size < LARGE { 0 } else { start.align_offset(16).min(size) };
        // SAFETY: inside the range.
        unsafe { self.fill_plain(start, phase, head) };
        let whole = if size < LARGE { 0 } else { (size - head) / PERIOD * PERIOD };
        // SAFETY: inside the range, 16-byte aligned, whole periods.
        unsafe { self.fill_streaming(start.add(head), phase + head, whole) };
        let done = head + whole;
        // SAFETY: inside the range.
        unsafe { self.fill_plain(start.add(done), phase + done, size - done) };
    }

    /// One period that begins at `phase`.
    fn period(&self, phase: usize) -> &[u8; PERIOD] {
        let period = self.bytes[phase % PERIOD..].first_chunk();
        period.unwrap_or_else(|| unreachable!("there are two periods"))
    }

    /// # Safety
    /// As [`fill`](Self::fill).
    unsafe fn fill_plain(&self, start: *mut u8, phase: usize, size: usize) {
        let period = self.period(phase);
        for at in (0..size).step_by(PERIOD) {
            let length = PERIOD.min(size - at);
            if length == PERIOD {
                // SAFETY: inside the range. A constant length becomes a few vector stores.
                unsafe { start.add(at).cast::<[u8; PERIOD]>().write_unaligned(*period) };
            } else {
                // SAFETY: inside the range, and not longer than the period.
                unsafe { ptr::copy_nonoverlapping(period.as_ptr(), start.add(at), length) };
            }
        }
    }

    /// # Safety
    /// As [`fill`](Self::fill); `start` is a multiple of 16 and `size` one of the period.
    #[cfg(target_arch = "x86_64")]
    unsafe fn fill_streaming(&self, start: *mut u8, phase: usize, size: usize) {
        use core::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_sfence, _mm_stream_si128};
        if size == 0 {
            return;
        }
        let period = self.period(phase);
        let vectors: [__m128i; PERIOD / 16] = core::array::from_fn(|index| {
            // SAFETY: 16 bytes inside the period; every x86-64 has SSE2.
            unsafe { _mm_loadu_si128(period.as_ptr().add(index * 16).cast()) }
        });
        let mut target = start.cast::<__m128i>();
        for _ in 0..size / PERIOD {
            for (index, vector) in vectors.iter().enumerate() {
                // SAFETY: inside the range and aligned.
                unsafe { _mm_stream_si128(target.add(index), *vector) };
            }
            // SAFETY: at most the end of the range.
            target = unsafe { target.add(vectors.len()) };
        }
        // Streaming stores are weakly ordered: the release that ends the job would not cover them.
        // SAFETY: every x86-64 has SSE.
        unsafe { _mm_sfence() };
    }

    /// # Safety
    /// As [`fill`](Self::fill).
    #[cfg(not(target_arch = "x86_64"))]
    unsafe fn fill_streaming(&self, start: *mut u8, phase: usize, size: usize) {
        // SAFETY: this function's contract.
        unsafe { self.fill_plain(start, phase, size) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_that_of_the_element_and_none_beside_is_touched() {
        for element in [&[1u8][..], &[1, 2], &[1, 2, 3], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], &[9; 32]] {
            let pattern = Pattern::new(element);
            for (from, size, phase) in
                [(3, 50, 0), (1, 5, 2), (5, LARGE + 77, 7), (0, 2 * LARGE, 1), (9, 0, 0)]
            {
                let mut memory = vec![0xee; size + 64];
                let start = NonNull::from(&mut memory[from]);
                // SAFETY: inside the vector.
                unsafe { pattern.fill(start, phase, size) };
                for (index, &byte) in memory.iter().enumerate() {
                    let inside = (from..from + size).contains(&index);
                    let wanted = if inside { element[(index - from + phase) % element.len()] } else { 0xee };
                    assert_eq!(byte, wanted, "{element:?} {from} {size} {phase}: {index}");
                }
            }
        }
    }
}
