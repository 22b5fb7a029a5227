//! Queue families.
//!
//! One universal family with sparse binding, a second for asynchronous compute, one for transfers, and one for binds
//! that run beside everything else. `TRANSFER` is always explicit, because applications look for the bit.

use ash::vk;

use crate::pnext::Node;

/// The families, in the order of their indices.
pub const FAMILIES: [Family; 4] = [
    Family { flags: flags(&[GRAPHICS, COMPUTE, TRANSFER, SPARSE]), queues: 4 },
    Family { flags: flags(&[COMPUTE, TRANSFER, SPARSE]), queues: 2 },
    Family { flags: flags(&[TRANSFER, SPARSE]), queues: 2 },
    Family { flags: flags(&[TRANSFER, SPARSE]), queues: 1 },
];

const GRAPHICS: vk::QueueFlags = vk::QueueFlags::GRAPHICS;
const COMPUTE: vk::QueueFlags = vk::QueueFlags::COMPUTE;
const TRANSFER: vk::QueueFlags = vk::QueueFlags::TRANSFER;
const SPARSE: vk::QueueFlags = vk::QueueFlags::SPARSE_BINDING;

/// What queues of one family can do, and how many there are.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// What they can do.
    pub flags: vk::QueueFlags,
    /// How many.
    pub queues: u32,
}

impl Family {
    /// As Vulkan describes it. Time stamps are nanoseconds of the host's monotonic clock, all 64 bits valid.
    pub fn properties(&self) -> vk::QueueFamilyProperties {
        vk::QueueFamilyProperties {
            queue_flags: self.flags,
            queue_count: self.queues,
            timestamp_valid_bits: 64,
            min_image_transfer_granularity: vk::Extent3D { width: 1, height: 1, depth: 1 },
        }
    }
}

/// Fills one structure of the chain of `VkQueueFamilyProperties2`, if it is known. All queues are served alike.
pub fn fill(node: &mut Node) {
    let _ = node.fill(|priorities: &mut vk::QueueFamilyGlobalPriorityPropertiesKHR<'_>| {
        priorities.priority_count = 1;
        priorities.priorities[0] = vk::QueueGlobalPriorityKHR::MEDIUM;
    });
}

/// `QueueFlags` have no const union.
const fn flags(list: &[vk::QueueFlags]) -> vk::QueueFlags {
    let (mut bits, mut index) = (0, 0);
    while index < list.len() {
        bits |= list[index].as_raw();
        index += 1;
    }
    vk::QueueFlags::from_raw(bits)
}
