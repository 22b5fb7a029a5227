//! Flushing and invalidating mapped memory works for all of it and for parts.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[];

pub(super) fn run(cx: &Context) -> Outcome {
    let memory = vk::Memory::host(&cx.device, 1 << 20, u32::MAX)?;
    memory.write(0, &[7u32; 100]);
    let whole = vk::MappedMemoryRange::default().memory(memory.handle).size(vk::WHOLE_SIZE);
    let part = vk::MappedMemoryRange::default().memory(memory.handle).offset(4096).size(8192);
    // SAFETY: the ranges are inside the memory, which is mapped.
    unsafe { cx.device.raw.flush_mapped_memory_ranges(&[whole, part]) }.at("vkFlushMappedMemoryRanges")?;
    // SAFETY: as above.
    unsafe { cx.device.raw.invalidate_mapped_memory_ranges(&[part, whole]) }
        .at("vkInvalidateMappedMemoryRanges")?;
    uniform("what was written", &memory.read(0, 100), 7)
}
