//! Queues: submitting, binding sparse memory, waiting.

use ash::vk;
use std::sync::{Mutex, PoisonError};

use super::{Check, Commands, Device, Fence, Physical, Recorder, Result, Semaphore};

/// One queue. Submissions from several threads take turns, as Vulkan demands of applications.
pub struct Queue {
    /// The handle.
    pub handle: vk::Queue,
    /// Index of its family.
    pub family: u32,
    /// Index in its family.
    pub index: u32,
    /// What the family can do.
    pub flags: vk::QueueFlags,
    turn: Mutex<()>,
}

/// Semaphores to wait for; the value is for timelines, binary ones ignore it.
pub type Waits<'a> = &'a [(&'a Semaphore, u64)];
/// Semaphores to signal, as [`Waits`].
pub type Signals<'a> = &'a [(&'a Semaphore, u64)];

/// One `VkSubmitInfo`.
#[derive(Clone, Copy, Default)]
pub struct Submit<'a> {
    /// Command buffers in order.
    pub commands: &'a [&'a Commands],
    /// Before the command buffers.
    pub waits: Waits<'a>,
    /// After the command buffers.
    pub signals: Signals<'a>,
}

/// Handles and values of semaphores, in the shape that Vulkan's structures point to.
pub(super) struct Split {
    pub(super) handles: Vec<vk::Semaphore>,
    pub(super) values: Vec<u64>,
}

impl Split {
    pub(super) fn new(semaphores: &[(&Semaphore, u64)]) -> Self {
        let (handles, values) = semaphores.iter().map(|(s, value)| (s.handle, *value)).unzip();
        Self { handles, values }
    }
}

/// The values of each submission's semaphores, for its chain.
pub(super) fn timelines<'a>(
    waits: &'a [Split],
    signals: &'a [Split],
) -> Vec<vk::TimelineSemaphoreSubmitInfo<'a>> {
    let values = |(waits, signals): (&'a Split, &'a Split)| {
        vk::TimelineSemaphoreSubmitInfo::default()
            .wait_semaphore_values(&waits.values)
            .signal_semaphore_values(&signals.values)
    };
    waits.iter().zip(signals).map(values).collect()
}

impl Queue {
    pub(super) fn all(device: &ash::Device, physical: &Physical) -> Vec<Self> {
        let mut queues = Vec::new();
        for (family, properties) in (0u32..).zip(&physical.families) {
            for index in 0..properties.queue_count {
                // SAFETY: the device was created with all queues of all families.
                let handle = unsafe { device.get_device_queue(family, index) };
                let flags = properties.queue_flags;
                queues.push(Self { handle, family, index, flags, turn: Mutex::new(()) });
            }
        }
        queues
    }

    /// `vkQueueSubmit`.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn submit(&self, device: &Device, submits: &[Submit<'_>], fence: Option<&Fence>) -> Result<()> {
        let waits: Vec<_> = submits.iter().map(|s| Split::new(s.waits)).collect();
        let signals: Vec<_> = submits.iter().map(|s| Split::new(s.signals)).collect();
        let stages: Vec<_> =
            waits.iter().map(|w| vec![vk::PipelineStageFlags::ALL_COMMANDS; w.handles.len()]).collect();
        let commands: Vec<Vec<_>> =
            submits.iter().map(|s| s.commands.iter().map(|c| c.handle).collect()).collect();
        let mut timelines = timelines(&waits, &signals);
        let mut infos = Vec::with_capacity(submits.len());
        for (i, timeline) in timelines.iter_mut().enumerate() {
            let mut info = vk::SubmitInfo::default()
                .wait_semaphores(&waits[i].handles)
                .wait_dst_stage_mask(&stages[i])
                .command_buffers(&commands[i])
                .signal_semaphores(&signals[i].handles);
            if device.physical.extra.timeline {
                info = info.push_next(timeline);
            }
            infos.push(info);
        }
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let fence = fence.map_or(vk::Fence::null(), |f| f.handle);
        // SAFETY: everything pointed to outlives the call; the lock serialises the use of the queue.
        unsafe { device.raw.queue_submit(self.handle, &infos, fence) }.at("vkQueueSubmit")
    }

    /// `vkQueueBindSparse` with ready-made structures.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn bind_raw(
        &self,
        device: &Device,
        infos: &[vk::BindSparseInfo<'_>],
        fence: Option<&Fence>,
    ) -> Result<()> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let fence = fence.map_or(vk::Fence::null(), |f| f.handle);
        // SAFETY: the caller's structures are alive; the lock serialises the use of the queue.
        unsafe { device.raw.queue_bind_sparse(self.handle, infos, fence) }.at("vkQueueBindSparse")
    }

    /// Waits until the queue is idle.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn wait_idle(&self, device: &Device) -> Result<()> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the lock serialises the use of the queue.
        unsafe { device.raw.queue_wait_idle(self.handle) }.at("vkQueueWaitIdle")
    }

    /// Records commands, submits them and waits until they are done.
    ///
    /// # Errors
    /// What the driver returns; [`super::Error::Hung`].
    pub fn run(&self, device: &Device, record: impl FnOnce(&Recorder<'_>)) -> Result<()> {
        let commands = Commands::record(device, self.family, record)?;
        self.run_recorded(device, &[&commands])
    }

    /// Submits recorded commands and waits until they are done.
    ///
    /// # Errors
    /// As [`Queue::run`].
    pub fn run_recorded(&self, device: &Device, commands: &[&Commands]) -> Result<()> {
        let fence = Fence::new(device, false)?;
        self.submit(device, &[Submit { commands, ..Submit::default() }], Some(&fence))?;
        fence.wait()
    }
}
