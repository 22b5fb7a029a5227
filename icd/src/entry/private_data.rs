//! Commands on `VkPrivateDataSlot`.

use ash::vk;

use super::destroy;
use crate::guard::{guard, output};
use crate::handle::Object;
use crate::object::private_data::PrivateDataSlot;

/// `vkCreatePrivateDataSlot`.
pub(super) unsafe extern "system" fn create_slot(
    _device: vk::Device,
    _info: *const vk::PrivateDataSlotCreateInfo<'_>,
    _allocator: *const vk::AllocationCallbacks<'_>,
    slot: *mut vk::PrivateDataSlot,
) -> vk::Result {
    // SAFETY: VUID-vkCreatePrivateDataSlot-pPrivateDataSlot-parameter.
    guard(|| unsafe { output(slot, PrivateDataSlot::default().insert()) })
}

/// `vkDestroyPrivateDataSlot`.
pub(super) unsafe extern "system" fn destroy_slot(
    _device: vk::Device,
    slot: vk::PrivateDataSlot,
    _allocator: *const vk::AllocationCallbacks<'_>,
) {
    guard(|| destroy::<PrivateDataSlot>(slot).map(drop))
}

/// `vkSetPrivateData`.
pub(super) unsafe extern "system" fn set_data(
    _device: vk::Device,
    kind: vk::ObjectType,
    handle: u64,
    slot: vk::PrivateDataSlot,
    data: u64,
) -> vk::Result {
    guard(|| {
        PrivateDataSlot::get(slot)?.set_value(kind, handle, data);
        Ok(())
    })
}

/// `vkGetPrivateData`.
pub(super) unsafe extern "system" fn get_data(
    _device: vk::Device,
    kind: vk::ObjectType,
    handle: u64,
    slot: vk::PrivateDataSlot,
    data: *mut u64,
) {
    // SAFETY: VUID-vkGetPrivateData-pData-parameter.
    guard(|| unsafe { output(data, PrivateDataSlot::get(slot)?.value(kind, handle)) })
}
