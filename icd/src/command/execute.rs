//! Executes recordings: the list of what each command does.

use std::sync::Arc;

use super::recording::{Command, Recording};
use super::{event, query};
use crate::queue::submission::Failed;

/// Executes the command buffers of one submission, in order. Each command is done before the next begins.
///
/// # Errors
/// A panic in a worker: the device is lost.
pub fn execute(recordings: &[Arc<Recording>]) -> Result<(), Failed> {
    let _in_flight = lacuna_gpu::in_flight::enter();
    recordings.iter().try_for_each(|recording| execute_one(recording))
}

/// What commands of one command buffer see of those before them.
pub(super) struct State<'a> {
    recording: &'a Recording,
}

impl<'a> State<'a> {
    pub(super) fn recording(&self) -> &'a Recording {
        self.recording
    }
}

fn execute_one(recording: &Recording) -> Result<(), Failed> {
    let mut state = State { recording };
    recording.commands().iter().try_for_each(|command| state.execute(command))
}

impl<'a> State<'a> {
    fn execute(&mut self, command: &'a Command) -> Result<(), Failed> {
        match command {
            Command::CopyBuffer { source, destination, regions } => {
                self.copy_buffer(source, destination, *regions)?
            }
            Command::FillBuffer { buffer, offset, size, word } => {
                self.fill_buffer(buffer, *offset, *size, *word)?
            }
            Command::UpdateBuffer { buffer, offset, data } => self.update_buffer(buffer, *offset, *data),
            Command::SetEvent(event) => event.set(),
            Command::ResetEvent(event) => event.reset(),
            Command::WaitEvent(event) => event::wait(event),
            Command::ResetQueries { pool, first, count } => pool.reset(*first, *count),
            Command::WriteTimestamp { pool, query } => pool.write(*query, query::now()),
            Command::CopyQueryResults(copy) => copy.execute(),
            Command::Execute(secondary) => execute_one(secondary)?,
        }
        Ok(())
    }
}
