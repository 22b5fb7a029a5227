//! Allocations beyond any machine fail with an out-of-memory error, and the device works on.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    use vk::Code;
    for size in [1u64 << 50, 1 << 60, u64::MAX / 2, u64::MAX - 65_535, u64::MAX] {
        for index in 0..cx.device.physical.memory.memory_type_count {
            let code = vk::Memory::of_type(&cx.device, size, index, false).err().and_then(|e| e.code());
            let refused =
                matches!(code, Some(Code::ERROR_OUT_OF_DEVICE_MEMORY | Code::ERROR_OUT_OF_HOST_MEMORY));
            check!(refused, "{size} bytes of type {index}: {code:?}");
        }
    }
    let buffer = cx.host(64)?;
    cx.run(|r| r.fill(&buffer, 0, 64, 1))?;
    uniform("a buffer afterwards", &buffer.words(), 1)
}
