//! `VkPhysicalDevice`: carries no state; what it answers is in [`caps`](crate::caps).

use ash::vk;

use crate::caps::extensions::{InstanceExtension, Set};
use crate::handle::DispatchableObject;

/// The one device of an instance: this machine's processor.
pub struct PhysicalDevice {
    /// The extensions of its instance, which its devices' command look-ups need.
    pub instance_extensions: Set<InstanceExtension>,
}

impl DispatchableObject for PhysicalDevice {
    type Handle = vk::PhysicalDevice;
}
