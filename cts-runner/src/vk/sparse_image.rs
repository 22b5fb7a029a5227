//! Sparse images and binds of their blocks.

use ash::vk;

use super::{Bind, Check, Device, Error, Fence, ImageShape, Memory, Queue, Result, StorageImage};

/// One `VkSparseImageMemoryBind`: a box of texels of one layer of a level.
#[derive(Clone, Copy, Debug)]
pub struct BlockBind {
    /// Which level.
    pub level: u32,
    /// Which layer.
    pub layer: u32,
    /// First texel.
    pub offset: [i32; 3],
    /// Texels.
    pub extent: [u32; 3],
    /// Memory and offset in it; `None` unbinds.
    pub memory: Option<(vk::DeviceMemory, u64)>,
}

impl BlockBind {
    /// As the structure that Vulkan takes.
    pub fn raw(&self) -> vk::SparseImageMemoryBind {
        let ([x, y, z], [width, height, depth]) = (self.offset, self.extent);
        let (memory, memory_offset) = self.memory.unwrap_or_default();
        vk::SparseImageMemoryBind {
            subresource: vk::ImageSubresource {
                aspect_mask: vk::ImageAspectFlags::COLOR,
                mip_level: self.level,
                array_layer: self.layer,
            },
            offset: vk::Offset3D { x, y, z },
            extent: vk::Extent3D { width, height, depth },
            memory,
            memory_offset,
            flags: vk::SparseMemoryBindFlags::empty(),
        }
    }
}

/// An image with sparse binding and residency.
pub struct SparseImage {
    /// The image, for commands.
    pub image: StorageImage,
    /// Of its only aspect.
    pub requirements: vk::SparseImageMemoryRequirements,
    /// Of the whole.
    pub memory_requirements: vk::MemoryRequirements,
}

impl SparseImage {
    /// An image of one aspect, nothing bound.
    ///
    /// # Errors
    /// Not supported without the features or for the format; what the driver returns.
    pub fn new(device: &Device, shape: ImageShape, flags: vk::ImageCreateFlags) -> Result<Self> {
        Self::with_usage(device, shape, flags, StorageImage::USAGE)
    }

    /// An image of one aspect that shaders sample, nothing bound.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn sampled(device: &Device, shape: ImageShape) -> Result<Self> {
        let usage = vk::ImageUsageFlags::SAMPLED | vk::ImageUsageFlags::TRANSFER_DST;
        Self::with_usage(device, shape, vk::ImageCreateFlags::empty(), usage)
    }

    /// An image of one aspect for other uses, nothing bound.
    ///
    /// # Errors
    /// As [`SparseImage::new`].
    pub fn with_usage(
        device: &Device,
        shape: ImageShape,
        flags: vk::ImageCreateFlags,
        usage: vk::ImageUsageFlags,
    ) -> Result<Self> {
        let features = &device.physical.features;
        let solid = shape.dimensions == vk::ImageType::TYPE_3D;
        let has = if solid { features.sparse_residency_image3_d } else { features.sparse_residency_image2_d };
        if has == vk::FALSE {
            return Err(Error::NotSupported("sparse residency of images".into()));
        }
        let flags = flags | vk::ImageCreateFlags::SPARSE_BINDING | vk::ImageCreateFlags::SPARSE_RESIDENCY;
        let image = StorageImage::unbound(device, shape, flags, usage)?;
        // SAFETY: just created from this device.
        let (all, memory_requirements) = unsafe {
            let raw = &device.raw;
            (
                raw.get_image_sparse_memory_requirements(image.handle),
                raw.get_image_memory_requirements(image.handle),
            )
        };
        let requirements = all.first().copied().ok_or(Error::NotSupported("sparse requirements".into()))?;
        Ok(Self { image, requirements, memory_requirements })
    }

    /// Texels of a block.
    pub fn block(&self) -> [u32; 3] {
        let vk::Extent3D { width, height, depth } = self.requirements.format_properties.image_granularity;
        [width, height, depth]
    }

    /// Bytes of a block.
    pub fn page(&self) -> u64 {
        self.memory_requirements.alignment
    }

    /// Memory for so many blocks, mapped.
    ///
    /// # Errors
    /// As [`Memory::host`].
    pub fn memory(&self, device: &Device, blocks: u64) -> Result<Memory> {
        Memory::host(device, blocks * self.page(), self.memory_requirements.memory_type_bits)
    }

    /// The granularity of blocks that the device tells of images like this one; `None` where they cannot be sparse.
    #[must_use]
    pub fn granularity(device: &Device, shape: &ImageShape, usage: vk::ImageUsageFlags) -> Option<[u32; 3]> {
        let physical = &device.physical;
        // SAFETY: the physical device is one of the live instance's.
        let found = unsafe {
            physical.instance.raw().get_physical_device_sparse_image_format_properties(
                physical.handle,
                shape.format,
                shape.dimensions,
                shape.samples,
                usage,
                vk::ImageTiling::OPTIMAL,
            )
        };
        let vk::Extent3D { width, height, depth } = found.first()?.image_granularity;
        Some([width, height, depth])
    }

    /// Binds one block of level 0, given by its column, row and slice, to a block of memory.
    pub fn map(&self, at: [u32; 3], layer: u32, memory: &Memory, memory_block: u64) -> BlockBind {
        let memory = Some((memory.handle, memory_block * self.page()));
        BlockBind { memory, ..self.block_at(0, layer, at) }
    }

    /// Unbinds one block of any level, given by its column, row and slice.
    pub fn block_at(&self, level: u32, layer: u32, at: [u32; 3]) -> BlockBind {
        let (block, extent) = (self.block(), self.image.shape.extent_of(level));
        let offset = std::array::from_fn(|axis| (at[axis] * block[axis]) as i32);
        let extent = std::array::from_fn(|axis| block[axis].min(extent[axis] - at[axis] * block[axis]));
        BlockBind { level, layer, offset, extent, memory: None }
    }
}

impl Queue {
    /// Binds blocks and opaque parts of an image and waits until it is done.
    ///
    /// # Errors
    /// What the driver returns; [`Error::Hung`].
    pub fn bind_image(
        &self,
        device: &Device,
        image: &StorageImage,
        blocks: &[BlockBind],
        opaque: &[Bind],
    ) -> Result<()> {
        let blocks: Vec<_> = blocks.iter().map(BlockBind::raw).collect();
        let opaque: Vec<_> = opaque.iter().map(Bind::raw).collect();
        let block_binds = [vk::SparseImageMemoryBindInfo::default().image(image.handle).binds(&blocks)];
        let opaque_binds =
            [vk::SparseImageOpaqueMemoryBindInfo::default().image(image.handle).binds(&opaque)];
        let mut info = vk::BindSparseInfo::default();
        if !blocks.is_empty() {
            info = info.image_binds(&block_binds);
        }
        if !opaque.is_empty() {
            info = info.image_opaque_binds(&opaque_binds);
        }
        let fence = Fence::new(device, false)?;
        self.bind_raw(device, &[info], Some(&fence))?;
        fence.wait()
    }
}

impl StorageImage {
    /// An image without memory and view, for storage and copies.
    ///
    /// # Errors
    /// Not supported for what the format queries refuse; what the driver returns.
    pub fn unbound(
        device: &Device,
        shape: ImageShape,
        flags: vk::ImageCreateFlags,
        usage: vk::ImageUsageFlags,
    ) -> Result<Self> {
        let [width, height, depth] = shape.extent;
        let families: Vec<u32> = (0..device.physical.families.len() as u32).collect();
        let mut info = vk::ImageCreateInfo::default()
            .flags(flags)
            .image_type(shape.dimensions)
            .format(shape.format)
            .extent(vk::Extent3D { width, height, depth })
            .mip_levels(shape.levels)
            .array_layers(shape.layers)
            .samples(shape.samples)
            .usage(usage);
        if families.len() > 1 {
            info = info.sharing_mode(vk::SharingMode::CONCURRENT).queue_family_indices(&families);
        }
        // SAFETY: `info` outlives the call; the device is alive.
        let handle = unsafe { device.raw.create_image(&info, None) }.at("vkCreateImage")?;
        Ok(Self::from_handle(device, handle, shape))
    }
}
