//! Executes recordings: the list of what each command does.

use std::sync::Arc;

use lacuna_shaders::abi::DispatchContext;

use super::compute::Bound;
use super::recording::{Command, Recording};
use super::{event, query};
use crate::queue::submission::Failed;

/// Executes the command buffers of one submission, in order. Each command is done before the next begins.
///
/// # Errors
/// A panic in a worker, or no memory for what the first dispatch of the process needs: the device is lost.
pub fn execute(recordings: &[Arc<Recording>]) -> Result<(), Failed> {
    let _in_flight = lacuna_gpu::in_flight::enter();
    recordings.iter().try_for_each(|recording| execute_one(recording))
}

/// What commands of one command buffer see of those before them.
pub(super) struct State<'a> {
    recording: &'a Recording,
    pub(super) bound: Bound<'a>,
    pub(super) context: DispatchContext,
}

impl<'a> State<'a> {
    pub(super) fn recording(&self) -> &'a Recording {
        self.recording
    }
}

fn execute_one(recording: &Recording) -> Result<(), Failed> {
    let context = lacuna_gpu::compute::context().map_err(|error| {
        log::error!("no memory to execute: {error}");
        Failed
    })?;
    let mut state = State { recording, bound: Bound::default(), context };
    recording.commands().iter().try_for_each(|command| state.execute(command))
}

impl<'a> State<'a> {
    fn execute(&mut self, command: &'a Command) -> Result<(), Failed> {
        match command {
            Command::BindPipeline(pipeline) => self.bind_pipeline(pipeline),
            Command::BindSet { index, set, offsets } => self.bind_set(*index, set, *offsets),
            Command::PushConstants { offset, data } => self.push_constants(*offset, *data),
            Command::Dispatch { base, groups } => self.dispatch(*base, *groups)?,
            Command::DispatchIndirect { buffer, offset } => self.dispatch_indirect(buffer, *offset)?,
            Command::CopyBuffer { source, destination, regions } => {
                self.copy_buffer(source, destination, *regions)?
            }
            Command::FillBuffer { buffer, offset, size, word } => {
                self.fill_buffer(buffer, *offset, *size, *word)?
            }
            Command::UpdateBuffer { buffer, offset, data } => self.update_buffer(buffer, *offset, *data),
            Command::Image(command) => self.image(command)?,
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
