//! Memory of every type can be allocated, and mapped when it is host-visible.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[];

pub(super) fn run(cx: &Context) -> Outcome {
    for (index, kind) in (0u32..).zip(cx.device.physical.memory.memory_types_as_slice()) {
        let visible = kind.property_flags.contains(vk::MemoryPropertyFlags::HOST_VISIBLE);
        for size in [1, 100, 65_536, 3 << 20] {
            let memory = vk::Memory::of_type(&cx.device, size, index, visible)?;
            if visible {
                memory.fill(0x3c);
                check!(memory.read::<u8>(size - 1, 1) == [0x3c], "type {index}: last byte of {size}");
            }
        }
    }
    Ok(())
}
