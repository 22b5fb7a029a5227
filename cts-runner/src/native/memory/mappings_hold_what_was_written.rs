//! Host-visible memory of every size holds what the host writes, to the last byte.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[];

pub(super) fn run(cx: &Context) -> Outcome {
    for size in [1u64, 3, 64, 4095, 4096, 65_535, 65_536, 65_537, 1 << 20, (16 << 20) + 1] {
        let memory = vk::Memory::host(&cx.device, size, u32::MAX)?;
        let bytes: Vec<u8> = (0..size).map(|i| (i * 7 + i / 251) as u8).collect();
        memory.write(0, &bytes);
        check!(memory.read::<u8>(0, size as usize) == bytes, "{size} bytes read back differently");
    }
    Ok(())
}
