//! Refusals to order: one request for memory or addresses is refused as if the system had none.
//!
//! For tests that try each of them once (`LACUNA_FAIL`).

use core::sync::atomic::{AtomicU64, Ordering};

/// Requests until one is refused, that one included; zero: none is.
static LEFT: AtomicU64 = AtomicU64::new(0);

/// The `n`th request from now on is refused.
pub fn nth(n: u64) {
    LEFT.store(n, Ordering::Relaxed);
}

/// Whether this request is the one.
pub(super) fn is_refused() -> bool {
    let step = |left: u64| left.checked_sub(1);
    // The load keeps the common case free of a write.
    LEFT.load(Ordering::Relaxed) > 0
        && LEFT.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step).is_ok_and(|left| left == 1)
}
