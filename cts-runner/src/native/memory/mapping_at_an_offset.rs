//! A mapping at an offset shows the memory from there on; contents survive unmapping.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[];

pub(super) fn run(cx: &Context) -> Outcome {
    let flags = vk::MemoryPropertyFlags::HOST_VISIBLE | vk::MemoryPropertyFlags::HOST_COHERENT;
    let index = cx.device.physical.memory_type(u32::MAX, flags)?;
    let memory = vk::Memory::of_type(&cx.device, 1 << 20, index, false)?;
    let raw = &cx.device.raw;
    let map = |offset, size| {
        // SAFETY: the range is inside the memory, which is not mapped.
        unsafe { raw.map_memory(memory.handle, offset, size, vk::MemoryMapFlags::empty()) }.at("vkMapMemory")
    };
    for i in 0..16u64 {
        let pointer = map(i << 16, 1 << 16)?.cast::<u64>();
        // SAFETY: 64 KiB are mapped there; unmapped right after, with nothing left that points to them.
        unsafe {
            pointer.write(i * 1000);
            raw.unmap_memory(memory.handle);
        }
    }
    let pointer = map(0, vk::WHOLE_SIZE)?.cast::<u8>();
    let align = cx.device.physical.properties.limits.min_memory_map_alignment;
    check!((pointer as usize).is_multiple_of(align), "{pointer:?} is not aligned to {align}");
    // SAFETY: the whole memory is mapped; the offsets are multiples of 64 KiB inside it.
    let found: Vec<u64> = (0..16).map(|i| unsafe { pointer.add(i << 16).cast::<u64>().read() }).collect();
    check_eq!(found, (0..16).map(|i| i * 1000).collect::<Vec<_>>(), "what the pieces wrote");
    Ok(())
}
