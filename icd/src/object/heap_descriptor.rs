//! Descriptors for heaps, written to memory of the application (`VK_EXT_descriptor_heap`).
//!
//! They are what descriptor sets hold. A sampler's is the first half of one, which has the only member that is not zero.
//!
//! What they point at belongs to no view or sampler object: views of images belong to their image, samplers are
//! kept (`heap_sampler`), and texel buffers [need none](heap::TEXEL_BUFFER).

use ash::vk;
use lacuna_gpu::format::Format;
use lacuna_shaders::abi::{Descriptor, heap};

use super::heap_sampler;
use super::image_view::ImageView;
use crate::caps::formats;
use crate::error::Error;
use crate::newer::{HostAddressRangeEXT, ResourceDescriptorInfoEXT, TexelBufferDescriptorInfoEXT};

/// What addresses of heaps are multiples of: so every descriptor is one cache line.
pub const HEAP_ALIGNMENT: u64 = 64;

/// `vkGetPhysicalDeviceDescriptorSizeEXT`: zero for what heaps cannot hold.
pub fn size(kind: vk::DescriptorType) -> u64 {
    match kind {
        vk::DescriptorType::SAMPLER => heap::SAMPLER_BYTES.into(),
        vk::DescriptorType::UNIFORM_BUFFER
        | vk::DescriptorType::STORAGE_BUFFER
        | vk::DescriptorType::SAMPLED_IMAGE
        | vk::DescriptorType::STORAGE_IMAGE
        | vk::DescriptorType::UNIFORM_TEXEL_BUFFER
        | vk::DescriptorType::STORAGE_TEXEL_BUFFER
        | vk::DescriptorType::INPUT_ATTACHMENT => heap::RESOURCE_BYTES.into(),
        _ => 0,
    }
}

/// One descriptor of `vkWriteSamplerDescriptorsEXT`.
///
/// # Errors
/// [`Error::InvalidUsage`] for a range that is too small.
///
/// # Safety
/// The structure is valid, and the range can be written.
pub unsafe fn write_sampler(
    info: &vk::SamplerCreateInfo<'_>,
    range: &HostAddressRangeEXT,
) -> Result<(), Error> {
    // SAFETY: this function's contract.
    let descriptor = Descriptor::sampled(0, unsafe { heap_sampler::address(info) });
    // SAFETY: as above.
    unsafe { write(&descriptor, heap::SAMPLER_BYTES, range) }
}

/// One descriptor of `vkWriteResourceDescriptorsEXT`.
///
/// # Errors
/// [`Error::InvalidUsage`] for descriptors that heaps cannot hold and ranges that are too small, [`Error::InvalidHandle`],
/// [`Error::FormatNotSupported`].
///
/// # Safety
/// The structure is valid, and the range can be written.
pub unsafe fn write_resource(
    info: &ResourceDescriptorInfoEXT<'_>,
    range: &HostAddressRangeEXT,
) -> Result<(), Error> {
    // SAFETY: this function's contract.
    let descriptor = unsafe { resource(info)? };
    // SAFETY: as above.
    unsafe { write(&descriptor, heap::RESOURCE_BYTES, range) }
}

/// # Safety
/// The structure is valid.
unsafe fn resource(info: &ResourceDescriptorInfoEXT<'_>) -> Result<Descriptor, Error> {
    // SAFETY: of all members the type says which one is valid; a null pointer stands for a null descriptor.
    unsafe {
        match info.ty {
            vk::DescriptorType::UNIFORM_BUFFER | vk::DescriptorType::STORAGE_BUFFER => {
                let range = info.data.p_address_range.as_ref();
                Ok(range.map_or(Descriptor::default(), |range| Descriptor::buffer(range.address, range.size)))
            }
            vk::DescriptorType::UNIFORM_TEXEL_BUFFER | vk::DescriptorType::STORAGE_TEXEL_BUFFER => {
                info.data.p_texel_buffer.as_ref().map_or(Ok(Descriptor::default()), texel_buffer)
            }
            vk::DescriptorType::SAMPLED_IMAGE
            | vk::DescriptorType::STORAGE_IMAGE
            | vk::DescriptorType::INPUT_ATTACHMENT => {
                let view = info.data.p_image.as_ref().and_then(|image| image.p_view.as_ref());
                let is_storage = info.ty == vk::DescriptorType::STORAGE_IMAGE;
                view.map_or(Ok(Descriptor::default()), |view| ImageView::heap_descriptor(view, is_storage))
            }
            _ => Err(Error::InvalidUsage("VUID-VkResourceDescriptorInfoEXT-type-11210")),
        }
    }
}

/// A row of texels.
fn texel_buffer(info: &TexelBufferDescriptorInfoEXT<'_>) -> Result<Descriptor, Error> {
    let format = Format::find(info.format).filter(|&format| !formats::buffers(format).is_empty());
    let format = format.ok_or(Error::FormatNotSupported)?;
    let bytes = u64::from(format.element_bytes());
    let texels = (info.address_range.size / bytes).min(u32::MAX.into());
    Ok(Descriptor {
        extent: [texels as u32, 1, 1],
        row_pitch: info.format.as_raw() as u32,
        // One block without end.
        block_log2: [31, 31, 0],
        link: heap::TEXEL_BUFFER,
        ..Descriptor::buffer(info.address_range.address, texels * bytes)
    })
}

/// # Safety
/// The range can be written.
unsafe fn write(descriptor: &Descriptor, bytes: u32, range: &HostAddressRangeEXT) -> Result<(), Error> {
    let bytes = bytes as usize;
    if range.address.is_null() || range.size < bytes {
        return Err(Error::InvalidUsage(
            "VUID-vkWriteResourceDescriptorsEXT-size-11207, VUID-vkWriteSamplerDescriptorsEXT-size-11203",
        ));
    }
    let from = (&raw const *descriptor).cast::<u8>();
    // SAFETY: this function's contract; as many bytes as checked above, of a structure that has more and no padding.
    unsafe { range.address.cast::<u8>().copy_from_nonoverlapping(from, bytes) };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::newer::{DeviceAddressRangeKHR, ResourceDescriptorDataEXT};

    fn written(info: &ResourceDescriptorInfoEXT<'_>, size: usize) -> Result<[u64; 9], Error> {
        let mut bytes = [u64::MAX; 9];
        let range = HostAddressRangeEXT { address: bytes.as_mut_ptr().cast(), size };
        // SAFETY: structures and an array on this stack.
        unsafe { write_resource(info, &range) }.map(|()| bytes)
    }

    #[test]
    fn buffers_are_written_as_sets_hold_them_and_null_is_zero() {
        let range = DeviceAddressRangeKHR { address: 0x1234_0000, size: 100 };
        let data = |range| ResourceDescriptorDataEXT { p_address_range: range };
        let info = |data| ResourceDescriptorInfoEXT {
            ty: vk::DescriptorType::STORAGE_BUFFER,
            data,
            ..Default::default()
        };
        let buffer = written(&info(data(&raw const range)), 64).unwrap();
        assert_eq!(buffer, [0x1234_0000, 100, 0, 0, 0, 0, 0, 0, u64::MAX]);
        assert_eq!(written(&info(data(std::ptr::null())), 72), Ok([0, 0, 0, 0, 0, 0, 0, 0, u64::MAX]));
        assert!(written(&info(data(&raw const range)), 63).is_err());
    }

    #[test]
    fn what_heaps_cannot_hold_is_refused() {
        let info = ResourceDescriptorInfoEXT {
            ty: vk::DescriptorType::ACCELERATION_STRUCTURE_KHR,
            ..Default::default()
        };
        assert!(written(&info, 64).is_err());
        assert_eq!(size(info.ty), 0);
        assert_eq!(size(vk::DescriptorType::SAMPLER), 32);
    }
}
