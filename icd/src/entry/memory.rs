//! Commands on `VkDeviceMemory`.

use std::ffi::c_void;

use ash::vk;

use super::destroy;
use crate::binding_report;
use crate::guard::{guard, input, output, slice};
use crate::handle::{self, Object};
use crate::object::device::Device;
use crate::object::memory::Memory;
use crate::pnext;

/// `vkAllocateMemory`.
pub(super) unsafe extern "system" fn allocate_memory(
    device: vk::Device,
    info: *const vk::MemoryAllocateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    memory: *mut vk::DeviceMemory,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkAllocateMemory-device-parameter, VUID-vkAllocateMemory-pAllocateInfo-parameter.
        let new = unsafe { Memory::new(handle::get::<Device>(device)?, input(info)?)? };
        let addresses = new.addresses();
        let handle = new.insert();
        binding_report::bound(handle, Some(addresses));
        // SAFETY: VUID-vkAllocateMemory-pMemory-parameter.
        unsafe { output(memory, handle) }
    })
}

/// `vkFreeMemory`.
pub(super) unsafe extern "system" fn free_memory(
    _device: vk::Device,
    memory: vk::DeviceMemory,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| {
        if let Some(freed) = destroy::<Memory>(memory)? {
            binding_report::unbound(memory, Some(freed.addresses()));
            freed.free();
        }
        Ok(())
    })
}

/// `vkMapMemory`.
pub(super) unsafe extern "system" fn map_memory(
    _device: vk::Device,
    memory: vk::DeviceMemory,
    offset: u64,
    size: u64,
    _flags: vk::MemoryMapFlags,
    data: *mut *mut c_void,
) -> vk::Result {
    guard(|| {
        let address = Memory::get(memory)?.map(offset, size)?;
        // SAFETY: VUID-vkMapMemory-ppData-parameter.
        unsafe { output(data, address) }
    })
}

/// `vkUnmapMemory`: from now on the memory may move again.
pub(super) unsafe extern "system" fn unmap_memory(_device: vk::Device, memory: vk::DeviceMemory) {
    guard(|| Memory::get(memory).map(|memory| memory.unmap()))
}

/// `vkMapMemory2KHR`.
pub(super) unsafe extern "system" fn map_memory2(
    _device: vk::Device,
    info: *const vk::MemoryMapInfoKHR<'_>,
    data: *mut *mut c_void,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkMapMemory2-pMemoryMapInfo-parameter.
        let info = unsafe { input(info)? };
        let address = Memory::get(info.memory)?.map(info.offset, info.size)?;
        // SAFETY: VUID-vkMapMemory2-ppData-parameter.
        unsafe { output(data, address) }
    })
}

/// `vkUnmapMemory2KHR`.
pub(super) unsafe extern "system" fn unmap_memory2(
    _device: vk::Device,
    info: *const vk::MemoryUnmapInfoKHR<'_>,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkUnmapMemory2-pMemoryUnmapInfo-parameter.
        Memory::get(unsafe { input(info)? }.memory).map(|memory| memory.unmap())
    })
}

/// `vkSetDeviceMemoryPriorityEXT`.
pub(super) unsafe extern "system" fn set_priority(
    _device: vk::Device,
    memory: vk::DeviceMemory,
    priority: f32,
) {
    guard(|| Memory::get(memory).map(|memory| memory.set_priority(priority)))
}

/// `vkFlushMappedMemoryRanges`, `vkInvalidateMappedMemoryRanges`: all memory is coherent.
pub(super) unsafe extern "system" fn flush_or_invalidate(
    _device: vk::Device,
    count: u32,
    ranges: *const vk::MappedMemoryRange<'_>,
) -> vk::Result {
    guard(|| {
        // SAFETY: VUID-vkFlushMappedMemoryRanges-pMemoryRanges-parameter, or the same of the other command.
        let ranges = unsafe { slice(ranges, count) };
        ranges.iter().try_for_each(|range| Memory::get(range.memory).map(|_| ()))
    })
}

/// `vkGetDeviceMemoryCommitment`: only lazily allocated memory has one, and there is no such type.
pub(super) unsafe extern "system" fn get_commitment(
    _device: vk::Device,
    memory: vk::DeviceMemory,
    committed: *mut u64,
) {
    guard(|| {
        let size = Memory::get(memory)?.size;
        // SAFETY: VUID-vkGetDeviceMemoryCommitment-pCommittedMemoryInBytes-parameter.
        unsafe { output(committed, size) }
    })
}

/// `vkGetDeviceMemoryOpaqueCaptureAddress`: where the memory is.
pub(super) unsafe extern "system" fn get_opaque_capture_address(
    _device: vk::Device,
    info: *const vk::DeviceMemoryOpaqueCaptureAddressInfo<'_>,
) -> u64 {
    guard(|| {
        // SAFETY: VUID-vkGetDeviceMemoryOpaqueCaptureAddress-pInfo-parameter.
        let memory = Memory::get(unsafe { input(info)? }.memory)?;
        Ok(memory.addresses().base)
    })
}

/// `vkGetDeviceGroupPeerMemoryFeatures`: no device of the group is farther from any memory than another.
pub(super) unsafe extern "system" fn get_peer_memory_features(
    _device: vk::Device,
    _heap: u32,
    _local: u32,
    _remote: u32,
    features: *mut vk::PeerMemoryFeatureFlags,
) {
    let all = vk::PeerMemoryFeatureFlags::COPY_SRC
        | vk::PeerMemoryFeatureFlags::COPY_DST
        | vk::PeerMemoryFeatureFlags::GENERIC_SRC
        | vk::PeerMemoryFeatureFlags::GENERIC_DST;
    // SAFETY: VUID-vkGetDeviceGroupPeerMemoryFeatures-pPeerMemoryFeatures-parameter.
    guard(|| unsafe { output(features, all) })
}

/// What `vkGet*MemoryRequirements2` answers: nothing wants an allocation of its own.
///
/// # Safety
/// `out` is a valid chain.
pub(super) unsafe fn write_requirements(
    out: *mut vk::MemoryRequirements2<'_>,
    requirements: vk::MemoryRequirements,
) {
    // SAFETY: this function's contract.
    unsafe {
        pnext::for_each_output(out.cast(), |node| {
            let _ = node
                .fill(|head: &mut vk::MemoryRequirements2<'_>| head.memory_requirements = requirements)
                || node.fill(|dedicated: &mut vk::MemoryDedicatedRequirements<'_>| {
                    dedicated.prefers_dedicated_allocation = vk::FALSE;
                    dedicated.requires_dedicated_allocation = vk::FALSE;
                });
        });
    }
}
