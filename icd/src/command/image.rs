//! Copies between images and buffers, and clears.
//!
//! Regions are checked and become boxes of bytes when they are recorded: from then on an image and a buffer are the same thing,
//! an address to come and rows at some distance. Layouts of images mean nothing here: there is one.

use std::sync::Arc;

use ash::vk;
use lacuna_gpu::copy::image::{BoxSize, Rows, copy_box, fill_box};
use lacuna_gpu::format::Texel;

use super::execute::State;
use super::recording::{Command, Recording};
use super::transfer::{self, BYTES_PER_NANOSECOND};
use crate::error::Error;
use crate::handle::Object;
use crate::object::buffer::Buffer;
use crate::object::image::Image;
use crate::object::image_view::layers;
use crate::queue::submission::Failed;

/// A command on images.
pub enum ImageCommand {
    /// `vkCmdCopyImage`, `vkCmdCopyBufferToImage`, `vkCmdCopyImageToBuffer`
    Copy {
        /// Read.
        source: Resource,
        /// Written.
        destination: Resource,
        /// Checked against both.
        boxes: Box<[CopiedBox]>,
    },
    /// `vkCmdClearColorImage`
    Clear {
        /// Written.
        image: Arc<Image>,
        /// What every texel becomes.
        texel: Texel,
        /// Checked against the image.
        boxes: Box<[(Rows, BoxSize)]>,
    },
}

/// What has an address.
pub enum Resource {
    /// A buffer.
    Buffer(Arc<Buffer>),
    /// An image.
    Image(Arc<Image>),
}

/// One region. The addresses of its rows count from the first byte of their resource.
pub struct CopiedBox {
    source: Rows,
    destination: Rows,
    size: BoxSize,
}

/// A region of an image: `VkImageSubresourceLayers` with offset and extent.
type Region = (vk::ImageSubresourceLayers, vk::Offset3D, vk::Extent3D);

impl Recording {
    /// `vkCmdCopyImage`.
    pub fn copy_image(
        &mut self,
        source: vk::Image,
        destination: vk::Image,
        regions: impl Iterator<Item = vk::ImageCopy>,
    ) -> Result<(), Error> {
        let (source, destination) = (Image::get(source)?, Image::get(destination)?);
        if source.format().texel_bytes() != destination.format().texel_bytes() {
            return Err(Error::InvalidUsage("VUID-vkCmdCopyImage-srcImage-01548"));
        }
        let boxed = |region: vk::ImageCopy| {
            let (from, size) =
                image_box(&source, (region.src_subresource, region.src_offset, region.extent))?;
            let (to, same) =
                image_box(&destination, (region.dst_subresource, region.dst_offset, region.extent))?;
            if size != same {
                return Err(Error::InvalidUsage("VUID-vkCmdCopyImage-srcImage-08793"));
            }
            Ok(CopiedBox { source: from, destination: to, size })
        };
        let boxes = regions.map(boxed).collect::<Result<_, Error>>()?;
        self.push_copy(Resource::Image(source.clone()), Resource::Image(destination.clone()), boxes)
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
            Ok(CopiedBox { source: buffer, destination: image, size })
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
            Ok(CopiedBox { source: image, destination: buffer, size })
        };
        let boxes = regions.map(boxed).collect::<Result<_, Error>>()?;
        self.push_copy(Resource::Image(source.clone()), Resource::Buffer(destination.clone()), boxes)
    }

    /// `vkCmdClearColorImage`. The color is 32 bits for each channel.
    pub fn clear_image(
        &mut self,
        image: vk::Image,
        color: [u32; 4],
        ranges: &[vk::ImageSubresourceRange],
    ) -> Result<(), Error> {
        let image = Image::get(image)?;
        let mut boxes = Vec::new();
        for range in ranges {
            let first = range.base_mip_level;
            let levels = match range.level_count {
                vk::REMAINING_MIP_LEVELS => image.layout().shape().levels.saturating_sub(first),
                count => count,
            };
            let layers = layers(range, image.layout().shape().layers);
            for level in (first..).take(levels as usize) {
                let extent = image.level(range.aspect_mask, level, layers.clone())?.extent;
                let [width, height, depth] = extent;
                let subresource = vk::ImageSubresourceLayers {
                    aspect_mask: range.aspect_mask,
                    mip_level: level,
                    base_array_layer: range.base_array_layer,
                    layer_count: (layers.end - layers.start) as u32,
                };
                let whole = (subresource, vk::Offset3D::default(), vk::Extent3D { width, height, depth });
                boxes.push(image_box(&image, whole)?);
            }
        }
        let texel = image.format().encode(color);
        let bytes = boxes.iter().fold(0, |sum: u64, (_, size)| sum.saturating_add(size.bytes()));
        let clear = ImageCommand::Clear { image, texel, boxes: boxes.into() };
        self.push(Command::Image(Box::new(clear)), bytes / BYTES_PER_NANOSECOND)
    }

    fn push_copy(
        &mut self,
        source: Resource,
        destination: Resource,
        boxes: Box<[CopiedBox]>,
    ) -> Result<(), Error> {
        let bytes = boxes.iter().fold(0, |sum: u64, copied| sum.saturating_add(copied.size.bytes()));
        let copy = ImageCommand::Copy { source, destination, boxes };
        self.push(Command::Image(Box::new(copy)), bytes / BYTES_PER_NANOSECOND)
    }
}

/// The rows of a region of an image.
fn image_box(image: &Image, (part, offset, extent): Region) -> Result<(Rows, BoxSize), Error> {
    let first_layer = u64::from(part.base_array_layer);
    let layers = first_layer..first_layer + u64::from(part.layer_count);
    let level = image.level(part.aspect_mask, part.mip_level, layers)?;
    let [x, y, z] = inside(level.extent, image.is_3d(), offset, extent)?;
    let texel_bytes = u64::from(image.format().texel_bytes());
    let (slice_pitch, slices) = if image.is_3d() {
        (level.block_slice_pitch, extent.depth)
    } else {
        (image.layout().layer_pitch(), part.layer_count)
    };
    let address = level.offset
        + first_layer * image.layout().layer_pitch()
        + z * level.block_slice_pitch
        + y * u64::from(level.row_pitch)
        + x * texel_bytes;
    let size = BoxSize {
        row_bytes: u64::from(extent.width) * texel_bytes,
        rows: extent.height.into(),
        slices: slices.into(),
    };
    Ok((Rows { address, row_pitch: level.row_pitch.into(), slice_pitch }, size))
}

/// The offset as numbers, if the region is not empty and inside the level. The depth of what has layers counts slices of the
/// 3D image that it is copied to or from.
fn inside(
    level: [u32; 3],
    is_3d: bool,
    offset: vk::Offset3D,
    extent: vk::Extent3D,
) -> Result<[u64; 3], Error> {
    const RULE: Error =
        Error::InvalidUsage("VUID-VkImageCopy-extent and -offset: a region outside of the image");
    let depth = if is_3d { extent.depth } else { 1 };
    let mut numbers = [0; 3];
    let axes = [(offset.x, extent.width), (offset.y, extent.height), (offset.z, depth)];
    for (axis, (start, length)) in axes.into_iter().enumerate() {
        let start = u64::try_from(start).map_err(|_| RULE)?;
        if length == 0 || start + u64::from(length) > level[axis].into() {
            return Err(RULE);
        }
        numbers[axis] = start;
    }
    Ok(numbers)
}

/// The rows of a region in the image and in the buffer.
fn both(
    image: &Image,
    buffer: &Buffer,
    region: &vk::BufferImageCopy,
) -> Result<(Rows, Rows, BoxSize), Error> {
    let extent = region.image_extent;
    let (rows, size) = image_box(image, (region.image_subresource, region.image_offset, extent))?;
    let or = |given: u32, extent: u32| if given == 0 { extent } else { given };
    let (length, height) =
        (or(region.buffer_row_length, extent.width), or(region.buffer_image_height, extent.height));
    if length < extent.width || height < extent.height {
        return Err(Error::InvalidUsage(
            "VUID-VkBufferImageCopy-bufferRowLength-09101, -bufferImageHeight-09102",
        ));
    }
    let row_pitch = u64::from(length) * u64::from(image.format().texel_bytes());
    let slice_pitch = row_pitch.saturating_mul(height.into());
    let end = region.buffer_offset.saturating_add(size.span(row_pitch, slice_pitch));
    if end > buffer.size() {
        return Err(Error::InvalidUsage("VUID-vkCmdCopyBufferToImage-pRegions-00171"));
    }
    Ok((rows, Rows { address: region.buffer_offset, row_pitch, slice_pitch }, size))
}

impl Resource {
    fn address(&self) -> Option<u64> {
        match self {
            Self::Buffer(buffer) => transfer::address(buffer),
            Self::Image(image) => address(image),
        }
    }
}

/// Where an image is; one that never got memory is skipped.
fn address(image: &Image) -> Option<u64> {
    let address = image.address();
    if address.is_none() {
        log::warn!("a command uses an image without memory: skipped");
    }
    address
}

impl State<'_> {
    pub(super) fn image(&mut self, command: &ImageCommand) -> Result<(), Failed> {
        let at = |rows: Rows, base: u64| Rows { address: base + rows.address, ..rows };
        match command {
            ImageCommand::Copy { source, destination, boxes } => {
                let (Some(from), Some(to)) = (source.address(), destination.address()) else { return Ok(()) };
                for copied in boxes {
                    let (to, from) = (at(copied.destination, to), at(copied.source, from));
                    // SAFETY: the box is inside both resources, which the recording holds with their memory.
                    unsafe { copy_box(to, from, copied.size)? }
                }
            }
            ImageCommand::Clear { image, texel, boxes } => {
                let Some(base) = address(image) else { return Ok(()) };
                for &(rows, size) in boxes {
                    // SAFETY: the box is inside the image, which the recording holds with its memory.
                    unsafe { fill_box(at(rows, base), size, texel.bytes()) }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(dimensions: vk::ImageType, depth: u32, count: u32) -> Image {
        let info = vk::ImageCreateInfo::default()
            .image_type(dimensions)
            .format(vk::Format::R32_UINT)
            .extent(vk::Extent3D { width: 10, height: 6, depth })
            .mip_levels(1)
            .array_layers(count)
            .samples(vk::SampleCountFlags::TYPE_1)
            .usage(vk::ImageUsageFlags::TRANSFER_DST);
        Image::new(&info).unwrap()
    }

    fn region(layers: (u32, u32), offset: [i32; 3], extent: [u32; 3]) -> Region {
        let part = vk::ImageSubresourceLayers {
            aspect_mask: vk::ImageAspectFlags::COLOR,
            mip_level: 0,
            base_array_layer: layers.0,
            layer_count: layers.1,
        };
        let ([x, y, z], [width, height, depth]) = (offset, extent);
        (part, vk::Offset3D { x, y, z }, vk::Extent3D { width, height, depth })
    }

    #[test]
    fn regions_become_the_bytes_of_their_texels() {
        let array = image(vk::ImageType::TYPE_2D, 1, 4);
        let pitch = array.layout().layer_pitch();
        let (rows, size) = image_box(&array, region((1, 2), [3, 2, 0], [5, 4, 1])).unwrap();
        assert_eq!(rows, Rows { address: pitch + 2 * 40 + 12, row_pitch: 40, slice_pitch: pitch });
        assert_eq!(size, BoxSize { row_bytes: 20, rows: 4, slices: 2 });
        let solid = image(vk::ImageType::TYPE_3D, 5, 1);
        let (rows, size) = image_box(&solid, region((0, 1), [0, 0, 3], [10, 6, 2])).unwrap();
        assert_eq!((rows.address, rows.slice_pitch, size.slices), (3 * 240, 240, 2));
    }

    #[test]
    fn regions_outside_of_the_image_are_refused() {
        let (array, solid) = (image(vk::ImageType::TYPE_2D, 1, 4), image(vk::ImageType::TYPE_3D, 5, 1));
        for (image, region) in [
            (&array, region((0, 1), [1, 0, 0], [10, 6, 1])),
            (&array, region((0, 1), [0, -1, 0], [1, 1, 1])),
            (&array, region((0, 1), [i32::MAX, 0, 0], [u32::MAX, 1, 1])),
            (&array, region((0, 1), [0, 0, 0], [0, 6, 1])),
            (&array, region((0, 1), [0, 0, 1], [1, 1, 1])),
            (&array, region((3, 2), [0; 3], [1; 3])),
            (&array, region((u32::MAX, u32::MAX), [0; 3], [1; 3])),
            (&array, region((0, 0), [0; 3], [1; 3])),
            (&solid, region((0, 1), [0, 0, 4], [1, 1, 2])),
            (&solid, region((0, 2), [0; 3], [1; 3])),
        ] {
            assert!(matches!(image_box(image, region), Err(Error::InvalidUsage(_))), "{region:?}");
        }
    }
}
