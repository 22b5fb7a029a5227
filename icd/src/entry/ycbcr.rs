//! Sampler conversions: commands of Vulkan 1.1 that exist although no device has `samplerYcbcrConversion`.

use ash::vk;

use crate::error::Error;
use crate::guard::{guard, output};

/// `vkCreateSamplerYcbcrConversion`: refused, as the feature says.
pub(super) unsafe extern "system" fn create_conversion(
    _device: vk::Device,
    _info: *const vk::SamplerYcbcrConversionCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    conversion: *mut vk::SamplerYcbcrConversion,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkCreateSamplerYcbcrConversion-pYcbcrConversion-parameter.
        unsafe { output(conversion, vk::SamplerYcbcrConversion::null())? };
        Err::<(), _>(Error::FeatureNotPresent("samplerYcbcrConversion"))
    })
}

/// `vkDestroySamplerYcbcrConversion`: null is allowed, and there are no others.
pub(super) unsafe extern "system" fn destroy_conversion(
    _device: vk::Device,
    conversion: vk::SamplerYcbcrConversion,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    let is_null = conversion == vk::SamplerYcbcrConversion::null();
    guard(|| if is_null { Ok(()) } else { Err(Error::InvalidHandle) })
}
