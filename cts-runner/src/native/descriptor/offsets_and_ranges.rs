//! A descriptor shows its range of the buffer: from its offset on, with the length of its range.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

pub(super) fn run(cx: &Context) -> Outcome {
    let words: Vec<u32> = (0..4096).collect();
    let data = HostBuffer::of(&cx.device, &words)?;
    let align = cx.device.physical.properties.limits.min_storage_buffer_offset_alignment.max(4);
    for offset in [0, align, 3 * align, 8192] {
        let found = cx.probe(Bound::part(&data, offset, 512), 0, 1, 128)?;
        let first = offset as u32 / 4;
        same(&format!("from offset {offset} on"), &found, &(first..first + 128).collect::<Vec<_>>())?;
    }
    Ok(())
}
