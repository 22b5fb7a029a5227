//! Buffers of up to 1 TiB: pages at both ends and around every power of two hold their values, their neighbours are empty.

use crate::native::prelude::*;

const SIZES: [(&str, u64); 4] =
    [("8_gib", 8 << 30), ("64_gib", 64 << 30), ("256_gib", 256 << 30), ("1_tib", 1 << 40)];

/// How a word of the buffer is read or written.
#[derive(Clone, Copy)]
enum Way {
    Copy,
    Fill,
    Descriptor,
    Address,
}

const WAYS: [(&str, Way, &[Need]); 4] = [
    ("copy", Way::Copy, &[]),
    ("fill", Way::Fill, &[]),
    ("descriptor", Way::Descriptor, &[]),
    ("address", Way::Address, &[Need::DeviceAddress]),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (size_word, size) in SIZES {
        for (word, way, more) in WAYS {
            let name = format!("sparse_buffer.giant.{size_word}.{word}");
            let mut needs =
                vec![Need::Compute, Need::SparseResidency, Need::StrictZero, Need::SparseBytes(size)];
            needs.extend(more);
            cases.push(Case::with(name, needs, move |cx| run(cx, size, way)));
        }
    }
    cases
}

/// Pages that are bound: none is the neighbour of another's neighbour on the far side.
fn places(pages: u64) -> Vec<u64> {
    let powers = (3..pages.ilog2()).map(|n| 1 << n);
    [0, pages - 1].into_iter().chain(powers).collect()
}

fn run(cx: &Context, size: u64, way: Way) -> Outcome {
    let buffer = SparseBuffer::new(&cx.device, size)?;
    let pages = size / buffer.page;
    let bound = places(pages);
    // Before and behind each; page 1 to n - 2 only, and none that is bound.
    let empty: Vec<u64> = bound
        .iter()
        .flat_map(|&page| [page.saturating_sub(1), page + 1])
        .filter(|page| *page < pages && !bound.contains(page))
        .collect();
    let memory = buffer.memory(&cx.device, bound.len() as u64)?;
    memory.fill(0);
    let binds: Vec<_> = (0..).zip(&bound).map(|(m, &page)| buffer.map(page, 1, &memory, m)).collect();
    cx.sparse()?.bind(&cx.device, &buffer, &binds)?;
    for &page in bound.iter().chain(&empty) {
        write(cx, &buffer, page, way)?;
    }
    for (m, &page) in (0..).zip(&bound) {
        let word = memory.read::<u32>(m * buffer.page + 64, 1)[0];
        check_eq!(word, page as u32 + 1, "memory behind page {page}");
    }
    let read = |pages: &[u64]| {
        pages.iter().map(|&page| read(cx, &buffer, page, way)).collect::<vk::Result<Vec<_>>>()
    };
    let expected: Vec<u32> = bound.iter().map(|&page| page as u32 + 1).collect();
    same("bound pages", &read(&bound)?, &expected)?;
    uniform("empty pages", &read(&empty)?, 0)
}

/// Puts its own number plus one into word 16 of a page.
fn write(cx: &Context, buffer: &SparseBuffer, page: u64, way: Way) -> Outcome {
    let (offset, value) = (page * buffer.page, page as u32 + 1);
    match way {
        Way::Copy => {
            let from = HostBuffer::of(&cx.device, &[value])?;
            cx.run(|r| r.copy(&from, 0, buffer, offset + 64, 4))?;
        }
        Way::Fill => cx.run(|r| r.fill(buffer, offset + 64, 4, value))?,
        Way::Descriptor => cx.scribble(Bound::part(buffer, offset, buffer.page), 16, 1, 1, value)?,
        Way::Address => {
            let from = HostBuffer::of(&cx.device, &[value])?;
            through_address(cx, from.address()?, buffer.address()? + offset + 64)?;
        }
    }
    Ok(())
}

/// Word 16 of a page.
fn read(cx: &Context, buffer: &SparseBuffer, page: u64, way: Way) -> vk::Result<u32> {
    let offset = page * buffer.page;
    let words = match way {
        Way::Copy | Way::Fill => cx.fetch(buffer, offset + 64, 4)?,
        Way::Descriptor => cx.probe(Bound::part(buffer, offset, buffer.page), 16, 1, 1)?,
        Way::Address => {
            let to = cx.dirty(4)?;
            through_address(cx, buffer.address()? + offset + 64, to.address()?)?;
            to.words()
        }
    };
    Ok(words[0])
}

/// Copies a word from one device address to another.
fn through_address(cx: &Context, from: u64, to: u64) -> vk::Result<()> {
    let kernel = cx.kernel(vk::ADDRESS_COPY, 0, 24)?;
    let push = [from as u32, (from >> 32) as u32, to as u32, (to >> 32) as u32, 1];
    cx.run(|r| {
        r.bind(&kernel, &[], &[], &push);
        r.dispatch([1, 1, 1]);
        r.barrier();
    })
}
