//! `VkCommandBuffer`: what is recorded, and how it is executed.
//!
//! ```text
//!   entry/command ──► CommandBuffer::record ──► Recording (compact list of Commands)      while recording
//!   queue/submit  ──► CommandBuffer::executable ──► Arc<Recording> ──► execute            on the queue
//! ```
//!
//! A submission holds the recording, not the command buffer: resetting, re-recording or freeing a command buffer early
//! touches nothing that executes.

pub mod compute;
pub mod event;
pub mod execute;
pub mod graphics;
pub mod heap;
pub mod image;
pub mod indirect_copy;
pub mod push_descriptor;
pub mod query;
pub mod recording;
mod shader;
pub mod transfer;

use std::sync::Arc;

use ash::vk;
use parking_lot::Mutex;

use crate::error::Error;
use crate::handle::{self, DispatchableObject};

pub use execute::{Masked, execute};
pub use recording::Recording;

/// A command buffer.
pub struct CommandBuffer {
    level: vk::CommandBufferLevel,
    /// Uncontended: Vulkan wants command buffers externally synchronised. It keeps those that are not from doing harm.
    state: Mutex<State>,
}

impl DispatchableObject for CommandBuffer {
    type Handle = vk::CommandBuffer;
}

/// The life cycle of the specification. *Pending* is a matter of who holds the recording; *invalid* is *initial*.
enum State {
    Initial,
    Recording(Recording),
    Executable(Arc<Recording>),
}

impl State {
    /// Takes the recording to record anew, with its allocations when nobody else holds it.
    fn recycle(&mut self) -> Recording {
        let old = match std::mem::replace(self, Self::Initial) {
            Self::Initial => None,
            Self::Recording(recording) => Some(recording),
            Self::Executable(shared) => Arc::try_unwrap(shared).ok(),
        };
        old.unwrap_or_default()
    }
}

impl CommandBuffer {
    /// A command buffer in the initial state.
    pub fn new(level: vk::CommandBufferLevel) -> Self {
        Self { level, state: Mutex::new(State::Initial) }
    }

    /// `vkBeginCommandBuffer`: what was recorded before is gone. The GPUs of `mask` will execute it.
    pub fn begin(&self, mask: u32) {
        let mut state = self.state.lock();
        let recording = state.recycle().begun(mask);
        *state = State::Recording(recording);
    }

    /// `vkEndCommandBuffer`.
    ///
    /// # Errors
    /// The first error that recording met; the command buffer is in the initial state then.
    pub fn end(&self) -> Result<(), Error> {
        let mut state = self.state.lock();
        match std::mem::replace(&mut *state, State::Initial) {
            State::Recording(mut recording) => match recording.take_error() {
                Some(error) => Err(error),
                None => {
                    *state = State::Executable(Arc::new(recording));
                    Ok(())
                }
            },
            other => {
                *state = other;
                Err(Error::InvalidUsage("VUID-vkEndCommandBuffer-commandBuffer-00059"))
            }
        }
    }

    /// `vkResetCommandBuffer`.
    pub fn reset(&self) {
        *self.state.lock() = State::Initial;
    }

    /// Records commands. An error is kept for [`end`](Self::end), which is where Vulkan reports it.
    pub fn record(&self, commands: impl FnOnce(&mut Recording) -> Result<(), Error>) -> Result<(), Error> {
        match &mut *self.state.lock() {
            State::Recording(recording) => {
                let recorded = commands(recording);
                recorded.inspect_err(|error| recording.fail(error.clone()))
            }
            _ => Err(Error::InvalidUsage("a command is recorded outside of vkBegin/EndCommandBuffer")),
        }
    }

    /// What a submission executes.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] when there is nothing executable.
    pub fn executable(&self) -> Result<Arc<Recording>, Error> {
        match &*self.state.lock() {
            State::Executable(recording) => Ok(Arc::clone(recording)),
            _ => Err(Error::InvalidUsage("VUID-vkQueueSubmit-pCommandBuffers-00070")),
        }
    }

    /// Whether `vkCmdExecuteCommands` may name it.
    pub fn is_secondary(&self) -> bool {
        self.level == vk::CommandBufferLevel::SECONDARY
    }
}

impl Recording {
    /// `vkCmdExecuteCommands`.
    ///
    /// # Safety
    /// `buffers` are live command buffers.
    pub unsafe fn execute_commands(&mut self, buffers: &[vk::CommandBuffer]) -> Result<(), Error> {
        for &buffer in buffers {
            // SAFETY: this function's contract.
            let buffer = unsafe { handle::get::<CommandBuffer>(buffer)? };
            if !buffer.is_secondary() {
                return Err(Error::InvalidUsage("VUID-vkCmdExecuteCommands-pCommandBuffers-00088"));
            }
            self.push_secondary(buffer.executable()?)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secondary() -> vk::CommandBuffer {
        handle::create(Arc::new(CommandBuffer::new(vk::CommandBufferLevel::SECONDARY)))
    }

    #[test]
    fn only_ended_command_buffers_are_executable() {
        let buffer = CommandBuffer::new(vk::CommandBufferLevel::PRIMARY);
        assert!(buffer.executable().is_err() && buffer.end().is_err());
        buffer.begin(1);
        assert!(buffer.executable().is_err());
        buffer.end().unwrap();
        assert!(buffer.executable().is_ok());
        buffer.reset();
        assert!(buffer.executable().is_err());
    }

    #[test]
    fn what_executes_survives_recording_anew() {
        let buffer = CommandBuffer::new(vk::CommandBufferLevel::PRIMARY);
        buffer.begin(1);
        buffer.record(|recording| recording.push_constants(0, &[1, 2, 3, 4])).unwrap();
        buffer.end().unwrap();
        let pending = buffer.executable().unwrap();
        buffer.begin(1);
        buffer.end().unwrap();
        assert_eq!(pending.commands().len(), 1);
        assert_eq!(buffer.executable().unwrap().commands().len(), 0);
    }

    #[test]
    fn end_reports_the_first_error_of_recording() {
        let buffer = CommandBuffer::new(vk::CommandBufferLevel::PRIMARY);
        buffer.begin(1);
        let failed = buffer.record(|_| Err(Error::OutOfHostMemory));
        assert_eq!(failed, Err(Error::OutOfHostMemory));
        buffer.record(|_| Err(Error::InvalidHandle)).unwrap_err();
        assert_eq!(buffer.end(), Err(Error::OutOfHostMemory));
        assert!(buffer.executable().is_err());
        buffer.begin(1);
        assert_eq!(buffer.end(), Ok(()), "a new begin starts clean");
    }

    #[test]
    fn only_executable_secondaries_can_be_executed_by_others() {
        let mut recording = Recording::default();
        let (primary, secondary) = (CommandBuffer::new(vk::CommandBufferLevel::PRIMARY), secondary());
        primary.begin(1);
        primary.end().unwrap();
        let primary = handle::create(Arc::new(primary));
        // SAFETY: handles made above.
        unsafe {
            assert!(recording.execute_commands(&[primary]).is_err());
            assert!(recording.execute_commands(&[secondary]).is_err(), "not recorded yet");
            handle::get::<CommandBuffer>(secondary).unwrap().begin(1);
            handle::get::<CommandBuffer>(secondary).unwrap().end().unwrap();
            assert_eq!(recording.execute_commands(&[secondary]), Ok(()));
            handle::destroy::<CommandBuffer>(primary);
            handle::destroy::<CommandBuffer>(secondary);
        }
        assert_eq!(recording.commands().len(), 1);
    }
}
