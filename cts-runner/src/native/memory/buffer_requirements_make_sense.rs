//! Memory requirements cover the buffer, are aligned to a power of two, and name memory types that exist.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[];

pub(super) fn run(cx: &Context) -> Outcome {
    let types = cx.device.physical.memory.memory_type_count;
    for size in [1, 4, 255, 4096, 65_537, 1 << 24, 1 << 28] {
        let buffer = Buffer::new(&cx.device, size, vk::BufferCreateFlags::empty())?;
        let need = buffer.requirements;
        check!(need.size >= size, "{} bytes for a buffer of {size}", need.size);
        check!(need.alignment.is_power_of_two(), "alignment {}", need.alignment);
        check!(need.memory_type_bits != 0, "no memory type for a buffer of {size}");
        check!(u64::from(need.memory_type_bits) >> types == 0, "memory types that do not exist");
        cx.device.physical.memory_type(need.memory_type_bits, vk::MemoryPropertyFlags::HOST_VISIBLE)?;
    }
    Ok(())
}
