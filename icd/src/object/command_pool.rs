//! `VkCommandPool`: owns command buffers. Their memory comes from the ordinary allocator.

use std::collections::BTreeSet;

use ash::vk;
use parking_lot::Mutex;

use crate::caps::queues::FAMILIES;
use crate::command::CommandBuffer;
use crate::error::Error;
use crate::handle;

/// A command pool.
pub struct CommandPool {
    /// Raw handles of the command buffers that were allocated and not freed.
    buffers: Mutex<BTreeSet<u64>>,
}

crate::object!(CommandPool, vk::CommandPool);

impl CommandPool {
    /// `vkCreateCommandPool`.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for a queue family that does not exist.
    pub fn new(info: &vk::CommandPoolCreateInfo<'_>) -> Result<Self, Error> {
        if info.queue_family_index as usize >= FAMILIES.len() {
            return Err(Error::InvalidUsage("VUID-vkCreateCommandPool-queueFamilyIndex-01937"));
        }
        Ok(Self { buffers: Mutex::default() })
    }

    /// Takes over a command buffer.
    pub fn add(&self, buffer: vk::CommandBuffer) {
        self.buffers.lock().insert(vk::Handle::as_raw(buffer));
    }

    /// Gives up a command buffer; `false` if it is not of this pool, so that a double free does nothing.
    pub fn remove(&self, buffer: vk::CommandBuffer) -> bool {
        self.buffers.lock().remove(&vk::Handle::as_raw(buffer))
    }

    /// `vkResetCommandPool`: every command buffer is initial again.
    pub fn reset(&self) {
        for &buffer in self.buffers.lock().iter() {
            // SAFETY: handles in the set were not freed: freeing takes them out first.
            if let Ok(buffer) = unsafe { handle::get::<CommandBuffer>(vk::Handle::from_raw(buffer)) } {
                buffer.reset();
            }
        }
    }
}

impl Drop for CommandPool {
    fn drop(&mut self) {
        for &buffer in self.buffers.get_mut().iter() {
            // SAFETY: as in `reset`, and the pool's end is the end of its command buffers.
            drop(unsafe { handle::destroy::<CommandBuffer>(vk::Handle::from_raw(buffer)) });
        }
    }
}
