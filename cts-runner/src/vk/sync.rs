//! Fences, semaphores of both kinds, events.

use ash::vk;

use super::{Check, Device, Error, PATIENCE, Result};

/// One `VkFence`.
pub struct Fence {
    device: Device,
    /// The handle.
    pub handle: vk::Fence,
}

impl Fence {
    /// An unsignalled or signalled fence.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn new(device: &Device, signalled: bool) -> Result<Self> {
        let flags = if signalled { vk::FenceCreateFlags::SIGNALED } else { vk::FenceCreateFlags::empty() };
        let info = vk::FenceCreateInfo::default().flags(flags);
        // SAFETY: `info` outlives the call.
        let handle = unsafe { device.raw.create_fence(&info, None) }.at("vkCreateFence")?;
        Ok(Self { device: device.clone(), handle })
    }

    /// Waits until it is signalled.
    ///
    /// # Errors
    /// [`Error::Hung`] after [`PATIENCE`]; what the driver returns.
    pub fn wait(&self) -> Result<()> {
        if self.wait_for(PATIENCE)? { Ok(()) } else { Err(Error::Hung) }
    }

    /// Waits at most `nanoseconds`; whether it was signalled by then.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn wait_for(&self, nanoseconds: u64) -> Result<bool> {
        // SAFETY: the fence is alive.
        match unsafe { self.device.raw.wait_for_fences(&[self.handle], true, nanoseconds) } {
            Err(vk::Result::TIMEOUT) => Ok(false),
            other => other.at("vkWaitForFences").map(|()| true),
        }
    }

    /// Whether it is signalled.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn signalled(&self) -> Result<bool> {
        // SAFETY: the fence is alive.
        unsafe { self.device.raw.get_fence_status(self.handle) }.at("vkGetFenceStatus")
    }

    /// Makes it unsignalled.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn reset(&self) -> Result<()> {
        // SAFETY: the fence is alive and not in use by a queue.
        unsafe { self.device.raw.reset_fences(&[self.handle]) }.at("vkResetFences")
    }
}

impl Drop for Fence {
    fn drop(&mut self) {
        // SAFETY: created from this device, destroyed once.
        unsafe { self.device.raw.destroy_fence(self.handle, None) };
    }
}

/// One `VkSemaphore`.
pub struct Semaphore {
    device: Device,
    /// The handle.
    pub handle: vk::Semaphore,
}

impl Semaphore {
    /// A binary semaphore.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn binary(device: &Device) -> Result<Self> {
        Self::create(device, &vk::SemaphoreCreateInfo::default())
    }

    /// A timeline semaphore that starts at `value`.
    ///
    /// # Errors
    /// Not supported without timeline semaphores; what the driver returns.
    pub fn timeline(device: &Device, value: u64) -> Result<Self> {
        device.timeline()?;
        let mut kind = vk::SemaphoreTypeCreateInfo::default()
            .semaphore_type(vk::SemaphoreType::TIMELINE)
            .initial_value(value);
        Self::create(device, &vk::SemaphoreCreateInfo::default().push_next(&mut kind))
    }

    fn create(device: &Device, info: &vk::SemaphoreCreateInfo<'_>) -> Result<Self> {
        // SAFETY: `info` and its chain outlive the call.
        let handle = unsafe { device.raw.create_semaphore(info, None) }.at("vkCreateSemaphore")?;
        Ok(Self { device: device.clone(), handle })
    }

    /// The counter of a timeline semaphore.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn value(&self) -> Result<u64> {
        // SAFETY: the semaphore is alive and a timeline.
        unsafe { self.device.timeline()?.get_semaphore_counter_value(self.handle) }
            .at("vkGetSemaphoreCounterValue")
    }

    /// Signals a timeline semaphore from the host.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn signal(&self, value: u64) -> Result<()> {
        let info = vk::SemaphoreSignalInfo::default().semaphore(self.handle).value(value);
        // SAFETY: the semaphore is alive and a timeline.
        unsafe { self.device.timeline()?.signal_semaphore(&info) }.at("vkSignalSemaphore")
    }

    /// Waits at most `nanoseconds` for a timeline to reach `value`; whether it did.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn wait_for(&self, value: u64, nanoseconds: u64) -> Result<bool> {
        let (semaphores, values) = ([self.handle], [value]);
        let info = vk::SemaphoreWaitInfo::default().semaphores(&semaphores).values(&values);
        // SAFETY: the semaphore is alive and a timeline.
        match unsafe { self.device.timeline()?.wait_semaphores(&info, nanoseconds) } {
            Err(vk::Result::TIMEOUT) => Ok(false),
            other => other.at("vkWaitSemaphores").map(|()| true),
        }
    }
}

impl Drop for Semaphore {
    fn drop(&mut self) {
        // SAFETY: created from this device, destroyed once.
        unsafe { self.device.raw.destroy_semaphore(self.handle, None) };
    }
}

/// One `VkEvent`.
pub struct Event {
    device: Device,
    /// The handle.
    pub handle: vk::Event,
}

impl Event {
    /// An event that is not set.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn new(device: &Device) -> Result<Self> {
        let info = vk::EventCreateInfo::default();
        // SAFETY: `info` outlives the call.
        let handle = unsafe { device.raw.create_event(&info, None) }.at("vkCreateEvent")?;
        Ok(Self { device: device.clone(), handle })
    }

    /// Whether it is set.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn is_set(&self) -> Result<bool> {
        // SAFETY: the event is alive.
        unsafe { self.device.raw.get_event_status(self.handle) }.at("vkGetEventStatus")
    }

    /// Sets it from the host.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn set(&self) -> Result<()> {
        // SAFETY: the event is alive.
        unsafe { self.device.raw.set_event(self.handle) }.at("vkSetEvent")
    }

    /// Resets it from the host.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn reset(&self) -> Result<()> {
        // SAFETY: the event is alive.
        unsafe { self.device.raw.reset_event(self.handle) }.at("vkResetEvent")
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        // SAFETY: created from this device, destroyed once.
        unsafe { self.device.raw.destroy_event(self.handle, None) };
    }
}
