//! `VkImage`: a [`Plan`], and memory bound as a whole, plane by plane, or page by page.
//!
//! Offsets in an image count through all of its planes. Where each plane is bound on its own (`DISJOINT`), [`Image::locate`] finds
//! the memory that an offset belongs to, so that nobody else has to know.
//!
//! A sparse image owns a range of the process-wide sparse address space, as a sparse buffer does; `vkQueueBindSparse` maps
//! pages there (`sparse/image.rs`). A block of a resident image is one page.

use std::ops::{Deref, Range};
use std::sync::{Arc, OnceLock};

use ash::vk;
use lacuna_gpu::layout::ALIGNMENT;
use lacuna_gpu::memory::Placement;
use lacuna_gpu::memory::address_space::device_address;
use lacuna_gpu::surface::Surface;
use smallvec::SmallVec;

use super::buffer::SparseRange;
use super::device::Device;
use super::heap_view::HeapViews;
pub use super::image_plan::{Plan, Plane};
use super::memory::Memory;
use crate::binding_report::Addresses;
use crate::error::Error;
use crate::handle::Object;

/// An image.
pub struct Image {
    plan: Plan,
    backing: Backing,
    /// What descriptors in heaps point at.
    heap_views: HeapViews,
}

crate::object!(Image, vk::Image);

/// A memory and the offset in it, once bound.
type Bound = OnceLock<(Arc<Memory>, u64)>;

/// Where an image's bytes are.
enum Backing {
    /// In one memory, from this offset on; bound once.
    Plain(Bound),
    /// Each plane in a memory, from its offset on; bound once.
    Disjoint(SmallVec<[Bound; 3]>),
    /// Wherever the page table says.
    Sparse(SparseRange, Arc<Device>),
}

impl Deref for Image {
    type Target = Plan;

    fn deref(&self) -> &Plan {
        &self.plan
    }
}

impl Image {
    /// `vkCreateImage`.
    ///
    /// # Errors
    /// Those of [`Plan::new`], and [`Error::OutOfDeviceMemory`] when no address range is left for a sparse image.
    pub fn new(device: &Arc<Device>, info: &vk::ImageCreateInfo<'_>) -> Result<Self, Error> {
        let plan = Plan::new(info)?;
        let backing = if plan.is_sparse() {
            Backing::Sparse(
                SparseRange::new(device, plan.requirements().size, Placement::Anywhere)?,
                device.clone(),
            )
        } else if plan.is_disjoint() {
            Backing::Disjoint(plan.planes.iter().map(|_| OnceLock::new()).collect())
        } else {
            Backing::Plain(OnceLock::new())
        };
        Ok(Self { plan, backing, heap_views: HeapViews::default() })
    }

    /// The device address of a byte; `None` while it is neither bound nor sparse. Bytes of one plane are contiguous.
    pub fn locate(&self, offset: u64) -> Option<u64> {
        let host = |bound: &Bound| bound.get().map(|(memory, start)| memory.address() + start);
        match &self.backing {
            Backing::Plain(bound) => host(bound).map(|base| base + offset),
            Backing::Disjoint(planes) => {
                let n = self.planes.partition_point(|plane| plane.offset <= offset).checked_sub(1)?;
                host(planes.get(n)?).map(|base| base + offset - self.planes[n].offset)
            }
            Backing::Sparse(sparse, _) => Some(device_address(sparse.range.start()) + offset),
        }
    }

    /// Views that belong to no object.
    pub(super) fn heap_views(&self) -> &HeapViews {
        &self.heap_views
    }

    /// All its addresses, while it has some and they are one range.
    pub fn addresses(&self) -> Option<Addresses> {
        if self.is_disjoint() {
            return None;
        }
        Some(Addresses { base: self.locate(0)?, size: self.requirements().size })
    }

    /// Its addresses, if it is sparse.
    pub fn sparse(&self) -> Option<&SparseRange> {
        match &self.backing {
            Backing::Sparse(sparse, _) => Some(sparse),
            _ => None,
        }
    }

    /// `vkBindImageMemory`.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for sparse and bound images, and where the image does not fit the memory.
    pub fn bind(&self, memory: vk::DeviceMemory, offset: u64) -> Result<(), Error> {
        self.bind_to(Memory::get(memory)?, offset)
    }

    /// `vkBindImageMemory2` of one plane of a disjoint image; other images are bound as a whole, whatever the aspect.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for other aspects, for bound planes, and where the plane does not fit the memory.
    pub fn bind_plane(
        &self,
        aspect: vk::ImageAspectFlags,
        memory: vk::DeviceMemory,
        offset: u64,
    ) -> Result<(), Error> {
        let Backing::Disjoint(planes) = &self.backing else { return self.bind(memory, offset) };
        let n = self.planes.iter().position(|plane| plane.aspect == aspect);
        let n = n.ok_or(Error::InvalidUsage("VUID-VkBindImagePlaneMemoryInfo-planeAspect-02283"))?;
        let size = self.planes[n].requirements().size;
        bind_once(&planes[n], Memory::get(memory)?, offset, size)
    }

    /// [`bind`](Self::bind) to memory that needs no handle.
    ///
    /// # Errors
    /// As [`bind`](Self::bind).
    pub fn bind_to(&self, memory: Arc<Memory>, offset: u64) -> Result<(), Error> {
        match &self.backing {
            Backing::Plain(bound) => bind_once(bound, memory, offset, self.requirements().size),
            Backing::Disjoint(_) => Err(Error::InvalidUsage("VUID-VkBindImageMemoryInfo-image-07736")),
            Backing::Sparse(..) => Err(Error::InvalidUsage("VUID-vkBindImageMemory-image-01045")),
        }
    }

    /// One mip level of an aspect as attachments see it, layers (of 3D images: slices) from the first on; in the plane's own
    /// format. `None` while the image has no memory and for what it does not have.
    pub fn surface(&self, aspect: vk::ImageAspectFlags, level: u32, layers: Range<u32>) -> Option<Surface> {
        let plane = self.plane(aspect)?;
        let level = *plane.layout.level(level)?;
        let most = if self.is_3d() { level.extent[2] } else { self.layers };
        (layers.start < layers.end && layers.end <= most).then_some(())?;
        Some(Surface {
            address: self.locate(plane.offset)?,
            level,
            format: plane.format,
            samples: self.samples,
            first_layer: layers.start,
            layers: layers.end - layers.start,
            is_3d: self.is_3d(),
        })
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        if let Backing::Sparse(sparse, device) = &self.backing {
            device.remove_sparse_range(sparse);
        }
    }
}

/// Binds what has no memory yet and takes `size` bytes. Applications that bind for each device of a group bind the same again.
fn bind_once(bound: &Bound, memory: Arc<Memory>, offset: u64, size: u64) -> Result<(), Error> {
    if !offset.is_multiple_of(ALIGNMENT) {
        return Err(Error::InvalidUsage("VUID-vkBindImageMemory-memoryOffset-01048"));
    }
    if offset.checked_add(size).is_none_or(|end| end > memory.size) {
        return Err(Error::InvalidUsage("VUID-vkBindImageMemory-size-01049"));
    }
    let (first, first_offset) = bound.get_or_init(|| (Arc::clone(&memory), offset));
    let same = Arc::ptr_eq(first, &memory) && *first_offset == offset;
    same.then_some(()).ok_or(Error::InvalidUsage("VUID-vkBindImageMemory-image-07460"))
}

/// The layers of a range, of an image that has `count` (of a view of slices: the slices of its level).
pub fn layers(range: &vk::ImageSubresourceRange, count: u32) -> Range<u32> {
    let first = range.base_array_layer;
    match range.layer_count {
        vk::REMAINING_ARRAY_LAYERS => first..count,
        layers => first..first.saturating_add(layers),
    }
}

/// The levels of a range, of an image that has `count`.
pub fn levels(range: &vk::ImageSubresourceRange, count: u32) -> Range<u32> {
    let first = range.base_mip_level;
    match range.level_count {
        vk::REMAINING_MIP_LEVELS => first..count,
        levels => first..first.saturating_add(levels),
    }
}
