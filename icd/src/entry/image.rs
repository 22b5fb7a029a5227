//! Commands on `VkImage` and `VkImageView`.

use ash::vk;

use super::buffer::bind_all;
use super::destroy;
use super::memory::write_requirements;
use crate::binding_report;
use crate::command::image::memcpy_size;
use crate::error::Error;
use crate::guard::{fill, guard, input, output, slice};
use crate::handle::{self, Object};
use crate::object::device::Device;
use crate::object::image::{Image, Plan};
use crate::object::image_view::ImageView;
use crate::pnext;
use crate::wsi::swapchain::Swapchain;

/// `vkCreateImage`.
pub(super) unsafe extern "system" fn create_image(
    device: vk::Device,
    info: *const vk::ImageCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    image: *mut vk::Image,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkCreateImage-pImage-parameter.
        unsafe { output(image, vk::Image::null())? };
        // SAFETY: VUID-vkCreateImage-device-parameter and -pCreateInfo-parameter.
        let (device, mut info) = unsafe { (handle::get::<Device>(device)?, *input(info)?) };
        // SAFETY: the chain of a valid structure.
        let swapchain = unsafe { pnext::find::<vk::ImageSwapchainCreateInfoKHR<'_>>(info.p_next) };
        if swapchain.is_some_and(|made_for| made_for.swapchain != vk::SwapchainKHR::null()) {
            // It is to be bound to a swapchain's image, and lie in memory as that does.
            info.tiling = vk::ImageTiling::LINEAR;
        }
        let new = Image::new(device, &info)?;
        let addresses = new.addresses();
        let handle = new.insert();
        binding_report::bound(handle, addresses);
        // SAFETY: as above.
        unsafe { output(image, handle) }
    })
}

/// `vkDestroyImage`.
pub(super) unsafe extern "system" fn destroy_image(
    _device: vk::Device,
    image: vk::Image,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| {
        let gone = destroy::<Image>(image)?;
        binding_report::unbound(image, gone.and_then(|gone| gone.addresses()));
        Ok(())
    })
}

/// `vkCreateImageView`.
pub(super) unsafe extern "system" fn create_image_view(
    _device: vk::Device,
    info: *const vk::ImageViewCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    view: *mut vk::ImageView,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkCreateImageView-pView-parameter.
        unsafe { output(view, vk::ImageView::null())? };
        // SAFETY: VUID-vkCreateImageView-pCreateInfo-parameter and as above.
        unsafe { output(view, ImageView::new(input(info)?)?.insert()) }
    })
}

/// `vkDestroyImageView`.
pub(super) unsafe extern "system" fn destroy_image_view(
    _device: vk::Device,
    view: vk::ImageView,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| destroy::<ImageView>(view).map(drop))
}

/// `vkBindImageMemory`.
pub(super) unsafe extern "system" fn bind_image_memory(
    _device: vk::Device,
    image: vk::Image,
    memory: vk::DeviceMemory,
    offset: u64,
) -> vk::Result {
    guard(|| {
        let found = Image::get(image)?;
        found.bind(memory, offset)?;
        binding_report::bound(image, found.addresses());
        Ok(())
    })
}

/// `vkBindImageMemory2`.
pub(super) unsafe extern "system" fn bind_image_memory2(
    _device: vk::Device,
    count: u32,
    infos: *const vk::BindImageMemoryInfo<'_>,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkBindImageMemory2-pBindInfos-parameter.
        let infos = unsafe { slice(infos, count) };
        // SAFETY: valid structures.
        bind_all(infos, |info| info.p_next, |info| unsafe { bind(info) })
    })
}

/// One bind: to a swapchain's image, of one plane, or of the whole.
///
/// # Safety
/// `info` is a valid structure.
unsafe fn bind(info: &vk::BindImageMemoryInfo<'_>) -> Result<(), Error> {
    // SAFETY: the chain of a valid structure.
    let (swapchain, plane) = unsafe {
        (
            pnext::find::<vk::BindImageMemorySwapchainInfoKHR<'_>>(info.p_next),
            pnext::find::<vk::BindImagePlaneMemoryInfo<'_>>(info.p_next),
        )
    };
    let image = Image::get(info.image)?;
    match (swapchain.filter(|source| source.swapchain != vk::SwapchainKHR::null()), plane) {
        (Some(source), _) => {
            image.bind_to(Swapchain::get(source.swapchain)?.memory(source.image_index)?, 0)?
        }
        (None, Some(plane)) => image.bind_plane(plane.plane_aspect, info.memory, info.memory_offset)?,
        (None, None) => image.bind(info.memory, info.memory_offset)?,
    }
    binding_report::bound(info.image, image.addresses());
    Ok(())
}

/// `vkGetImageMemoryRequirements`.
pub(super) unsafe extern "system" fn get_requirements(
    _device: vk::Device,
    image: vk::Image,
    out: *mut vk::MemoryRequirements,
) {
    guard(|| {
        let requirements = Image::get(image)?.requirements();
        // SAFETY: VUID-vkGetImageMemoryRequirements-pMemoryRequirements-parameter.
        unsafe { output(out, requirements) }
    })
}

/// `vkGetImageMemoryRequirements2`. No image wants an allocation of its own.
pub(super) unsafe extern "system" fn get_requirements2(
    _device: vk::Device,
    info: *const vk::ImageMemoryRequirementsInfo2<'_>,
    out: *mut vk::MemoryRequirements2<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkGetImageMemoryRequirements2-pInfo-parameter.
        let info = unsafe { input(info)? };
        // SAFETY: the chain of a valid structure.
        let plane = unsafe { pnext::find::<vk::ImagePlaneMemoryRequirementsInfo<'_>>(info.p_next) };
        let aspect = plane.map_or(vk::ImageAspectFlags::empty(), |plane| plane.plane_aspect);
        let requirements = Image::get(info.image)?.requirements_of(aspect)?;
        // SAFETY: VUID-vkGetImageMemoryRequirements2-pMemoryRequirements-parameter: a valid chain.
        unsafe { write_requirements(out, requirements) };
        Ok(())
    })
}

/// `vkGetImageSparseMemoryRequirements`.
pub(super) unsafe extern "system" fn get_sparse_requirements(
    _device: vk::Device,
    image: vk::Image,
    count: *mut u32,
    out: *mut vk::SparseImageMemoryRequirements,
) {
    guard(|| {
        let image = Image::get(image)?;
        // SAFETY: VUID-vkGetImageSparseMemoryRequirements-pSparseMemoryRequirements-parameter.
        let _ = unsafe { fill(image.sparse_requirements(), count, out, |slot, value| *slot = value)? };
        Ok(())
    })
}

/// `vkGetImageSparseMemoryRequirements2`.
pub(super) unsafe extern "system" fn get_sparse_requirements2(
    _device: vk::Device,
    info: *const vk::ImageSparseMemoryRequirementsInfo2<'_>,
    count: *mut u32,
    out: *mut vk::SparseImageMemoryRequirements2<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkGetImageSparseMemoryRequirements2-pInfo-parameter.
        let image = Image::get(unsafe { input(info)? }.image)?;
        // SAFETY: VUID-vkGetImageSparseMemoryRequirements2-pSparseMemoryRequirements-parameter.
        unsafe { write_sparse_requirements(&image, count, out) }
    })
}

/// `vkGetDeviceImageMemoryRequirements`.
pub(super) unsafe extern "system" fn get_device_requirements(
    _device: vk::Device,
    info: *const vk::DeviceImageMemoryRequirements<'_>,
    out: *mut vk::MemoryRequirements2<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkGetDeviceImageMemoryRequirements-pInfo-parameter, and a member of it.
        let (plan, info) = unsafe { (Plan::new(input(input(info)?.p_create_info)?)?, input(info)?) };
        let requirements = plan.requirements_of(info.plane_aspect)?;
        // SAFETY: VUID-vkGetDeviceImageMemoryRequirements-pMemoryRequirements-parameter: a valid chain.
        unsafe { write_requirements(out, requirements) };
        Ok(())
    })
}

/// `vkGetDeviceImageSparseMemoryRequirements`.
pub(super) unsafe extern "system" fn get_device_sparse_requirements(
    _device: vk::Device,
    info: *const vk::DeviceImageMemoryRequirements<'_>,
    count: *mut u32,
    out: *mut vk::SparseImageMemoryRequirements2<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkGetDeviceImageSparseMemoryRequirements-pInfo-parameter, and a member of it.
        let plan = unsafe { Plan::new(input(input(info)?.p_create_info)?)? };
        // SAFETY: VUID-vkGetDeviceImageSparseMemoryRequirements-pSparseMemoryRequirements-parameter.
        unsafe { write_sparse_requirements(&plan, count, out) }
    })
}

/// # Safety
/// `count` is valid; `out` is null or valid for `*count` elements.
unsafe fn write_sparse_requirements(
    plan: &Plan,
    count: *mut u32,
    out: *mut vk::SparseImageMemoryRequirements2<'_>,
) -> Result<(), Error> {
    // SAFETY: this function's contract.
    let _ = unsafe {
        fill(plan.sparse_requirements(), count, out, |slot, value| slot.memory_requirements = value)?
    };
    Ok(())
}

/// `vkGetImageSubresourceLayout`.
pub(super) unsafe extern "system" fn get_subresource_layout(
    _device: vk::Device,
    image: vk::Image,
    subresource: *const vk::ImageSubresource,
    out: *mut vk::SubresourceLayout,
) {
    guard(|| {
        // SAFETY: VUID-vkGetImageSubresourceLayout-pSubresource-parameter.
        let layout = Image::get(image)?.subresource(unsafe { input(subresource)? })?;
        // SAFETY: VUID-vkGetImageSubresourceLayout-pLayout-parameter.
        unsafe { output(out, layout) }
    })
}

/// `vkGetImageSubresourceLayout2KHR`.
pub(super) unsafe extern "system" fn get_subresource_layout2(
    _device: vk::Device,
    image: vk::Image,
    subresource: *const vk::ImageSubresource2KHR<'_>,
    out: *mut vk::SubresourceLayout2KHR<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkGetImageSubresourceLayout2-pSubresource-parameter.
        let (image, subresource) = (Image::get(image)?, unsafe { input(subresource)? });
        // SAFETY: VUID-vkGetImageSubresourceLayout2-pLayout-parameter: a valid chain.
        unsafe { write_layout(&image, subresource, out) }
    })
}

/// `vkGetDeviceImageSubresourceLayoutKHR`.
pub(super) unsafe extern "system" fn get_device_subresource_layout(
    _device: vk::Device,
    info: *const vk::DeviceImageSubresourceInfoKHR<'_>,
    out: *mut vk::SubresourceLayout2KHR<'_>,
) {
    guard(|| {
        // SAFETY: VUID-vkGetDeviceImageSubresourceLayout-pInfo-parameter, and members of it.
        let (plan, subresource) = unsafe {
            let info = input(info)?;
            (Plan::new(input(info.p_create_info)?)?, input(info.p_subresource)?)
        };
        // SAFETY: VUID-vkGetDeviceImageSubresourceLayout-pLayout-parameter: a valid chain.
        unsafe { write_layout(&plan, subresource, out) }
    })
}

/// # Safety
/// `out` is a valid chain.
unsafe fn write_layout(
    plan: &Plan,
    subresource: &vk::ImageSubresource2KHR<'_>,
    out: *mut vk::SubresourceLayout2KHR<'_>,
) -> Result<(), Error> {
    let part = &subresource.image_subresource;
    let (layout, bytes) = (plan.subresource(part)?, memcpy_size(plan, part)?);
    // SAFETY: this function's contract.
    unsafe {
        pnext::for_each_output(out.cast(), |node| {
            let _ = node.fill(|head: &mut vk::SubresourceLayout2KHR<'_>| head.subresource_layout = layout)
                || node.fill(|size: &mut vk::SubresourceHostMemcpySizeEXT<'_>| size.size = bytes);
        });
    }
    Ok(())
}
