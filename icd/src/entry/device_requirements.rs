//! `VK_KHR_maintenance4`: memory requirements of what does not exist yet. It is made, asked and destroyed.

use std::ptr::null;

use ash::vk;

use super::{buffer, image};
use crate::guard::{guard, input};

/// `vkGetDeviceBufferMemoryRequirements`.
pub(super) unsafe extern "system" fn get_buffer_requirements(
    device: vk::Device,
    info: *const vk::DeviceBufferMemoryRequirements<'_>,
    out: *mut vk::MemoryRequirements2<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkGetDeviceBufferMemoryRequirements-pInfo-parameter.
        let create = unsafe { input(info)? }.p_create_info;
        let mut made = vk::Buffer::null();
        // SAFETY: the parameters of this command are valid for the commands on a buffer that is made of them.
        unsafe {
            if buffer::create_buffer(device, create, null(), &raw mut made) == vk::Result::SUCCESS {
                let info = vk::BufferMemoryRequirementsInfo2::default().buffer(made);
                buffer::get_requirements2(device, &raw const info, out);
                buffer::destroy_buffer(device, made, null());
            }
        }
        Ok(())
    })
}

/// `vkGetDeviceImageMemoryRequirements`.
pub(super) unsafe extern "system" fn get_image_requirements(
    device: vk::Device,
    info: *const vk::DeviceImageMemoryRequirements<'_>,
    out: *mut vk::MemoryRequirements2<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkGetDeviceImageMemoryRequirements-pInfo-parameter.
        let info = unsafe { input(info)? };
        let mut plane = vk::ImagePlaneMemoryRequirementsInfo::default().plane_aspect(info.plane_aspect);
        let ask = |image| {
            let whole = vk::ImageMemoryRequirementsInfo2::default().image(image);
            let info = if info.plane_aspect.is_empty() { whole } else { whole.push_next(&mut plane) };
            // SAFETY: VUID-vkGetDeviceImageMemoryRequirements-pMemoryRequirements-parameter.
            unsafe { image::get_requirements2(device, &raw const info, out) }
        };
        // SAFETY: the create info of a valid structure.
        unsafe { with_image(device, info.p_create_info, ask) };
        Ok(())
    })
}

/// `vkGetDeviceImageSparseMemoryRequirements`.
pub(super) unsafe extern "system" fn get_image_sparse_requirements(
    device: vk::Device,
    info: *const vk::DeviceImageMemoryRequirements<'_>,
    count: *mut u32,
    out: *mut vk::SparseImageMemoryRequirements2<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkGetDeviceImageSparseMemoryRequirements-pInfo-parameter.
        let info = unsafe { input(info)? };
        let ask = |image| {
            let info = vk::ImageSparseMemoryRequirementsInfo2::default().image(image);
            // SAFETY: VUID-vkGetDeviceImageSparseMemoryRequirements-pSparseMemoryRequirements-parameter and the like.
            unsafe { image::get_sparse_requirements2(device, &raw const info, count, out) }
        };
        // SAFETY: the create info of a valid structure.
        unsafe { with_image(device, info.p_create_info, ask) };
        Ok(())
    })
}

/// # Safety
/// `create` is null or a valid structure.
unsafe fn with_image(
    device: vk::Device,
    create: *const vk::ImageCreateInfo<'_>,
    ask: impl FnOnce(vk::Image),
) {
    let mut made = vk::Image::null();
    // SAFETY: this function's contract; the image is known to nobody else.
    unsafe {
        if image::create_image(device, create, null(), &raw mut made) == vk::Result::SUCCESS {
            ask(made);
            image::destroy_image(device, made, null());
        }
    }
}
