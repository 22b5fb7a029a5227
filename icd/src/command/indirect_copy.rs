//! `VK_KHR_copy_memory_indirect`: copies whose parameters are in memory, and are read when the copy executes.
//!
//! Addresses are the application's promise, as those that shaders use. Parameters of an image that do not fit it are skipped.

use std::sync::Arc;

use ash::vk;
use lacuna_gpu::copy::image::copy_box;
use lacuna_gpu::copy::{self, Place};

use super::execute::State;
use super::image::{at, buffer_place, image_place};
use super::recording::{Command, Recording};
use crate::error::Error;
use crate::handle::Object;
use crate::newer::{
    CopyMemoryIndirectCommandKHR, CopyMemoryToImageIndirectCommandKHR, StridedDeviceAddressRangeKHR,
};
use crate::object::image::Image;
use crate::queue::submission::Failed;

/// Estimate of what such a copy takes, whose size is not known when it is recorded.
const UNKNOWN: u64 = 1_000_000;

/// Copies of one command.
pub struct IndirectCopy {
    /// `None` for copies between memories.
    image: Option<Arc<Image>>,
    count: u32,
    range: StridedDeviceAddressRangeKHR,
}

/// Parameters in memory: integers, of which every pattern of bits means something.
trait Parameters: Copy + Default {}

impl Parameters for CopyMemoryIndirectCommandKHR {}
impl Parameters for CopyMemoryToImageIndirectCommandKHR {}

impl Recording {
    /// `vkCmdCopyMemoryIndirectKHR`; with an image `vkCmdCopyMemoryToImageIndirectKHR`.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`], [`Error::InvalidUsage`] for more copies than the range has parameters for.
    pub fn copy_indirect(
        &mut self,
        image: Option<vk::Image>,
        count: u32,
        range: StridedDeviceAddressRangeKHR,
    ) -> Result<(), Error> {
        let image = image.map(Image::get).transpose()?;
        let fits = u64::from(count).checked_mul(range.stride).is_some_and(|bytes| bytes <= range.size);
        if !fits || !(range.address | range.stride).is_multiple_of(4) {
            return Err(Error::InvalidUsage(
                "VUID-VkCopyMemoryIndirectInfoKHR-copyCount-10944, -10942, -10943",
            ));
        }
        let copy = IndirectCopy { image, count, range };
        self.push(Command::CopyIndirect(Box::new(copy)), u64::from(count).saturating_mul(UNKNOWN))
    }
}

impl State<'_> {
    pub(super) fn copy_indirect(&mut self, copies: &IndirectCopy) -> Result<(), Failed> {
        (0..copies.count).try_for_each(|index| {
            let address = copies.range.address.wrapping_add(u64::from(index) * copies.range.stride);
            match &copies.image {
                None => self.copy_memory(&self.parameters(address)),
                Some(image) => self.copy_to_image(image, &self.parameters(address)),
            }
        })
    }

    fn parameters<T: Parameters>(&self, address: u64) -> T {
        let mut value = T::default();
        // SAFETY: the bytes of a value of integers without padding may all be written.
        let bytes = unsafe { std::slice::from_raw_parts_mut((&raw mut value).cast(), size_of::<T>()) };
        // SAFETY: memory of a buffer (VUID-VkCopyMemoryIndirectInfoKHR-copyAddressRange-12210).
        unsafe { copy::read(self.gpu.resolve(address), bytes) };
        value
    }

    fn copy_memory(&self, region: &CopyMemoryIndirectCommandKHR) -> Result<(), Failed> {
        let (to, from) = (self.gpu.resolve(region.dst_address), self.gpu.resolve(region.src_address));
        // SAFETY: memory of buffers (VUID-VkCopyMemoryIndirectCommandKHR-srcAddress-12211, -dstAddress-12212).
        unsafe { copy::copy(to, from, region.size)? }
        Ok(())
    }

    fn copy_to_image(
        &self,
        image: &Arc<Image>,
        parameters: &CopyMemoryToImageIndirectCommandKHR,
    ) -> Result<(), Failed> {
        let region = region(image, parameters);
        let places = image_place(image, &region)
            .and_then(|(plane, to, size)| Ok((to, buffer_place(plane, &region, size)?.0, size)));
        let (to, from, size) = match places {
            Ok(places) => places,
            Err(error) => {
                log::warn!("an indirect copy to an image is skipped: {error}");
                return Ok(());
            }
        };
        let Some(to) = at(self.gpu, image, to) else { return Ok(()) };
        let base = self.gpu.resolve(parameters.src_address);
        let from = Place { address: base + from.address, ..from };
        // SAFETY: the box is inside of the image, which the recording holds with its memory; the source is memory of a buffer
        // (VUID-VkCopyMemoryToImageIndirectCommandKHR-srcAddress-12214).
        unsafe { copy_box(to, from, size, 1)? }
        Ok(())
    }
}

/// The region of a copy from a buffer. The layers of a 3D image are its slices.
fn region(image: &Image, parameters: &CopyMemoryToImageIndirectCommandKHR) -> vk::BufferImageCopy {
    let mut region = vk::BufferImageCopy {
        buffer_offset: 0,
        buffer_row_length: parameters.buffer_row_length,
        buffer_image_height: parameters.buffer_image_height,
        image_subresource: parameters.image_subresource,
        image_offset: parameters.image_offset,
        image_extent: parameters.image_extent,
    };
    if image.is_3d() {
        let part = &mut region.image_subresource;
        region.image_offset.z = i32::try_from(part.base_array_layer).unwrap_or(i32::MAX);
        region.image_extent.depth = part.layer_count;
        (part.base_array_layer, part.layer_count) = (0, 1);
    }
    region
}
