//! Sparse buffers and binds.

use std::ops::Deref;

use ash::vk;

use super::queue::{Split, timelines};
use super::{
    BlockBind, Bound, Buffer, Device, Error, Fence, Memory, Queue, Result, Signals, StorageImage, Waits,
};

/// A sparse buffer; which of its pages are bound is the caller's to know.
pub struct SparseBuffer {
    buffer: Buffer,
    /// Bytes of a page: the alignment of binds.
    pub page: u64,
}

/// One `VkSparseMemoryBind` of whole pages.
#[derive(Clone, Copy, Debug)]
pub struct Bind {
    /// First byte in the buffer.
    pub offset: u64,
    /// Bytes.
    pub size: u64,
    /// Memory and offset in it; `None` unbinds.
    pub memory: Option<(vk::DeviceMemory, u64)>,
}

impl Bind {
    /// Binds `size` bytes at `offset` to `memory` from `memory_offset` on.
    #[must_use]
    pub fn to(offset: u64, size: u64, memory: &Memory, memory_offset: u64) -> Self {
        Self { offset, size, memory: Some((memory.handle, memory_offset)) }
    }

    /// Unbinds `size` bytes at `offset`.
    #[must_use]
    pub fn none(offset: u64, size: u64) -> Self {
        Self { offset, size, memory: None }
    }

    /// As the structure that Vulkan takes.
    pub fn raw(&self) -> vk::SparseMemoryBind {
        let (memory, memory_offset) = self.memory.unwrap_or_default();
        vk::SparseMemoryBind {
            resource_offset: self.offset,
            size: self.size,
            memory,
            memory_offset,
            flags: vk::SparseMemoryBindFlags::empty(),
        }
    }
}

/// One `VkBindSparseInfo`.
#[derive(Clone, Copy, Default)]
pub struct BindInfo<'a> {
    /// Buffers and their binds, in order.
    pub buffers: &'a [(&'a Buffer, &'a [Bind])],
    /// Images and their opaque binds.
    pub opaque: &'a [(&'a StorageImage, &'a [Bind])],
    /// Images and their binds of blocks.
    pub blocks: &'a [(&'a StorageImage, &'a [BlockBind])],
    /// Before the binds.
    pub waits: Waits<'a>,
    /// After the binds.
    pub signals: Signals<'a>,
}

/// The binds of one info as Vulkan takes them: those of each resource lie one behind the other.
struct RawBinds {
    buffers: Vec<Vec<vk::SparseMemoryBind>>,
    opaque: Vec<Vec<vk::SparseMemoryBind>>,
    blocks: Vec<Vec<vk::SparseImageMemoryBind>>,
}

/// What an info points to: for buffers, opaque parts and blocks of images.
type Structures<'a> = (
    Vec<vk::SparseBufferMemoryBindInfo<'a>>,
    Vec<vk::SparseImageOpaqueMemoryBindInfo<'a>>,
    Vec<vk::SparseImageMemoryBindInfo<'a>>,
);

impl RawBinds {
    fn new(info: &BindInfo<'_>) -> Self {
        let raw = |binds: &&[Bind]| binds.iter().map(Bind::raw).collect();
        Self {
            buffers: info.buffers.iter().map(|(_, binds)| raw(binds)).collect(),
            opaque: info.opaque.iter().map(|(_, binds)| raw(binds)).collect(),
            blocks: info.blocks.iter().map(|(_, binds)| binds.iter().map(BlockBind::raw).collect()).collect(),
        }
    }

    fn structures<'a>(&'a self, info: &BindInfo<'_>) -> Structures<'a> {
        let buffers = info.buffers.iter().zip(&self.buffers).map(|((buffer, _), binds)| {
            vk::SparseBufferMemoryBindInfo::default().buffer(buffer.handle).binds(binds)
        });
        let opaque = info.opaque.iter().zip(&self.opaque).map(|((image, _), binds)| {
            vk::SparseImageOpaqueMemoryBindInfo::default().image(image.handle).binds(binds)
        });
        let blocks = info.blocks.iter().zip(&self.blocks).map(|((image, _), binds)| {
            vk::SparseImageMemoryBindInfo::default().image(image.handle).binds(binds)
        });
        (buffers.collect(), opaque.collect(), blocks.collect())
    }
}

impl SparseBuffer {
    /// A buffer with sparse binding and residency, nothing bound.
    ///
    /// # Errors
    /// Not supported without the features or beyond the reported limits; what the driver returns.
    pub fn new(device: &Device, size: u64) -> Result<Self> {
        Self::with_flags(device, size, vk::BufferCreateFlags::SPARSE_RESIDENCY)
    }

    /// A sparse buffer with more flags; `SPARSE_BINDING` is implied.
    ///
    /// # Errors
    /// As [`SparseBuffer::new`].
    pub fn with_flags(device: &Device, size: u64, flags: vk::BufferCreateFlags) -> Result<Self> {
        let features = &device.physical.features;
        let needed = [
            (vk::BufferCreateFlags::empty(), features.sparse_binding, "sparseBinding"),
            (
                vk::BufferCreateFlags::SPARSE_RESIDENCY,
                features.sparse_residency_buffer,
                "sparseResidencyBuffer",
            ),
            (
                vk::BufferCreateFlags::SPARSE_ALIASED,
                features.sparse_residency_aliased,
                "sparseResidencyAliased",
            ),
        ];
        for (flag, feature, name) in needed {
            if flags.contains(flag) && feature == vk::FALSE {
                return Err(Error::NotSupported(name.into()));
            }
        }
        let limit = device.physical.max_sparse_buffer();
        if size > limit {
            return Err(Error::NotSupported(format!(
                "a sparse buffer of {size} bytes: the driver reports {limit} bytes at most"
            )));
        }
        let buffer = Buffer::new(device, size, flags | vk::BufferCreateFlags::SPARSE_BINDING)?;
        let page = buffer.requirements.alignment;
        Ok(Self { buffer, page })
    }

    /// Memory for `pages` pages of this buffer, mapped.
    ///
    /// # Errors
    /// As [`Memory::host`].
    pub fn memory(&self, device: &Device, pages: u64) -> Result<Memory> {
        Memory::host(device, pages * self.page, self.requirements.memory_type_bits)
    }

    /// Binds `count` pages from page `first` on to `memory`, from its page `memory_page` on.
    #[must_use]
    pub fn map(&self, first: u64, count: u64, memory: &Memory, memory_page: u64) -> Bind {
        Bind::to(first * self.page, count * self.page, memory, memory_page * self.page)
    }

    /// Unbinds `count` pages from page `first` on.
    #[must_use]
    pub fn unmap(&self, first: u64, count: u64) -> Bind {
        Bind::none(first * self.page, count * self.page)
    }

    /// The descriptor range of `count` pages from page `first` on.
    #[must_use]
    pub fn pages(&self, first: u64, count: u64) -> Bound {
        Bound::part(&self.buffer, first * self.page, count * self.page)
    }
}

impl Deref for SparseBuffer {
    type Target = Buffer;

    fn deref(&self) -> &Buffer {
        &self.buffer
    }
}

impl Queue {
    /// `vkQueueBindSparse`.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn bind_sparse(&self, device: &Device, infos: &[BindInfo<'_>], fence: Option<&Fence>) -> Result<()> {
        let waits: Vec<_> = infos.iter().map(|i| Split::new(i.waits)).collect();
        let signals: Vec<_> = infos.iter().map(|i| Split::new(i.signals)).collect();
        let binds: Vec<_> = infos.iter().map(RawBinds::new).collect();
        let structures: Vec<_> = infos.iter().zip(&binds).map(|(info, raw)| raw.structures(info)).collect();
        let mut timelines = timelines(&waits, &signals);
        let mut raw = Vec::with_capacity(infos.len());
        for (i, timeline) in timelines.iter_mut().enumerate() {
            let mut info = vk::BindSparseInfo::default()
                .wait_semaphores(&waits[i].handles)
                .buffer_binds(&structures[i].0)
                .image_opaque_binds(&structures[i].1)
                .image_binds(&structures[i].2)
                .signal_semaphores(&signals[i].handles);
            if device.physical.extra.timeline {
                info = info.push_next(timeline);
            }
            raw.push(info);
        }
        self.bind_raw(device, &raw, fence)
    }

    /// Binds pages of one buffer and waits until it is done.
    ///
    /// # Errors
    /// What the driver returns; [`Error::Hung`].
    pub fn bind(&self, device: &Device, buffer: &Buffer, binds: &[Bind]) -> Result<()> {
        let fence = Fence::new(device, false)?;
        let info = BindInfo { buffers: &[(buffer, binds)], ..BindInfo::default() };
        self.bind_sparse(device, &[info], Some(&fence))?;
        fence.wait()
    }
}
