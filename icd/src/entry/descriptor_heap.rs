//! `VK_EXT_descriptor_heap`.

use ash::vk;

use super::record::record;
use crate::command::heap::Kind;
use crate::error::Error;
use crate::guard::{guard, input, output, slice};
use crate::handle;
use crate::newer::{BindHeapInfoEXT, HostAddressRangeEXT, PushDataInfoEXT, ResourceDescriptorInfoEXT};
use crate::object::device::Device;
use crate::object::heap_descriptor;

/// `vkGetPhysicalDeviceDescriptorSizeEXT`.
pub(super) unsafe extern "system" fn get_descriptor_size(
    _device: vk::PhysicalDevice,
    kind: vk::DescriptorType,
) -> vk::DeviceSize {
    guard(|| Ok(heap_descriptor::size(kind)))
}

/// `vkWriteSamplerDescriptorsEXT`.
pub(super) unsafe extern "system" fn write_sampler_descriptors(
    _device: vk::Device,
    count: u32,
    samplers: *const vk::SamplerCreateInfo<'_>,
    ranges: *const HostAddressRangeEXT,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkWriteSamplerDescriptorsEXT-pSamplers-parameter and -pDescriptors-parameter: `samplerCount` elements.
        let (samplers, ranges) = unsafe { (slice(samplers, count), slice(ranges, count)) };
        // SAFETY: as above: valid structures and memory that can be written.
        samplers
            .iter()
            .zip(ranges)
            .try_for_each(|(info, range)| unsafe { heap_descriptor::write_sampler(info, range) })
    })
}

/// `vkWriteResourceDescriptorsEXT`.
pub(super) unsafe extern "system" fn write_resource_descriptors(
    _device: vk::Device,
    count: u32,
    resources: *const ResourceDescriptorInfoEXT<'_>,
    ranges: *const HostAddressRangeEXT,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkWriteResourceDescriptorsEXT-pResources-parameter and -pDescriptors-parameter: `resourceCount` elements.
        let (resources, ranges) = unsafe { (slice(resources, count), slice(ranges, count)) };
        // SAFETY: as above: valid structures and memory that can be written.
        resources
            .iter()
            .zip(ranges)
            .try_for_each(|(info, range)| unsafe { heap_descriptor::write_resource(info, range) })
    })
}

/// `vkCmdBindSamplerHeapEXT`.
pub(super) unsafe extern "system" fn cmd_bind_sampler_heap(
    buffer: vk::CommandBuffer,
    info: *const BindHeapInfoEXT<'_>,
) {
    // SAFETY: VUID-vkCmdBindSamplerHeapEXT-commandBuffer-parameter and -pBindInfo-parameter.
    unsafe { record(buffer, |recording| recording.bind_heap(Kind::Sampler, input(info)?)) }
}

/// `vkCmdBindResourceHeapEXT`.
pub(super) unsafe extern "system" fn cmd_bind_resource_heap(
    buffer: vk::CommandBuffer,
    info: *const BindHeapInfoEXT<'_>,
) {
    // SAFETY: VUID-vkCmdBindResourceHeapEXT-commandBuffer-parameter and -pBindInfo-parameter.
    unsafe { record(buffer, |recording| recording.bind_heap(Kind::Resource, input(info)?)) }
}

/// `vkCmdPushDataEXT`.
pub(super) unsafe extern "system" fn cmd_push_data(
    buffer: vk::CommandBuffer,
    info: *const PushDataInfoEXT<'_>,
) {
    // SAFETY: VUID-vkCmdPushDataEXT-commandBuffer-parameter and -pPushDataInfo-parameter.
    unsafe {
        record(buffer, |recording| {
            let info = input(info)?;
            let size = u32::try_from(info.data.size)
                .map_err(|_| Error::InvalidUsage("VUID-VkPushDataInfoEXT-offset-11243"))?;
            recording.push_constants(info.offset, slice(info.data.address.cast(), size))
        })
    }
}

/// `vkGetImageOpaqueCaptureDataEXT`: `descriptorHeapCaptureReplay` is false.
pub(super) unsafe extern "system" fn get_image_capture_data(
    _device: vk::Device,
    _count: u32,
    _images: *const vk::Image,
    _data: *mut HostAddressRangeEXT,
) -> vk::Result {
    guard(|| {
        Err::<(), _>(Error::InvalidUsage(
            "VUID-vkGetImageOpaqueCaptureDataEXT-descriptorHeapCaptureReplay-11282",
        ))
    })
}

/// `vkRegisterCustomBorderColorEXT`. Samplers have their colors; what is kept is which indices are taken.
pub(super) unsafe extern "system" fn register_border_color(
    device: vk::Device,
    _color: *const vk::SamplerCustomBorderColorCreateInfoEXT<'_>,
    request: vk::Bool32,
    index: *mut u32,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkRegisterCustomBorderColorEXT-device-parameter.
        let colors = &unsafe { handle::get::<Device>(device)? }.border_colors;
        if request != vk::FALSE {
            // SAFETY: VUID-vkRegisterCustomBorderColorEXT-pIndex-parameter.
            return colors.register(unsafe { *input(index)? });
        }
        let registered = colors.register_any()?;
        // SAFETY: as above.
        unsafe { output(index, registered) }
    })
}

/// `vkUnregisterCustomBorderColorEXT`.
pub(super) unsafe extern "system" fn unregister_border_color(device: vk::Device, index: u32) {
    guard(|| {
        // SAFETY: VUID-vkUnregisterCustomBorderColorEXT-device-parameter.
        unsafe { handle::get::<Device>(device)? }.border_colors.unregister(index);
        Ok(())
    })
}
