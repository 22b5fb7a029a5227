//! Transform feedback: buffers that vertices are captured into, and where each of them is filled up to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ash::vk;
use lacuna_gpu::draw::DrawCommand;
use lacuna_gpu::draw::targets::{CaptureBuffer, TransformFeedback};
use lacuna_gpu::memory::address_space::Gpu;

use super::bind::BoundBuffer;
use super::indirect::read;
use crate::command::execute::State;
use crate::command::recording::{Command, Recording};
use crate::command::transfer;
use crate::error::Error;
use crate::handle::Object;
use crate::object::buffer::Buffer;
use crate::queue::submission::Failed;

/// Buffers that a draw can capture into.
pub const BUFFERS: usize = 4;

/// Where counters come from and go to: `vkCmdBegin` and `vkCmdEndTransformFeedbackEXT`.
pub type Counters = [Option<(Arc<Buffer>, u64)>; BUFFERS];

/// `vkCmdDrawIndirectByteCountEXT`.
pub struct ByteCount {
    counter: (Arc<Buffer>, u64),
    /// Taken off the bytes.
    offset: u32,
    stride: u32,
    instances: u32,
    first_instance: u32,
}

impl Recording {
    /// `vkCmdBindTransformFeedbackBuffersEXT`. `sizes` is empty or as long as the others.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`], [`Error::InvalidUsage`] for bindings that no device has.
    pub fn bind_feedback_buffers(
        &mut self,
        first: u32,
        buffers: &[vk::Buffer],
        offsets: &[u64],
        sizes: &[u64],
    ) -> Result<(), Error> {
        for (index, &buffer) in buffers.iter().enumerate() {
            let binding = first.saturating_add(index as u32);
            if binding as usize >= BUFFERS {
                return Err(Error::InvalidUsage(
                    "VUID-vkCmdBindTransformFeedbackBuffersEXT-firstBinding-02356",
                ));
            }
            let offset = offsets.get(index).copied().unwrap_or(0);
            let size = sizes.get(index).copied().unwrap_or(vk::WHOLE_SIZE);
            let buffer = BoundBuffer::new(buffer, offset, size)?;
            self.push(Command::BindFeedbackBuffer { binding, buffer }, 0)?;
        }
        Ok(())
    }

    /// `vkCmdBeginTransformFeedbackEXT`. `offsets` is empty or as long as `buffers`.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`], [`Error::InvalidUsage`] for counters that are not in their buffers.
    pub fn begin_feedback(
        &mut self,
        first: u32,
        buffers: &[vk::Buffer],
        offsets: &[u64],
    ) -> Result<(), Error> {
        let counters = counters(first, buffers, offsets)?;
        self.push(Command::BeginFeedback(Box::new(counters)), 0)
    }

    /// `vkCmdEndTransformFeedbackEXT`, likewise.
    ///
    /// # Errors
    /// As [`begin_feedback`](Self::begin_feedback).
    pub fn end_feedback(&mut self, first: u32, buffers: &[vk::Buffer], offsets: &[u64]) -> Result<(), Error> {
        let counters = counters(first, buffers, offsets)?;
        self.push(Command::EndFeedback(Box::new(counters)), 0)
    }

    /// `vkCmdDrawIndirectByteCountEXT`.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`], [`Error::InvalidUsage`] for a counter that is not in its buffer.
    pub fn draw_byte_count(
        &mut self,
        [instances, first_instance]: [u32; 2],
        counter: (vk::Buffer, u64),
        offset: u32,
        stride: u32,
    ) -> Result<(), Error> {
        let counter = (Buffer::get(counter.0)?, counter.1);
        let draw = ByteCount { counter, offset, stride, instances, first_instance };
        self.push(Command::DrawByteCount(Box::new(draw)), 1_000_000)
    }
}

fn counters(first: u32, buffers: &[vk::Buffer], offsets: &[u64]) -> Result<Counters, Error> {
    let mut counters = Counters::default();
    for (index, &buffer) in buffers.iter().enumerate() {
        let place = counters.get_mut((first as usize).saturating_add(index));
        let place = place
            .ok_or(Error::InvalidUsage("VUID-vkCmdBeginTransformFeedbackEXT-firstCounterBuffer-02368"))?;
        if buffer != vk::Buffer::null() {
            *place = Some((Buffer::get(buffer)?, offsets.get(index).copied().unwrap_or(0)));
        }
    }
    Ok(counters)
}

/// The buffers that are bound, and how far they are filled.
#[derive(Default)]
pub(super) struct Feedback<'a> {
    buffers: [Option<&'a BoundBuffer>; BUFFERS],
    /// In a box: draws know the counters by their addresses.
    written: Box<[AtomicU64; BUFFERS]>,
    is_active: bool,
}

impl Feedback<'_> {
    /// What a draw captures into.
    pub(super) fn of_draw(&self, gpu: Gpu) -> Option<TransformFeedback> {
        let buffer = |number: usize| {
            let (buffer, written) = (self.buffers[number]?, &raw const self.written[number]);
            Some(CaptureBuffer { address: buffer.address(gpu)?, size: buffer.size(), written })
        };
        self.is_active.then(|| TransformFeedback { buffers: std::array::from_fn(buffer) })
    }
}

impl<'a> State<'a> {
    pub(in crate::command) fn bind_feedback_buffer(&mut self, binding: u32, buffer: Option<&'a BoundBuffer>) {
        self.graphics.feedback.buffers[binding as usize] = buffer;
        self.graphics.inputs_changed();
    }

    pub(in crate::command) fn begin_feedback(&mut self, counters: &Counters) {
        let (gpu, feedback) = (self.gpu, &mut self.graphics.feedback);
        for (written, counter) in feedback.written.iter_mut().zip(counters) {
            let count = counter.as_ref().and_then(|(buffer, offset)| read::<1>(gpu, buffer, *offset));
            *written.get_mut() = count.map_or(0, |[count]| count.into());
        }
        feedback.is_active = true;
        self.graphics.inputs_changed();
    }

    pub(in crate::command) fn end_feedback(&mut self, counters: &Counters) {
        let (gpu, feedback) = (self.gpu, &mut self.graphics.feedback);
        feedback.is_active = false;
        for (written, counter) in feedback.written.iter().zip(counters) {
            let Some((buffer, offset)) = counter else { continue };
            let inside = offset.checked_add(4).is_some_and(|end| end <= buffer.size());
            if let Some(address) = transfer::address(gpu, buffer).filter(|_| inside) {
                let count = written.load(Ordering::Relaxed) as u32;
                // SAFETY: inside the buffer, which this command holds with its memory.
                unsafe { lacuna_gpu::copy::update(address + offset, &count.to_ne_bytes()) }
            }
        }
        self.graphics.inputs_changed();
    }

    pub(in crate::command) fn draw_byte_count(&mut self, draw: &ByteCount) -> Result<(), Failed> {
        let (buffer, offset) = &draw.counter;
        let Some([bytes]) = read(self.gpu, buffer, *offset) else { return Ok(()) };
        let vertices = bytes.saturating_sub(draw.offset).checked_div(draw.stride).unwrap_or(0);
        let (instances, first_instance) = (draw.instances, draw.first_instance);
        self.draw(DrawCommand::Direct { vertices, instances, first_vertex: 0, first_instance }, 0)
    }
}
