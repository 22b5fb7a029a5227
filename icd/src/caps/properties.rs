//! The structures of the chain of `vkGetPhysicalDeviceProperties2`.

use ash::vk;

use super::limits;
use crate::pnext::Node;

/// Fills one structure, if it is known.
pub fn fill(node: &mut Node) {
    let _ = node.fill(identity)
        || node.fill(maintenance3)
        || node.fill(|timeline: &mut vk::PhysicalDeviceTimelineSemaphoreProperties<'_>| {
            timeline.max_timeline_semaphore_value_difference = u64::MAX;
        })
        || node.fill(|robustness: &mut vk::PhysicalDeviceRobustness2PropertiesEXT<'_>| {
            robustness.robust_storage_buffer_access_size_alignment = 1;
            robustness.robust_uniform_buffer_access_size_alignment = 1;
        });
}

/// Nothing can be shared with other drivers or processes, so the identifiers only have to be ours.
fn identity(ids: &mut vk::PhysicalDeviceIDProperties<'_>) {
    ids.device_uuid = limits::uuid(b"device");
    ids.driver_uuid = limits::uuid(b"driver");
    ids.device_luid_valid = vk::FALSE;
}

fn maintenance3(maintenance: &mut vk::PhysicalDeviceMaintenance3Properties<'_>) {
    maintenance.max_per_set_descriptors = limits::MAX_SET_DESCRIPTORS;
    maintenance.max_memory_allocation_size = limits::MAX_ALLOCATION;
}
