//! `VkDeviceMemory`: a part of a heap, a BO that backs it, and the BO's name in the device's VA manager.
//!
//! # Invariants
//! 1. The backing lives as long as a buffer is bound to it, even after `vkFreeMemory`.
//! 2. After `vkFreeMemory` no page table entry refers to it, and its heap has the bytes back.

use std::ffi::c_void;
use std::sync::Arc;

use ash::vk;
use lacuna_gpu::Bo;
use lacuna_vm::BoId;
use parking_lot::Mutex;

use super::device::Device;
use crate::caps::memory::{MemoryType, Reservation};
use crate::error::Error;

/// An allocation.
pub struct Memory {
    /// The bytes.
    pub bo: Bo,
    /// The BO in [`Device::vm`]; unknown there once the memory is freed.
    pub bo_id: BoId,
    /// `VkMemoryAllocateInfo::allocationSize`, in bytes.
    pub size: u64,
    memory_type: MemoryType,
    device: Arc<Device>,
    /// `None` once the memory is freed.
    reservation: Mutex<Option<Reservation>>,
}

crate::object!(Memory, vk::DeviceMemory);

impl Memory {
    /// `vkAllocateMemory`. The bytes are zero and take RAM only where they are touched.
    ///
    /// # Errors
    /// [`Error::OutOfDeviceMemory`] when the heap is full, [`Error::OutOfHostMemory`] when the system gives nothing,
    /// [`Error::InvalidUsage`].
    pub fn new(device: &Arc<Device>, info: &vk::MemoryAllocateInfo<'_>) -> Result<Self, Error> {
        if info.allocation_size == 0 {
            return Err(Error::InvalidUsage("VUID-VkMemoryAllocateInfo-allocationSize-07897"));
        }
        let memory_type = MemoryType::from_index(info.memory_type_index)?;
        let reservation = Reservation::new(memory_type, info.allocation_size)?;
        let bo = Bo::allocate(info.allocation_size)?;
        let bo_id = device.vm.lock().create_bo(bo.size(), bo.host().as_ptr() as u64)?;
        let (device, reservation) = (device.clone(), Mutex::new(Some(reservation)));
        Ok(Self { bo, bo_id, size: info.allocation_size, memory_type, device, reservation })
    }

    /// Whether the device owns it.
    pub fn is_of(&self, device: &Device) -> bool {
        std::ptr::eq(&raw const *self.device, device)
    }

    /// `vkFreeMemory`: takes the memory out of every page table. What is still bound to it reads as unbound where it is
    /// sparse, and keeps the bytes where it is not.
    pub fn free(&self) {
        if self.reservation.lock().take().is_some() {
            self.device.destroy_bo(self.bo_id);
        }
    }

    /// `vkMapMemory`.
    ///
    /// # Errors
    /// [`Error::MemoryMapFailed`] when the type is not host visible or the range not inside the memory.
    pub fn map(&self, offset: u64, size: u64) -> Result<*mut c_void, Error> {
        if !self.memory_type.is_host_visible() {
            return Err(Error::MemoryMapFailed("VUID-vkMapMemory-memory-00682"));
        }
        let left = self.size.checked_sub(offset).filter(|&left| left > 0);
        if left.is_none_or(|left| size != vk::WHOLE_SIZE && size > left) {
            return Err(Error::MemoryMapFailed("VUID-vkMapMemory-offset-00679"));
        }
        Ok(self.bo.host().as_ptr().wrapping_add(offset as usize).cast())
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.free();
    }
}
