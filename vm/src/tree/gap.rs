//! Free room between the entries: where the next range of some size and alignment fits.
//!
//! A gap belongs to the entry after it. Every leaf, and every inner node for each of its children, keeps a bound on the widest gap there, so that a
//! search passes over whatever is too full. The bounds may be too wide, never too narrow:
//! - adding a range only makes gaps smaller, and touches no bound;
//! - removing one makes a gap wider, which is noted on the way up, if it is news;
//! - a search that finds a node fuller than its bound says corrects the bound.
//!
//! So no node is entered in vain twice unless ranges were added there in between: a search costs O(log n), if the searches' corrections are
//! counted to the inserts that made them necessary. Alignment costs a step for each gap that is wide enough but does not fit for it.

use super::cursor::Place;
use super::{RangeTree, Span};
use crate::arena::NONE;

/// What is looked for, and from which end.
#[derive(Clone, Copy)]
struct Wanted {
    within: Span,
    size: u32,
    align: u32,
    descending: bool,
}

impl Wanted {
    /// The span to take of the free room from `low` to `high`, if it is enough.
    fn fit(&self, low: u32, high: u32) -> Option<Span> {
        let (low, high) = (low.max(self.within.start), high.min(self.within.end));
        let align = self.align.max(1);
        let start = if self.descending {
            let start = high.checked_sub(self.size)?;
            start - start % align
        } else {
            low.checked_next_multiple_of(align)?
        };
        let end = start.checked_add(self.size)?;
        (low <= start && end <= high).then_some(Span { start, end })
    }

    /// The numbers below `len` in the order of the search.
    fn order(&self, len: usize) -> impl Iterator<Item = usize> + use<> {
        let descending = self.descending;
        (0..len).map(move |i| if descending { len - 1 - i } else { i })
    }
}

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
    pub fn gap_bottom_up(&mut self, within: Span, size: u32, align: u32) -> Option<Span> {
        let wanted = Wanted { within, size, align, descending: false };
        let last = self.last().map_or(0, |entry| entry.end);
        self.gap_below(self.root, 0, &wanted).or_else(|| wanted.fit(last, u32::MAX))
    }

    /// The highest free span of `size` units inside `within` whose start is a multiple of `align`.
    #[must_use]
    pub fn gap_top_down(&mut self, within: Span, size: u32, align: u32) -> Option<Span> {
        let wanted = Wanted { within, size, align, descending: true };
        let last = self.last().map_or(0, |entry| entry.end);
        wanted.fit(last, u32::MAX).or_else(|| self.gap_below(self.root, 0, &wanted))
    }

    /// Searches what is below a node, `level` levels from the root, and corrects its bounds.
    fn gap_below(&mut self, node: u32, level: usize, wanted: &Wanted) -> Option<Span> {
        if node == NONE {
            return None;
        }
        if level == self.height {
            return self.gap_in(node, wanted);
        }
        for i in wanted.order(self.inners[node].len()) {
            let inner = &self.inners[node];
            let child = inner.children[i];
            // The first gap of a child begins above the bound of the child before, its last one ends below that of the next.
            let above = i > 0 && inner.keys.at(i - 1) >= wanted.within.end;
            let below = inner.keys.at(i + 1) <= wanted.within.start;
            if inner.gaps[i] < wanted.size || above || below {
                continue;
            }
            let found = self.gap_below(child, level + 1, wanted);
            if found.is_some() {
                return found;
            }
            let gap =
                if level + 1 == self.height { self.leaves[child].gap } else { self.inners[child].gap() };
            self.inners[node].gaps[i] = gap;
        }
        None
    }

    /// Searches a leaf, and corrects its bound.
    fn gap_in(&mut self, leaf: u32, wanted: &Wanted) -> Option<Span> {
        let first = self.before(&Place { leaf, index: 0 }).map_or(0, |entry| entry.end);
        let leaf = &mut self.leaves[leaf];
        let mut widest = 0;
        for i in wanted.order(leaf.len()) {
            let (low, high) = (if i == 0 { first } else { leaf.cells[i - 1].end }, leaf.starts.at(i));
            let found = wanted.fit(low, high);
            if found.is_some() {
                return found;
            }
            widest = widest.max(high - low);
        }
        leaf.gap = widest;
        None
    }

    /// Sees to it that the bounds cover the gap before the entry at `place`, if there is one.
    pub(super) fn mend_gap(&mut self, mut place: Place) {
        self.settle(&mut place);
        if place.leaf == NONE || place.index as usize >= self.leaves[place.leaf].len() {
            return;
        }
        let below = self.before(&place).map_or(0, |entry| entry.end);
        let leaf = &mut self.leaves[place.leaf];
        let start = leaf.starts.at(place.index as usize);
        if start - below > leaf.gap {
            leaf.gap = start - below;
            self.raise_gap(start, start - below);
        }
    }

    /// Raises the bounds on the way down to `key`.
    fn raise_gap(&mut self, key: u32, gap: u32) {
        let path = self.path_to(key);
        for level in 0..self.height {
            let (node, index) = path.at(level);
            let bound = &mut self.inners[node].gaps[index];
            *bound = gap.max(*bound);
        }
    }
}
