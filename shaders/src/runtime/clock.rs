//! The clock that shaders read.

use std::sync::LazyLock;
use std::time::Instant;

use crate::abi::LaneFrame;

/// Nanoseconds since the first reading.
pub fn nanoseconds() -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_nanos() as u64
}

/// `frame.data[0]` becomes the time.
///
/// # Safety
/// Called by machine code with its own frame.
pub unsafe extern "C" fn read(frame: *mut LaneFrame) {
    // SAFETY: the caller's promise.
    unsafe { (*frame).data[0] = nanoseconds() };
}
