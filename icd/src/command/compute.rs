//! Pipelines, descriptor sets and push constants of all bind points, and dispatches.

use std::sync::{Arc, LazyLock};

use ash::vk;
use lacuna_shaders::abi::{Descriptor, DispatchContext, MAX_PUSH_CONSTANTS, MAX_SETS};

use super::execute::State;
use super::recording::{Command, Recording, Slice};
use super::shader::invocations;
use super::transfer;
use crate::caps::limits;
use crate::error::Error;
use crate::handle::Object;
use crate::object::buffer::Buffer;
use crate::object::descriptor_set::DescriptorSet;
use crate::object::pipeline::{ComputePipeline, Pipeline};
use crate::object::pipeline_layout::PipelineLayout;
use crate::queue::submission::Failed;

/// Estimate of what one invocation takes.
const NANOSECONDS_PER_INVOCATION: u64 = 2;
/// What an indirect dispatch takes is not known when it is recorded.
const UNKNOWN: u64 = 1_000_000;

const NO_SUCH_POINT: Error = Error::InvalidUsage("a pipeline bind point that this device does not have");

impl Recording {
    /// `vkCmdBindPipeline`.
    pub fn bind_pipeline(
        &mut self,
        point: vk::PipelineBindPoint,
        pipeline: vk::Pipeline,
    ) -> Result<(), Error> {
        let pipeline = Pipeline::get(pipeline)?;
        match point {
            vk::PipelineBindPoint::COMPUTE => {
                self.invocations = invocations(pipeline.as_compute()?.code.kernel().workgroup_size());
                self.push(Command::BindComputePipeline(pipeline), 0)
            }
            vk::PipelineBindPoint::GRAPHICS => {
                let pipeline = Arc::clone(pipeline.as_graphics()?);
                self.push(Command::BindGraphicsPipeline(pipeline), 0)
            }
            _ => Err(NO_SUCH_POINT),
        }
    }

    /// `vkCmdBindDescriptorSets`.
    pub fn bind_sets(
        &mut self,
        point: vk::PipelineBindPoint,
        first: u32,
        sets: &[vk::DescriptorSet],
        mut offsets: &[u32],
    ) -> Result<(), Error> {
        let is_graphics = match point {
            vk::PipelineBindPoint::COMPUTE => false,
            vk::PipelineBindPoint::GRAPHICS => true,
            _ => return Err(NO_SUCH_POINT),
        };
        for (index, &set) in (first..).zip(sets) {
            if index as usize >= MAX_SETS {
                return Err(Error::InvalidUsage("VUID-vkCmdBindDescriptorSets-firstSet-00360"));
            }
            let set = DescriptorSet::get(set)?;
            self.pushed.remove(&(point, index));
            let (own, rest) = offsets
                .split_at_checked(set.dynamic_count() as usize)
                .ok_or(Error::InvalidUsage("VUID-vkCmdBindDescriptorSets-dynamicOffsetCount-00359"))?;
            offsets = rest;
            let offsets = self.store_words(own)?;
            self.push(Command::BindSet { is_graphics, index, set, offsets }, 0)?;
        }
        Ok(())
    }

    /// `vkCmdPushConstants`.
    pub fn push_constants(&mut self, offset: u32, data: &[u8]) -> Result<(), Error> {
        if offset as usize + data.len() > MAX_PUSH_CONSTANTS {
            return Err(Error::InvalidUsage("VUID-vkCmdPushConstants-offset-01795"));
        }
        let data = self.store_bytes(data)?;
        self.push(Command::PushConstants { offset, data }, 0)
    }

    /// `vkCmdDispatch`, `vkCmdDispatchBase`.
    pub fn dispatch(&mut self, base: [u32; 3], groups: [u32; 3]) -> Result<(), Error> {
        check_groups(groups)?;
        let groups_total = groups.iter().map(|&count| u64::from(count)).fold(1, u64::saturating_mul);
        let nanoseconds =
            groups_total.saturating_mul(self.invocations).saturating_mul(NANOSECONDS_PER_INVOCATION);
        self.push(Command::Dispatch { base, groups }, nanoseconds)
    }

    /// `vkCmdDispatchIndirect`.
    pub fn dispatch_indirect(&mut self, buffer: vk::Buffer, offset: u64) -> Result<(), Error> {
        let buffer = Buffer::get(buffer)?;
        let size = size_of::<vk::DispatchIndirectCommand>() as u64;
        if !offset.is_multiple_of(4) || offset.checked_add(size).is_none_or(|end| end > buffer.size()) {
            return Err(Error::InvalidUsage("VUID-vkCmdDispatchIndirect-offset-00407, -02710"));
        }
        self.push(Command::DispatchIndirect { buffer, offset }, UNKNOWN)
    }
}

/// More groups than advertised could also be more than 64 bits count.
fn check_groups(groups: [u32; 3]) -> Result<(), Error> {
    static LIMITS: LazyLock<[u32; 3]> =
        LazyLock::new(|| limits::properties().limits.max_compute_work_group_count);
    let fits = groups.iter().zip(LIMITS.iter()).all(|(count, limit)| count <= limit);
    if fits { Ok(()) } else { Err(Error::InvalidUsage("VUID-vkCmdDispatch-groupCountX-00386 to 00388")) }
}

/// What dispatches use: what was bound last.
#[derive(Default)]
pub(super) struct Compute<'a> {
    pipeline: Option<&'a ComputePipeline>,
    sets: Sets<'a>,
}

/// The descriptor sets of a bind point.
#[derive(Default)]
pub(super) struct Sets<'a>([BoundSet<'a>; MAX_SETS]);

#[derive(Default)]
struct BoundSet<'a> {
    source: Option<(&'a DescriptorSet, &'a [u32])>,
    /// The descriptors, with dynamic offsets added, once something has used them.
    descriptors: Vec<Descriptor>,
    is_current: bool,
}

impl<'a> Compute<'a> {
    /// What dispatches run from now on.
    pub(super) fn bind(&mut self, pipeline: Option<&'a ComputePipeline>) {
        self.pipeline = pipeline;
    }
}

impl<'a> State<'a> {
    pub(super) fn bind_compute_pipeline(&mut self, pipeline: &'a Pipeline) {
        // Recording bound no other.
        self.compute.bind(pipeline.as_compute().ok());
    }

    pub(super) fn bind_set(
        &mut self,
        is_graphics: bool,
        index: u32,
        set: &'a Arc<DescriptorSet>,
        offsets: Slice,
    ) {
        let offsets = self.recording().words(offsets);
        let sets = if is_graphics { &mut self.graphics.sets } else { &mut self.compute.sets };
        let bound = &mut sets.0[index as usize];
        bound.source = Some((set, offsets));
        bound.is_current = false;
    }

    pub(super) fn push_constants(&mut self, offset: u32, data: Slice) {
        let data = self.recording().bytes(data);
        self.context.push_constants[offset as usize..][..data.len()].copy_from_slice(data);
    }

    pub(super) fn dispatch(&mut self, base: [u32; 3], groups: [u32; 3]) -> Result<(), Failed> {
        if self.skips() {
            return Ok(());
        }
        let Some(pipeline) = self.compute.pipeline else {
            log::warn!("a dispatch without a pipeline: skipped");
            return Ok(());
        };
        self.compute.sets.write([&*pipeline.layout].into_iter(), &mut self.context);
        self.inherited.queries.count_dispatch(groups, pipeline.code.kernel().workgroup_size());
        self.context.group_count = groups;
        self.context.base_group = base;
        // SAFETY: the context's descriptors are in `compute`, which lives until the dispatch returns, and are as many as the
        // pipeline uses. What they name stays mapped: memory freed since execution began by the in-flight ticket of
        // `execute`, and the application may not use descriptors of memory freed before (VUID-vkCmdDispatch-None-08114).
        unsafe {
            let kernel = pipeline.code.kernel_for(&self.context);
            lacuna_gpu::compute::dispatch(kernel, &self.context)?;
        }
        Ok(())
    }

    pub(super) fn dispatch_indirect(&mut self, buffer: &Arc<Buffer>, offset: u64) -> Result<(), Failed> {
        let Some(address) = transfer::address(self.gpu, buffer) else { return Ok(()) };
        let mut bytes = [0; 12];
        // SAFETY: recording checked that the range is inside the buffer, which it holds with its memory.
        unsafe { lacuna_gpu::copy::read(address + offset, &mut bytes) }
        let groups =
            [0, 4, 8].map(|at| u32::from_ne_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]));
        match check_groups(groups) {
            Ok(()) => self.dispatch([0; 3], groups),
            Err(error) => {
                log::warn!("an indirect dispatch of {groups:?} groups is skipped: {error}");
                Ok(())
            }
        }
    }
}

impl Sets<'_> {
    /// Points the context at the descriptors of all sets. A set with fewer descriptors than the layouts of the shaders say is
    /// not of these layouts, and counts as not bound.
    pub(super) fn write<'b>(
        &mut self,
        layouts: impl Iterator<Item = &'b PipelineLayout> + Clone,
        context: &mut DispatchContext,
    ) {
        for (index, (bound, pointer)) in self.0.iter_mut().zip(&mut context.sets).enumerate() {
            let slots = |layout: &PipelineLayout| Some(layout.sets.get(index)?.as_ref()?.slots());
            let needed = layouts.clone().filter_map(slots).max().unwrap_or(0);
            let descriptors = bound.current();
            *pointer =
                if descriptors.len() >= needed as usize { descriptors.as_ptr() } else { std::ptr::null() };
        }
    }
}

impl BoundSet<'_> {
    /// The set's descriptors, as they were when the first dispatch since the bind used them.
    fn current(&mut self) -> &[Descriptor] {
        if let Some((set, offsets)) = self.source
            && !self.is_current
        {
            self.descriptors.clear();
            set.snapshot(offsets, &mut self.descriptors);
            self.is_current = true;
        }
        &self.descriptors
    }
}
