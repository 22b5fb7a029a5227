//! Submissions, and waiting for queues.

use ash::vk;

use crate::guard::{guard, slice};
use crate::handle;
use crate::object::device::Device;
use crate::queue::Queue;

/// `vkQueueSubmit`.
pub(super) unsafe extern "system" fn queue_submit(
    queue: vk::Queue,
    count: u32,
    infos: *const vk::SubmitInfo<'_>,
    fence: vk::Fence,
) -> vk::Result {
    // SAFETY: VUID-vkQueueSubmit-queue-parameter, VUID-vkQueueSubmit-pSubmits-parameter.
    guard(|| unsafe { handle::get::<Queue>(queue)?.submit(slice(infos, count), fence) })
}

/// `vkQueueSubmit2`.
pub(super) unsafe extern "system" fn queue_submit2(
    queue: vk::Queue,
    count: u32,
    infos: *const vk::SubmitInfo2<'_>,
    fence: vk::Fence,
) -> vk::Result {
    // SAFETY: VUID-vkQueueSubmit2-queue-parameter, VUID-vkQueueSubmit2-pSubmits-parameter.
    guard(|| unsafe { handle::get::<Queue>(queue)?.submit2(slice(infos, count), fence) })
}

/// `vkQueueWaitIdle`.
pub(super) unsafe extern "system" fn queue_wait_idle(queue: vk::Queue) -> vk::Result {
    // SAFETY: VUID-vkQueueWaitIdle-queue-parameter.
    guard(|| unsafe { handle::get::<Queue>(queue)? }.wait_idle())
}

/// `vkDeviceWaitIdle`: every queue in turn; what one of them signals lets the others go on meanwhile.
pub(super) unsafe extern "system" fn device_wait_idle(device: vk::Device) -> vk::Result {
    // SAFETY: VUID-vkDeviceWaitIdle-device-parameter.
    guard(|| unsafe { handle::get::<Device>(device)? }.queues().try_for_each(|queue| queue.wait_idle()))
}
