//! Images: which can be made, how large, and in which blocks they are sparse.
//!
//! Queries and `vkCreateImage` go by the same function, so that they cannot disagree.

use ash::vk;
use lacuna_gpu::format::Format;
use lacuna_gpu::layout::{Shape, standard_block};
use smallvec::SmallVec;
use vk::FormatFeatureFlags2 as Features;
use vk::ImageCreateFlags as Flags;
use vk::ImageUsageFlags as Usage;

use super::formats::{self, Aspects, MULTISAMPLED_STORAGE};
use super::limits;
use crate::error::Error;
use crate::newer;
use crate::pnext::Node;

/// What images can be made with.
const FLAGS: &[Flags] = &[
    Flags::MUTABLE_FORMAT,
    Flags::CUBE_COMPATIBLE,
    Flags::TYPE_2D_ARRAY_COMPATIBLE,
    Flags::BLOCK_TEXEL_VIEW_COMPATIBLE,
    Flags::EXTENDED_USAGE,
    Flags::ALIAS,
    // All instances of an image are in the one instance of its memory, whichever regions they are made of.
    Flags::SPLIT_INSTANCE_BIND_REGIONS,
    Flags::SAMPLE_LOCATIONS_COMPATIBLE_DEPTH_EXT,
    Flags::DISJOINT,
    Flags::TYPE_2D_VIEW_COMPATIBLE_EXT,
    Flags::SPARSE_BINDING,
    Flags::SPARSE_RESIDENCY,
    Flags::SPARSE_ALIASED,
    // Only captured data would mean something, which there are none of (`descriptorHeapCaptureReplay` is false).
    newer::IMAGE_CREATE_DESCRIPTOR_HEAP_CAPTURE_REPLAY,
];

/// What images can be used for, and what their format has to be able to do for it: any of these.
const USAGES: &[(Usage, &[Features])] = &[
    (Usage::TRANSFER_SRC, &[Features::TRANSFER_SRC, Features::BLIT_SRC]),
    (Usage::TRANSFER_DST, &[Features::TRANSFER_DST, Features::BLIT_DST]),
    (Usage::SAMPLED, &[Features::SAMPLED_IMAGE]),
    (Usage::STORAGE, &[Features::STORAGE_IMAGE]),
    (Usage::COLOR_ATTACHMENT, &[Features::COLOR_ATTACHMENT]),
    (Usage::DEPTH_STENCIL_ATTACHMENT, &[Features::DEPTH_STENCIL_ATTACHMENT]),
    (Usage::INPUT_ATTACHMENT, ATTACHMENT),
    (Usage::TRANSIENT_ATTACHMENT, ATTACHMENT),
    (Usage::ATTACHMENT_FEEDBACK_LOOP_EXT, ATTACHMENT),
    (Usage::HOST_TRANSFER_EXT, &[Features::HOST_IMAGE_TRANSFER_EXT]),
];

/// Usages whose limits allow fewer samples than storage does.
const LIMITED: Usage = Usage::from_raw(
    Usage::COLOR_ATTACHMENT.as_raw() | Usage::DEPTH_STENCIL_ATTACHMENT.as_raw() | Usage::SAMPLED.as_raw(),
);

const ATTACHMENT: &[Features] = &[Features::COLOR_ATTACHMENT, Features::DEPTH_STENCIL_ATTACHMENT];

/// What an image is made of, besides its size.
#[derive(Clone, Copy, Debug)]
pub struct ImageKind {
    /// Format of its texels.
    pub format: vk::Format,
    /// How many dimensions it has.
    pub dimensions: vk::ImageType,
    /// Linear or optimal.
    pub tiling: vk::ImageTiling,
    /// What it will be used for.
    pub usage: Usage,
    /// How it is made.
    pub flags: Flags,
}

impl ImageKind {
    /// Of an image to be made.
    pub fn of(info: &vk::ImageCreateInfo<'_>) -> Self {
        Self {
            format: info.format,
            dimensions: info.image_type,
            tiling: info.tiling,
            usage: info.usage,
            flags: info.flags,
        }
    }

    fn is_flat(&self) -> bool {
        self.dimensions == vk::ImageType::TYPE_2D
    }

    /// Its format, if images of that kind exist.
    fn supported(&self) -> Option<Format> {
        let format = Format::find(self.format)?;
        let features = match self.tiling {
            vk::ImageTiling::OPTIMAL => formats::optimal(format),
            vk::ImageTiling::LINEAR => formats::linear(format),
            _ => return None,
        };
        let fits = self.has_known_flags()
            && self.usage_fits(features)
            && self.dimensions_fit(format)
            && self.sparse_fits(format)
            && self.disjoint_fits(format);
        (fits && !features.is_empty()).then_some(format)
    }

    fn has_known_flags(&self) -> bool {
        let known = FLAGS.iter().fold(Flags::empty(), |all, &flag| all | flag);
        let block_views = self.flags.contains(Flags::BLOCK_TEXEL_VIEW_COMPATIBLE);
        let cube = self.flags.contains(Flags::CUBE_COMPATIBLE);
        let slices = self.flags.contains(Flags::TYPE_2D_VIEW_COMPATIBLE_EXT);
        known.contains(self.flags)
            && (!block_views || (Format::find(self.format).is_some_and(Format::is_compressed)))
            && (!cube || self.is_flat())
            && (!slices || self.dimensions == vk::ImageType::TYPE_3D)
    }

    /// An image whose views may have other formats (`EXTENDED_USAGE`) may be used for what those can do.
    fn usage_fits(&self, features: Features) -> bool {
        let known = USAGES.iter().fold(Usage::empty(), |all, &(usage, _)| all | usage);
        let able = |(usage, any): &(Usage, &[Features])| {
            !self.usage.contains(*usage) || any.iter().any(|&feature| features.contains(feature))
        };
        let extended = self.flags.contains(Flags::EXTENDED_USAGE);
        !self.usage.is_empty() && known.contains(self.usage) && (extended || USAGES.iter().all(able))
    }

    fn dimensions_fit(&self, format: Format) -> bool {
        match self.dimensions {
            vk::ImageType::TYPE_1D => format.has_color() && !format.is_compressed(),
            vk::ImageType::TYPE_2D => true,
            vk::ImageType::TYPE_3D => format.has_color(),
            _ => false,
        }
    }

    /// Resident images consist of standard blocks.
    fn sparse_fits(&self, format: Format) -> bool {
        let has = |flag| self.flags.contains(flag);
        if !has(Flags::SPARSE_BINDING) {
            return !has(Flags::SPARSE_RESIDENCY) && !has(Flags::SPARSE_ALIASED);
        }
        !has(Flags::SPARSE_RESIDENCY)
            || (self.tiling == vk::ImageTiling::OPTIMAL
                && self.dimensions != vk::ImageType::TYPE_1D
                && !self.usage.contains(Usage::TRANSIENT_ATTACHMENT)
                && format.planes().iter().all(|plane| standard_block::exists(plane.format.element_bytes())))
    }

    /// Planes have memory of their own where there are several, and pages do not say where they are. One plane is never disjoint,
    /// whatever an image is asked for that shares its memory with a plane.
    fn disjoint_fits(&self, format: Format) -> bool {
        !(self.flags.contains(Flags::DISJOINT | Flags::SPARSE_BINDING) && format.has_planes())
    }

    fn sample_counts(&self, format: Format) -> vk::SampleCountFlags {
        let one = vk::SampleCountFlags::TYPE_1;
        let features = formats::optimal(format);
        let drawable = ATTACHMENT.iter().any(|&feature| features.contains(feature));
        let many = self.is_flat()
            && self.tiling == vk::ImageTiling::OPTIMAL
            && !self.flags.contains(Flags::CUBE_COMPATIBLE)
            && drawable
            && (MULTISAMPLED_STORAGE || !self.usage.contains(Usage::STORAGE));
        // More than a pixel of an attachment has: for shaders alone.
        let unseen = self.usage.contains(Usage::STORAGE)
            && !self.flags.contains(Flags::SPARSE_RESIDENCY)
            && !self.usage.intersects(LIMITED);
        match (many, unseen) {
            (true, true) => limits::STORAGE_SAMPLES,
            (true, false) => limits::SAMPLES,
            _ => one,
        }
    }
}

/// `vkGetPhysicalDeviceImageFormatProperties`: the limits of images of a kind.
///
/// # Errors
/// [`Error::FormatNotSupported`] for kinds that no image can be of.
pub fn image_properties(kind: &ImageKind) -> Result<vk::ImageFormatProperties, Error> {
    let format = kind.supported().ok_or(Error::FormatNotSupported)?;
    let limits = limits::properties().limits;
    let layers = limits.max_image_array_layers;
    let flat = match kind.flags.contains(Flags::CUBE_COMPATIBLE) {
        true => limits.max_image_dimension_cube,
        false => limits.max_image_dimension2_d,
    };
    let (extent, layers) = match kind.dimensions {
        vk::ImageType::TYPE_1D => ([limits.max_image_dimension1_d, 1, 1], layers),
        vk::ImageType::TYPE_2D => ([flat, flat, 1], layers),
        _ => ([limits.max_image_dimension3_d; 3], 1),
    };
    let [width, height, depth] = extent;
    // Images of several planes, and those whose texels share chroma, have no smaller levels.
    let one_level = format.has_planes() || format.has_subsampling();
    Ok(vk::ImageFormatProperties {
        max_extent: vk::Extent3D { width, height, depth },
        max_mip_levels: if one_level { 1 } else { Shape::complete_levels(extent) },
        max_array_layers: layers,
        sample_counts: kind.sample_counts(format),
        max_resource_size: limits::MAX_ALLOCATION,
    })
}

/// `vkGetPhysicalDeviceSparseImageFormatProperties`: one for each plane; none for kinds that cannot be sparse and resident.
pub fn sparse_properties(
    kind: &ImageKind,
    samples: vk::SampleCountFlags,
) -> SmallVec<[vk::SparseImageFormatProperties; 3]> {
    // Planes are stored to through views of other formats: the usage is theirs.
    let planar = Format::find(kind.format).is_some_and(Aspects::has_planes);
    let views = if planar { Flags::MUTABLE_FORMAT | Flags::EXTENDED_USAGE } else { Flags::empty() };
    let flags = kind.flags | views | Flags::SPARSE_BINDING | Flags::SPARSE_RESIDENCY;
    let kind = ImageKind { flags, ..*kind };
    let (Some(format), 1) = (kind.supported(), samples.as_raw().count_ones()) else { return SmallVec::new() };
    if !kind.sample_counts(format).contains(samples) {
        return SmallVec::new();
    }
    let block = |plane: &lacuna_gpu::format::Plane| {
        let shape = Shape {
            extent: [1; 3],
            block: plane.format.block_extent(),
            levels: 1,
            layers: 1,
            element_bytes: plane.format.element_bytes(),
            samples: samples.as_raw(),
        };
        sparse_block(plane.aspect, &shape, kind.dimensions == vk::ImageType::TYPE_3D)
    };
    format.planes().iter().map(block).collect()
}

/// Layouts of images that the host copies from and to: all, since they mean nothing.
const LAYOUTS: &[vk::ImageLayout] = &[
    vk::ImageLayout::GENERAL,
    vk::ImageLayout::COLOR_ATTACHMENT_OPTIMAL,
    vk::ImageLayout::DEPTH_STENCIL_ATTACHMENT_OPTIMAL,
    vk::ImageLayout::DEPTH_STENCIL_READ_ONLY_OPTIMAL,
    vk::ImageLayout::SHADER_READ_ONLY_OPTIMAL,
    vk::ImageLayout::TRANSFER_SRC_OPTIMAL,
    vk::ImageLayout::TRANSFER_DST_OPTIMAL,
    vk::ImageLayout::PREINITIALIZED,
    vk::ImageLayout::DEPTH_READ_ONLY_STENCIL_ATTACHMENT_OPTIMAL,
    vk::ImageLayout::DEPTH_ATTACHMENT_STENCIL_READ_ONLY_OPTIMAL,
    vk::ImageLayout::DEPTH_ATTACHMENT_OPTIMAL,
    vk::ImageLayout::DEPTH_READ_ONLY_OPTIMAL,
    vk::ImageLayout::STENCIL_ATTACHMENT_OPTIMAL,
    vk::ImageLayout::STENCIL_READ_ONLY_OPTIMAL,
    vk::ImageLayout::READ_ONLY_OPTIMAL,
    vk::ImageLayout::ATTACHMENT_OPTIMAL,
    vk::ImageLayout::PRESENT_SRC_KHR,
];

/// Fills the structure of host copies, if it is that.
///
/// # Safety
/// The structure is valid: its arrays are null or as long as its counts.
pub unsafe fn fill_host_copy(node: &mut Node) -> bool {
    let fill = |count: &mut u32, layouts: *mut vk::ImageLayout| {
        if layouts.is_null() {
            *count = LAYOUTS.len() as u32;
            return;
        }
        *count = (*count).min(LAYOUTS.len() as u32);
        // SAFETY: this function's contract.
        unsafe { layouts.copy_from_nonoverlapping(LAYOUTS.as_ptr(), *count as usize) };
    };
    node.fill(|properties: &mut vk::PhysicalDeviceHostImageCopyPropertiesEXT<'_>| {
        fill(&mut properties.copy_src_layout_count, properties.p_copy_src_layouts);
        fill(&mut properties.copy_dst_layout_count, properties.p_copy_dst_layouts);
        properties.optimal_tiling_layout_uuid = limits::uuid(b"layout");
        properties.identical_memory_type_requirements = vk::TRUE;
    })
}

/// The block of a plane of sparse images of a shape, in texels: the standard one.
pub fn sparse_block(
    aspect_mask: vk::ImageAspectFlags,
    shape: &Shape,
    is_3d: bool,
) -> vk::SparseImageFormatProperties {
    const { assert!(standard_block::BYTES == limits::SPARSE_ALIGNMENT, "a block is a page") }
    let [width, height, depth] = shape.sparse_block(is_3d);
    vk::SparseImageFormatProperties {
        aspect_mask,
        image_granularity: vk::Extent3D { width, height, depth },
        flags: vk::SparseImageFormatFlags::empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: ImageKind = ImageKind {
        format: vk::Format::R32_UINT,
        dimensions: vk::ImageType::TYPE_2D,
        tiling: vk::ImageTiling::OPTIMAL,
        usage: Usage::STORAGE,
        flags: Flags::empty(),
    };

    #[test]
    fn images_of_supported_kinds_have_the_limits_of_the_device() {
        let found = image_properties(&KIND).unwrap();
        let limits = limits::properties().limits;
        assert_eq!(found.max_extent.width, limits.max_image_dimension2_d);
        assert_eq!(found.max_mip_levels, limits.max_image_dimension2_d.ilog2() + 1);
        assert!(found.sample_counts.contains(vk::SampleCountFlags::TYPE_1));
    }

    #[test]
    fn images_have_the_samples_of_every_use_that_has_a_limit() {
        let samples = |usage| image_properties(&ImageKind { usage, ..KIND }).unwrap().sample_counts;
        for other in [Usage::empty(), Usage::INPUT_ATTACHMENT, Usage::TRANSFER_SRC | Usage::INPUT_ATTACHMENT]
        {
            assert_eq!(samples(Usage::STORAGE | other), limits::STORAGE_SAMPLES, "{other:?}");
        }
        for other in [Usage::SAMPLED, Usage::COLOR_ATTACHMENT] {
            assert_eq!(samples(Usage::STORAGE | other), limits::SAMPLES, "{other:?}");
        }
    }

    #[test]
    fn what_cannot_be_drawn_to_has_one_sample() {
        let kind = ImageKind { format: vk::Format::R10X6_UNORM_PACK16, ..KIND };
        assert_eq!(image_properties(&kind).unwrap().sample_counts, vk::SampleCountFlags::TYPE_1);
    }

    #[test]
    fn elements_of_every_power_of_two_may_be_resident() {
        let flags = Flags::SPARSE_BINDING | Flags::SPARSE_RESIDENCY;
        for &format in lacuna_gpu::format::TABLE.iter().filter(|format| format.has_color()) {
            let kind = ImageKind { format: format.name, usage: Usage::TRANSFER_SRC, ..KIND };
            let supported = image_properties(&kind).is_ok();
            let resident = image_properties(&ImageKind { flags, ..kind }).is_ok();
            assert_eq!(resident, supported && format.element_bytes().is_power_of_two(), "{format:?}");
        }
    }

    #[test]
    fn what_images_cannot_be_is_refused() {
        let resident = Flags::SPARSE_BINDING | Flags::SPARSE_RESIDENCY;
        let refused = [
            ImageKind { format: vk::Format::UNDEFINED, ..KIND },
            ImageKind { usage: Usage::DEPTH_STENCIL_ATTACHMENT, ..KIND },
            ImageKind { usage: Usage::from_raw(1 << 30), ..KIND },
            ImageKind { usage: Usage::empty(), ..KIND },
            ImageKind { flags: Flags::SPARSE_RESIDENCY, ..KIND },
            ImageKind { flags: Flags::PROTECTED, ..KIND },
            ImageKind { flags: resident, dimensions: vk::ImageType::TYPE_1D, ..KIND },
            ImageKind { flags: resident, tiling: vk::ImageTiling::LINEAR, ..KIND },
            ImageKind {
                flags: resident,
                format: vk::Format::R64G64B64_UINT,
                usage: Usage::TRANSFER_SRC,
                ..KIND
            },
            ImageKind { tiling: vk::ImageTiling::DRM_FORMAT_MODIFIER_EXT, ..KIND },
            ImageKind { dimensions: vk::ImageType::TYPE_3D, flags: Flags::CUBE_COMPATIBLE, ..KIND },
        ];
        for kind in refused {
            assert_eq!(image_properties(&kind).err(), Some(Error::FormatNotSupported), "{kind:?}");
        }
    }

    #[test]
    fn blocks_are_standard_and_there_is_one_for_each_aspect() {
        let copied = ImageKind { usage: Usage::TRANSFER_SRC, ..KIND };
        let extents = |kind: ImageKind| -> Vec<_> {
            let found = sparse_properties(&kind, vk::SampleCountFlags::TYPE_1);
            found
                .iter()
                .map(|found| {
                    (found.aspect_mask, found.image_granularity.width, found.image_granularity.depth)
                })
                .collect()
        };
        assert_eq!(extents(copied), [(vk::ImageAspectFlags::COLOR, 128, 1)]);
        let solid = ImageKind { dimensions: vk::ImageType::TYPE_3D, ..copied };
        assert_eq!(extents(solid), [(vk::ImageAspectFlags::COLOR, 32, 16)]);
        let both = ImageKind { format: vk::Format::D16_UNORM_S8_UINT, ..copied };
        let aspects = [vk::ImageAspectFlags::DEPTH, vk::ImageAspectFlags::STENCIL];
        assert_eq!(extents(both), [(aspects[0], 256, 1), (aspects[1], 256, 1)]);
        let line = ImageKind { dimensions: vk::ImageType::TYPE_1D, ..copied };
        assert_eq!(extents(line), []);
    }
}
