//! Memory bound to two sparse buffers is one memory.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency, Need::SparseAliased];

pub(super) fn run(cx: &Context) -> Outcome {
    let flags = vk::BufferCreateFlags::SPARSE_RESIDENCY | vk::BufferCreateFlags::SPARSE_ALIASED;
    let pages = Pages::with_flags(cx, 2, 2, flags)?;
    let other = SparseBuffer::with_flags(&cx.device, pages.buffer.size, flags)?;
    pages.bind(&[pages.buffer.map(0, 2, &pages.memory, 0)])?;
    cx.sparse()?.bind(
        &cx.device,
        &other,
        &[other.map(0, 1, &pages.memory, 1), other.map(1, 1, &pages.memory, 0)],
    )?;
    cx.scribble(other.pages(0, 2), 0, 1, pages.words() * 2, 1 << 20)?;
    let found = cx.probe(pages.buffer.pages(0, 2), 0, 1, pages.words() * 2)?;
    let words = pages.words();
    let expected: Vec<u32> =
        (0..2 * words).map(|i| (1 << 20) + if i < words { i + words } else { i - words }).collect();
    same("the first buffer, written through the second", &found, &expected)
}
