//! Free room between the entries: where the next range of some size and alignment fits.
//!
//! Both searches look at the entries in order, so their cost is the number of entries passed over.

use super::{RangeTree, Span};
use crate::arena::NONE;

impl<T: Copy + Default> RangeTree<T> {
    /// The lowest free span of `size` units inside `within` whose start is a multiple of `align`.
    ///
    /// ```
    /// # use lacuna_vm::tree::{RangeTree, Span};
    /// let mut tree = RangeTree::new();
    /// tree.insert(Span::new(3, 5), ()).unwrap();
    /// assert_eq!(tree.gap_bottom_up(Span::new(0, 100), 4, 4), Some(Span::new(8, 12)));
    /// assert_eq!(tree.gap_top_down(Span::new(0, 100), 4, 8), Some(Span::new(96, 100)));
    /// ```
    #[must_use]
    pub fn gap_bottom_up(&self, within: Span, size: u32, align: u32) -> Option<Span> {
        let mut low = within.start;
        for entry in self.from(&self.seek(within.start)) {
            if entry.start >= within.end {
                break;
            }
            if let Some(span) = lowest(low, entry.start, size, align) {
                return Some(span);
            }
            low = low.max(entry.end);
        }
        lowest(low, within.end, size, align)
    }

    /// The highest free span of `size` units inside `within` whose start is a multiple of `align`.
    #[must_use]
    pub fn gap_top_down(&self, within: Span, size: u32, align: u32) -> Option<Span> {
        let mut high = within.end;
        for entry in self.back_from(within.end) {
            if entry.end <= within.start {
                break;
            }
            if let Some(span) = highest(entry.end.max(within.start), high, size, align) {
                return Some(span);
            }
            high = high.min(entry.start);
        }
        highest(within.start, high, size, align)
    }

    /// The entries that start below `end`, in descending order.
    fn back_from(&self, end: u32) -> impl Iterator<Item = super::Entry<T>> {
        let mut place = self.seek(end);
        // An entry that covers `end` starts below it and is the first to give.
        if self.from(&place).next().is_some_and(|entry| entry.start < end) {
            self.settle(&mut place);
            place.index += 1;
        }
        let (mut leaf, mut index) = (place.leaf, place.index);
        std::iter::from_fn(move || {
            if leaf != NONE && index == 0 {
                leaf = self.leaves[leaf].prev;
                index = if leaf == NONE { 0 } else { self.leaves[leaf].len };
            }
            if leaf == NONE {
                return None;
            }
            index -= 1;
            Some(self.leaves[leaf].entry(index as usize))
        })
    }
}

fn lowest(low: u32, high: u32, size: u32, align: u32) -> Option<Span> {
    let start = low.checked_next_multiple_of(align.max(1))?;
    let end = start.checked_add(size)?;
    (end <= high).then_some(Span { start, end })
}

fn highest(low: u32, high: u32, size: u32, align: u32) -> Option<Span> {
    let start = high.checked_sub(size)?;
    let start = start - start % align.max(1);
    (start >= low).then_some(Span { start, end: start + size })
}
