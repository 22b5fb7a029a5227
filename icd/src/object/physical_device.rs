//! `VkPhysicalDevice`: carries no state; what it answers is in [`caps`](crate::caps), and but for the identifier the same for
//! all devices of the group.

use ash::vk;

use crate::caps::extensions::{InstanceExtension, Set};
use crate::handle::DispatchableObject;

/// A device of an instance: this machine's processor.
pub struct PhysicalDevice {
    /// Its number in the group.
    pub index: u32,
    /// The version that its instance was made for.
    pub version: u32,
    /// The extensions of its instance, which its devices' command look-ups need.
    pub instance_extensions: Set<InstanceExtension>,
}

impl DispatchableObject for PhysicalDevice {
    type Handle = vk::PhysicalDevice;
}
