//! Priorities are given with allocations and changed afterwards, to anything, while the memory is used.

use ash::ext;

use super::{LOOK, expect_ascending};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[
    Need::Compute,
    Need::Extension("VK_EXT_memory_priority"),
    Need::Extension("VK_EXT_pageable_device_local_memory"),
];

pub(super) fn run(cx: &Context) -> Outcome {
    let commands =
        ext::pageable_device_local_memory::Device::new(cx.device.physical.instance.raw(), &cx.device.raw);
    let buffers = (0..8).map(|_| vk::LocalBuffer::new(&cx.device, LOOK)).collect::<vk::Result<Vec<_>>>()?;
    for round in 0..4u32 {
        for (i, buffer) in (0u32..).zip(&buffers) {
            let priority = (i + round) as f32 % 3.0 / 2.0;
            // SAFETY: memory of this device.
            unsafe {
                (commands.fp().set_device_memory_priority_ext)(
                    cx.device.raw.handle(),
                    buffer.memory.handle,
                    priority,
                );
            }
            cx.scribble(Bound::whole(buffer), 0, 1, (LOOK / 4) as u32, i * 0x100_0000 + round)?;
        }
        for (i, buffer) in (0u32..).zip(&buffers) {
            expect_ascending(cx, buffer, 0, LOOK, i * 0x100_0000 + round)?;
        }
    }
    Ok(())
}
