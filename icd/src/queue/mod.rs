//! `VkQueue`.

use std::sync::Weak;

use ash::vk;

use crate::handle::DispatchableObject;
use crate::object::device::Device;

/// One queue of a device.
pub struct Queue {
    /// The device that owns it.
    pub device: Weak<Device>,
    /// Index of its family in [`FAMILIES`](crate::caps::queues::FAMILIES).
    pub family: u32,
}

impl DispatchableObject for Queue {
    type Handle = vk::Queue;
}

impl Queue {
    /// A queue with nothing submitted. Starts no thread.
    pub fn new(device: Weak<Device>, family: u32) -> Self {
        Self { device, family }
    }
}
