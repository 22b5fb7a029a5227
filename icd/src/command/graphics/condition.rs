//! Conditional rendering: a word in a buffer decides whether draws, dispatches and attachment clears happen.

use std::sync::Arc;

use ash::vk;

use crate::command::execute::State;
use crate::command::recording::{Command, Recording};
use crate::command::transfer;
use crate::error::Error;
use crate::handle::Object;
use crate::object::buffer::Buffer;

/// The condition that commands are under; by default none.
#[derive(Clone, Copy, Default)]
pub(in crate::command) struct Condition {
    skips: bool,
}

impl Recording {
    /// `vkCmdBeginConditionalRenderingEXT`.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`], [`Error::InvalidUsage`] for a word that is not in the buffer.
    pub fn begin_condition(&mut self, info: &vk::ConditionalRenderingBeginInfoEXT<'_>) -> Result<(), Error> {
        let buffer = Buffer::get(info.buffer)?;
        let inside = info.offset.checked_add(4).is_some_and(|end| end <= buffer.size());
        if !inside || !info.offset.is_multiple_of(4) {
            return Err(Error::InvalidUsage("VUID-VkConditionalRenderingBeginInfoEXT-offset-01983, -01984"));
        }
        let inverted = info.flags.contains(vk::ConditionalRenderingFlagsEXT::INVERTED);
        self.push(Command::BeginCondition { buffer, offset: info.offset, inverted }, 0)
    }

    /// `vkCmdEndConditionalRenderingEXT`.
    ///
    /// # Errors
    /// [`Error::OutOfHostMemory`].
    pub fn end_condition(&mut self) -> Result<(), Error> {
        self.push(Command::EndCondition, 0)
    }
}

impl State<'_> {
    /// The word is read once: what changes it later is not seen, as Vulkan allows.
    pub(in crate::command) fn begin_condition(&mut self, buffer: &Arc<Buffer>, offset: u64, inverted: bool) {
        let mut word = [0; 4];
        if let Some(address) = transfer::address(self.gpu, buffer) {
            // SAFETY: recording checked that the word is inside the buffer, which it holds with its memory.
            unsafe { lacuna_gpu::copy::read(address + offset, &mut word) }
        }
        self.inherited.condition.skips = (word == [0; 4]) != inverted;
    }

    pub(in crate::command) fn end_condition(&mut self) {
        self.inherited.condition = Condition::default();
    }

    /// Whether commands under a condition are left out.
    pub(in crate::command) fn skips(&self) -> bool {
        self.inherited.condition.skips
    }
}
