//! What the driver says of itself: nothing here that does not work.

pub mod extensions;
pub mod features;
pub mod formats;
pub mod graphics;
pub mod image_format;
pub mod images;
pub mod limits;
pub mod memory;
pub mod properties;
pub mod queues;

use ash::vk;

/// The version of the instance-level commands.
pub const INSTANCE_VERSION: u32 = vk::API_VERSION_1_3;
