//! Executes recordings: the list of what each command does.

use std::sync::Arc;

use lacuna_gpu::memory::address_space::Gpu;
use lacuna_gpu::memory::fault::Records;
use lacuna_gpu::{InFlight, in_flight, pager};
use lacuna_shaders::abi::DispatchContext;
use smallvec::SmallVec;

use super::compute::Compute;
use super::event;
use super::graphics::Inherited;
use super::graphics::bind::Graphics;
use super::heap;
use super::recording::{Command, Recording};
use crate::faults;
use crate::queue::submission::Failed;
use crate::trace::{self, Trace};

/// A command buffer of a submission, and the GPUs of the group that execute it.
pub type Masked = (Arc<Recording>, u32);

/// Executes the command buffers of one submission, in order. Each command is done, on all GPUs that execute it, before the
/// next begins: so barriers between GPUs need nothing.
///
/// # Errors
/// A panic in a worker, or no memory for what the first dispatch of the process needs: the device is lost.
pub fn execute(recordings: &[Masked]) -> Result<(), Failed> {
    pager::before_job();
    let began = trace::get().map(Trace::now);
    let mut job = Job { in_flight: in_flight::enter(), records: faults::records() };
    let done = recordings.iter().try_for_each(|(recording, mask)| {
        let gpus = (0..u32::BITS).filter(|gpu| mask >> gpu & 1 != 0);
        let seats = gpus.map(|gpu| (Gpu::new(gpu), Inherited::default())).collect();
        execute_one(recording, seats, &mut job).map(drop)
    });
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

/// What commands of one command buffer see of those before them, on one GPU.
pub(super) struct State<'a> {
    recording: &'a Recording,
    pub(super) gpu: Gpu,
    pub(super) compute: Compute<'a>,
    pub(super) graphics: Graphics<'a>,
    pub(super) inherited: Inherited,
    pub(super) context: DispatchContext,
    pub(super) heap_memory: heap::Memory,
}

/// A GPU with what it continues.
type Seat = (Gpu, Inherited);

impl<'a> State<'a> {
    fn new(
        recording: &'a Recording,
        (gpu, inherited): Seat,
        records: Option<&Records>,
    ) -> Result<Self, Failed> {
        let mut context = lacuna_gpu::compute::context(gpu).map_err(|error| {
            log::error!("no memory to execute: {error}");
            Failed
        })?;
        if let Some(records) = records {
            context.user = records.as_user();
        }
        let (compute, graphics) = (Compute::default(), Graphics::new(gpu));
        Ok(Self {
            recording,
            gpu,
            compute,
            graphics,
            inherited,
            context,
            heap_memory: heap::Memory::default(),
        })
    }

    pub(super) fn recording(&self) -> &'a Recording {
        self.recording
    }
}

/// Executes one command buffer, which continues what its seats say, and gives back how that is afterwards.
fn execute_one(
    recording: &Recording,
    seats: SmallVec<[Seat; 1]>,
    job: &mut Job,
) -> Result<SmallVec<[Inherited; 1]>, Failed> {
    let states = seats.into_iter().map(|seat| State::new(recording, seat, job.records.as_ref()));
    let mut states = states.collect::<Result<SmallVec<[State<'_>; 1]>, Failed>>()?;
    let mut mask = recording.first_mask();
    for command in recording.commands() {
        let mut active = states.iter_mut().filter(|state| mask >> state.gpu.index() & 1 != 0);
        match command {
            Command::SetDeviceMask(next) => mask = *next,
            Command::WaitEvent(event) => job.in_flight.while_waiting(|| event::wait(event)),
            Command::Execute(secondary) => {
                execute_secondary(secondary, &mut active.collect::<Vec<_>>(), job)?;
            }
            command => active.try_for_each(|state| state.execute(command))?,
        }
        job.records.as_ref().map_or(Ok(()), faults::judge)?;
        pager::between_commands(&mut job.in_flight);
    }
    Ok(states.into_iter().map(|state| state.inherited).collect())
}

fn execute_secondary(
    secondary: &Recording,
    states: &mut [&mut State<'_>],
    job: &mut Job,
) -> Result<(), Failed> {
    let seats = states.iter_mut().map(|state| (state.gpu, std::mem::take(&mut state.inherited))).collect();
    for (state, inherited) in states.iter_mut().zip(execute_one(secondary, seats, job)?) {
        state.inherited = inherited;
        state.graphics.targets_changed();
    }
    Ok(())
}

impl<'a> State<'a> {
    fn execute(&mut self, command: &'a Command) -> Result<(), Failed> {
        match command {
            Command::BindComputePipeline(pipeline) => self.bind_compute_pipeline(pipeline),
            Command::BindGraphicsPipeline(pipeline) => self.graphics.bind_pipeline(pipeline),
            Command::BindComputeShader(shader) => self.bind_compute_shader(shader.as_ref()),
            Command::BindStage(stage, shader) => self.bind_stage(*stage, shader.as_ref()),
            Command::BindSet { is_graphics, index, set, offsets } => {
                self.bind_set(*is_graphics, *index, set, *offsets);
            }
            Command::BindHeap { kind, address, size } => self.bind_heap(*kind, *address, *size),
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
            Command::CopyIndirect(copies) => self.copy_indirect(copies)?,
            Command::Image(command) => self.image(command)?,
            Command::SetEvent(event) => event.set(),
            Command::ResetEvent(event) => event.reset(),
            Command::ResetQueries { pool, first, count } => pool.reset(*first, *count),
            Command::WriteTimestamp { pool, query } => self.write_timestamp(pool, *query),
            Command::CopyQueryResults(copy) => copy.execute(self.gpu),
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
            Command::SetColorLocations(locations) => self.set_color_locations(*locations),
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
