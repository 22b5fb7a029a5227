//! Executes recordings: the list of what each command does.

use std::sync::Arc;

use lacuna_gpu::memory::fault::Records;
use lacuna_gpu::{InFlight, in_flight, pager};
use lacuna_shaders::abi::DispatchContext;

use super::compute::Compute;
use super::event;
use super::graphics::Inherited;
use super::graphics::bind::Graphics;
use super::recording::{Command, Recording};
use crate::faults;
use crate::queue::submission::Failed;
use crate::trace::{self, Trace};

/// Executes the command buffers of one submission, in order. Each command is done before the next begins.
///
/// # Errors
/// A panic in a worker, or no memory for what the first dispatch of the process needs: the device is lost.
pub fn execute(recordings: &[Arc<Recording>]) -> Result<(), Failed> {
    pager::before_job();
    let began = trace::get().map(Trace::now);
    let mut job = Job { in_flight: in_flight::enter(), records: faults::records() };
    let done = recordings
        .iter()
        .try_for_each(|recording| execute_one(recording, Inherited::default(), &mut job).map(drop));
    if let (Some(trace), Some(began)) = (trace::get(), began) {
        trace.span("job", began, &format!(r#""recordings":{}"#, recordings.len()));
    }
    done
}

/// What all command buffers of a submission share.
struct Job {
    in_flight: InFlight,
    records: Option<Records>,
}

/// What commands of one command buffer see of those before them.
pub(super) struct State<'a> {
    recording: &'a Recording,
    pub(super) compute: Compute<'a>,
    pub(super) graphics: Graphics<'a>,
    pub(super) inherited: Inherited,
    pub(super) context: DispatchContext,
    job: &'a mut Job,
}

impl<'a> State<'a> {
    pub(super) fn recording(&self) -> &'a Recording {
        self.recording
    }
}

/// Executes one command buffer, which continues what `inherited` says, and gives back how that is afterwards.
fn execute_one(recording: &Recording, inherited: Inherited, job: &mut Job) -> Result<Inherited, Failed> {
    let mut context = lacuna_gpu::compute::context().map_err(|error| {
        log::error!("no memory to execute: {error}");
        Failed
    })?;
    let (compute, graphics) = (Compute::default(), Graphics::default());
    if let Some(records) = &job.records {
        context.user = records.as_user();
    }
    let mut state = State { recording, compute, graphics, inherited, context, job };
    for command in recording.commands() {
        state.execute(command)?;
        state.job.records.as_ref().map_or(Ok(()), faults::judge)?;
        pager::between_commands(&mut state.job.in_flight);
    }
    Ok(state.inherited)
}

impl<'a> State<'a> {
    fn execute(&mut self, command: &'a Command) -> Result<(), Failed> {
        match command {
            Command::BindComputePipeline(pipeline) => self.bind_compute_pipeline(pipeline),
            Command::BindGraphicsPipeline(pipeline) => self.graphics.bind_pipeline(pipeline),
            Command::BindSet { is_graphics, index, set, offsets } => {
                self.bind_set(*is_graphics, *index, set, *offsets);
            }
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
            Command::WaitEvent(event) => self.job.in_flight.while_waiting(|| event::wait(event)),
            Command::ResetQueries { pool, first, count } => pool.reset(*first, *count),
            Command::WriteTimestamp { pool, query } => self.write_timestamp(pool, *query),
            Command::CopyQueryResults(copy) => copy.execute(),
            Command::Execute(secondary) => {
                let inherited = std::mem::take(&mut self.inherited);
                self.inherited = execute_one(secondary, inherited, self.job)?;
                self.graphics.targets_changed();
            }
            graphics => self.execute_graphics(graphics)?,
        }
        Ok(())
    }

    fn execute_graphics(&mut self, command: &'a Command) -> Result<(), Failed> {
        match command {
            Command::Set(setting) => self.graphics.set(setting),
            Command::BindVertexBuffer { binding, buffer } => {
                self.graphics.bind_vertex_buffer(*binding, buffer.as_ref());
            }
            Command::SetVertexStride { binding, stride } => {
                self.graphics.set_vertex_stride(*binding, *stride)
            }
            Command::BindIndexBuffer { buffer, index_type } => {
                self.graphics.bind_index_buffer(buffer.as_ref(), *index_type);
            }
            Command::BeginPass(begin) => self.begin_pass(begin)?,
            Command::NextSubpass => self.next_subpass()?,
            Command::EndPass => self.end_pass()?,
            Command::ClearAttachments(clear) => self.clear_attachments(clear)?,
            Command::Draw { draw, draw_index } => self.draw(*draw, *draw_index)?,
            Command::DrawIndirect(indirect) => self.draw_indirect(indirect)?,
            Command::BindFeedbackBuffer { binding, buffer } => {
                self.bind_feedback_buffer(*binding, buffer.as_ref());
            }
            Command::BeginFeedback(counters) => self.begin_feedback(counters),
            Command::EndFeedback(counters) => self.end_feedback(counters),
            Command::DrawByteCount(draw) => self.draw_byte_count(draw)?,
            Command::BeginQuery { pool, query, stream } => self.begin_query(pool, *query, *stream),
            Command::EndQuery { pool, query } => self.end_query(pool, *query),
            Command::BeginCondition { buffer, offset, inverted } => {
                self.begin_condition(buffer, *offset, *inverted);
            }
            Command::EndCondition => self.end_condition(),
            _ => return Err(Failed),
        }
        Ok(())
    }
}
