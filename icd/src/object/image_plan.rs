//! What an image will be, before there is one: its planes and where their elements lie. Memory requirements follow from it.
//!
//! ```text
//!   color                [ COLOR                                     ]
//!   depth and stencil    [ DEPTH: 2 or 4 bytes | STENCIL: 1 byte     ]    one layout for each, one after the other
//!   multi-planar         [ PLANE_0 | PLANE_1 | PLANE_2               ]
//! ```

use ash::vk;
use lacuna_gpu::format::{self, Format};
use lacuna_gpu::layout::{ALIGNMENT, ImageLayout, Shape, standard_block};
use lacuna_vm::mutation;
use smallvec::SmallVec;

use crate::caps::formats::{self, Aspects, ImageKind};
use crate::caps::limits::MAX_ALLOCATION;
use crate::caps::memory::ALL_TYPES;
use crate::error::Error;

/// A part of an image that lies apart.
#[derive(Clone, Debug)]
pub struct Plane {
    /// Its aspect: one bit.
    pub aspect: vk::ImageAspectFlags,
    /// Of its elements.
    pub format: Format,
    /// Where it begins, in bytes from the start of the image on.
    pub offset: u64,
    /// Where its elements lie from there on.
    pub layout: ImageLayout,
}

impl Plane {
    /// `vkGetImageMemoryRequirements2` of a plane that is bound on its own.
    pub fn requirements(&self) -> vk::MemoryRequirements {
        let size = self.layout.size().next_multiple_of(ALIGNMENT);
        vk::MemoryRequirements { size, alignment: ALIGNMENT, memory_type_bits: ALL_TYPES }
    }
}

/// What an image is made of.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Format of its texels.
    pub format: Format,
    /// How many dimensions it has.
    pub dimensions: vk::ImageType,
    /// Texels of level 0.
    pub extent: [u32; 3],
    /// Mip levels.
    pub levels: u32,
    /// Array layers.
    pub layers: u32,
    /// Samples of a texel.
    pub samples: u32,
    /// How it is made.
    pub flags: vk::ImageCreateFlags,
    /// What it is for.
    pub usage: vk::ImageUsageFlags,
    /// In the order of their aspect bits.
    pub planes: SmallVec<[Plane; 1]>,
    /// Bytes: of sparse images whole pages.
    size: u64,
}

impl Plan {
    /// `vkGetImageSubresourceLayout`.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for parts that the image does not have.
    pub fn subresource(&self, place: &vk::ImageSubresource) -> Result<vk::SubresourceLayout, Error> {
        const RULE: Error = Error::InvalidUsage("a subresource that the image does not have");
        let plane = self.plane(place.aspect_mask).ok_or(RULE)?;
        let level = plane.layout.level(place.mip_level).ok_or(RULE)?;
        if place.array_layer >= self.layers {
            return Err(RULE);
        }
        // Of a disjoint image offsets count from the memory of the plane.
        let start = if self.is_disjoint() { 0 } else { plane.offset };
        Ok(vk::SubresourceLayout {
            offset: start + level.offset + u64::from(place.array_layer) * level.layer_pitch,
            size: level.size,
            row_pitch: level.row_pitch.into(),
            array_pitch: level.layer_pitch,
            depth_pitch: level.block_slice_pitch,
        })
    }

    /// Of the image that `vkCreateImage` would make.
    ///
    /// # Errors
    /// [`Error::FormatNotSupported`] for images that the format queries do not offer, [`Error::OutOfDeviceMemory`] for
    /// images that no memory could hold, [`Error::InvalidUsage`].
    pub fn new(info: &vk::ImageCreateInfo<'_>) -> Result<Self, Error> {
        let limits = formats::image_properties(&ImageKind::of(info))?;
        let format = Format::find(info.format).ok_or(Error::FormatNotSupported)?;
        check(info, &limits)?;
        let vk::Extent3D { width, height, depth } = info.extent;
        let mut plan = Self {
            format,
            dimensions: info.image_type,
            extent: [width, height, depth],
            levels: info.mip_levels,
            layers: info.array_layers,
            samples: info.samples.as_raw(),
            flags: info.flags,
            usage: info.usage,
            planes: SmallVec::new(),
            size: 0,
        };
        for plane in format.planes() {
            plan.add(plane, info.tiling).ok_or(Error::OutOfDeviceMemory)?;
        }
        plan.size = plan.size.checked_next_multiple_of(plan.alignment()).ok_or(Error::OutOfDeviceMemory)?;
        if plan.size > MAX_ALLOCATION {
            return Err(Error::OutOfDeviceMemory);
        }
        Ok(plan)
    }

    /// Places a plane behind those that are there; `None` where 64 bits do not count its bytes.
    fn add(&mut self, plane: &format::Plane, tiling: vk::ImageTiling) -> Option<()> {
        let [width, height, depth] = self.extent;
        let [half_x, half_y] = plane.subsampling_log2;
        let shape = Shape {
            extent: [width.div_ceil(1 << half_x), height.div_ceil(1 << half_y), depth],
            block: plane.format.block_extent(),
            levels: self.levels,
            layers: self.layers,
            element_bytes: plane.format.element_bytes(),
            samples: self.samples,
        };
        let layout = match tiling {
            vk::ImageTiling::LINEAR => ImageLayout::linear(shape)?,
            _ if self.is_resident() => ImageLayout::sparse(shape, self.is_3d())?,
            _ => ImageLayout::tiled(shape, self.is_3d())?,
        };
        let offset = self.size.checked_next_multiple_of(self.alignment())?;
        self.size = offset.checked_add(layout.size())?;
        self.planes.push(Plane { aspect: plane.aspect, format: plane.format, offset, layout });
        Some(())
    }

    /// Whether its third dimension is depth; else it is layers.
    pub fn is_3d(&self) -> bool {
        self.dimensions == vk::ImageType::TYPE_3D
    }

    /// Whether the page table says where it is.
    pub fn is_sparse(&self) -> bool {
        self.flags.contains(vk::ImageCreateFlags::SPARSE_BINDING)
    }

    /// Whether blocks of it can be bound on their own.
    pub fn is_resident(&self) -> bool {
        self.flags.contains(vk::ImageCreateFlags::SPARSE_RESIDENCY)
    }

    /// Whether each plane has memory of its own.
    pub fn is_disjoint(&self) -> bool {
        self.flags.contains(vk::ImageCreateFlags::DISJOINT) && self.format.has_planes()
    }

    fn alignment(&self) -> u64 {
        if self.is_sparse() { standard_block::BYTES } else { ALIGNMENT }
    }

    /// The plane of an aspect.
    pub fn plane(&self, aspect: vk::ImageAspectFlags) -> Option<&Plane> {
        self.planes.iter().find(|plane| plane.aspect == aspect)
    }

    /// `vkGetImageMemoryRequirements`.
    pub fn requirements(&self) -> vk::MemoryRequirements {
        vk::MemoryRequirements { size: self.size, alignment: self.alignment(), memory_type_bits: ALL_TYPES }
    }

    /// [`requirements`](Self::requirements) of a disjoint image's plane; other images are bound as a whole, whatever the aspect.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for planes that the image does not have.
    pub fn requirements_of(&self, aspect: vk::ImageAspectFlags) -> Result<vk::MemoryRequirements, Error> {
        if !self.is_disjoint() {
            return Ok(self.requirements());
        }
        let plane = self.plane(aspect);
        plane
            .map(Plane::requirements)
            .ok_or(Error::InvalidUsage("VUID-VkImagePlaneMemoryRequirementsInfo-planeAspect-02281"))
    }

    /// `vkGetImageSparseMemoryRequirements`: one for each plane, with a mip tail for each layer. There is no metadata.
    pub fn sparse_requirements(
        &self,
    ) -> impl ExactSizeIterator<Item = vk::SparseImageMemoryRequirements> + '_ {
        let planes = if self.is_resident() { self.planes.as_slice() } else { &[] };
        planes.iter().map(|plane| {
            let layout = &plane.layout;
            let (first_level, offset, size) = layout
                .mip_tail()
                .map_or((self.levels, 0, 0), |tail| (tail.first_level, tail.offset, tail.size));
            vk::SparseImageMemoryRequirements {
                format_properties: formats::sparse_block(plane.aspect, layout.shape(), self.is_3d()),
                image_mip_tail_first_lod: first_level,
                image_mip_tail_size: size,
                image_mip_tail_offset: plane.offset + offset,
                image_mip_tail_stride: if mutation::is("tails_share_memory") {
                    0
                } else {
                    layout.layer_pitch()
                },
            }
        })
    }
}

fn check(info: &vk::ImageCreateInfo<'_>, limits: &vk::ImageFormatProperties) -> Result<(), Error> {
    let (extent, most) = (info.extent, limits.max_extent);
    if extent.width == 0 || extent.height == 0 || extent.depth == 0 {
        return Err(Error::InvalidUsage("VUID-VkImageCreateInfo-extent-00944 to 00946"));
    }
    if extent.width > most.width || extent.height > most.height || extent.depth > most.depth {
        return Err(Error::InvalidUsage("VUID-VkImageCreateInfo-extent-02252 to 02254"));
    }
    let complete = Shape::complete_levels([extent.width, extent.height, extent.depth]);
    if info.mip_levels == 0 || info.mip_levels > complete.min(limits.max_mip_levels) {
        return Err(Error::InvalidUsage("VUID-VkImageCreateInfo-mipLevels-00947, -00958"));
    }
    if info.array_layers == 0 || info.array_layers > limits.max_array_layers {
        return Err(Error::InvalidUsage("VUID-VkImageCreateInfo-arrayLayers-00948, -02256"));
    }
    let samples = info.samples;
    if samples.as_raw().count_ones() != 1 || !limits.sample_counts.contains(samples) {
        return Err(Error::FormatNotSupported);
    }
    if samples != vk::SampleCountFlags::TYPE_1 && info.mip_levels != 1 {
        return Err(Error::InvalidUsage("VUID-VkImageCreateInfo-samples-02257"));
    }
    let cube = info.flags.contains(vk::ImageCreateFlags::CUBE_COMPATIBLE);
    let can_be_cube = info.image_type == vk::ImageType::TYPE_2D && extent.width == extent.height;
    if cube && !(can_be_cube && info.array_layers >= 6) {
        return Err(Error::InvalidUsage("VUID-VkImageCreateInfo-flags-08865, -08866"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info() -> vk::ImageCreateInfo<'static> {
        vk::ImageCreateInfo::default()
            .image_type(vk::ImageType::TYPE_2D)
            .format(vk::Format::R16G16_UINT)
            .extent(vk::Extent3D { width: 20, height: 10, depth: 1 })
            .mip_levels(3)
            .array_layers(4)
            .samples(vk::SampleCountFlags::TYPE_1)
            .usage(vk::ImageUsageFlags::TRANSFER_SRC)
    }

    const SPARSE: vk::ImageCreateFlags = vk::ImageCreateFlags::from_raw(
        vk::ImageCreateFlags::SPARSE_BINDING.as_raw() | vk::ImageCreateFlags::SPARSE_RESIDENCY.as_raw(),
    );

    #[test]
    fn sizes_that_images_cannot_have_are_refused() {
        assert!(Plan::new(&info()).is_ok());
        let extent = |width, height, depth| info().extent(vk::Extent3D { width, height, depth });
        for wrong in [
            extent(0, 10, 1),
            extent(20, 10, 2),
            extent(u32::MAX, 10, 1),
            info().mip_levels(0),
            info().mip_levels(6),
            info().array_layers(0),
            info().array_layers(u32::MAX),
            info().flags(vk::ImageCreateFlags::CUBE_COMPATIBLE),
        ] {
            assert!(matches!(Plan::new(&wrong), Err(Error::InvalidUsage(_))), "{wrong:?}");
        }
        let samples = info().samples(vk::SampleCountFlags::from_raw(3));
        assert_eq!(Plan::new(&samples).err(), Some(Error::FormatNotSupported));
    }

    #[test]
    fn sparse_images_have_whole_pages_and_a_tail_for_each_layer() {
        let extent = vk::Extent3D { width: 512, height: 256, depth: 1 };
        let plan = Plan::new(&info().extent(extent).mip_levels(10).flags(SPARSE)).unwrap();
        let [needs] = plan.sparse_requirements().collect::<Vec<_>>()[..] else { panic!() };
        let block = needs.format_properties.image_granularity;
        assert_eq!((block.width, block.height, block.depth), (128, 128, 1));
        assert_eq!((needs.image_mip_tail_first_lod, needs.image_mip_tail_size), (2, 1 << 16));
        assert_eq!(needs.image_mip_tail_offset, 10 << 16);
        assert_eq!(needs.image_mip_tail_stride, 11 << 16);
        assert_eq!((plan.requirements().size, plan.requirements().alignment), (44 << 16, 1 << 16));
        assert_eq!(Plan::new(&info()).unwrap().sparse_requirements().len(), 0);
    }

    #[test]
    fn depth_and_stencil_lie_one_behind_the_other() {
        let format = vk::Format::D32_SFLOAT_S8_UINT;
        let plan = Plan::new(&info().format(format)).unwrap();
        let [depth, stencil] = &plan.planes[..] else { panic!() };
        assert_eq!((depth.aspect, depth.offset), (vk::ImageAspectFlags::DEPTH, 0));
        assert_eq!((stencil.aspect, stencil.offset), (vk::ImageAspectFlags::STENCIL, depth.layout.size()));
        assert_eq!((depth.format.element_bytes(), stencil.format.element_bytes()), (4, 1));
    }
}
