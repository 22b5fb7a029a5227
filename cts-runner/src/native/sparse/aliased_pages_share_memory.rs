//! Memory bound at two places of a buffer is one memory: what is written at one is read at the other.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency, Need::SparseAliased];

pub(super) fn run(cx: &Context) -> Outcome {
    let flags = vk::BufferCreateFlags::SPARSE_RESIDENCY | vk::BufferCreateFlags::SPARSE_ALIASED;
    let pages = Pages::with_flags(cx, 4, 2, flags)?;
    pages.bind(&[pages.map(0, 1), pages.map(2, 1), pages.map(3, 0)])?;
    cx.scribble(pages.buffer.pages(2, 1), 0, 1, pages.words(), 500)?;
    let found = cx.probe(pages.buffer.pages(0, 1), 0, 1, pages.words())?;
    let expected: Vec<u32> = (0..pages.words()).map(|i| 500 + i).collect();
    same("page 0, written through page 2", &found, &expected)?;
    pages.expect(&[Some(1), None, Some(1), Some(0)])?;
    pages.bind(&[pages.unmap(2)])?;
    pages.expect(&[Some(1), None, None, Some(0)])
}
