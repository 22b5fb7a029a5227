//! `vkQueueBindSparse`.
//!
//! ```text
//!   VkBindSparseInfo ──► checked, page-aligned requests ──► prepared job     in the calling thread; may fail, changes nothing
//!                                                              │ the queue: waits
//!                                                              ▼
//!                                                       run: page table      cannot fail
//!                                                              │ the queue: signals
//! ```
//!
//! All infos of a call are prepared before the first is submitted: a call that fails has bound nothing and counted no
//! semaphore operation. Each info then is a submission of its own, in order, with its own semaphores.
//!
//! Within an info, binds of buffers come first, then opaque binds of images, then those of their blocks.

pub mod delay;
mod image;
mod requests;

use std::sync::Arc;

use ash::vk;
use lacuna_gpu::memory::address_space::Gpu;
use lacuna_vm::{BindJob, mutation};
use smallvec::SmallVec;

use crate::error::Error;
use crate::guard::slice;
use crate::object::device::Device;
use crate::pnext;
use crate::queue::Queue;
use crate::queue::submission::{Submission, Work};
use crate::queue::submit::{self, Semaphores};

/// Estimate of what one request takes when it is run.
const NANOSECONDS_PER_REQUEST: u64 = 20;

impl Queue {
    /// `vkQueueBindSparse`.
    ///
    /// # Errors
    /// [`Error::OutOfHostMemory`], [`Error::OutOfDeviceMemory`], [`Error::InvalidHandle`], [`Error::InvalidUsage`] for
    /// binds that are not aligned or leave their resource or memory, [`Error::DeviceLost`]. Nothing is bound then.
    ///
    /// # Safety
    /// `infos` are valid structures.
    pub unsafe fn bind_sparse(
        &self,
        infos: &[vk::BindSparseInfo<'_>],
        fence: vk::Fence,
    ) -> Result<(), Error> {
        if !self.flags().contains(vk::QueueFlags::SPARSE_BINDING) {
            return Err(Error::InvalidUsage("VUID-vkQueueBindSparse-queuetype"));
        }
        let device = self.device.upgrade().ok_or(Error::InvalidHandle)?;
        let fence = submit::optional_fence(fence)?;
        // SAFETY: this function's contract.
        let prepare = |info| unsafe { Prepared::new(&device, info) };
        let prepared = infos.iter().map(prepare).collect::<Result<SmallVec<[Prepared; 1]>, Error>>()?;
        let kept = if mutation::is("infos_after_the_first_are_lost") { 1 } else { usize::MAX };
        self.enqueue_binds(prepared.into_iter().take(kept).map(Prepared::into_submission), fence.as_deref())
    }
}

/// One `VkBindSparseInfo` that can no longer fail.
struct Prepared {
    waits: Semaphores,
    signals: Semaphores,
    binds: Option<Binds>,
}

impl Prepared {
    /// # Safety
    /// `info` is a valid structure.
    unsafe fn new(device: &Arc<Device>, info: &vk::BindSparseInfo<'_>) -> Result<Self, Error> {
        // SAFETY: members of a valid structure, and its chain.
        let (waits, signals, (wait_values, signal_values)) = unsafe {
            (
                slice(info.p_wait_semaphores, info.wait_semaphore_count),
                slice(info.p_signal_semaphores, info.signal_semaphore_count),
                submit::timeline_values(info.p_next),
            )
        };
        Ok(Self {
            waits: submit::semaphores(waits, wait_values)?,
            signals: submit::semaphores(signals, signal_values)?,
            // SAFETY: this function's contract.
            binds: unsafe { Binds::prepare(device, info)? },
        })
    }

    fn into_submission(self) -> Submission {
        let nanoseconds = self.binds.as_ref().map_or(0, |binds| binds.requests * NANOSECONDS_PER_REQUEST);
        Submission {
            waits: submit::wait_operations(&self.waits),
            work: self.binds.map(|binds| -> Work {
                Box::new(move || {
                    binds.run();
                    Ok(())
                })
            }),
            signals: submit::signal_operations(&self.signals),
            nanoseconds: if delay::is_on() { u64::MAX } else { nanoseconds },
        }
    }
}

/// A bind job, and the resources whose address ranges it writes: they must not be handed to others before it has run.
struct Binds {
    device: Arc<Device>,
    _resources: requests::Resources,
    requests: u64,
    /// `None` once it has run.
    job: Option<BindJob>,
}

impl Binds {
    /// The job of an info; `None` when it binds nothing.
    ///
    /// # Safety
    /// `info` is a valid structure.
    unsafe fn prepare(device: &Arc<Device>, info: &vk::BindSparseInfo<'_>) -> Result<Option<Self>, Error> {
        // SAFETY: this function's contract.
        let gpu = unsafe { target(device, info)? };
        let prepare = |requests: &[_]| device.vm.lock().prepare(device.vms[gpu.index() as usize], requests);
        // SAFETY: this function's contract.
        let collected = unsafe { requests::with_requests(device, gpu, info, prepare)? };
        Ok(collected.map(|(resources, requests, job)| Self {
            device: Arc::clone(device),
            _resources: resources,
            requests: requests as u64,
            job: Some(job),
        }))
    }

    fn run(mut self) {
        delay::wait();
        if let Some(job) = self.job.take() {
            self.device.run_binds(job);
        }
    }
}

/// Whose instance of the resources an info binds. Of memory there is one instance, whatever `memoryDeviceIndex` says.
///
/// # Safety
/// `info` is a valid structure.
unsafe fn target(device: &Device, info: &vk::BindSparseInfo<'_>) -> Result<Gpu, Error> {
    // SAFETY: the chain of a valid structure.
    let group = unsafe { pnext::find::<vk::DeviceGroupBindSparseInfo<'_>>(info.p_next) };
    let Some(group) = group else { return Ok(Gpu::default()) };
    device.gpu(group.memory_device_index)?;
    device.gpu(group.resource_device_index)
}

impl Drop for Binds {
    /// A job that does not run gives back what it has reserved.
    fn drop(&mut self) {
        if let Some(job) = self.job.take() {
            self.device.vm.lock().cancel(job);
        }
    }
}
