//! A buffer as big as the driver's limits allow can be made, bound at its start, middle and end, and used there.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    let page = SparseBuffer::new(&cx.device, 1 << 16)?.page;
    let size = cx.device.physical.max_sparse_buffer() / page * page;
    let buffer = SparseBuffer::new(&cx.device, size)?;
    let memory = buffer.memory(&cx.device, 3)?;
    let last = size / page - 1;
    let places = [0, last / 2, last];
    let binds: Vec<_> = (0..).zip(places).map(|(m, page)| buffer.map(page, 1, &memory, m)).collect();
    cx.sparse()?.bind(&cx.device, &buffer, &binds)?;
    for (m, place) in (0u64..).zip(places) {
        let value = 1000 * (m as u32 + 1);
        cx.scribble(buffer.pages(place, 1), 0, 1, 64, value)?;
        let expected: Vec<u32> = (0..64).map(|i| value + i).collect();
        same(&format!("page {place}"), &cx.probe(buffer.pages(place, 1), 0, 1, 64)?, &expected)?;
        same("its memory", &memory.read(m * page, 64), &expected)?;
    }
    Ok(())
}
