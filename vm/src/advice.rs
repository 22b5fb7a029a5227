//! Advice to the processor and the operating system about memory, as slow as that is: in a large tree a bind waits for memory, and for the translation
//! of its addresses, longer than it computes.
#![allow(unsafe_code, reason = "an intrinsic and a system call that take pointers")]

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

/// Asks for huge pages wherever they fit into `room`, which is not in use yet: random accesses then find nearly all translations in the processor. What is
/// never touched takes no memory, as before, but what is touched takes it in larger pieces.
pub(crate) fn use_huge_pages<T>(room: &[T]) {
    const HUGE: usize = 2 << 20;
    let before = room.as_ptr().cast::<u8>().align_offset(HUGE);
    let Some(bytes) = size_of_val(room).checked_sub(before).map(|bytes| bytes / HUGE * HUGE) else { return };
    if bytes == 0 || cfg!(miri) {
        return;
    }
    let start = room.as_ptr().wrapping_byte_add(before);
    // SAFETY: the bytes lie inside the slice; the advice changes neither them nor who may access them. Refused, it is only slower.
    let _ = unsafe {
        use rustix::mm::{Advice, madvise};
        madvise(start.cast_mut().cast(), bytes, Advice::LinuxHugepage)
    };
}
