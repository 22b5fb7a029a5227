//! What all kinds of pipelines have in common when they are made: several at once, feedback, and the wish that nothing
//! is compiled.

use std::ffi::c_void;
use std::time::Instant;

use ash::vk;

use crate::error::Error;
use crate::guard::output;
use crate::handle::Object;
use crate::object::kernel_cache;
use crate::object::pipeline::{Pipeline, pipeline_flags};
use crate::pnext;

/// The parts of a create info that this module reads.
pub(super) struct Wishes {
    /// `flags`
    pub(super) flags: vk::PipelineCreateFlags,
    /// `pNext`
    pub(super) chain: *const c_void,
}

/// Makes a pipeline of each structure: null for those that cannot be made. Gives the first error.
///
/// # Safety
/// `pipelines` is valid for as many handles as there are structures; the structures are valid and `wishes` theirs.
pub(super) unsafe fn create_all<T>(
    infos: &[T],
    pipelines: *mut vk::Pipeline,
    wishes: impl Fn(&T) -> Wishes,
    make: impl Fn(&T) -> Result<Pipeline, Error>,
) -> Result<(), Error> {
    let mut outcome = Ok(());
    let mut stopped = false;
    for (index, info) in infos.iter().enumerate() {
        let Wishes { flags, chain } = wishes(info);
        // SAFETY: the chain of a valid create info.
        let flags = unsafe { pipeline_flags(flags, chain) };
        let start = Instant::now();
        let pipeline = if stopped {
            Err(Error::CompileRequired)
        } else if flags.contains(vk::PipelineCreateFlags2KHR::FAIL_ON_PIPELINE_COMPILE_REQUIRED) {
            kernel_cache::without_compiling(|| make(info))
        } else {
            make(info)
        };
        let pipeline = pipeline.map(Object::insert);
        // SAFETY: this function's contract.
        unsafe {
            output(pipelines.wrapping_add(index), *pipeline.as_ref().unwrap_or(&vk::Pipeline::null()))?;
            give_feedback(chain, start.elapsed().as_nanos() as u64)?;
        }
        stopped |= pipeline.is_err() && flags.contains(vk::PipelineCreateFlags2KHR::EARLY_RETURN_ON_FAILURE);
        outcome = outcome.and(pipeline.map(|_| ()));
    }
    outcome
}

/// Writes how long it took where the chain asks for it; for each stage its share, as they are not measured apart.
///
/// # Safety
/// The chain of a valid create info.
unsafe fn give_feedback(chain: *const c_void, nanoseconds: u64) -> Result<(), Error> {
    // SAFETY: this function's contract.
    let Some(wanted) = (unsafe { pnext::find::<vk::PipelineCreationFeedbackCreateInfo<'_>>(chain) }) else {
        return Ok(());
    };
    let feedback =
        |duration| vk::PipelineCreationFeedback { flags: vk::PipelineCreationFeedbackFlags::VALID, duration };
    let stages = wanted.pipeline_stage_creation_feedback_count;
    // SAFETY: VUID-VkPipelineCreationFeedbackCreateInfo-pPipelineCreationFeedback-parameter, and that of the stages.
    unsafe {
        output(wanted.p_pipeline_creation_feedback, feedback(nanoseconds))?;
        for index in 0..stages {
            let place = wanted.p_pipeline_stage_creation_feedbacks.wrapping_add(index as usize);
            output(place, feedback(nanoseconds / u64::from(stages)))?;
        }
    }
    Ok(())
}
