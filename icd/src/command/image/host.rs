//! Copies that the host does: `vkCopyMemoryToImage`, `vkCopyImageToMemory`, `vkCopyImageToImage`.
//!
//! They are the copies of command buffers, done at once by the calling thread and the worker pool. Memory of the application is
//! a buffer without an object. What `HOST_IMAGE_COPY_MEMCPY` stores is rows without gaps, as without the flag.

use std::ffi::c_void;

use ash::vk;
use lacuna_gpu::copy::Place;
use lacuna_gpu::copy::image::copy_box;
use lacuna_gpu::memory::address_space::Gpu;

use super::at;
use super::copy::{buffer_place, copy_region, image_place};
use crate::error::Error;
use crate::object::image::{Image, Plan};

/// A region of an image and the memory beside it.
pub struct HostRegion {
    /// The first byte.
    pub memory: *mut c_void,
    /// The region; its offset in a buffer is zero.
    pub region: vk::BufferImageCopy,
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Memory is read.
    ToImage,
    /// Memory is written.
    FromImage,
}

/// Copies regions between an image and memory.
///
/// # Errors
/// [`Error::InvalidUsage`] for regions outside of the image and for images without memory; [`Error::Internal`].
///
/// # Safety
/// The memory is as large as each region says, and nobody else uses it or the image during the call.
pub unsafe fn copy_memory(
    image: &Image,
    regions: impl Iterator<Item = HostRegion>,
    direction: Direction,
) -> Result<(), Error> {
    for HostRegion { memory, region } in regions {
        let (plane, place, size) = image_place(image, &region)?;
        let (beside, _) = buffer_place(plane, &region, size)?;
        let beside = Place { address: memory as u64, ..beside };
        let place = placed(image, place)?;
        let (to, from) = match direction {
            Direction::ToImage => (place, beside),
            Direction::FromImage => (beside, place),
        };
        // SAFETY: the box is inside of the image, and of the memory by this function's contract.
        unsafe { copy_box(to, from, size, 1)? }
    }
    Ok(())
}

/// Copies regions between images.
///
/// # Errors
/// As [`copy_memory`].
///
/// # Safety
/// Nobody else uses the images during the call.
pub unsafe fn copy_image(
    source: &Image,
    destination: &Image,
    regions: impl Iterator<Item = vk::ImageCopy>,
) -> Result<(), Error> {
    let mut boxes = Vec::new();
    for region in regions {
        copy_region(source, destination, &region, &mut boxes)?;
    }
    for copied in boxes {
        let (to, from) = (placed(destination, copied.destination)?, placed(source, copied.source)?);
        // SAFETY: the box is inside of both images.
        unsafe { copy_box(to, from, copied.size, copied.samples)? }
    }
    Ok(())
}

fn placed(image: &Image, place: Place) -> Result<Place, Error> {
    at(Gpu::default(), image, place)
        .ok_or(Error::InvalidUsage("VUID-VkCopyMemoryToImageInfo-dstImage-07966: no memory"))
}

/// `VkSubresourceHostMemcpySize`: bytes of a subresource without gaps.
///
/// # Errors
/// [`Error::InvalidUsage`] for parts that the image does not have.
pub fn memcpy_size(image: &Plan, part: &vk::ImageSubresource) -> Result<u64, Error> {
    let plane = image.plane(part.aspect_mask);
    let level = plane.and_then(|plane| plane.layout.level(part.mip_level));
    let level = level.ok_or(Error::InvalidUsage("a subresource that the image does not have"))?;
    let bytes = u64::from(level.element_bytes);
    Ok(level.extent.iter().fold(bytes, |bytes, &n| bytes.saturating_mul(n.into())))
}
