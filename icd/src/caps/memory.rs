//! Heaps and memory types, and how much of each heap is in use.
//!
//! Two heaps over the same RAM: "video memory" as large as the user wants it (`LACUNA_VRAM`), and host memory. The
//! heaps belong to the process: all devices share them, as they would share a card. More video memory than there is can be
//! allocated, as far as the swap file goes: the [pager](mod@pager) keeps account of it. Host memory stays where it is.
//!
//! | type | heap | properties |
//! |---|---|---|
//! | 0 | 0 | device local |
//! | 1 | 0 | device local, host visible, coherent |
//! | 2 | 1 | host visible, coherent, cached |

use std::sync::atomic::{AtomicU64, Ordering};

use ash::vk;

use lacuna_gpu::pager::{self, Options, Pager};

use crate::error::Error;
use crate::{ram, settings};

const HEAPS: usize = 2;

/// `(heap, properties)` of every memory type.
const TYPES: [(u32, vk::MemoryPropertyFlags); 3] = [
    (0, DEVICE_LOCAL),
    (0, vk::MemoryPropertyFlags::from_raw(DEVICE_LOCAL.as_raw() | HOST_VISIBLE.as_raw() | COHERENT.as_raw())),
    (1, vk::MemoryPropertyFlags::from_raw(HOST_VISIBLE.as_raw() | COHERENT.as_raw() | CACHED.as_raw())),
];

const DEVICE_LOCAL: vk::MemoryPropertyFlags = vk::MemoryPropertyFlags::DEVICE_LOCAL;
const HOST_VISIBLE: vk::MemoryPropertyFlags = vk::MemoryPropertyFlags::HOST_VISIBLE;
const COHERENT: vk::MemoryPropertyFlags = vk::MemoryPropertyFlags::HOST_COHERENT;
const CACHED: vk::MemoryPropertyFlags = vk::MemoryPropertyFlags::HOST_CACHED;

/// `memoryTypeBits` of every buffer: any type will do.
pub const ALL_TYPES: u32 = (1 << TYPES.len()) - 1;

/// `memoryTypeBits` of what the application owns: host memory.
pub const HOST_TYPES: u32 = 1 << 2;

/// Bytes of the host heap in use, by every device of the process.
static USED: AtomicU64 = AtomicU64::new(0);

/// Who keeps account of video memory.
pub fn pager() -> &'static Pager {
    pager::start(|| {
        let settings = settings::get();
        Options { limit: settings.vram, mode: settings.evict, swap: settings.swap.clone() }
    })
}

fn heap_sizes() -> [u64; HEAPS] {
    let settings = settings::get();
    [settings.vram, settings.host_heap]
}

/// A memory type by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryType(usize);

impl MemoryType {
    /// The type of `memoryTypeIndex`.
    ///
    /// # Errors
    /// [`Error::InvalidUsage`] when there is none.
    pub fn from_index(index: u32) -> Result<Self, Error> {
        let known = (index as usize) < TYPES.len();
        known
            .then_some(Self(index as usize))
            .ok_or(Error::InvalidUsage("VUID-vkAllocateMemory-pAllocateInfo-01714"))
    }

    /// Whether `vkMapMemory` works.
    pub fn is_host_visible(self) -> bool {
        TYPES[self.0].1.contains(HOST_VISIBLE)
    }

    /// Whether it is video memory.
    pub fn is_device_local(self) -> bool {
        TYPES[self.0].1.contains(DEVICE_LOCAL)
    }
}

/// A part of the host heap, given back when dropped.
#[derive(Debug)]
pub struct Reservation(u64);

impl Reservation {
    /// Takes `bytes` of the host heap.
    ///
    /// # Errors
    /// [`Error::OutOfDeviceMemory`] when the heap has less left.
    pub fn new(bytes: u64) -> Result<Self, Error> {
        let [_, size] = heap_sizes();
        let take = |used: u64| used.checked_add(bytes).filter(|&total| total <= size);
        // Relaxed: the counter orders nothing but itself.
        let taken = USED.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        taken.map(|_| Self(bytes)).map_err(|_| Error::OutOfDeviceMemory)
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        USED.fetch_sub(self.0, Ordering::Relaxed);
    }
}

/// What `vkGetPhysicalDeviceMemoryProperties` says.
pub fn properties() -> vk::PhysicalDeviceMemoryProperties {
    let mut properties = vk::PhysicalDeviceMemoryProperties {
        memory_type_count: TYPES.len() as u32,
        memory_heap_count: HEAPS as u32,
        ..Default::default()
    };
    for (target, (heap_index, property_flags)) in properties.memory_types.iter_mut().zip(TYPES) {
        *target = vk::MemoryType { property_flags, heap_index };
    }
    let flags = [vk::MemoryHeapFlags::DEVICE_LOCAL, vk::MemoryHeapFlags::empty()];
    for (target, (size, flags)) in properties.memory_heaps.iter_mut().zip(heap_sizes().into_iter().zip(flags))
    {
        *target = vk::MemoryHeap { size, flags };
    }
    properties
}

/// `VK_EXT_memory_budget`: in use is what is in memory; there is no more of it than RAM, which others use, too.
pub fn fill_budget(budget: &mut vk::PhysicalDeviceMemoryBudgetPropertiesEXT<'_>) {
    budget.heap_budget = [0; vk::MAX_MEMORY_HEAPS];
    budget.heap_usage = [0; vk::MAX_MEMORY_HEAPS];
    let (available, used) = (ram::available(), [pager().usage().resident, USED.load(Ordering::Relaxed)]);
    for (heap, (size, used)) in heap_sizes().into_iter().zip(used).enumerate() {
        budget.heap_budget[heap] = used.saturating_add(available).clamp(1, size);
        budget.heap_usage[heap] = used;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heap_gives_what_it_has_and_takes_back() {
        let [_, size] = heap_sizes();
        assert_eq!(Reservation::new(size + 1).unwrap_err(), Error::OutOfDeviceMemory);
        assert_eq!(Reservation::new(u64::MAX).unwrap_err(), Error::OutOfDeviceMemory);
        for _ in 0..3 {
            let most = Reservation::new(size / 4 * 3).unwrap();
            assert!(Reservation::new(size / 2).is_err());
            drop(most);
        }
    }

    #[test]
    fn types_name_heaps_that_exist_and_are_device_local_with_them() {
        let properties = properties();
        for memory_type in properties.memory_types_as_slice() {
            let heap = properties.memory_heaps_as_slice()[memory_type.heap_index as usize];
            let local = memory_type.property_flags.contains(DEVICE_LOCAL);
            assert_eq!(local, heap.flags.contains(vk::MemoryHeapFlags::DEVICE_LOCAL));
            assert!(heap.size > 0);
        }
        assert!(MemoryType::from_index(TYPES.len() as u32).is_err());
    }
}
