//! `VkBuffer`, bound to memory as a whole or sparse.
//!
//! A sparse buffer owns a range of the process-wide sparse address space for its whole life, and declares it as a
//! region of the device's VM; `vkQueueBindSparse` maps pages there.

use std::sync::{Arc, OnceLock};

use ash::vk;
use lacuna_gpu::address_space;
use lacuna_gpu::memory::Placement;
use lacuna_gpu::memory::address_space::device_address;
use lacuna_vm::{RegionId, VaRange};
use smallvec::SmallVec;

use super::device::Device;
use super::external_memory::placement_of;
use super::memory::Memory;
use crate::binding_report::Addresses;
use crate::caps::limits::{BUFFER_ALIGNMENT, MAX_ALLOCATION, SPARSE_ALIGNMENT};
use crate::caps::memory::ALL_TYPES;
use crate::error::Error;
use crate::handle::Object;
use crate::pnext;

/// A buffer.
pub struct Buffer {
    size: u64,
    backing: Backing,
    device: Arc<Device>,
}

crate::object!(Buffer, vk::Buffer);

/// Where a buffer's bytes are.
enum Backing {
    /// In one memory, from this offset on; bound once.
    Plain(OnceLock<(Arc<Memory>, u64)>),
    /// Wherever the page table says.
    Sparse(SparseRange),
}

/// The addresses of a sparse resource: whole pages, untagged.
#[derive(Clone, Debug)]
pub struct SparseRange {
    /// The addresses, of the first physical device.
    pub range: VaRange,
    /// The regions of [`Device::vms`] that they are.
    pub regions: SmallVec<[RegionId; 1]>,
}

impl Buffer {
    /// `vkCreateBuffer`.
    ///
    /// # Errors
    /// [`Error::OutOfDeviceMemory`] when no address range is left, [`Error::InvalidCaptureAddress`], [`Error::InvalidUsage`].
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn new(device: &Arc<Device>, info: &vk::BufferCreateInfo<'_>) -> Result<Self, Error> {
        check(info)?;
        let backing = if info.flags.contains(vk::BufferCreateFlags::SPARSE_BINDING) {
            // SAFETY: this function's contract.
            let captured =
                unsafe { pnext::find::<vk::BufferOpaqueCaptureAddressCreateInfo<'_>>(info.p_next) };
            let is_captured = info.flags.contains(vk::BufferCreateFlags::DEVICE_ADDRESS_CAPTURE_REPLAY);
            let placement = placement_of(is_captured, captured.map_or(0, |info| info.opaque_capture_address));
            Backing::Sparse(SparseRange::new(device, requirements(info).size, placement)?)
        } else {
            Backing::Plain(OnceLock::new())
        };
        Ok(Self { size: info.size, backing, device: device.clone() })
    }

    /// `VkBufferCreateInfo::size`, in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The device address of its first byte; `None` while it is neither bound nor sparse.
    pub fn address(&self) -> Option<u64> {
        match &self.backing {
            Backing::Plain(bound) => bound.get().map(|(memory, offset)| memory.address() + offset),
            Backing::Sparse(sparse) => Some(device_address(sparse.range.start())),
        }
    }

    /// All its addresses, while it has some.
    pub fn addresses(&self) -> Option<Addresses> {
        Some(Addresses { base: self.address()?, size: self.size })
    }

    /// Its addresses, if it is sparse.
    pub fn sparse(&self) -> Option<&SparseRange> {
        match &self.backing {
            Backing::Plain(_) => None,
            Backing::Sparse(sparse) => Some(sparse),
        }
    }

    /// `vkBindBufferMemory`.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for sparse and bound buffers, and where the buffer does not fit the memory.
    pub fn bind(&self, memory: vk::DeviceMemory, offset: u64) -> Result<(), Error> {
        let memory = Memory::get(memory)?;
        let Backing::Plain(bound) = &self.backing else {
            return Err(Error::InvalidUsage("VUID-vkBindBufferMemory-buffer-01030"));
        };
        if !offset.is_multiple_of(BUFFER_ALIGNMENT) {
            return Err(Error::InvalidUsage("VUID-vkBindBufferMemory-memoryOffset-01036"));
        }
        if offset.checked_add(self.size).is_none_or(|end| end > memory.size) {
            return Err(Error::InvalidUsage("VUID-vkBindBufferMemory-size-01037"));
        }
        bound.set((memory, offset)).map_err(|_| Error::InvalidUsage("VUID-vkBindBufferMemory-buffer-07459"))
    }

    /// `vkGetBufferMemoryRequirements`.
    pub fn requirements(&self) -> vk::MemoryRequirements {
        requirements_of(self.size, self.sparse().is_some())
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Backing::Sparse(sparse) = &self.backing {
            self.device.remove_sparse_range(sparse);
        }
    }
}

impl SparseRange {
    /// `size` bytes of address space, nothing bound.
    pub(super) fn new(device: &Device, size: u64, placement: Placement) -> Result<Self, Error> {
        const _: () = assert!(SPARSE_ALIGNMENT == lacuna_vm::PAGE_SIZE);
        let space = address_space()?;
        let range = space.allocate_placed(size, placement)?;
        match device.insert_regions(range) {
            Ok(regions) => Ok(Self { range, regions }),
            Err(error) => {
                space.free(range);
                Err(error)
            }
        }
    }
}

fn check(info: &vk::BufferCreateInfo<'_>) -> Result<(), Error> {
    let sparse = vk::BufferCreateFlags::SPARSE_RESIDENCY | vk::BufferCreateFlags::SPARSE_ALIASED;
    if info.size == 0 {
        return Err(Error::InvalidUsage("VUID-VkBufferCreateInfo-size-00912"));
    }
    if info.flags.intersects(sparse) && !info.flags.contains(vk::BufferCreateFlags::SPARSE_BINDING) {
        return Err(Error::InvalidUsage("VUID-VkBufferCreateInfo-flags-00918"));
    }
    if info.flags.contains(vk::BufferCreateFlags::PROTECTED) {
        return Err(Error::FeatureNotPresent("protectedMemory"));
    }
    if info.size > MAX_ALLOCATION {
        return Err(Error::OutOfDeviceMemory);
    }
    Ok(())
}

/// What a buffer made with `info` will require. Meaningful for buffers that [`Buffer::new`] accepts.
pub fn requirements(info: &vk::BufferCreateInfo<'_>) -> vk::MemoryRequirements {
    requirements_of(info.size, info.flags.contains(vk::BufferCreateFlags::SPARSE_BINDING))
}

fn requirements_of(size: u64, sparse: bool) -> vk::MemoryRequirements {
    let alignment = if sparse { SPARSE_ALIGNMENT } else { BUFFER_ALIGNMENT };
    let size = size.checked_next_multiple_of(alignment).unwrap_or(size);
    vk::MemoryRequirements { size, alignment, memory_type_bits: ALL_TYPES }
}
