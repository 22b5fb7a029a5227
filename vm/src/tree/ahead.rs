//! Searches in small steps, so that many are under way at once.
//!
//! In a large tree a search waits for memory several times, and the next search only begins when that wait is over. Here each step asks for what the
//! next one needs, and returns; whoever has a batch to carry out interleaves the steps of later searches with the work on earlier ones.
//!
//! ```text
//!   begin     the root
//!   down      an inner node; the upper ones are in the cache     asks for the lowest inner node, then for the starts in the leaf
//!   narrow    the starts                                         asks for the cells: making room moves them
//!   arrive    the cell                                           asks for the end of the next leaf, if that is near
//! ```

use super::node::{Inner, LEAF, Leaf};
use super::{RangeTree, Span};
use crate::advice::prefetch;
use crate::arena::NONE;

/// Where a search has led, for [`seek_near`](RangeTree::seek_near): of use even when the tree has changed since.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hint {
    /// The node: a leaf, once the search has got there.
    pub(super) node: u32,
    pub(super) index: u32,
}

impl Hint {
    /// Nothing is known.
    pub(crate) const NONE: Self = Self { node: NONE, index: 0 };
}

impl<T: Copy + Default> RangeTree<T> {
    /// How often a search goes [down](Self::down).
    pub(crate) const fn levels(&self) -> usize {
        self.height
    }

    /// The first step.
    #[inline]
    pub(crate) const fn begin(&self) -> Hint {
        Hint { node: self.root, index: 0 }
    }

    /// The second step, once for each level.
    #[inline]
    pub(crate) fn down(&self, key: u32, level: usize, hint: &mut Hint) {
        let Some(inner) = self.inners.get(hint.node) else { return };
        hint.node = inner.children[inner.search(key)];
        if level + 2 == self.height
            && let Some(Inner { keys, children, .. }) = self.inners.get(hint.node)
        {
            prefetch(keys);
            prefetch(children);
        } else if level + 1 == self.height
            && let Some(leaf) = self.leaves.get(hint.node)
        {
            prefetch(&leaf.starts);
        }
    }

    /// The third step.
    #[inline]
    pub(crate) fn narrow(&self, key: u32, hint: &mut Hint) {
        let Some(leaf) = self.leaves.get(hint.node) else { return };
        let index = leaf.starts.rank(key).saturating_sub(1);
        hint.index = index as u32;
        leaf.ask_for_cells();
    }

    /// The last step gives the value of the entry that `span` begins in, if it seems to be there, or else covers.
    #[inline]
    pub(crate) fn arrive(&self, hint: Hint, span: Span) -> Option<T> {
        let leaf = self.leaves.get(hint.node)?;
        let index = (hint.index as usize).min(LEAF - 1);
        if index == 0
            && let Some(prev) = self.leaves.get(leaf.prev)
        {
            prefetch(&prev.starts);
            prev.ask_for_cells();
        }
        if index + 1 >= leaf.len()
            && let Some(Leaf { starts, cells, .. }) = self.leaves.get(leaf.next)
        {
            prefetch(starts);
            prefetch(&cells[0]);
        }
        let entry = leaf.entry(index);
        if Span::new(entry.start, entry.end).intersects(span) {
            return Some(entry.value);
        }
        None
    }
}
