//! What every `vkCmd*` does: find the command buffer and record.

use ash::vk;

use crate::command::{CommandBuffer, Recording};
use crate::error::Error;
use crate::guard::guard;
use crate::handle;

/// Records commands. `vkCmd*` return nothing: errors are logged, and reported by `vkEndCommandBuffer`.
///
/// # Safety
/// `buffer` is null or a live command buffer.
pub(super) unsafe fn record(
    buffer: vk::CommandBuffer,
    commands: impl FnOnce(&mut Recording) -> Result<(), Error>,
) {
    // SAFETY: this function's contract.
    guard(|| unsafe { handle::get::<CommandBuffer>(buffer)? }.record(commands))
}
