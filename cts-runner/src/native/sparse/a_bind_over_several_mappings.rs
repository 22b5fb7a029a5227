//! A bind that covers whole and half mappings replaces exactly its own range.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseResidency];

pub(super) fn run(cx: &Context) -> Outcome {
    let pages = Pages::new(cx, 9, 16)?;
    let (buffer, memory) = (&pages.buffer, &pages.memory);
    pages.bind(&[buffer.map(0, 3, memory, 0), buffer.map(3, 3, memory, 6), buffer.map(7, 2, memory, 10)])?;
    pages.bind(&[buffer.map(2, 6, memory, 3)])?;
    let expected = [Some(0), Some(1), Some(3), Some(4), Some(5), Some(6), Some(7), Some(8), Some(11)];
    pages.expect(&expected)
}
