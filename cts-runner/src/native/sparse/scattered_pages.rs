//! Eight thousand pages, or half of a smaller heap, bound in random order to memory in another random order all hold the right memory.

use crate::native::prelude::*;
use crate::rng::Rng;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];
const MOST_PAGES: u64 = 8192;

pub(super) fn run(cx: &Context) -> Outcome {
    let page = SparseBuffer::new(&cx.device, 1 << 16)?.page;
    let pages = MOST_PAGES.min(cx.device.physical.local_heap() / page / 2);
    let buffer = SparseBuffer::new(&cx.device, 2 * pages * page)?;
    let memory = buffer.memory(&cx.device, pages)?;
    for m in 0..pages {
        memory.write(m * page, &[m as u32 + 1]);
    }
    let mut rng = Rng::new(cx.seed);
    let mut places: Vec<_> = (0..pages).map(|i| 2 * i + rng.below(2)).collect();
    rng.shuffle(&mut places);
    let binds: Vec<_> = (0..).zip(&places).map(|(m, &place)| buffer.map(place, 1, &memory, m)).collect();
    for batch in binds.chunks(1024) {
        cx.sparse()?.bind(&cx.device, &buffer, batch)?;
    }
    let mut expected = vec![0; 2 * pages as usize];
    for (m, &place) in (1u32..).zip(&places) {
        expected[place as usize] = m;
    }
    let words = (page / 4) as u32;
    let limit = u64::from(cx.device.physical.properties.limits.max_storage_buffer_range) / page;
    for first in (0..2 * pages).step_by(limit.min(1024) as usize) {
        let count = limit.min(1024).min(2 * pages - first);
        let found = cx.probe(buffer.pages(first, count), 0, words, count as u32)?;
        for (i, word) in (first..).zip(found) {
            let right = expected[i as usize];
            if right != 0 || cx.device.physical.strict() {
                check_eq!(word, right, "page {i}");
            }
        }
    }
    Ok(())
}
