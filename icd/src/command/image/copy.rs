//! `vkCmdCopyImage`, `vkCmdCopyBufferToImage`, `vkCmdCopyImageToBuffer`: elements move as they are.

use ash::vk;
use lacuna_gpu::copy::Place;

use super::region::{Region, planes};
use super::{ImageCommand, Resource};
use crate::command::recording::{Command, Recording};
use crate::command::transfer::BYTES_PER_NANOSECOND;
use crate::error::Error;
use crate::handle::Object;
use crate::object::buffer::Buffer;
use crate::object::image::{Image, Plane};

/// One region, or one aspect of it.
pub struct CopiedBox {
    pub(in crate::command) source: Place,
    pub(in crate::command) destination: Place,
    /// Elements, and slices or layers.
    pub(in crate::command) size: [u32; 3],
    pub(in crate::command) samples: u32,
}

impl CopiedBox {
    fn bytes(&self) -> u64 {
        let bytes = u64::from(self.source.level.element_bytes) * u64::from(self.samples);
        self.size.iter().fold(bytes, |bytes, &n| bytes.saturating_mul(n.into()))
    }
}

impl Recording {
    /// `vkCmdCopyImage`.
    pub fn copy_image(
        &mut self,
        source: vk::Image,
        destination: vk::Image,
        regions: impl Iterator<Item = vk::ImageCopy>,
    ) -> Result<(), Error> {
        let (source, destination) = (Image::get(source)?, Image::get(destination)?);
        let mut boxes = Vec::new();
        for region in regions {
            copy_region(&source, &destination, &region, &mut boxes)?;
        }
        self.push_copy(Resource::Image(source), Resource::Image(destination), boxes)
    }

    /// `vkCmdCopyBufferToImage`.
    pub fn copy_buffer_to_image(
        &mut self,
        source: vk::Buffer,
        destination: vk::Image,
        regions: impl Iterator<Item = vk::BufferImageCopy>,
    ) -> Result<(), Error> {
        let (source, destination) = (Buffer::get(source)?, Image::get(destination)?);
        let boxed = |region: vk::BufferImageCopy| {
            let (image, buffer, size) = both(&destination, &source, &region)?;
            Ok(CopiedBox { source: buffer, destination: image, size, samples: 1 })
        };
        let boxes = regions.map(boxed).collect::<Result<_, Error>>()?;
        self.push_copy(Resource::Buffer(source.clone()), Resource::Image(destination.clone()), boxes)
    }

    /// `vkCmdCopyImageToBuffer`.
    pub fn copy_image_to_buffer(
        &mut self,
        source: vk::Image,
        destination: vk::Buffer,
        regions: impl Iterator<Item = vk::BufferImageCopy>,
    ) -> Result<(), Error> {
        let (source, destination) = (Image::get(source)?, Buffer::get(destination)?);
        let boxed = |region: vk::BufferImageCopy| {
            let (image, buffer, size) = both(&source, &destination, &region)?;
            Ok(CopiedBox { source: image, destination: buffer, size, samples: 1 })
        };
        let boxes = regions.map(boxed).collect::<Result<_, Error>>()?;
        self.push_copy(Resource::Image(source.clone()), Resource::Buffer(destination.clone()), boxes)
    }

    fn push_copy(
        &mut self,
        source: Resource,
        destination: Resource,
        boxes: Vec<CopiedBox>,
    ) -> Result<(), Error> {
        let bytes = boxes.iter().fold(0, |sum: u64, copied| sum.saturating_add(copied.bytes()));
        let copy = ImageCommand::Copy { source, destination, boxes: boxes.into() };
        self.push(Command::Image(Box::new(copy)), bytes / BYTES_PER_NANOSECOND)
    }
}

/// The boxes of a region between images: one for each aspect. The extent counts texels of the source; blocks of a compressed
/// image and texels of another one are the same to a copy.
pub(super) fn copy_region(
    source: &Image,
    destination: &Image,
    region: &vk::ImageCopy,
    boxes: &mut Vec<CopiedBox>,
) -> Result<(), Error> {
    let from = Region { part: region.src_subresource, offset: region.src_offset, extent: region.extent };
    let to = Region { part: region.dst_subresource, offset: region.dst_offset, extent: region.extent };
    let pairs = (planes(source, from.part.aspect_mask)?, planes(destination, to.part.aspect_mask)?);
    let fits = pairs.0.len() == pairs.1.len() && source.samples == destination.samples;
    for (source_plane, plane) in pairs.0.into_iter().zip(pairs.1) {
        let mut size = from.size(source, source_plane);
        if destination.is_3d() && !source.is_3d() {
            size[2] = size[2].max(region.extent.depth).min(super::region::layer_count(source, &from.part));
        }
        if !fits || source_plane.format.element_bytes() != plane.format.element_bytes() {
            return Err(Error::InvalidUsage("VUID-vkCmdCopyImage-srcImage-01548, -00136"));
        }
        boxes.push(CopiedBox {
            source: from.place(source, source_plane, size)?,
            destination: to.place(destination, plane, size)?,
            size,
            samples: source.samples,
        });
    }
    Ok(())
}

/// The elements of a region in the image, of the plane that it names.
pub(in crate::command) fn image_place<'a>(
    image: &'a Image,
    region: &vk::BufferImageCopy,
) -> Result<(&'a Plane, Place, [u32; 3]), Error> {
    let extent = region.image_extent;
    let part = Region { part: region.image_subresource, offset: region.image_offset, extent };
    let [plane] = planes(image, part.part.aspect_mask)?[..] else {
        return Err(Error::InvalidUsage("VUID-VkBufferImageCopy-aspectMask-09103"));
    };
    let size = part.size(image, plane);
    Ok((plane, part.place(image, plane, size)?, size))
}

/// The elements of a region in the image and in the buffer.
fn both(
    image: &Image,
    buffer: &Buffer,
    region: &vk::BufferImageCopy,
) -> Result<(Place, Place, [u32; 3]), Error> {
    let (plane, place, size) = image_place(image, region)?;
    let (beside, bytes) = buffer_place(plane, region, size)?;
    if region.buffer_offset.saturating_add(bytes) > buffer.size() {
        return Err(Error::InvalidUsage("VUID-vkCmdCopyBufferToImage-pRegions-00171"));
    }
    Ok((place, beside, size))
}

/// The elements of a region in a buffer, and how many bytes of it they take.
pub(in crate::command) fn buffer_place(
    plane: &Plane,
    region: &vk::BufferImageCopy,
    size: [u32; 3],
) -> Result<(Place, u64), Error> {
    let extent = region.image_extent;
    let or = |given: u32, extent: u32| if given == 0 { extent } else { given };
    let (length, height) =
        (or(region.buffer_row_length, extent.width), or(region.buffer_image_height, extent.height));
    if length < extent.width || height < extent.height {
        return Err(Error::InvalidUsage(
            "VUID-VkBufferImageCopy-bufferRowLength-09101, -bufferImageHeight-09102",
        ));
    }
    let ([x, y], bytes) = (plane.format.block_extent(), plane.format.element_bytes());
    let row_pitch = length.div_ceil(x).checked_mul(bytes);
    let row_pitch = row_pitch.ok_or(Error::InvalidUsage("VUID-vkCmdCopyBufferToImage-pRegions-07932"))?;
    let slice_pitch = u64::from(row_pitch) * u64::from(height.div_ceil(y));
    let steps = |count: u32, pitch: u64| u64::from(count.saturating_sub(1)).saturating_mul(pitch);
    let bytes_read = steps(size[2], slice_pitch)
        .saturating_add(steps(size[1], row_pitch.into()))
        .saturating_add(u64::from(size[0]) * u64::from(bytes));
    Ok((Place::buffer(region.buffer_offset, bytes, row_pitch, slice_pitch), bytes_read))
}
