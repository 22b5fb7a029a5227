//! Sampler conversions.

use ash::vk;

use super::destroy;
use crate::guard::{guard, input, output};
use crate::handle::Object;
use crate::object::ycbcr_conversion::YcbcrConversion;

/// `vkCreateSamplerYcbcrConversion`.
pub(super) unsafe extern "system" fn create_conversion(
    _device: vk::Device,
    info: *const vk::SamplerYcbcrConversionCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    conversion: *mut vk::SamplerYcbcrConversion,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkCreateSamplerYcbcrConversion-pYcbcrConversion-parameter.
        unsafe { output(conversion, vk::SamplerYcbcrConversion::null())? };
        // SAFETY: VUID-vkCreateSamplerYcbcrConversion-pCreateInfo-parameter and as above.
        unsafe { output(conversion, YcbcrConversion::new(input(info)?)?.insert()) }
    })
}

/// `vkDestroySamplerYcbcrConversion`.
pub(super) unsafe extern "system" fn destroy_conversion(
    _device: vk::Device,
    conversion: vk::SamplerYcbcrConversion,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| destroy::<YcbcrConversion>(conversion).map(drop))
}
