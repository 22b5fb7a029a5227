//! A recorded list of commands.
//!
//! Commands are small and fixed in size; their data (push constants, copy regions, dynamic offsets, updates) lies behind
//! them in byte and word arenas. Objects are held by `Arc`: destroying a handle early is safe.
//!
//! Barriers are not here. A queue executes one command after the other, and each is complete, for every thread, before the next.

use std::ops::Range;
use std::sync::Arc;

use ash::vk;
use lacuna_gpu::draw::{ColorLocations, DrawCommand};
use lacuna_shaders::stage::Stage;

use super::graphics::begin::Begin;
use super::graphics::bind::BoundBuffer;
use super::graphics::clear::ClearAttachments;
use super::graphics::feedback::{ByteCount, Counters};
use super::graphics::indirect::Indirect;
use super::graphics::setting::Setting;
use super::push_descriptor::Pushed;
use crate::error::Error;
use crate::object::buffer::Buffer;
use crate::object::descriptor_set::DescriptorSet;
use crate::object::pipeline::{GraphicsPipeline, Pipeline};
use crate::object::query_pool::QueryPool;
use crate::object::shader_object::ShaderObject;
use crate::sync::event::Event;

/// One command.
pub enum Command {
    /// `vkCmdBindPipeline`
    BindComputePipeline(Arc<Pipeline>),
    /// `vkCmdBindPipeline`
    BindGraphicsPipeline(Arc<GraphicsPipeline>),
    /// `vkCmdBindShadersEXT`
    BindComputeShader(Option<Arc<ShaderObject>>),
    /// One graphics stage of `vkCmdBindShadersEXT`, whose shader is of that stage.
    BindStage(Stage, Option<Arc<ShaderObject>>),
    /// One set of `vkCmdBindDescriptorSets`, with its own dynamic offsets.
    BindSet {
        /// For draws, else for dispatches.
        is_graphics: bool,
        /// Set number.
        index: u32,
        /// The set; its contents are read when a dispatch uses them.
        set: Arc<DescriptorSet>,
        /// Dynamic offsets, in [`Recording::words`].
        offsets: Slice,
    },
    /// `vkCmdPushConstants`
    PushConstants {
        /// First byte.
        offset: u32,
        /// In [`Recording::bytes`].
        data: Slice,
    },
    /// `vkCmdBindResourceHeapEXT`, `vkCmdBindSamplerHeapEXT`
    BindHeap {
        /// Which.
        kind: super::heap::Kind,
        /// The first byte: a host address.
        address: u64,
        /// Bytes.
        size: u64,
    },
    /// `vkCmdDispatch`, `vkCmdDispatchBase`
    Dispatch {
        /// Added to each workgroup's id.
        base: [u32; 3],
        /// Workgroups.
        groups: [u32; 3],
    },
    /// `vkCmdDispatchIndirect`
    DispatchIndirect {
        /// Holds the workgroup counts.
        buffer: Arc<Buffer>,
        /// Where, in bytes.
        offset: u64,
    },
    /// `vkCmdCopyBuffer`
    CopyBuffer {
        /// Read.
        source: Arc<Buffer>,
        /// Written.
        destination: Arc<Buffer>,
        /// In [`Recording::regions`].
        regions: Slice,
    },
    /// `vkCmdFillBuffer`
    FillBuffer {
        /// Written.
        buffer: Arc<Buffer>,
        /// First byte.
        offset: u64,
        /// Bytes.
        size: u64,
        /// What every four bytes become.
        word: u32,
    },
    /// `vkCmdUpdateBuffer`
    UpdateBuffer {
        /// Written.
        buffer: Arc<Buffer>,
        /// First byte.
        offset: u64,
        /// In [`Recording::bytes`].
        data: Slice,
    },
    /// `vkCmdCopyMemoryIndirectKHR`, `vkCmdCopyMemoryToImageIndirectKHR`
    CopyIndirect(Box<super::indirect_copy::IndirectCopy>),
    /// A copy or clear of an image.
    Image(Box<super::image::ImageCommand>),
    /// `vkCmdSetEvent`
    SetEvent(Arc<Event>),
    /// `vkCmdResetEvent`
    ResetEvent(Arc<Event>),
    /// One event of `vkCmdWaitEvents`.
    WaitEvent(Arc<Event>),
    /// `vkCmdResetQueryPool`
    ResetQueries {
        /// Which pool.
        pool: Arc<QueryPool>,
        /// First query.
        first: u32,
        /// How many.
        count: u32,
    },
    /// `vkCmdWriteTimestamp`
    WriteTimestamp {
        /// Which pool.
        pool: Arc<QueryPool>,
        /// Which query.
        query: u32,
    },
    /// `vkCmdCopyQueryPoolResults`
    CopyQueryResults(Box<super::query::CopyResults>),
    /// A piece of state of draws.
    Set(Setting),
    /// One buffer of `vkCmdBindVertexBuffers`
    BindVertexBuffer {
        /// Binding number, of those that exist.
        binding: u32,
        /// `None` reads as zeros.
        buffer: Option<BoundBuffer>,
    },
    /// One stride of `vkCmdBindVertexBuffers2`
    SetVertexStride {
        /// Binding number, of those that exist.
        binding: u32,
        /// Bytes.
        stride: u32,
    },
    /// `vkCmdBindIndexBuffer`
    BindIndexBuffer {
        /// `None`: all indices are zero.
        buffer: Option<BoundBuffer>,
        /// Width of an index.
        index_type: vk::IndexType,
    },
    /// `vkCmdBeginRenderPass`, `vkCmdBeginRendering`
    BeginPass(Arc<Begin>),
    /// `vkCmdNextSubpass`
    NextSubpass,
    /// `vkCmdEndRenderPass`, `vkCmdEndRendering`
    EndPass,
    /// `vkCmdSetRenderingAttachmentLocationsKHR`
    SetColorLocations(ColorLocations),
    /// `vkCmdClearAttachments`
    ClearAttachments(Box<ClearAttachments>),
    /// `vkCmdDraw`, `vkCmdDrawIndexed`
    Draw {
        /// What is drawn.
        draw: DrawCommand,
        /// Its number in a `vkCmdDrawMulti*`.
        draw_index: u32,
    },
    /// `vkCmdDraw*Indirect*`
    DrawIndirect(Box<Indirect>),
    /// One buffer of `vkCmdBindTransformFeedbackBuffersEXT`
    BindFeedbackBuffer {
        /// Binding number, of those that exist.
        binding: u32,
        /// `None` captures nothing.
        buffer: Option<BoundBuffer>,
    },
    /// `vkCmdBeginTransformFeedbackEXT`
    BeginFeedback(Box<Counters>),
    /// `vkCmdEndTransformFeedbackEXT`
    EndFeedback(Box<Counters>),
    /// `vkCmdDrawIndirectByteCountEXT`
    DrawByteCount(Box<ByteCount>),
    /// `vkCmdBeginQuery`, `vkCmdBeginQueryIndexedEXT`
    BeginQuery {
        /// Which pool.
        pool: Arc<QueryPool>,
        /// Which query.
        query: u32,
        /// Which vertex stream, of queries that are about one.
        stream: u32,
    },
    /// `vkCmdEndQuery`, `vkCmdEndQueryIndexedEXT`
    EndQuery {
        /// Which pool.
        pool: Arc<QueryPool>,
        /// Which query.
        query: u32,
    },
    /// `vkCmdBeginConditionalRenderingEXT`
    BeginCondition {
        /// Holds the word.
        buffer: Arc<Buffer>,
        /// Where, in bytes.
        offset: u64,
        /// Zero means yes.
        inverted: bool,
    },
    /// `vkCmdEndConditionalRenderingEXT`
    EndCondition,
    /// Which GPUs of the group execute what follows: of `vkCmdSetDeviceMask`, and of passes.
    SetDeviceMask(u32),
    /// One secondary of `vkCmdExecuteCommands`.
    Execute(Arc<Recording>),
}

// Recordings can be long; what is rare and large goes into a box.
const _: () = assert!(size_of::<Command>() <= 40);

/// Part of an arena of a [`Recording`], in elements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slice {
    start: u32,
    len: u32,
}

impl Slice {
    fn range(self) -> Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }
}

/// See the [module](self).
#[derive(Default)]
pub struct Recording {
    commands: Vec<Command>,
    bytes: Vec<u8>,
    words: Vec<u32>,
    regions: Vec<vk::BufferCopy>,
    /// Estimate of the execution time.
    nanoseconds: u64,
    /// GPUs that execute the first command.
    first_mask: u32,
    /// Invocations per workgroup of the pipeline that is bound at this point of the recording.
    pub(super) invocations: u64,
    /// What was pushed last, at this point of the recording.
    pub(super) pushed: Pushed,
    /// GPUs that execute what is recorded at this point, and those that execute the pass at this point.
    mask: u32,
    pass_mask: u32,
    error: Option<Error>,
}

impl Recording {
    /// An empty one with the allocations of `self`, whose commands the GPUs of `mask` execute as long as none says else.
    pub(super) fn begun(mut self, mask: u32) -> Self {
        self = self.cleared();
        (self.first_mask, self.mask) = (mask, mask);
        self
    }

    /// GPUs that execute the first command.
    pub fn first_mask(&self) -> u32 {
        self.first_mask
    }

    /// `vkCmdSetDeviceMask`.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for GPUs that the command buffer began without.
    pub fn set_device_mask(&mut self, mask: u32) -> Result<(), Error> {
        if mask == 0 || mask & !self.first_mask != 0 {
            return Err(Error::InvalidUsage("VUID-vkCmdSetDeviceMask-deviceMask-00109, -00110"));
        }
        if mask == self.mask {
            return Ok(());
        }
        self.mask = mask;
        self.push(Command::SetDeviceMask(mask), 0)
    }

    /// A pass is about to begin on the GPUs of `mask`, or on those that are executing.
    pub(super) fn begin_pass_of(&mut self, mask: Option<u32>) -> Result<(), Error> {
        self.pass_mask = mask.unwrap_or(self.mask);
        self.set_device_mask(self.pass_mask)
    }

    /// What all GPUs of a pass execute, whatever the device mask is.
    pub(super) fn by_all_of_pass(&mut self, command: Command) -> Result<(), Error> {
        let mask = self.mask;
        // Zero in secondaries that continue a pass, which may not do this.
        if self.pass_mask != 0 {
            self.set_device_mask(self.pass_mask)?;
        }
        self.push(command, 0)?;
        self.set_device_mask(mask)
    }

    /// The commands in order.
    pub fn commands(&self) -> &[Command] {
        &self.commands
    }

    /// Estimate of the execution time; `u64::MAX` for what may block.
    pub fn nanoseconds(&self) -> u64 {
        self.nanoseconds
    }

    /// Data of a command.
    pub fn bytes(&self, slice: Slice) -> &[u8] {
        &self.bytes[slice.range()]
    }

    /// Data of a command.
    pub fn words(&self, slice: Slice) -> &[u32] {
        &self.words[slice.range()]
    }

    /// Data of a command.
    pub fn regions(&self, slice: Slice) -> &[vk::BufferCopy] {
        &self.regions[slice.range()]
    }

    /// Appends a command that takes about so long.
    pub(super) fn push(&mut self, command: Command, nanoseconds: u64) -> Result<(), Error> {
        self.commands.try_reserve(1).map_err(|_| Error::OutOfHostMemory)?;
        self.commands.push(command);
        self.nanoseconds = self.nanoseconds.saturating_add(nanoseconds);
        Ok(())
    }

    pub(super) fn push_secondary(&mut self, secondary: Arc<Self>) -> Result<(), Error> {
        let nanoseconds = secondary.nanoseconds;
        self.push(Command::Execute(secondary), nanoseconds)
    }

    pub(super) fn store_bytes(&mut self, data: &[u8]) -> Result<Slice, Error> {
        store(&mut self.bytes, data)
    }

    pub(super) fn store_words(&mut self, data: &[u32]) -> Result<Slice, Error> {
        store(&mut self.words, data)
    }

    pub(super) fn store_regions(&mut self, data: &[vk::BufferCopy]) -> Result<Slice, Error> {
        store(&mut self.regions, data)
    }

    /// Remembers the first error.
    pub(super) fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }

    pub(super) fn take_error(&mut self) -> Option<Error> {
        self.error.take()
    }

    /// Empty, with the allocations of before.
    pub(super) fn cleared(mut self) -> Self {
        self.commands.clear();
        self.bytes.clear();
        self.words.clear();
        self.regions.clear();
        self.pushed.clear();
        Self { nanoseconds: 0, invocations: 0, mask: 0, pass_mask: 0, first_mask: 0, error: None, ..self }
    }
}

/// Appends to an arena.
fn store<T: Copy>(arena: &mut Vec<T>, data: &[T]) -> Result<Slice, Error> {
    let full = Error::OutOfHostMemory;
    let (Ok(start), Ok(len)) = (u32::try_from(arena.len()), u32::try_from(data.len())) else {
        return Err(full);
    };
    if start.checked_add(len).is_none() || arena.try_reserve(data.len()).is_err() {
        return Err(full);
    }
    arena.extend_from_slice(data);
    Ok(Slice { start, len })
}
