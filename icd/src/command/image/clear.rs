//! `vkCmdClearColorImage`, `vkCmdClearDepthStencilImage`.

use ash::vk;
use lacuna_gpu::copy::Place;
use lacuna_gpu::format::Texel;

use super::ImageCommand;
use super::region::{OUTSIDE, planes};
use crate::command::recording::{Command, Recording};
use crate::command::transfer::BYTES_PER_NANOSECOND;
use crate::error::Error;
use crate::handle::Object;
use crate::object::image::{self, Image, Plane};

/// One level of one aspect.
pub struct Fill {
    pub(super) place: Place,
    /// Elements, and slices or layers.
    pub(super) size: [u32; 3],
    /// What every element becomes.
    pub(super) texel: Texel,
}

impl Recording {
    /// `vkCmdClearColorImage`. The color is 32 bits for each channel.
    pub fn clear_color_image(
        &mut self,
        image: vk::Image,
        color: [u32; 4],
        ranges: &[vk::ImageSubresourceRange],
    ) -> Result<(), Error> {
        self.clear_image(image, ranges, |plane| plane.format.encode(color))
    }

    /// `vkCmdClearDepthStencilImage`.
    pub fn clear_depth_stencil_image(
        &mut self,
        image: vk::Image,
        value: vk::ClearDepthStencilValue,
        ranges: &[vk::ImageSubresourceRange],
    ) -> Result<(), Error> {
        self.clear_image(image, ranges, |plane| {
            let is_stencil = plane.aspect == vk::ImageAspectFlags::STENCIL;
            let bits = if is_stencil { value.stencil } else { value.depth.to_bits() };
            plane.format.encode([bits, 0, 0, 0])
        })
    }

    fn clear_image(
        &mut self,
        image: vk::Image,
        ranges: &[vk::ImageSubresourceRange],
        texel: impl Fn(&Plane) -> Texel,
    ) -> Result<(), Error> {
        let image = Image::get(image)?;
        let (mut fills, mut bytes) = (Vec::new(), 0u64);
        for range in ranges {
            let (levels, layers) = (image::levels(range, image.levels), image::layers(range, image.layers));
            if levels.end > image.levels || layers.is_empty() || layers.end > image.layers {
                return Err(OUTSIDE);
            }
            for plane in planes(&image, range.aspect_mask)? {
                if plane.format.is_compressed() {
                    return Err(Error::InvalidUsage("VUID-vkCmdClearColorImage-image-00007"));
                }
                for level in levels.clone() {
                    let level = *plane.layout.level(level).ok_or(OUTSIDE)?;
                    let [width, height, depth] = level.extent;
                    let is_3d = image.is_3d();
                    let third = if is_3d { depth } else { layers.end - layers.start };
                    let place =
                        Place { address: plane.offset, level, origin: [0; 3], layer: layers.start, is_3d };
                    bytes = bytes.saturating_add(level.size.saturating_mul(third.into()));
                    fills.push(Fill { place, size: [width, height, third], texel: texel(plane) });
                }
            }
        }
        let clear = ImageCommand::Clear { image, fills: fills.into() };
        self.push(Command::Image(Box::new(clear)), bytes / BYTES_PER_NANOSECOND)
    }
}
