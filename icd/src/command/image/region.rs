//! From regions of Vulkan, in texels, to boxes of elements.

use ash::vk;
use lacuna_gpu::copy::Place;

use crate::error::Error;
use crate::object::image::{Image, Plane};

/// A region of an image: `VkImageSubresourceLayers` with offset and extent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Region {
    pub(super) part: vk::ImageSubresourceLayers,
    pub(super) offset: vk::Offset3D,
    pub(super) extent: vk::Extent3D,
}

pub(super) const OUTSIDE: Error =
    Error::InvalidUsage("VUID-VkImageCopy-extent and -offset: a region outside of the image");

/// The layers of a subresource, of which `VK_REMAINING_ARRAY_LAYERS` are as many as the image has.
pub(super) fn layer_count(image: &Image, part: &vk::ImageSubresourceLayers) -> u32 {
    match part.layer_count {
        vk::REMAINING_ARRAY_LAYERS => image.layers.saturating_sub(part.base_array_layer),
        count => count,
    }
}

/// The planes of an aspect mask.
///
/// # Errors
/// [`Error::InvalidUsage`] for an aspect that the image does not have.
pub(super) fn planes(image: &Image, aspects: vk::ImageAspectFlags) -> Result<Vec<&Plane>, Error> {
    let found: Vec<_> = image.planes.iter().filter(|plane| aspects.contains(plane.aspect)).collect();
    if found.is_empty() || found.len() as u32 != aspects.as_raw().count_ones() {
        return Err(Error::InvalidUsage("an aspect that the image does not have"));
    }
    Ok(found)
}

impl Region {
    /// Its elements in a plane: of how many, in x, y and slices or layers.
    pub(super) fn size(&self, image: &Image, plane: &Plane) -> [u32; 3] {
        let [x, y] = plane.format.block_extent();
        let vk::Extent3D { width, height, depth } = self.extent;
        let slices = if image.is_3d() { depth } else { layer_count(image, &self.part) };
        [width.div_ceil(x), height.div_ceil(y), slices]
    }

    /// Where it begins in a plane, if a box of `size` elements from there on is inside of the image.
    pub(super) fn place(&self, image: &Image, plane: &Plane, size: [u32; 3]) -> Result<Place, Error> {
        let level = *plane.layout.level(self.part.mip_level).ok_or(OUTSIDE)?;
        let [x, y] = plane.format.block_extent();
        let start =
            |offset: i32, block: u32| u32::try_from(offset).map(|start| start / block).map_err(|_| OUTSIDE);
        let (is_3d, first_layer) = (image.is_3d(), self.part.base_array_layer);
        let origin = [start(self.offset.x, x)?, start(self.offset.y, y)?, start(self.offset.z, 1)?];
        let [width, height, depth] = level.extent;
        let (third, most) = if is_3d { (origin[2], depth) } else { (first_layer, image.layers) };
        let inside = |start: u32, size: u32, most: u32| {
            size > 0 && start.checked_add(size).is_some_and(|end| end <= most)
        };
        let fits = inside(origin[0], size[0], width)
            && inside(origin[1], size[1], height)
            && inside(third, size[2], most)
            && (if is_3d { first_layer == 0 } else { origin[2] == 0 });
        let layer = if is_3d { 0 } else { first_layer };
        if fits { Ok(Place { address: plane.offset, level, origin, layer, is_3d }) } else { Err(OUTSIDE) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::tests::device;

    fn image(dimensions: vk::ImageType, format: vk::Format, depth: u32, count: u32) -> Image {
        let info = vk::ImageCreateInfo::default()
            .image_type(dimensions)
            .format(format)
            .extent(vk::Extent3D { width: 10, height: 6, depth })
            .mip_levels(1)
            .array_layers(count)
            .samples(vk::SampleCountFlags::TYPE_1)
            .usage(vk::ImageUsageFlags::TRANSFER_DST);
        Image::new(&device(), &info).unwrap()
    }

    fn region(layers: (u32, u32), offset: [i32; 3], extent: [u32; 3]) -> Region {
        let part = vk::ImageSubresourceLayers {
            aspect_mask: vk::ImageAspectFlags::COLOR,
            mip_level: 0,
            base_array_layer: layers.0,
            layer_count: layers.1,
        };
        let ([x, y, z], [width, height, depth]) = (offset, extent);
        Region { part, offset: vk::Offset3D { x, y, z }, extent: vk::Extent3D { width, height, depth } }
    }

    fn placed(image: &Image, region: Region) -> Result<(Place, [u32; 3]), Error> {
        let plane = planes(image, region.part.aspect_mask)?[0];
        let size = region.size(image, plane);
        Ok((region.place(image, plane, size)?, size))
    }

    #[test]
    fn regions_become_boxes_of_slices_or_layers() {
        let array = image(vk::ImageType::TYPE_2D, vk::Format::R32_UINT, 1, 4);
        let (place, size) = placed(&array, region((1, 2), [3, 2, 0], [5, 4, 1])).unwrap();
        assert_eq!((place.origin, place.layer, size), ([3, 2, 0], 1, [5, 4, 2]));
        let solid = image(vk::ImageType::TYPE_3D, vk::Format::R32_UINT, 5, 1);
        let (place, size) = placed(&solid, region((0, 1), [0, 0, 3], [10, 6, 2])).unwrap();
        assert_eq!((place.origin, place.layer, size), ([0, 0, 3], 0, [10, 6, 2]));
    }

    #[test]
    fn regions_outside_of_the_image_are_refused() {
        let array = image(vk::ImageType::TYPE_2D, vk::Format::R32_UINT, 1, 4);
        let solid = image(vk::ImageType::TYPE_3D, vk::Format::R32_UINT, 5, 1);
        for (image, region) in [
            (&array, region((0, 1), [1, 0, 0], [10, 6, 1])),
            (&array, region((0, 1), [0, -1, 0], [1, 1, 1])),
            (&array, region((0, 1), [i32::MAX, 0, 0], [u32::MAX, 1, 1])),
            (&array, region((0, 1), [0, 0, 0], [0, 6, 1])),
            (&array, region((0, 1), [0, 0, 1], [1, 1, 1])),
            (&array, region((3, 2), [0; 3], [1; 3])),
            (&array, region((u32::MAX, u32::MAX - 1), [0; 3], [1; 3])),
            (&array, region((0, 0), [0; 3], [1; 3])),
            (&solid, region((0, 1), [0, 0, 4], [1, 1, 2])),
            (&solid, region((1, 1), [0; 3], [1; 3])),
        ] {
            assert!(matches!(placed(image, region), Err(Error::InvalidUsage(_))), "{region:?}");
        }
    }
}
