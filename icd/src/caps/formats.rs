//! Formats: no format has any feature, because there are neither images nor texel buffers.
//!
//! Every query agrees on that: no feature bits, no image format, no sparse image format.

use ash::vk;

use crate::error::Error;

/// `vkGetPhysicalDeviceFormatProperties`.
pub fn properties(_format: vk::Format) -> vk::FormatProperties {
    vk::FormatProperties::default()
}

/// `vkGetPhysicalDeviceImageFormatProperties`: "If the combination of parameters is not supported by the implementation
/// for use in vkCreateImage, then all members of VkImageFormatProperties will be filled with zero."
///
/// # Errors
/// [`Error::FormatNotSupported`], always.
pub fn image_properties(_format: vk::Format) -> Result<vk::ImageFormatProperties, Error> {
    Err(Error::FormatNotSupported)
}
