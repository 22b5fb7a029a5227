//! A buffer with sparse binding but without residency, bound completely before use, works like any other.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseBinding];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::with_flags(cx, 4, 4, vk::BufferCreateFlags::empty())?;
    pages.bind(&[pages.buffer.map(0, 2, &pages.memory, 2), pages.buffer.map(2, 2, &pages.memory, 0)])?;
    pages.expect(&[Some(2), Some(3), Some(0), Some(1)])?;
    pages.bind(&[pages.map(3, 2), pages.map(0, 1)])?;
    pages.expect(&[Some(1), Some(3), Some(0), Some(2)])
}
