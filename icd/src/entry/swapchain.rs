//! `VkSwapchainKHR`, and presenting.

use ash::vk;

use super::destroy;
use crate::error::Error;
use crate::guard::{fill, guard, input, output, slice};
use crate::handle::{self, Object};
use crate::object::device::Device;
use crate::queue::Queue;
use crate::queue::submit::optional_fence;
use crate::sync::semaphore::Semaphore;
use crate::wsi::Fit;
use crate::wsi::swapchain::{Acquired, Swapchain};

/// `vkCreateSwapchainKHR`.
pub(super) unsafe extern "system" fn create_swapchain(
    device: vk::Device,
    info: *const vk::SwapchainCreateInfoKHR<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    swapchain: *mut vk::SwapchainKHR,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkCreateSwapchainKHR-device-parameter, VUID-vkCreateSwapchainKHR-pCreateInfo-parameter.
        let new = unsafe { Swapchain::new(handle::get::<Device>(device)?, input(info)?)? };
        // SAFETY: VUID-vkCreateSwapchainKHR-pSwapchain-parameter.
        unsafe { output(swapchain, Swapchain::table().insert(new)) }
    })
}

/// `vkDestroySwapchainKHR`.
pub(super) unsafe extern "system" fn destroy_swapchain(
    _device: vk::Device,
    swapchain: vk::SwapchainKHR,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| {
        if let Some(swapchain) = destroy::<Swapchain>(swapchain)? {
            swapchain.destroy();
        }
        Ok(())
    })
}

/// `vkGetSwapchainImagesKHR`.
pub(super) unsafe extern "system" fn get_images(
    _device: vk::Device,
    swapchain: vk::SwapchainKHR,
    count: *mut u32,
    images: *mut vk::Image,
) -> vk::Result {
    guard(|| {
        let swapchain = Swapchain::get(swapchain)?;
        // SAFETY: VUID-vkGetSwapchainImagesKHR-pSwapchainImages-parameter.
        unsafe { fill(swapchain.images(), count, images, |slot, image| *slot = image) }
    })
}

/// `vkAcquireNextImageKHR`.
pub(super) unsafe extern "system" fn acquire_next_image(
    device: vk::Device,
    swapchain: vk::SwapchainKHR,
    timeout: u64,
    semaphore: vk::Semaphore,
    fence: vk::Fence,
    index: *mut u32,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkAcquireNextImageKHR-device-parameter.
        let device = unsafe { handle::get::<Device>(device)? };
        let acquired = acquire(device, swapchain, timeout, semaphore, fence)?;
        // SAFETY: VUID-vkAcquireNextImageKHR-pImageIndex-parameter.
        unsafe { answer(acquired, index) }
    })
}

/// `vkAcquireNextImage2KHR`.
pub(super) unsafe extern "system" fn acquire_next_image2(
    device: vk::Device,
    info: *const vk::AcquireNextImageInfoKHR<'_>,
    index: *mut u32,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkAcquireNextImage2KHR-device-parameter, VUID-vkAcquireNextImage2KHR-pAcquireInfo-parameter.
        let (device, info) = unsafe { (handle::get::<Device>(device)?, input(info)?) };
        let acquired = acquire(device, info.swapchain, info.timeout, info.semaphore, info.fence)?;
        // SAFETY: VUID-vkAcquireNextImage2KHR-pImageIndex-parameter.
        unsafe { answer(acquired, index) }
    })
}

/// Acquires an image. It can be used at once, so that what tells of that is signalled here.
fn acquire(
    device: &Device,
    swapchain: vk::SwapchainKHR,
    timeout: u64,
    semaphore: vk::Semaphore,
    fence: vk::Fence,
) -> Result<Acquired, Error> {
    let swapchain = Swapchain::get(swapchain)?;
    let semaphore = if semaphore == vk::Semaphore::null() { None } else { Some(Semaphore::get(semaphore)?) };
    let fence = optional_fence(fence)?;
    if device.is_lost() {
        return Err(Error::DeviceLost("device"));
    }
    let acquired = swapchain.acquire(timeout)?;
    if let Acquired::Image(..) = acquired {
        if let Some(semaphore) = semaphore {
            semaphore.signal_operation(0).raise();
        }
        if let Some(fence) = fence {
            fence.point().raise();
        }
    }
    Ok(acquired)
}

/// # Safety
/// `index` is null or valid for writes.
unsafe fn answer(acquired: Acquired, index: *mut u32) -> Result<vk::Result, Error> {
    match acquired {
        Acquired::Image(image, fit) => {
            // SAFETY: this function's contract.
            unsafe { output(index, image)? };
            Ok(code(fit))
        }
        Acquired::NotReady => Ok(vk::Result::NOT_READY),
        Acquired::Timeout => Ok(vk::Result::TIMEOUT),
    }
}

fn code(fit: Fit) -> vk::Result {
    match fit {
        Fit::Exact => vk::Result::SUCCESS,
        Fit::Loose => vk::Result::SUBOPTIMAL_KHR,
    }
}

/// `vkQueuePresentKHR`: of several results, the worst.
pub(super) unsafe extern "system" fn queue_present(
    queue: vk::Queue,
    info: *const vk::PresentInfoKHR<'_>,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkQueuePresentKHR-queue-parameter, VUID-vkQueuePresentKHR-pPresentInfo-parameter.
        let (queue, info) = unsafe { (handle::get::<Queue>(queue)?, input(info)?) };
        // SAFETY: as above.
        let results = unsafe { queue.present(info)? };
        if !info.p_results.is_null() {
            for (index, result) in results.iter().enumerate() {
                let code = result.as_ref().map_or_else(Error::code, |&fit| code(fit));
                // SAFETY: VUID-VkPresentInfoKHR-pResults-parameter: as many as swapchains.
                unsafe { info.p_results.add(index).write(code) };
            }
        }
        let loose = results.contains(&Ok(Fit::Loose));
        let errors: Vec<Error> = results.into_iter().filter_map(Result::err).collect();
        match errors.iter().find(|error| **error == Error::SurfaceLost).or(errors.first()) {
            Some(error) => Err(error.clone()),
            None => Ok(code(if loose { Fit::Loose } else { Fit::Exact })),
        }
    })
}

/// `vkReleaseSwapchainImagesEXT`.
pub(super) unsafe extern "system" fn release_images(
    _device: vk::Device,
    info: *const vk::ReleaseSwapchainImagesInfoEXT<'_>,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkReleaseSwapchainImagesEXT-pReleaseInfo-parameter, and members of it.
        let (info, indices) = unsafe {
            let info = input(info)?;
            (info, slice(info.p_image_indices, info.image_index_count))
        };
        Swapchain::get(info.swapchain)?.release(indices)
    })
}

/// `vkWaitForPresentKHR`.
pub(super) unsafe extern "system" fn wait_for_present(
    device: vk::Device,
    swapchain: vk::SwapchainKHR,
    id: u64,
    timeout: u64,
) -> vk::Result {
    guard(|| {
        let met = Swapchain::get(swapchain)?.wait_for_present(id, timeout)?;
        // SAFETY: VUID-vkWaitForPresentKHR-device-parameter.
        if unsafe { handle::get::<Device>(device)? }.is_lost() {
            return Err(Error::DeviceLost("device"));
        }
        Ok(if met { vk::Result::SUCCESS } else { vk::Result::TIMEOUT })
    })
}

/// How the devices of a group present: each its own images, and those of others where there are any.
pub(super) fn group_present_modes(device: &Device) -> vk::DeviceGroupPresentModeFlagsKHR {
    use vk::DeviceGroupPresentModeFlagsKHR as Modes;
    if device.members() == 1 { Modes::LOCAL } else { Modes::LOCAL | Modes::REMOTE }
}

/// `vkGetDeviceGroupPresentCapabilitiesKHR`: each device presents its own images and, memory being shared, those of all others.
pub(super) unsafe extern "system" fn get_group_present_capabilities(
    device: vk::Device,
    out: *mut vk::DeviceGroupPresentCapabilitiesKHR<'_>,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkGetDeviceGroupPresentCapabilitiesKHR-pDeviceGroupPresentCapabilities-parameter.
        let out = unsafe { out.as_mut() }.ok_or(Error::InvalidUsage("a required output pointer is null"))?;
        out.present_mask = [0; vk::MAX_DEVICE_GROUP_SIZE];
        // SAFETY: VUID-vkGetDeviceGroupPresentCapabilitiesKHR-device-parameter.
        let device = unsafe { handle::get::<Device>(device)? };
        out.present_mask[..device.members() as usize].fill(device.mask());
        out.modes = group_present_modes(device);
        Ok(())
    })
}
