//! `VkDeviceMemory`: a part of a heap, a BO that backs it, and the BO's name in the device's VA manager.
//!
//! Video memory is the pager's to move; what the host looks at stays where it is for as long.
//!
//! # Invariants
//! 1. The backing lives as long as a buffer is bound to it, even after `vkFreeMemory`.
//! 2. After `vkFreeMemory` no page table entry refers to it, and its heap has the bytes back.

use std::ffi::c_void;
use std::os::fd::{AsFd as _, BorrowedFd, IntoRawFd as _, OwnedFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use ash::vk;
use lacuna_gpu::Bo;
use lacuna_gpu::pager::{Tenant, Terms};
use lacuna_vm::BoId;
use lacuna_vm::evict::Priority;
use parking_lot::Mutex;

use super::device::Device;
use super::external_memory::{Backing, Source};
use crate::binding_report::Addresses;
use crate::caps::memory::{self, MemoryType, Reservation};
use crate::error::Error;
use crate::pnext;

/// An allocation.
pub struct Memory {
    /// The bytes.
    pub bo: Bo,
    /// The BO in [`Device::vm`]; unknown there once the memory is freed.
    pub bo_id: BoId,
    /// `VkMemoryAllocateInfo::allocationSize`, in bytes.
    pub size: u64,
    memory_type: MemoryType,
    /// What others get who may have it, too.
    file: Option<OwnedFd>,
    device: Arc<Device>,
    /// Between `vkMapMemory` and `vkUnmapMemory`.
    is_mapped: AtomicBool,
    /// `None` once the memory is freed.
    account: Mutex<Option<Account>>,
}

crate::object!(Memory, vk::DeviceMemory);

/// Who keeps account of an allocation.
#[expect(dead_code, reason = "held, not read")]
enum Account {
    /// The pager has the BO.
    Pager,
    /// The host heap.
    Host(Reservation),
    /// It is the application's own.
    Nobody,
}

/// The mappings of a BO in a device's VMs.
#[derive(Debug)]
struct Mappings {
    device: Weak<Device>,
    bo: BoId,
}

impl Tenant for Mappings {
    fn set_evicted(&self, evicted: bool) {
        if let Some(device) = self.device.upgrade() {
            device.set_evicted(self.bo, evicted);
        }
    }
}

impl Memory {
    /// `vkAllocateMemory`. The bytes are zero and take RAM only where they are touched.
    ///
    /// # Errors
    /// [`Error::OutOfDeviceMemory`] when the heap is full, [`Error::OutOfHostMemory`] when the system gives nothing,
    /// [`Error::InvalidExternalHandle`], [`Error::InvalidCaptureAddress`], [`Error::InvalidUsage`].
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn new(device: &Arc<Device>, info: &vk::MemoryAllocateInfo<'_>) -> Result<Self, Error> {
        if info.allocation_size == 0 {
            return Err(Error::InvalidUsage("VUID-VkMemoryAllocateInfo-allocationSize-07897"));
        }
        let memory_type = MemoryType::from_index(info.memory_type_index)?;
        // SAFETY: the chain of a valid structure.
        let (source, priority) =
            unsafe { (Source::of(info)?, pnext::find::<vk::MemoryPriorityAllocateInfoEXT<'_>>(info.p_next)) };
        let priority = priority.map_or(Priority::DEFAULT, |info| Priority::new(info.priority));
        let account = match (source.is_counted(), memory_type.is_device_local()) {
            (true, true) => Account::Pager,
            (true, false) => Account::Host(Reservation::new(info.allocation_size)?),
            (false, _) => Account::Nobody,
        };
        let is_pageable = matches!(account, Account::Pager);
        // SAFETY: handles of a valid structure.
        let Backing { bo, file } = unsafe { source.open(info.allocation_size, Source::placement(info))? };
        let registered = device.vm.lock().create_bo(bo.size(), bo.host().as_ptr() as u64);
        let bo_id = match registered {
            Ok(bo_id) => bo_id,
            Err(error) => return Err(source.refused(file, error.into())),
        };
        // From here on dropping it undoes everything.
        let mut memory = Self {
            bo,
            bo_id,
            size: info.allocation_size,
            memory_type,
            file,
            device: device.clone(),
            is_mapped: AtomicBool::new(false),
            account: Mutex::new(Some(account)),
        };
        if is_pageable {
            let mappings = Box::new(Mappings { device: Arc::downgrade(device), bo: bo_id });
            let terms = Terms { priority, is_pinned: !source.is_movable() };
            if let Err(error) = memory.bo.make_pageable(memory::pager(), terms, mappings) {
                return Err(source.refused(memory.file.take(), error.into()));
            }
        }
        Ok(memory)
    }

    /// The file that it is, if others may have it.
    pub fn file(&self) -> Option<BorrowedFd<'_>> {
        self.file.as_ref().map(OwnedFd::as_fd)
    }

    /// `vkGetMemoryFdKHR`: a descriptor that the application owns.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] for memory that was not made to be exported, [`Error::TooManyObjects`].
    pub fn export(&self, handle_type: vk::ExternalMemoryHandleTypeFlags) -> Result<RawFd, Error> {
        let file = self.file.as_ref().filter(|_| handle_type == vk::ExternalMemoryHandleTypeFlags::OPAQUE_FD);
        let file = file.ok_or(Error::InvalidUsage("VUID-VkMemoryGetFdInfoKHR-handleType-00671"))?;
        file.try_clone().map(OwnedFd::into_raw_fd).map_err(|_| Error::TooManyObjects)
    }

    /// Whether the device owns it.
    pub fn is_of(&self, device: &Device) -> bool {
        std::ptr::eq(&raw const *self.device, device)
    }

    /// The device address of its first byte, for a use that is about to happen.
    pub fn address(&self) -> u64 {
        self.bo.touch();
        self.bo.host().as_ptr() as u64
    }

    /// Its addresses, for those who want to know.
    pub fn addresses(&self) -> Addresses {
        Addresses { base: self.bo.host().as_ptr() as u64, size: self.size }
    }

    /// `vkFreeMemory`: takes the memory out of every page table. What is still bound to it reads as unbound where it is
    /// sparse, and keeps the bytes where it is not.
    pub fn free(&self) {
        if self.account.lock().take().is_some() {
            self.bo.dismiss();
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
        if !self.is_mapped.swap(true, Ordering::AcqRel) {
            self.bo.pin();
        }
        Ok(self.bo.host().as_ptr().wrapping_add(offset as usize).cast())
    }

    /// `vkUnmapMemory`.
    pub fn unmap(&self) {
        if self.is_mapped.swap(false, Ordering::AcqRel) {
            self.bo.unpin();
        }
    }

    /// `vkSetDeviceMemoryPriorityEXT`.
    pub fn set_priority(&self, priority: f32) {
        self.bo.set_priority(Priority::new(priority));
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.free();
    }
}
