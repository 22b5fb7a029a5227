//! Whether this process is a child of the one that began to use the driver: it has the memory, but none of the threads.
//!
//! Such a child must not wait for a thread that it does not have, nor change what its parent still uses. It may go on without the
//! driver, end, or execute another program.
#![expect(unsafe_code, reason = "looks at a page that the kernel clears in children")]

use core::sync::atomic::{AtomicU8, Ordering};
use std::sync::OnceLock;

use super::os;

/// A page that holds one in the process that made it, and zeros in its children.
static MARK: OnceLock<Option<&'static AtomicU8>> = OnceLock::new();

/// Whether this is a child of the process that called this first. Where the system cannot tell, it is none.
pub fn is_child() -> bool {
    let mark = MARK.get_or_init(|| {
        let page = os::page_of_one_process()?;
        // SAFETY: the page is mapped and zero, and stays so for as long as the process lives.
        let mark = unsafe { page.cast::<AtomicU8>().as_ref() };
        mark.store(1, Ordering::Relaxed);
        Some(mark)
    });
    // Relaxed: the fork ordered everything.
    mark.is_some_and(|mark| mark.load(Ordering::Relaxed) == 0)
}
