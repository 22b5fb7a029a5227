//! `VkImageView`: levels and layers of an image as shaders and attachments see them.
//!
//! Storage images have a descriptor that machine code reads; sampled images are known to the texture unit, which keeps a view of
//! its own; attachments are [`Surface`]s.

use std::ops::Range;
use std::sync::Arc;

use ash::vk;
use lacuna_gpu::format::Format;
use lacuna_gpu::layout::Level;
use lacuna_gpu::surface::Surface;
use lacuna_gpu::texture::{View, ViewInfo};
use lacuna_shaders::abi::Descriptor;

use super::image::{Image, Plane, layers, levels};
use super::ycbcr_conversion::YcbcrConversion;
use crate::caps::image_format::image_format;
use crate::error::Error;
use crate::handle::Object;
use crate::pnext;

/// The aspects of images whose luma and chroma lie apart.
const PLANES: vk::ImageAspectFlags = vk::ImageAspectFlags::from_raw(
    vk::ImageAspectFlags::PLANE_0.as_raw()
        | vk::ImageAspectFlags::PLANE_1.as_raw()
        | vk::ImageAspectFlags::PLANE_2.as_raw(),
);

/// A view of an image.
pub struct ImageView {
    image: Arc<Image>,
    format: Format,
    kind: vk::ImageViewType,
    aspects: vk::ImageAspectFlags,
    levels: Range<u32>,
    /// Slices, where a 3D image is seen as layers.
    layers: Range<u32>,
    /// The texture unit's view, which descriptors point at.
    texture: Box<View>,
}

crate::object!(ImageView, vk::ImageView);

impl ImageView {
    /// `vkCreateImageView`.
    ///
    /// # Errors
    /// [`Error::InvalidHandle`], [`Error::FormatNotSupported`], [`Error::InvalidUsage`] for parts that the image does not
    /// have and for formats with texels of another size.
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn new(info: &vk::ImageViewCreateInfo<'_>) -> Result<Self, Error> {
        let image = Image::get(info.image)?;
        let format = Format::find(info.format).ok_or(Error::FormatNotSupported)?;
        let range = &info.subresource_range;
        let levels = levels(range, image.levels);
        if levels.is_empty() || levels.end > image.levels {
            return Err(Error::InvalidUsage("VUID-VkImageViewCreateInfo-subresourceRange-01478, -01718"));
        }
        // A view of another kind of a 3D image has its slices as layers.
        let sliced = image.is_3d() && info.view_type != vk::ImageViewType::TYPE_3D;
        let most = match sliced {
            true => (image.extent[2] >> levels.start).max(1),
            false => image.layers,
        };
        let layers = layers(range, most);
        if layers.is_empty() || layers.end > most {
            return Err(Error::InvalidUsage(
                "VUID-VkImageViewCreateInfo-image-02724, -subresourceRange-06725",
            ));
        }
        let aspects = range.aspect_mask;
        let texture = Box::new(View::buffer(0, format, 0));
        let mut view = Self { image, format, kind: info.view_type, aspects, levels, layers, texture };
        view.check_shape()?;
        view.check_format()?;
        // SAFETY: the chain of a valid structure.
        let least = unsafe { pnext::find::<vk::ImageViewMinLodCreateInfoEXT<'_>>(info.p_next) };
        // The structure counts from level 0 of the image, the texture unit from that of the view.
        let min_lod = least.map_or(0.0, |least| least.min_lod - view.levels.start as f32);
        // SAFETY: the chain of a valid structure.
        let conversion = unsafe { pnext::find::<vk::SamplerYcbcrConversionInfo<'_>>(info.p_next) };
        let conversion = conversion.map(|info| YcbcrConversion::get(info.conversion)).transpose()?;
        *view.texture = match conversion {
            Some(conversion) => view.converted(&conversion),
            None => view.sampled(info.components, min_lod.max(0.0)),
        };
        Ok(view)
    }

    /// The texture unit counts on faces of cubes, and on the dimensions of its coordinates.
    fn check_shape(&self) -> Result<(), Error> {
        use vk::ImageViewType as Kind;
        let (count, dimensions) = (self.layers.end - self.layers.start, self.image.dimensions);
        let flat = dimensions == vk::ImageType::TYPE_2D;
        let fits = match self.kind {
            Kind::TYPE_1D => dimensions == vk::ImageType::TYPE_1D && count == 1,
            Kind::TYPE_1D_ARRAY => dimensions == vk::ImageType::TYPE_1D,
            Kind::TYPE_2D => dimensions != vk::ImageType::TYPE_1D && count == 1,
            Kind::TYPE_2D_ARRAY => dimensions != vk::ImageType::TYPE_1D,
            Kind::TYPE_3D => self.image.is_3d() && count == 1,
            Kind::CUBE => flat && count == 6,
            Kind::CUBE_ARRAY => flat && count % 6 == 0,
            _ => false,
        };
        if fits {
            Ok(())
        } else {
            Err(Error::InvalidUsage("VUID-VkImageViewCreateInfo-subResourceRange-01021"))
        }
    }

    /// Elements have one size, whoever looks at them.
    fn check_format(&self) -> Result<(), Error> {
        let planes = self.image.planes.iter().filter(|plane| self.aspects.contains(plane.aspect));
        let fits = match planes.clone().count() {
            0 => self.aspects == vk::ImageAspectFlags::COLOR && self.format == self.image.format,
            1 => {
                let bytes =
                    self.format.plane(self.aspects).map_or(self.format, |plane| plane.format).element_bytes();
                planes.clone().all(|plane| plane.format.element_bytes() == bytes)
            }
            _ => self.format == self.image.format,
        };
        if fits { Ok(()) } else { Err(Error::InvalidUsage("VUID-VkImageViewCreateInfo-image-01761, -01762")) }
    }

    /// Its image, and the view that descriptors point at.
    pub(super) fn into_parts(self) -> (Arc<Image>, Box<View>) {
        (self.image, self.texture)
    }

    /// What it is a view of.
    pub fn image(&self) -> &Arc<Image> {
        &self.image
    }

    /// The format that it gives the image's texels.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Samples of a texel.
    pub fn samples(&self) -> u32 {
        self.image.samples
    }

    /// Texels of its first level, in its own format.
    pub fn extent(&self) -> [u32; 3] {
        let Some((plane, level)) = self.first() else { return [0; 3] };
        let block = |format: Format| format.block_extent();
        if block(plane.format) == block(self.format) {
            let texels = plane.layout.shape().level_texels(self.levels.start);
            return if self.is_sliced() { [texels[0], texels[1], 1] } else { texels };
        }
        // A view of compressed blocks as texels.
        level.extent
    }

    /// One aspect of its first level, as attachments see it; `None` where the image has no memory or not that aspect. A view of
    /// one plane of several shows it as color.
    pub fn surface(&self, aspect: vk::ImageAspectFlags) -> Option<Surface> {
        let layers = match self.image.is_3d() && !self.is_sliced() {
            true => 0..self.first()?.1.extent[2],
            false => self.layers.clone(),
        };
        let is_color = aspect == vk::ImageAspectFlags::COLOR;
        let plane = if is_color && self.aspects.intersects(PLANES) { self.aspects } else { aspect };
        let surface = self.image.surface(plane, self.levels.start, layers)?;
        Some(Surface { format: if is_color { self.format } else { surface.format }, ..surface })
    }

    /// The texture unit's view of its first aspect; of nothing while the image has no memory.
    fn sampled(&self, components: vk::ComponentMapping, min_lod: f32) -> View {
        let Some((plane, _)) = self.first() else { return View::buffer(0, self.format, 0) };
        let (levels, format) = (self.levels_of(plane), self.plane_format(plane));
        View::new(&ViewInfo { components, min_lod, ..self.seen(plane, &levels, format, self.extent()) })
    }

    /// The texture unit's view of all planes, luma first, whose channels samplers convert.
    fn converted(&self, conversion: &YcbcrConversion) -> View {
        let Some((first, _)) = self.first() else { return View::buffer(0, self.format, 0) };
        let planes = self.image.planes.iter().map(|plane| {
            let (levels, extent) =
                (self.levels_of(plane), plane.layout.shape().level_texels(self.levels.start));
            View::new(&self.seen(plane, &levels, self.plane_format(plane), extent))
        });
        let levels = self.levels_of(first);
        let whole = self.seen(first, &levels, self.format, self.extent());
        View::converted(&whole, conversion.info, planes.collect())
    }

    /// The format of a plane as the view sees it.
    fn plane_format(&self, plane: &Plane) -> Format {
        self.format.plane(plane.aspect).map_or(self.format, |plane| plane.format)
    }

    /// The levels of the view; none while the plane has no memory.
    fn levels_of(&self, plane: &Plane) -> Vec<Level> {
        match self.image.locate(plane.offset) {
            Some(_) => self.levels.clone().filter_map(|level| plane.layout.level(level).copied()).collect(),
            None => Vec::new(),
        }
    }

    /// A plane of the image in a format, as it is if nothing else is asked for.
    fn seen<'a>(&self, plane: &Plane, levels: &'a [Level], format: Format, extent: [u32; 3]) -> ViewInfo<'a> {
        ViewInfo {
            address: self.image.locate(plane.offset).unwrap_or(0),
            levels,
            extent,
            first_layer: self.layers.start,
            layers: self.layers.end - self.layers.start,
            is_3d: self.image.is_3d(),
            kind: self.kind,
            format,
            components: vk::ComponentMapping::default(),
            samples: self.image.samples,
            min_lod: 0.0,
        }
    }

    /// What descriptors of the texture unit point at, as long as the view lives.
    pub fn texture(&self) -> u64 {
        &raw const *self.texture as u64
    }

    /// The descriptor of a storage image; null while the image has no memory.
    pub fn descriptor(&self) -> Descriptor {
        let found = self.first().and_then(|(plane, level)| Some((self.image.locate(plane.offset)?, level)));
        found.map_or(Descriptor::default(), |(address, level)| self.storage(address, level))
    }

    /// Tells that its image's memory is used.
    pub fn touch(&self) {
        for plane in &self.image.planes {
            let _ = self.image.locate(plane.offset);
        }
    }

    fn storage(&self, address: u64, level: &Level) -> Descriptor {
        let [width, height, depth] = level.extent;
        let is_solid = self.image.is_3d() && !self.is_sliced();
        let count = if is_solid { depth } else { self.layers.end - self.layers.start };
        let place = |[x, y]: [u32; 2], n: u32, sample: u32| {
            let (z, layer) =
                if self.image.is_3d() { (self.layers.start + n, 0) } else { (0, self.layers.start + n) };
            level.offset([x, y, z], layer, sample)
        };
        let first = place([0, 0], 0, 0);
        let last = place([width - 1, height - 1], count - 1, self.image.samples - 1);
        let mut block_log2 = level.block_log2;
        if !is_solid {
            // Layers do not lie in blocks. Several slices of one block are no storage image.
            block_log2[2] = 0;
        }
        let descriptor = Descriptor {
            address: address + first,
            range: last - first + u64::from(level.element_bytes),
            extent: [width, height, count],
            row_pitch: level.row_pitch,
            slice_pitch: level.slice_pitch,
            block_row_pitch: level.block_row_pitch,
            block_slice_pitch: if self.image.is_3d() { level.block_slice_pitch } else { level.layer_pitch },
            sample_pitch: level.sample_pitch,
            block_log2,
            samples_log2: self.image.samples.ilog2() as u8,
            link: self.texture(),
        };
        descriptor.with_texel_format(image_format(self.format.name))
    }

    /// Whether slices of a 3D image are its layers.
    fn is_sliced(&self) -> bool {
        self.image.is_3d() && self.kind != vk::ImageViewType::TYPE_3D
    }

    /// The first plane that it sees, and its first level. The color of a multi-planar image is all planes.
    fn first(&self) -> Option<(&Plane, &Level)> {
        let all = self.aspects == vk::ImageAspectFlags::COLOR;
        let plane = self.image.planes.iter().find(|plane| all || self.aspects.contains(plane.aspect))?;
        Some((plane, plane.layout.level(self.levels.start)?))
    }
}
