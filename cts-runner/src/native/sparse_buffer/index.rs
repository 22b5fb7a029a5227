//! Index buffers: around every border of two pages, what is bound gives its indices, what is not gives vertex 0.

use std::collections::BTreeSet;

use super::{PAGES, Plan, Sheet};
use crate::native::prelude::*;
use crate::vk::{IndexType, VertexFetch, VertexFetchOptions};

/// Indices that are drawn on each side of a border.
const SIDE: u32 = 600;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (kind, word) in [(IndexType::UINT16, "uint16"), (IndexType::UINT32, "uint32")] {
        for plan in Plan::ALL {
            let name = format!("sparse_buffer.index.{word}.{}", plan.name());
            let needs = plan.needs(&[Need::Graphics, Need::VertexStores]);
            cases.push(Case::with(name, needs, move |cx| run(cx, plan, kind)));
        }
    }
    cases
}

fn run(cx: &Context, plan: Plan, kind: IndexType) -> Outcome {
    let sheet = Sheet::new(cx, plan)?;
    // Small indices, each twice in all of the memory: the whole memory cannot be told apart by 16 bits.
    let index = |place: u32| 1 + place % 60_000;
    let width = if kind == IndexType::UINT16 { 2 } else { 4 };
    let in_memory = PAGES as u32 * sheet.page_words() * 4 / width;
    if width == 2 {
        let words: Vec<u32> = (0..in_memory / 2).map(|n| index(2 * n) | index(2 * n + 1) << 16).collect();
        sheet.memory.write(0, &words);
    } else {
        sheet.memory.write(0, &(0..in_memory).map(index).collect::<Vec<_>>());
    }
    let seen = cx.host(4 * 60_001)?;
    let options = VertexFetchOptions { vertex: vk::COUNT_VERT, attribute: None };
    let fetch = VertexFetch::new(&cx.device, &options, Bound::whole(&seen))?;
    let per_page = sheet.page_words() * 4 / width;
    // Where a draw begins, and its indices.
    let draws: Vec<_> = (1..PAGES as u32).map(|page| page * per_page - SIDE).collect();
    cx.draw(|r| {
        r.fetch_vertices(&fetch, |r| {
            // SAFETY: recording, in a pass; the buffer is alive.
            unsafe {
                r.device.raw.cmd_bind_index_buffer(r.handle, sheet.buffer.handle, 0, kind);
                for &first in &draws {
                    r.device.raw.cmd_draw_indexed(r.handle, 2 * SIDE, 1, first, 0, 0);
                }
            }
        });
        r.barrier();
    })?;
    let bound = plan.bound(PAGES);
    let expected: BTreeSet<u32> = draws
        .iter()
        .flat_map(|&first| first..first + 2 * SIDE)
        .map(|place| {
            bound[(place / per_page) as usize].map_or(0, |m| index(m as u32 * per_page + place % per_page))
        })
        .collect();
    let found: BTreeSet<u32> =
        (0..).zip(seen.words()).filter(|(_, mark)| *mark != 0).map(|(n, _)| n).collect();
    let (more, less): (Vec<_>, Vec<_>) =
        (found.difference(&expected).take(4).collect(), expected.difference(&found).take(4).collect());
    check!(more.is_empty() && less.is_empty(), "drawn without being named: {more:?}; not drawn: {less:?}");
    Ok(())
}
