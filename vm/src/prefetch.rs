//! One hint to the processor, where memory is as slow as here: in a large tree a bind waits for it longer than it computes.
#![allow(unsafe_code, reason = "the intrinsic takes a pointer")]

/// Asks for the cache line that `place` begins in. Changes nothing, and costs little where the processor has no such hint.
#[inline]
pub(crate) fn prefetch<T>(place: &T) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a hint for any address; it neither reads nor faults.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(place).cast()) };
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = place;
}
