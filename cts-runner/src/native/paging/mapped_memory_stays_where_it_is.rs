//! Pointers to mapped memory stay good while other memory comes and goes: host and device see each other's writes.

use super::{LOOK, SMALL, expect_ascending};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let heap = cx.device.physical.local_heap();
    // Twice the heap if that is small enough to be filled.
    let crowd = if heap <= SMALL { 2 * heap / LOOK } else { 16 };
    let mapped = (0..8).map(|_| cx.host(LOOK)).collect::<vk::Result<Vec<_>>>()?;
    let words = (LOOK / 4) as u32;
    let mut others = Vec::new();
    for i in 0..crowd {
        let buffer = vk::LocalBuffer::new(&cx.device, LOOK)?;
        let from = &mapped[i as usize % mapped.len()];
        let first = 0x100_0000 + i as u32 * words;
        from.memory.write(0, &(0..words).map(|word| first + word).collect::<Vec<_>>());
        cx.run(|r| {
            r.copy(from, 0, &buffer, 0, LOOK);
            r.barrier();
            r.fill(from, 0, 4, i as u32);
            r.barrier();
        })?;
        check_eq!(
            from.memory.read::<u32>(0, 2),
            vec![i as u32, first + 1],
            "mapped memory after the device wrote"
        );
        others.push((buffer, first));
    }
    for (buffer, first) in &others {
        expect_ascending(cx, buffer, 0, LOOK, *first)?;
    }
    Ok(())
}
