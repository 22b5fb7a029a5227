//! `VkQueue`: what is submitted, in order, and who executes it.

pub mod executor;
pub mod fifo;
pub mod submission;
pub mod submit;

use std::sync::{Arc, Weak};

use ash::vk;
use lacuna_gpu::memory::fork;

use crate::caps::queues::FAMILIES;
use crate::error::Error;
use crate::handle::DispatchableObject;
use crate::object::device::Device;
use crate::sparse::delay;
use crate::sync::fence::Fence;
use fifo::Fifo;
use submission::Submission;

/// One queue of a device.
pub struct Queue {
    /// The device that owns it.
    pub device: Weak<Device>,
    /// Index of its family in [`FAMILIES`].
    pub family: u32,
    fifo: Arc<Fifo>,
    /// Binds that are late ([`delay`]) wait here, where nobody waits behind them.
    binds: Arc<Fifo>,
}

impl DispatchableObject for Queue {
    type Handle = vk::Queue;
}

impl Queue {
    /// A queue with nothing submitted. Starts no thread.
    pub fn new(device: Weak<Device>, family: u32) -> Self {
        Self { fifo: Fifo::new(device.clone()), binds: Fifo::new(device.clone()), device, family }
    }

    /// What its family can do.
    pub fn flags(&self) -> vk::QueueFlags {
        FAMILIES.get(self.family as usize).map_or(vk::QueueFlags::empty(), |family| family.flags)
    }

    /// Appends submissions; `fence` is signalled when they and everything before them are done.
    ///
    /// # Errors
    /// [`Error::DeviceLost`]; then nothing is submitted.
    pub fn enqueue(
        &self,
        submissions: impl IntoIterator<Item = Submission>,
        fence: Option<&Fence>,
    ) -> Result<(), Error> {
        self.enqueue_to(&self.fifo, submissions, fence)
    }

    /// [`enqueue`](Self::enqueue) for sparse binds, which only semaphores and fences order.
    ///
    /// # Errors
    /// As [`enqueue`](Self::enqueue).
    pub fn enqueue_binds(
        &self,
        submissions: impl IntoIterator<Item = Submission>,
        fence: Option<&Fence>,
    ) -> Result<(), Error> {
        self.enqueue_to(if delay::is_on() { &self.binds } else { &self.fifo }, submissions, fence)
    }

    fn enqueue_to(
        &self,
        fifo: &Arc<Fifo>,
        submissions: impl IntoIterator<Item = Submission>,
        fence: Option<&Fence>,
    ) -> Result<(), Error> {
        if fifo.is_lost() {
            return Err(Error::DeviceLost("queue"));
        }
        let end = fence.map(|fence| Submission {
            signals: [fence.point()].into_iter().collect(),
            ..Submission::default()
        });
        fifo.submit(submissions.into_iter().chain(end));
        Ok(())
    }

    /// `vkQueueWaitIdle`.
    ///
    /// # Errors
    /// [`Error::DeviceLost`].
    pub fn wait_idle(&self) -> Result<(), Error> {
        if fork::is_child() {
            return Err(Error::DeviceLost("queue of a parent of this process"));
        }
        self.fifo.wait_idle();
        self.binds.wait_idle();
        if self.fifo.is_lost() { Err(Error::DeviceLost("queue")) } else { Ok(()) }
    }

    /// Forgets what still waits: its device is being destroyed. Submissions hold their device, so that without this a
    /// wait that is never satisfied would keep it for ever.
    pub fn abandon(&self) {
        self.fifo.abandon();
        self.binds.abandon();
    }
}
