//! One Vulkan object, one file. Entry points turn handles into these and call them.

pub mod device;
pub mod instance;
pub mod physical_device;
