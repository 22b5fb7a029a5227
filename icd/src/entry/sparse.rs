//! Sparse binding.

use ash::vk;

use crate::guard::{guard, slice};
use crate::handle;
use crate::queue::Queue;

/// `vkQueueBindSparse`: the binds happen on the queue, after the wait semaphores.
/// Errors: out of host or device memory, when the job cannot be prepared; then nothing is bound.
pub(super) unsafe extern "system" fn queue_bind_sparse(
    queue: vk::Queue,
    count: u32,
    infos: *const vk::BindSparseInfo<'_>,
    fence: vk::Fence,
) -> vk::Result {
    // SAFETY: VUID-vkQueueBindSparse-queue-parameter, VUID-vkQueueBindSparse-pBindInfo-parameter.
    guard(|| unsafe { handle::get::<Queue>(queue)?.bind_sparse(slice(infos, count), fence) })
}
