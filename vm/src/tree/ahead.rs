//! Searches in small steps, so that many are under way at once.
//!
//! In a large tree a search waits for memory several times, and the next search only begins when that wait is over. Here each step asks for what the
//! next one needs, and returns; whoever has a batch to carry out interleaves the steps of later searches with the work on earlier ones.
//!
//! ```text
//!   begin     inner nodes, which mostly are in the cache      asks for the starts in the leaf
//!   narrow    the starts                                      asks for the rest of the entry, and for its neighbours
//!   arrive    the entry                                       asks for the end of the next leaf, if that is near
//! ```

use super::node::{LEAF, Leaf};
use super::{RangeTree, Span};
use crate::arena::NONE;
use crate::prefetch::prefetch;

/// Keys in a cache line.
const LINE: usize = 16;

/// Where a search has led, for [`seek_near`](RangeTree::seek_near): of use even when the tree has changed since.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hint {
    pub(super) leaf: u32,
    pub(super) index: u32,
}

impl Hint {
    /// Nothing is known.
    pub(crate) const NONE: Self = Self { leaf: NONE, index: 0 };
}

impl<T: Copy + Default> RangeTree<T> {
    /// The first step.
    #[inline]
    pub(crate) fn begin(&self, key: u32) -> Hint {
        let leaf = self.leaf_of(key);
        if let Some(Leaf { starts, .. }) = self.leaves.get(leaf) {
            prefetch(&starts[0]);
            prefetch(&starts[LINE]);
        }
        Hint { leaf, index: 0 }
    }

    /// The second step.
    #[inline]
    pub(crate) fn narrow(&self, key: u32, hint: &mut Hint) {
        let Some(leaf) = self.leaves.get(hint.leaf) else { return };
        let index = leaf.rank(key).saturating_sub(1) % LEAF;
        hint.index = index as u32;
        prefetch(&leaf.ends[index]);
        // What is new may join what is on either side of it.
        prefetch(&leaf.values[index.saturating_sub(1)]);
        prefetch(&leaf.values[(index + 1) % LEAF]);
    }

    /// The last step gives the value of the entry that `span` begins in, if it seems to be there, or else covers.
    #[inline]
    pub(crate) fn arrive(&self, hint: Hint, span: Span) -> Option<T> {
        let leaf = self.leaves.get(hint.leaf)?;
        let index = hint.index as usize % LEAF;
        if index == 0 {
            self.ask_for_end(leaf.prev);
        }
        if index + 1 >= leaf.len as usize
            && let Some(Leaf { starts, ends, values, .. }) = self.leaves.get(leaf.next)
        {
            prefetch(&starts[0]);
            prefetch(&ends[0]);
            prefetch(&values[0]);
        }
        let entry = leaf.entry(index);
        if Span::new(entry.start, entry.end).intersects(span) {
            return Some(entry.value);
        }
        // Making room moves what comes after.
        prefetch(&leaf.ends[LINE]);
        leaf.values.iter().step_by(LINE / 2).skip(index / (LINE / 2)).for_each(prefetch);
        None
    }

    /// Asks for where the last entry of a leaf may be.
    #[inline]
    fn ask_for_end(&self, leaf: u32) {
        if let Some(Leaf { len, ends, values, .. }) = self.leaves.get(leaf) {
            prefetch(len);
            prefetch(&ends[LINE - 1]);
            prefetch(&ends[LINE]);
            values.iter().skip(LINE / 2 - 1).step_by(LINE / 2).for_each(prefetch);
        }
    }
}
