//! Copies of memory, and fills with copies of an element, as fast as memory takes them.
//!
//! Large ones bypass the caches: what is moved is seldom read at once, and a store that does not fetch its cache line first moves
//! fewer bytes.

use core::ptr::{self, NonNull};

/// Bytes of the repeated element: a multiple of 16 and of every element's size that formats have (1 to 32, and 3, 6, 12, 24).
const PERIOD: usize = 96;
/// Fills from this size on bypass the caches.
const LARGE: usize = 32 << 10;

/// Copies from this size on bypass the caches: smaller ones are likely to be read from there.
const LARGE_COPY: usize = 512 << 10;
/// Bytes of a step of a streaming copy: a cache line.
const LINE: usize = 64;

/// Copies bytes as `memmove` does.
///
/// # Safety
/// Both ranges are mapped, the target is writable.
pub(super) unsafe fn copy(to: *mut u8, from: *const u8, size: usize) {
    let apart = to.addr().abs_diff(from.addr()) >= size;
    let head = if size >= LARGE_COPY && apart { to.align_offset(LINE).min(size) } else { size };
    // SAFETY: the caller's contract.
    unsafe { ptr::copy(from, to, head) };
    let whole = (size - head) / LINE * LINE;
    // SAFETY: inside of both ranges, which do not overlap if this is not empty; the target is aligned.
    unsafe { copy_streaming(to.add(head), from.add(head), whole) };
    let done = head + whole;
    // SAFETY: inside of both ranges.
    unsafe { ptr::copy(from.add(done), to.add(done), size - done) };
}

/// # Safety
/// As [`copy`]; the ranges do not overlap, `to` and `size` are multiples of [`LINE`].
#[cfg(target_arch = "x86_64")]
unsafe fn copy_streaming(to: *mut u8, from: *const u8, size: usize) {
    use core::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_sfence, _mm_stream_si128};
    if size == 0 {
        return;
    }
    for at in (0..size).step_by(LINE) {
        for part in (at..at + LINE).step_by(size_of::<__m128i>()) {
            // SAFETY: inside of both ranges, the target aligned; every x86-64 has SSE2.
            unsafe { _mm_stream_si128(to.add(part).cast(), _mm_loadu_si128(from.add(part).cast())) };
        }
    }
    // Streaming stores are weakly ordered: the release that ends the job would not cover them.
    // SAFETY: every x86-64 has SSE.
    unsafe { _mm_sfence() };
}

/// # Safety
/// As [`copy`]; the ranges do not overlap.
#[cfg(not(target_arch = "x86_64"))]
unsafe fn copy_streaming(to: *mut u8, from: *const u8, size: usize) {
    // SAFETY: this function's contract.
    unsafe { ptr::copy_nonoverlapping(from, to, size) }
}

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
    fn copies_of_any_size_and_alignment_are_exact_and_may_overlap() {
        for (to, from, size) in
            [(3, 1, 100), (5, 2, LARGE_COPY + 91), (0, 64, 2 * LARGE_COPY), (70, 7, LARGE_COPY), (1, 9, 0)]
        {
            let source: Vec<u8> = (0..size + 128).map(|n| (n * 7 + n / 251) as u8).collect();
            let mut target = vec![0xee; size + 128];
            // SAFETY: inside of both vectors.
            unsafe { copy(target[to..].as_mut_ptr(), source[from..].as_ptr(), size) };
            assert!(target[to..to + size] == source[from..from + size], "{to} {from} {size}");
            assert!(target[..to].iter().chain(&target[to + size..]).all(|&byte| byte == 0xee));
            let mut moved = source.clone();
            let start = moved.as_mut_ptr();
            // SAFETY: inside of the vector.
            unsafe { copy(start.add(to), start.add(from), size) };
            assert!(moved[to..to + size] == source[from..from + size], "overlapping: {to} {from} {size}");
        }
    }

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
