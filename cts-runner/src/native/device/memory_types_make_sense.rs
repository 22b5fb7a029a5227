//! Memory types point to heaps, and the two kinds that every driver must have exist.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[];

pub(super) fn run(cx: &Context) -> Outcome {
    let memory = &cx.device.physical.memory;
    let (types, heaps) = (memory.memory_types_as_slice(), memory.memory_heaps_as_slice());
    check!(!types.is_empty() && !heaps.is_empty(), "no memory");
    for (i, t) in types.iter().enumerate() {
        check!((t.heap_index as usize) < heaps.len(), "type {i} has no heap");
    }
    check!(heaps.iter().all(|h| h.size > 0), "a heap is empty");
    let flags = vk::MemoryPropertyFlags::HOST_VISIBLE | vk::MemoryPropertyFlags::HOST_COHERENT;
    check!(types.iter().any(|t| t.property_flags.contains(flags)), "no type is host-visible and coherent");
    let local = vk::MemoryPropertyFlags::DEVICE_LOCAL;
    check!(types.iter().any(|t| t.property_flags.contains(local)), "no type is device-local");
    Ok(())
}
