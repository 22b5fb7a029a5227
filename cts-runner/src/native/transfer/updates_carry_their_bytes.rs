//! An update of 4 bytes to 64 KiB writes exactly its bytes, taken when it was recorded.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let buffer = cx.host(70_000)?;
    for (offset, size) in [(0u64, 4usize), (12, 36), (4, 65_536)] {
        buffer.memory.fill(0x22);
        let mut bytes: Vec<u8> = (0..size).map(|i| (i / 3 + 1) as u8).collect();
        let commands = Commands::record(&cx.device, cx.compute()?.family, |r| {
            r.update(&buffer, offset, &bytes);
            r.barrier();
        })?;
        let recorded = bytes.clone();
        bytes.fill(0);
        cx.compute()?.run_recorded(&cx.device, &[&commands])?;
        let found = buffer.memory.read::<u8>(0, 70_000);
        let (before, rest) = found.split_at(offset as usize);
        let (inside, after) = rest.split_at(size);
        check!(inside == recorded, "update of {size} bytes at {offset}");
        check!(before.iter().chain(after).all(|&b| b == 0x22), "bytes around {size} at {offset}");
    }
    Ok(())
}
