//! Copies and transitions of images by the host.

use ash::vk;

use crate::command::image::{Direction, HostRegion, copy_image, copy_memory};
use crate::guard::{guard, input, slice};
use crate::handle::Object;
use crate::object::image::Image;

/// `vkCopyMemoryToImageEXT`.
pub(super) unsafe extern "system" fn copy_memory_to_image(
    _device: vk::Device,
    info: *const vk::CopyMemoryToImageInfoEXT<'_>,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkCopyMemoryToImage-pCopyMemoryToImageInfo-parameter.
        let info = unsafe { input(info)? };
        // SAFETY: members of a valid structure.
        let regions = unsafe { slice(info.p_regions, info.region_count) };
        let regions = regions.iter().map(|region| HostRegion {
            memory: region.p_host_pointer.cast_mut(),
            region: vk::BufferImageCopy {
                buffer_offset: 0,
                buffer_row_length: region.memory_row_length,
                buffer_image_height: region.memory_image_height,
                image_subresource: region.image_subresource,
                image_offset: region.image_offset,
                image_extent: region.image_extent,
            },
        });
        let image = Image::get(info.dst_image)?;
        // SAFETY: VUID-VkMemoryToImageCopy-pHostPointer-09061; what is read is only read.
        unsafe { copy_memory(&image, regions, Direction::ToImage) }
    })
}

/// `vkCopyImageToMemoryEXT`.
pub(super) unsafe extern "system" fn copy_image_to_memory(
    _device: vk::Device,
    info: *const vk::CopyImageToMemoryInfoEXT<'_>,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkCopyImageToMemory-pCopyImageToMemoryInfo-parameter.
        let info = unsafe { input(info)? };
        // SAFETY: members of a valid structure.
        let regions = unsafe { slice(info.p_regions, info.region_count) };
        let regions = regions.iter().map(|region| HostRegion {
            memory: region.p_host_pointer,
            region: vk::BufferImageCopy {
                buffer_offset: 0,
                buffer_row_length: region.memory_row_length,
                buffer_image_height: region.memory_image_height,
                image_subresource: region.image_subresource,
                image_offset: region.image_offset,
                image_extent: region.image_extent,
            },
        });
        let image = Image::get(info.src_image)?;
        // SAFETY: VUID-VkImageToMemoryCopy-pHostPointer-09066.
        unsafe { copy_memory(&image, regions, Direction::FromImage) }
    })
}

/// `vkCopyImageToImageEXT`.
pub(super) unsafe extern "system" fn copy_image_to_image(
    _device: vk::Device,
    info: *const vk::CopyImageToImageInfoEXT<'_>,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkCopyImageToImage-pCopyImageToImageInfo-parameter.
        let info = unsafe { input(info)? };
        // SAFETY: members of a valid structure.
        let regions = unsafe { slice(info.p_regions, info.region_count) };
        let regions = regions.iter().map(|region| vk::ImageCopy {
            src_subresource: region.src_subresource,
            src_offset: region.src_offset,
            dst_subresource: region.dst_subresource,
            dst_offset: region.dst_offset,
            extent: region.extent,
        });
        let (source, destination) = (Image::get(info.src_image)?, Image::get(info.dst_image)?);
        // SAFETY: applications do not use the images elsewhere meanwhile.
        unsafe { copy_image(&source, &destination, regions) }
    })
}

/// `vkTransitionImageLayoutEXT`: layouts mean nothing.
pub(super) unsafe extern "system" fn transition_image_layout(
    _device: vk::Device,
    count: u32,
    transitions: *const vk::HostImageLayoutTransitionInfoEXT<'_>,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkTransitionImageLayout-pTransitions-parameter.
        let transitions = unsafe { slice(transitions, count) };
        transitions.iter().try_for_each(|transition| Image::get(transition.image).map(drop))
    })
}
