//! Device memory, mapped for its whole life when it is host-visible.

use std::ptr::NonNull;

use ash::vk;

use super::{Check, Device, Error, Result};

/// A plain value that shaders and tests share; any bit pattern is valid.
pub trait Word: Copy + Default + PartialEq + std::fmt::Debug {}
impl Word for u8 {}
impl Word for u32 {}
impl Word for u64 {}
impl Word for i32 {}
impl Word for f32 {}

/// One `VkDeviceMemory`.
pub struct Memory {
    device: Device,
    /// The handle.
    pub handle: vk::DeviceMemory,
    /// Size in bytes.
    pub size: u64,
    mapped: Option<NonNull<u8>>,
}

// SAFETY: the pointer is to memory that the driver owns and that stays mapped; accesses go through `&self` methods that
// copy, and who may access when is the test's business (it waits for the GPU), exactly as between CPU and GPU.
unsafe impl Send for Memory {}
// SAFETY: as above.
unsafe impl Sync for Memory {}

impl Memory {
    /// Allocates `size` bytes of the first type in `bits` that is host-visible and coherent, and maps it.
    ///
    /// # Errors
    /// What the driver returns; [`Error::NotSupported`] when the resource allows no such type.
    pub fn host(device: &Device, size: u64, bits: u32) -> Result<Self> {
        let wanted = vk::MemoryPropertyFlags::HOST_VISIBLE | vk::MemoryPropertyFlags::HOST_COHERENT;
        let index = device
            .physical
            .memory_type(bits, wanted)
            .map_err(|_| Error::NotSupported("host-visible memory for this resource".into()))?;
        Self::of_type(device, size, index, true)
    }

    /// Allocates device-local memory that nobody maps, of a type that cannot be mapped if there is one.
    ///
    /// # Errors
    /// What the driver returns; not supported when the resource allows no such type.
    pub fn local(device: &Device, size: u64, bits: u32) -> Result<Self> {
        let wanted = vk::MemoryPropertyFlags::DEVICE_LOCAL;
        let types = device.physical.memory.memory_types_as_slice();
        let hidden = (0..).zip(types).find(|&(i, kind)| {
            let visible = kind.property_flags.contains(vk::MemoryPropertyFlags::HOST_VISIBLE);
            bits & (1 << i) != 0 && kind.property_flags.contains(wanted) && !visible
        });
        let index = match hidden {
            Some((index, _)) => index,
            None => device.physical.memory_type(bits, wanted)?,
        };
        Self::of_type(device, size, index, false)
    }

    /// Allocates memory of the given type; maps it when `map`.
    ///
    /// # Errors
    /// What the driver returns.
    pub fn of_type(device: &Device, size: u64, type_index: u32, map: bool) -> Result<Self> {
        let mut flags = vk::MemoryAllocateFlagsInfo::default().flags(vk::MemoryAllocateFlags::DEVICE_ADDRESS);
        let mut info = vk::MemoryAllocateInfo::default().allocation_size(size).memory_type_index(type_index);
        if device.physical.extra.device_address {
            info = info.push_next(&mut flags);
        }
        // SAFETY: `info` outlives the call; the device is alive.
        let handle = unsafe { device.raw.allocate_memory(&info, None) }.at("vkAllocateMemory")?;
        let mut memory = Self { device: device.clone(), handle, size, mapped: None };
        if map {
            // SAFETY: the memory is host-visible, not mapped yet, and `WHOLE_SIZE` is in range.
            let pointer =
                unsafe { device.raw.map_memory(handle, 0, vk::WHOLE_SIZE, vk::MemoryMapFlags::empty()) }
                    .at("vkMapMemory")?;
            memory.mapped = NonNull::new(pointer.cast());
        }
        Ok(memory)
    }

    /// The start of the mapping of `count` words at byte `offset`.
    fn at<T: Word>(&self, offset: u64, count: usize) -> *mut T {
        let bytes = (count * size_of::<T>()) as u64;
        assert!(offset + bytes <= self.size, "{offset} + {bytes} bytes in memory of {}", self.size);
        assert!(offset.is_multiple_of(align_of::<T>() as u64), "unaligned offset {offset}");
        let base = self.mapped.map_or(std::ptr::null_mut(), NonNull::as_ptr);
        assert!(!base.is_null(), "the memory is not mapped");
        base.wrapping_add(offset as usize).cast()
    }

    /// Copies `count` words out, from byte `offset`.
    #[must_use]
    pub fn read<T: Word>(&self, offset: u64, count: usize) -> Vec<T> {
        let mut words = vec![T::default(); count];
        // SAFETY: `at` checked range and alignment; the mapping is alive with `self`; `words` is a fresh allocation.
        unsafe { std::ptr::copy_nonoverlapping(self.at::<T>(offset, count), words.as_mut_ptr(), count) };
        words
    }

    /// Copies `words` in, to byte `offset`.
    pub fn write<T: Word>(&self, offset: u64, words: &[T]) {
        let to = self.at::<T>(offset, words.len());
        // SAFETY: `at` checked range and alignment; the mapping is alive with `self`; the driver's memory and a Rust slice
        // do not overlap.
        unsafe { std::ptr::copy_nonoverlapping(words.as_ptr(), to, words.len()) };
    }

    /// Sets all of it to one byte.
    pub fn fill(&self, byte: u8) {
        let to = self.at::<u8>(0, self.size as usize);
        // SAFETY: as in `write`.
        unsafe { to.write_bytes(byte, self.size as usize) };
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: allocated from this device, freed once; freeing unmaps.
        unsafe { self.device.raw.free_memory(self.handle, None) };
    }
}
