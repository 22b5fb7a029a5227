//! `vkCmdBlitImage`, `vkCmdResolveImage`: texels are converted and combined on their way.

use std::sync::Arc;

use ash::vk;
use lacuna_gpu::copy::blit::{BlitRegion, blit};
use lacuna_gpu::copy::resolve::{ResolveRegion, resolve_region};
use lacuna_gpu::memory::address_space::Gpu;
use lacuna_gpu::surface::Surface;

use super::region::{OUTSIDE, Region, layer_count, planes};
use super::{ImageCommand, locate};
use crate::command::recording::{Command, Recording};
use crate::error::Error;
use crate::handle::Object;
use crate::object::image::Image;
use crate::queue::submission::Failed;

/// Estimate of what one texel takes.
const NANOSECONDS_PER_TEXEL: u64 = 10;

/// Regions of two images.
struct Pair<R> {
    source: Arc<Image>,
    destination: Arc<Image>,
    /// Addresses count from the first byte of their image.
    regions: Vec<(Surface, Surface, R)>,
}

/// `vkCmdBlitImage`
pub struct Blit(Pair<BlitRegion>);

/// `vkCmdResolveImage`
pub struct Resolve(Pair<ResolveRegion>);

impl<R> Pair<R> {
    /// Source, destination and region of each, where they are now.
    fn placed(&self, gpu: Gpu) -> impl Iterator<Item = (Surface, Surface, &R)> {
        let at = move |image: &Image, surface: &Surface| {
            Some(Surface { address: locate(gpu, image, surface.address)?, ..*surface })
        };
        self.regions.iter().filter_map(move |(from, to, region)| {
            Some((at(&self.source, from)?, at(&self.destination, to)?, region))
        })
    }
}

impl Blit {
    pub(super) fn execute(&self, gpu: Gpu) -> Result<(), Failed> {
        for (from, to, region) in self.0.placed(gpu) {
            // SAFETY: the destination is inside of its image, and the recording holds both images with their memory.
            unsafe { blit(&to, &from, region)? }
        }
        Ok(())
    }
}

impl Resolve {
    pub(super) fn execute(&self, gpu: Gpu) -> Result<(), Failed> {
        for (from, to, region) in self.0.placed(gpu) {
            // SAFETY: the region is inside of both images, which the recording holds with their memory.
            unsafe { resolve_region(&from, &to, region)? }
        }
        Ok(())
    }
}

/// The surfaces of a subresource: one for each aspect.
fn surfaces(image: &Image, part: &vk::ImageSubresourceLayers) -> Result<Vec<Surface>, Error> {
    let count = layer_count(image, part);
    let end = part.base_array_layer.checked_add(count).filter(|&end| count > 0 && end <= image.layers);
    end.ok_or(OUTSIDE)?;
    let surface = |plane: &crate::object::image::Plane| {
        let level = *plane.layout.level(part.mip_level).ok_or(OUTSIDE)?;
        let (first_layer, layers) =
            if image.is_3d() { (0, level.extent[2]) } else { (part.base_array_layer, count) };
        let (format, samples, is_3d) = (plane.format, image.samples, image.is_3d());
        Ok(Surface { address: plane.offset, level, format, samples, first_layer, layers, is_3d })
    };
    planes(image, part.aspect_mask)?.into_iter().map(surface).collect()
}

/// Width and height of a level.
fn edge(image: &Image, part: &vk::ImageSubresourceLayers) -> [u32; 2] {
    let [width, height, _] = image.extent.map(|size| (size >> part.mip_level.min(31)).max(1));
    [width, height]
}

/// The corners, of what is not 3D with layers as the third coordinate.
fn corners(image: &Image, [a, b]: [vk::Offset3D; 2], layers: u32) -> [[i32; 3]; 2] {
    let (from, to) = if image.is_3d() { (a.z, b.z) } else { (0, layers as i32) };
    [[a.x, a.y, from], [b.x, b.y, to]]
}

impl Recording {
    /// `vkCmdBlitImage`.
    pub fn blit_image(
        &mut self,
        source: vk::Image,
        destination: vk::Image,
        regions: impl Iterator<Item = vk::ImageBlit>,
        filter: vk::Filter,
    ) -> Result<(), Error> {
        let (source, destination) = (Image::get(source)?, Image::get(destination)?);
        let single = source.samples == 1 && destination.samples == 1;
        if !single || destination.format.is_compressed() {
            return Err(Error::InvalidUsage("VUID-vkCmdBlitImage-srcImage-00233, -dstImage-00234"));
        }
        let (mut found, mut texels) = (Vec::new(), 0u64);
        for region in regions {
            let from = surfaces(&source, &region.src_subresource)?;
            let to = surfaces(&destination, &region.dst_subresource)?;
            let area = BlitRegion {
                from: corners(&source, region.src_offsets, layer_count(&source, &region.src_subresource)),
                // Slices of a 3D source become as many layers.
                to: corners(
                    &destination,
                    region.dst_offsets,
                    layer_count(&destination, &region.dst_subresource),
                ),
                edge: edge(&source, &region.src_subresource),
                filter,
            };
            if from.len() != to.len() {
                return Err(Error::InvalidUsage("VUID-VkImageBlit-aspectMask-00238"));
            }
            for (from, to) in from.into_iter().zip(to) {
                if is_empty(&area) {
                    continue;
                }
                texels = texels.saturating_add(check(&to, &area)?);
                found.push((from, to, area));
            }
        }
        let blit = ImageCommand::Blit(Blit(Pair { source, destination, regions: found }));
        self.push(Command::Image(Box::new(blit)), texels.saturating_mul(NANOSECONDS_PER_TEXEL))
    }

    /// `vkCmdResolveImage`.
    pub fn resolve_image(
        &mut self,
        source: vk::Image,
        destination: vk::Image,
        regions: impl Iterator<Item = vk::ImageResolve>,
    ) -> Result<(), Error> {
        let (source, destination) = (Image::get(source)?, Image::get(destination)?);
        let (mut found, mut texels) = (Vec::new(), 0u64);
        for region in regions {
            let from =
                Region { part: region.src_subresource, offset: region.src_offset, extent: region.extent };
            let to =
                Region { part: region.dst_subresource, offset: region.dst_offset, extent: region.extent };
            let pairs = (planes(&source, from.part.aspect_mask)?, planes(&destination, to.part.aspect_mask)?);
            let surfaces = (surfaces(&source, &from.part)?, surfaces(&destination, &to.part)?);
            for ((a, b), (source_surface, surface)) in
                pairs.0.into_iter().zip(pairs.1).zip(surfaces.0.into_iter().zip(surfaces.1))
            {
                let size = from.size(&source, a);
                let start = |place: lacuna_gpu::copy::Place| {
                    let [x, y, z] = place.origin;
                    [x, y, if place.is_3d { z } else { 0 }]
                };
                let area = ResolveRegion {
                    from: start(from.place(&source, a, size)?),
                    to: start(to.place(&destination, b, size)?),
                    size,
                    mode: vk::ResolveModeFlags::AVERAGE,
                };
                texels = texels.saturating_add(size.iter().fold(1, |n, &s| n.saturating_mul(s.into())));
                found.push((source_surface, surface, area));
            }
        }
        let resolve = ImageCommand::Resolve(Resolve(Pair { source, destination, regions: found }));
        self.push(Command::Image(Box::new(resolve)), texels.saturating_mul(NANOSECONDS_PER_TEXEL))
    }
}

/// Whether a corner coincides with the other in some dimension.
fn is_empty(area: &BlitRegion) -> bool {
    let flat = |[a, b]: [[i32; 3]; 2]| (0..3).any(|axis| a[axis] == b[axis]);
    flat(area.to) || flat(area.from)
}

/// The texels of the destination, all of which must be inside of it.
fn check(to: &Surface, area: &BlitRegion) -> Result<u64, Error> {
    let [width, height, _] = to.level.extent;
    let mut texels = 1u64;
    for (axis, most) in [width, height, to.layers].into_iter().enumerate() {
        let [a, b] = area.to.map(|corner| corner[axis]);
        let inside = |corner: i32| u32::try_from(corner).is_ok_and(|corner| corner <= most);
        if !inside(a) || !inside(b) {
            return Err(OUTSIDE);
        }
        texels = texels.saturating_mul(a.abs_diff(b).into());
    }
    Ok(texels)
}
