//! Parameters of draws and dispatches in sparse buffers: in bound pages, in unbound ones, and across the border of both.

use super::{PAGES, Plan, Sheet};
use crate::native::prelude::*;
use crate::vk::{VertexFetch, VertexFetchOptions};

/// What takes its parameters from the buffer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Dispatch,
    Draw,
    DrawIndexed,
}

/// Where the parameters begin, in words from the border of pages 1 and 2; with [`Plan::Holes`] only page 1 is bound.
const PLACES: [(&str, i32); 4] = [("before", -100), ("behind", 100), ("across_one", -1), ("across_two", -2)];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (way, word) in [(Way::Dispatch, "dispatch"), (Way::Draw, "draw"), (Way::DrawIndexed, "draw_indexed")]
    {
        for plan in [Plan::Reversed, Plan::Holes, Plan::Empty] {
            for (place, words) in PLACES {
                let name = format!("sparse_buffer.indirect.{word}.{place}.{}", plan.name());
                let more: &[Need] = if way == Way::Dispatch {
                    &[Need::Compute]
                } else {
                    &[Need::Graphics, Need::VertexStores]
                };
                cases.push(Case::with(name, plan.needs(more), move |cx| run(cx, plan, way, words)));
            }
        }
    }
    cases
}

fn run(cx: &Context, plan: Plan, way: Way, words: i32) -> Outcome {
    let sheet = Sheet::new(cx, plan)?;
    let first = (2 * sheet.page_words()).wrapping_add_signed(words);
    // Groups, or vertices and instances, first vertex, vertex offset, first instance.
    let parameters: &[u32] = match way {
        Way::Dispatch => &[3, 2, 1],
        Way::Draw => &[5, 2, 7, 1],
        Way::DrawIndexed => &[5, 2, 3, 4, 1],
    };
    let bytes: Vec<u8> = parameters.iter().flat_map(|word| word.to_ne_bytes()).collect();
    let offset = u64::from(first) * 4;
    cx.run(|r| {
        r.update(&sheet.buffer, offset, &bytes);
        r.barrier();
    })?;
    // What an unbound page swallowed is zero.
    let bound = plan.bound(PAGES);
    let kept: Vec<u32> = (first..)
        .zip(parameters)
        .map(|(at, &word)| if bound[(at / sheet.page_words()) as usize].is_some() { word } else { 0 })
        .collect();
    match way {
        Way::Dispatch => dispatch(cx, &sheet.buffer, offset, &kept),
        _ => draw(cx, &sheet.buffer, offset, &kept, way == Way::DrawIndexed),
    }
}

fn dispatch(cx: &Context, buffer: &Buffer, offset: u64, groups: &[u32]) -> Outcome {
    let result = cx.host(4)?;
    let kernel = cx.kernel(vk::COUNT_GROUPS, 1, 0)?;
    let set = kernel.set(&[Bound::whole(&result)])?;
    cx.run(|r| {
        r.bind(&kernel, &[&set], &[], &[]);
        // SAFETY: recording; the buffer is alive and made for indirect use.
        unsafe { r.device.raw.cmd_dispatch_indirect(r.handle, buffer.handle, offset) };
        r.barrier();
    })?;
    check_eq!(result.words()[0], groups.iter().product::<u32>(), "groups of {groups:?}");
    Ok(())
}

fn draw(cx: &Context, buffer: &Buffer, offset: u64, parameters: &[u32], indexed: bool) -> Outcome {
    let seen = cx.host(4 * 64)?;
    let options = VertexFetchOptions { vertex: vk::COUNT_VERT, attribute: None };
    let fetch = VertexFetch::new(&cx.device, &options, Bound::whole(&seen))?;
    // Index n is vertex 2 n.
    let indices = HostBuffer::of(&cx.device, &(0..32).map(|n| 2 * n).collect::<Vec<u32>>())?;
    cx.draw(|r| {
        r.fetch_vertices(&fetch, |r| {
            let raw = &r.device.raw;
            // SAFETY: recording, in a pass; the buffers are alive.
            unsafe {
                if indexed {
                    raw.cmd_bind_index_buffer(r.handle, indices.handle, 0, vk::IndexType::UINT32);
                    raw.cmd_draw_indexed_indirect(r.handle, buffer.handle, offset, 1, 0);
                } else {
                    raw.cmd_draw_indirect(r.handle, buffer.handle, offset, 1, 0);
                }
            }
        });
        r.barrier();
    })?;
    let (count, instances, first) = (parameters[0], parameters[1], parameters[2]);
    let (step, add) = if indexed { (2, parameters[3]) } else { (1, 0) };
    let first_instance = parameters[parameters.len() - 1];
    let mut expected = vec![0; 64];
    for n in first..first + count {
        expected[(step * n + add) as usize] = ((1 << instances) - 1) << first_instance;
    }
    same("instances of each vertex", &seen.words(), &expected)
}
