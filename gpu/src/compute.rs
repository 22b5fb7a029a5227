//! Dispatches: a grid of workgroups over the worker pool.
//!
//! Workgroups are independent, so that a dispatch is a range of numbers (x fastest) cut into chunks. A chunk is big
//! enough to be worth taking, and there are enough of them for threads that are not equally fast. A dispatch that one chunk
//! holds runs where it is called and wakes nobody.
#![expect(unsafe_code, reason = "runs machine code")]

use std::cell::RefCell;
use std::sync::OnceLock;

use lacuna_shaders::abi::{DispatchContext, MAX_PUSH_CONSTANTS, heap};
use lacuna_shaders::{ComputeKernel, Scratch};

use crate::memory::address_space::Gpu;
use crate::memory::bo::Bo;
use crate::memory::{MemoryError, fault};
use crate::pool::{self, JobPanicked};

/// Invocations that are worth another thread: some microseconds of the simplest shader.
const MIN_INVOCATIONS: u64 = 8192;
/// Chunks for each thread, so that the last one to finish is not far behind.
const CHUNKS_PER_THREAD: u64 = 8;

thread_local! {
    /// Memory of kernels (shared variables, spilled state); grows to what the largest one needs and stays.
    static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch::default());
}

/// Gets what contexts need, once for the process: when there is a device, that does not fail any more.
///
/// # Errors
/// [`MemoryError::OutOfMemory`].
pub fn prepare() -> Result<(), MemoryError> {
    absent_pages().map(drop)
}

/// A context with no descriptors, no push constants and no groups, which translates sparse addresses as a GPU does now.
///
/// # Errors
/// [`MemoryError::OutOfMemory`] when the first one of the process finds no memory.
pub fn context(gpu: Gpu) -> Result<DispatchContext, MemoryError> {
    let pages = absent_pages()?;
    let table = gpu.entries();
    Ok(DispatchContext {
        page_table: table.base(),
        page_count: table.count(),
        zero_page: pages.zero.host().as_ptr(),
        sink_page: pages.sink.host().as_ptr(),
        fault: fault::handle,
        texture_unit: crate::texture::run,
        user: core::ptr::null(),
        sets: [core::ptr::null(); heap::BASES],
        resource_heap_slots: 0,
        group_count: [0; 3],
        base_group: [0; 3],
        device_index: gpu.index(),
        push_constants: [0; MAX_PUSH_CONSTANTS],
    })
}

/// Runs `context.group_count` workgroups and returns when all are done.
///
/// # Safety
/// The context's descriptors, and all host memory that they, its page table and its push constants name, stay mapped during
/// the call. The product of the group counts fits 64 bits.
#[doc(alias = "vkCmdDispatch")]
pub unsafe fn dispatch(kernel: &ComputeKernel, context: &DispatchContext) -> Result<(), JobPanicked> {
    let groups = context.group_count.iter().map(|&count| u64::from(count)).product();
    let per_group = kernel.workgroup_size().iter().map(|&size| u64::from(size)).product();
    let context = Shared(context);
    pool::split(groups, chunk(groups, per_group, pool::threads() as u64), &|range| {
        SCRATCH.with_borrow_mut(|scratch| {
            // SAFETY: the caller's contract; chunks are disjoint ranges of groups.
            unsafe { kernel.run(context.get(), range.start, range.end - range.start, scratch) }
        });
    })
}

/// Workgroups that one thread takes at a time.
fn chunk(groups: u64, invocations_per_group: u64, threads: u64) -> u64 {
    let fair = groups.div_ceil(threads * CHUNKS_PER_THREAD);
    let worthwhile = MIN_INVOCATIONS.div_ceil(invocations_per_group.max(1));
    fair.max(worthwhile)
}

/// The context of a dispatch, for all threads that work on it.
struct Shared<'a>(&'a DispatchContext);

// SAFETY: kernels only read the context; what its pointers name is shared between invocations by the rules of Vulkan's
// memory model, and the zero page is never written.
unsafe impl Sync for Shared<'_> {}

impl<'a> Shared<'a> {
    fn get(&self) -> &'a DispatchContext {
        self.0
    }
}

/// What stands in for memory that is not there.
struct AbsentPages {
    zero: Bo,
    sink: Bo,
}

fn absent_pages() -> Result<&'static AbsentPages, MemoryError> {
    static PAGES: OnceLock<AbsentPages> = OnceLock::new();
    if let Some(pages) = PAGES.get() {
        return Ok(pages);
    }
    let pages = AbsentPages { zero: Bo::allocate(1)?, sink: Bo::allocate(1)? };
    Ok(PAGES.get_or_init(|| pages))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_dispatches_are_one_chunk_and_large_ones_feed_every_thread() {
        assert!(chunk(1, 64, 16) >= 1);
        assert!(chunk(128, 64, 16) >= 128, "8,192 invocations stay on one thread");
        assert!(chunk(1 << 20, 64, 16) <= (1 << 20) / 16);
        assert!(chunk(1 << 20, 1, 2) >= MIN_INVOCATIONS);
        assert_eq!(chunk(1 << 20, 1024, 4).max(1), (1 << 20) / 32);
    }

    #[test]
    fn a_context_begins_empty() {
        let context = context(Gpu::default()).unwrap();
        assert!(context.sets.iter().all(|set| set.is_null()));
        // SAFETY: the zero page is a BO of at least one byte.
        assert_eq!(unsafe { *context.zero_page }, 0);
    }
}
