//! `vkQueueSubmit` and `vkQueueSubmit2`: the application's structures become [`Submission`]s.
//!
//! Everything that can fail happens before the first semaphore operation is counted: a refused call has no effect.
//! Stage masks are read by nobody (waits come first, signals last), nor are the device indices of semaphores.

use std::sync::Arc;

use ash::vk;
use smallvec::SmallVec;

use super::Queue;
use super::submission::Submission;
use crate::command::{self, CommandBuffer};
use crate::error::Error;
use crate::guard::slice;
use crate::handle::{self, Object};
use crate::pnext;
use crate::sync::fence::Fence;
use crate::sync::semaphore::Semaphore;

/// Semaphores with the values that matter if they are timelines.
pub type Semaphores = SmallVec<[(Arc<Semaphore>, u64); 2]>;

/// One batch, checked, without any effect so far.
struct Batch {
    waits: Semaphores,
    commands: SmallVec<[command::Masked; 1]>,
    signals: Semaphores,
}

impl Queue {
    /// `vkQueueSubmit`.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`], [`Error::InvalidUsage`] for command buffers that are not executable,
    /// [`Error::DeviceLost`].
    ///
    /// # Safety
    /// `infos` are valid structures with live command buffers.
    pub unsafe fn submit(&self, infos: &[vk::SubmitInfo<'_>], fence: vk::Fence) -> Result<(), Error> {
        let mask = self.mask()?;
        // SAFETY: this function's contract.
        self.submit_batches(infos.iter().map(|info| unsafe { Batch::new(info, mask) }), fence)
    }

    /// `vkQueueSubmit2`. Errors as for [`submit`](Self::submit).
    ///
    /// # Safety
    /// As for [`submit`](Self::submit).
    pub unsafe fn submit2(&self, infos: &[vk::SubmitInfo2<'_>], fence: vk::Fence) -> Result<(), Error> {
        let mask = self.mask()?;
        // SAFETY: this function's contract.
        self.submit_batches(infos.iter().map(|info| unsafe { Batch::new2(info, mask) }), fence)
    }

    /// The GPUs of its device.
    fn mask(&self) -> Result<u32, Error> {
        Ok(self.device.upgrade().ok_or(Error::InvalidHandle)?.mask())
    }

    fn submit_batches(
        &self,
        batches: impl Iterator<Item = Result<Batch, Error>>,
        fence: vk::Fence,
    ) -> Result<(), Error> {
        let fence = optional_fence(fence)?;
        let batches = batches.collect::<Result<SmallVec<[Batch; 1]>, Error>>()?;
        self.enqueue(batches.into_iter().map(Batch::into_submission), fence.as_deref())
    }
}

impl Batch {
    /// # Safety
    /// `info` is a valid structure with live command buffers.
    unsafe fn new(info: &vk::SubmitInfo<'_>, all: u32) -> Result<Self, Error> {
        // SAFETY: members of a valid structure.
        let (waits, signals, buffers) = unsafe {
            (
                slice(info.p_wait_semaphores, info.wait_semaphore_count),
                slice(info.p_signal_semaphores, info.signal_semaphore_count),
                slice(info.p_command_buffers, info.command_buffer_count),
            )
        };
        // SAFETY: the chain of a valid structure.
        let (wait_values, signal_values) = unsafe { timeline_values(info.p_next) };
        // SAFETY: as above.
        let masks = unsafe { command_masks(info.p_next) }.iter().copied().chain(std::iter::repeat(FIRST));
        Ok(Self {
            waits: semaphores(waits, wait_values)?,
            // SAFETY: this function's contract.
            commands: unsafe { executables(buffers.iter().copied().zip(masks), all)? },
            signals: semaphores(signals, signal_values)?,
        })
    }

    /// # Safety
    /// `info` is a valid structure with live command buffers.
    unsafe fn new2(info: &vk::SubmitInfo2<'_>, all: u32) -> Result<Self, Error> {
        // SAFETY: members of a valid structure.
        let (waits, signals, buffers) = unsafe {
            (
                slice(info.p_wait_semaphore_infos, info.wait_semaphore_info_count),
                slice(info.p_signal_semaphore_infos, info.signal_semaphore_info_count),
                slice(info.p_command_buffer_infos, info.command_buffer_info_count),
            )
        };
        let find = |infos: &[vk::SemaphoreSubmitInfo<'_>]| -> Result<Semaphores, Error> {
            infos.iter().map(|info| Ok((Semaphore::get(info.semaphore)?, info.value))).collect()
        };
        Ok(Self {
            waits: find(waits)?,
            // SAFETY: this function's contract.
            commands: unsafe {
                let mask = |mask| if mask == 0 { all } else { mask };
                executables(buffers.iter().map(|info| (info.command_buffer, mask(info.device_mask))), all)?
            },
            signals: find(signals)?,
        })
    }

    fn into_submission(self) -> Submission {
        let costs = self
            .commands
            .iter()
            .map(|(commands, mask)| commands.nanoseconds().saturating_mul(mask.count_ones().into()));
        let nanoseconds = costs.fold(0, u64::saturating_add);
        let commands = self.commands;
        Submission {
            waits: wait_operations(&self.waits),
            work: if commands.is_empty() {
                None
            } else {
                Some(Box::new(move || command::execute(&commands)))
            },
            signals: signal_operations(&self.signals),
            nanoseconds,
        }
    }
}

/// Counts the wait operations of a submission.
pub fn wait_operations<B: FromIterator<crate::sync::signal::Point>>(semaphores: &Semaphores) -> B {
    semaphores.iter().map(|(semaphore, value)| semaphore.wait_operation(*value)).collect()
}

/// Counts the signal operations of a submission.
pub fn signal_operations<B: FromIterator<crate::sync::signal::Point>>(semaphores: &Semaphores) -> B {
    semaphores.iter().map(|(semaphore, value)| semaphore.signal_operation(*value)).collect()
}

/// Semaphores with their timeline values; those beyond the end of `values` are binary.
pub fn semaphores(handles: &[vk::Semaphore], values: &[u64]) -> Result<Semaphores, Error> {
    let values = values.iter().copied().chain(std::iter::repeat(0));
    handles.iter().zip(values).map(|(&handle, value)| Ok((Semaphore::get(handle)?, value))).collect()
}

/// The wait and signal values of a `VkTimelineSemaphoreSubmitInfo` in the chain.
///
/// # Safety
/// `chain` is a valid chain that outlives `'a`.
pub unsafe fn timeline_values<'a>(chain: *const std::ffi::c_void) -> (&'a [u64], &'a [u64]) {
    // SAFETY: this function's contract.
    match unsafe { pnext::find::<vk::TimelineSemaphoreSubmitInfo<'_>>(chain) } {
        // SAFETY: members of a valid structure.
        Some(info) => unsafe {
            (
                slice(info.p_wait_semaphore_values, info.wait_semaphore_value_count),
                slice(info.p_signal_semaphore_values, info.signal_semaphore_value_count),
            )
        },
        None => (&[], &[]),
    }
}

/// The fence of a submission, which may be null.
pub fn optional_fence(fence: vk::Fence) -> Result<Option<Arc<Fence>>, Error> {
    if fence == vk::Fence::null() { Ok(None) } else { Fence::get(fence).map(Some) }
}

/// The mask of the GPU with index zero.
const FIRST: u32 = 1;

/// The device masks of the command buffers of a `VkDeviceGroupSubmitInfo` in the chain. Without one, the first GPU executes them
/// ([`FIRST`]).
///
/// # Safety
/// `chain` is a valid chain that outlives `'a`.
unsafe fn command_masks<'a>(chain: *const std::ffi::c_void) -> &'a [u32] {
    // SAFETY: this function's contract.
    match unsafe { pnext::find::<vk::DeviceGroupSubmitInfo<'_>>(chain) } {
        // SAFETY: members of a valid structure.
        Some(info) => unsafe { slice(info.p_command_buffer_device_masks, info.command_buffer_count) },
        None => &[],
    }
}

/// What command buffers execute, with the GPUs of `all` that do.
///
/// # Safety
/// The handles are live command buffers.
unsafe fn executables(
    handles: impl Iterator<Item = (vk::CommandBuffer, u32)>,
    all: u32,
) -> Result<SmallVec<[command::Masked; 1]>, Error> {
    let executable = |(handle, mask)| {
        if mask & !all != 0 {
            return Err(Error::InvalidUsage("VUID-VkDeviceGroupSubmitInfo-pCommandBufferDeviceMasks-00086"));
        }
        // SAFETY: this function's contract.
        let recording = unsafe { handle::get::<CommandBuffer>(handle)? }.executable()?;
        Ok((recording, mask))
    };
    handles.map(executable).collect()
}
