//! Events: set, reset and waited for by command buffers.

use std::sync::Arc;

use ash::vk;

use super::recording::{Command, Recording};
use crate::error::Error;
use crate::handle::Object;
use crate::queue::executor;
use crate::sync::event::Event;
use crate::sync::host_wait::{self, Until};

/// May take as long as the host likes: never on the thread that submits.
const BLOCKS: u64 = u64::MAX;

impl Recording {
    /// `vkCmdSetEvent`.
    pub fn set_event(&mut self, event: vk::Event) -> Result<(), Error> {
        self.push(Command::SetEvent(Event::get(event)?), 0)
    }

    /// `vkCmdResetEvent`.
    pub fn reset_event(&mut self, event: vk::Event) -> Result<(), Error> {
        self.push(Command::ResetEvent(Event::get(event)?), 0)
    }

    /// `vkCmdWaitEvents`.
    pub fn wait_events(&mut self, events: &[vk::Event]) -> Result<(), Error> {
        events.iter().try_for_each(|&event| self.push(Command::WaitEvent(Event::get(event)?), BLOCKS))
    }
}

/// Waits for an event that the host may still have to set.
pub(super) fn wait(event: &Arc<Event>) {
    if !event.is_set() {
        executor::blocking(|| host_wait::wait(&[event.point()], Until::All, u64::MAX));
    }
}
