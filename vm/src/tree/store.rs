//! The one way in which a tree changes: some neighbouring entries are replaced by others.
//!
//! Nearly always both fit the leaf at hand, and replacing is one move inside it. Else the old entries are taken out leaf by leaf and
//! the new ones inserted one by one; only that needs the way down from the root, and finds it anew.
//!
//! A leaf is given back when it is empty; half-empty ones are left alone. A full node is split in the middle, except at the very ends of
//! the tree, where it is left full: ascending or descending inserts give full leaves.

use super::cursor::{Path, Place};
use super::node::{Child, Entry, INNER, Inner, LEAF, Leaf};
use super::{MAX_HEIGHT, RangeTree, Span};
use crate::arena::NONE;

impl<T: Copy + Default> RangeTree<T> {
    /// Replaces `remove` entries from `place` on by `insert`, which must be ascending and fill only what is then free. Says whether `place` still is
    /// where they begin.
    #[inline]
    pub(crate) fn splice(&mut self, place: &Place, remove: usize, insert: &[Entry<T>]) -> bool {
        if place.leaf != NONE {
            let leaf = &mut self.leaves[place.leaf];
            let (index, len) = (place.index as usize, leaf.len());
            let left = (len + insert.len()).wrapping_sub(remove);
            if index + remove <= len && left.wrapping_sub(1) < LEAF {
                // A range in a gap makes gaps smaller, one in another's place leaves them as they are.
                let gaps_grow = match insert {
                    [new] if remove == 1 => {
                        new.start != leaf.starts.at(index) || new.end != leaf.cells[index].end
                    }
                    _ => remove > 0,
                };
                leaf.splice(index, remove, insert);
                self.len = self.len + insert.len() - remove;
                if gaps_grow || index + insert.len() == left {
                    self.mend_bounds(place, insert.len());
                }
                return true;
            }
        }
        self.splice_slowly(*place, remove, insert);
        false
    }

    /// The value of the entry at `place` if it has exactly these bounds.
    #[inline]
    pub(crate) fn value_mut(&mut self, place: &Place, span: Span) -> Option<&mut T> {
        let (leaf, index) = (&mut self.leaves[place.leaf], place.index as usize);
        let start = leaf.starts.at(index);
        let cell = leaf.cells.get_mut(index)?;
        (start == span.start && cell.end == span.end).then_some(&mut cell.value)
    }

    #[cold]
    #[inline(never)]
    fn splice_slowly(&mut self, mut place: Place, remove: usize, insert: &[Entry<T>]) {
        self.settle(&mut place);
        let mut left = remove;
        while left > 0 {
            let leaf = &mut self.leaves[place.leaf];
            let index = place.index as usize;
            let count = left.min(leaf.len() - index);
            let key = leaf.starts.at(index);
            leaf.splice(index, count, &[]);
            self.len -= count;
            left -= count;
            if leaf.len() == 0 {
                self.drop_leaf(place.leaf, key);
            }
            place = self.seek(key);
            self.settle(&mut place);
        }
        for entry in insert {
            self.insert_one(*entry);
        }
        if insert.is_empty() {
            self.mend_gap(place);
        }
    }

    fn insert_one(&mut self, entry: Entry<T>) {
        let mut place = self.seek(entry.start);
        if place.leaf == NONE {
            place.leaf = self.leaves.add(Leaf::default());
            (self.root, self.first) = (place.leaf, place.leaf);
        } else if self.leaves[place.leaf].len() == LEAF {
            self.split_leaf(&mut place, entry.start);
        }
        self.leaves[place.leaf].splice(place.index as usize, 0, &[entry]);
        self.len += 1;
        self.mend_bounds(&place, 1);
    }

    /// Mends what inner nodes say of the `count` entries at `place`, which are new, and of the one that follows.
    fn mend_bounds(&mut self, place: &Place, count: usize) {
        let leaf = &self.leaves[place.leaf];
        let (index, len) = (place.index as usize, leaf.len());
        if index + count == len && len > 0 && leaf.next != NONE {
            let Entry { start, end, .. } = leaf.last();
            self.raise_key(start, end);
        }
        for index in index..=index + count {
            self.mend_gap(Place { index: index as u32, ..*place });
        }
    }

    /// Keeps the lower bound of what follows the leaf where `key` belongs above `end`, the leaf's last (invariant 3).
    fn raise_key(&mut self, key: u32, end: u32) {
        let path = self.path_to(key);
        for level in (0..self.height).rev() {
            let (node, index) = path.at(level);
            let index = index + 1;
            let inner = &mut self.inners[node];
            if index < inner.len() {
                inner.raise_key(index, end);
                return;
            }
        }
    }

    /// Splits the leaf at `place`, where `key` belongs; `place` then points into the half where its entry belongs.
    fn split_leaf(&mut self, place: &mut Place, key: u32) {
        let path = self.path_to(key);
        let old = place.leaf;
        let (prev, next) = (self.leaves[old].prev, self.leaves[old].next);
        let at = match place.index as usize {
            LEAF if next == NONE => LEAF,
            0 if prev == NONE => 0,
            _ => LEAF / 2,
        };
        let left = &mut self.leaves[old];
        // What is above the last key of the left half and not above the first of the right one.
        let key = if at == LEAF { left.last().end } else { left.starts.at(at) };
        let mut right = left.split_off(at);
        (right.prev, right.next) = (old, next);
        let gap = right.gap;
        let node = self.leaves.add(right);
        self.leaves[old].next = node;
        if next != NONE {
            self.leaves[next].prev = node;
        }
        if place.index as usize > at || at == LEAF {
            *place = Place { leaf: node, index: place.index - at as u32 };
        }
        self.insert_child(&path, Child { key, node, gap });
    }

    /// Hangs `child` behind the node that `path` leads to, from the lowest inner node up.
    fn insert_child(&mut self, path: &Path, mut child: Child) {
        for level in (0..self.height).rev() {
            let (node, index) = path.at(level);
            let index = index + 1;
            if self.inners[node].len() < INNER {
                self.inners[node].insert(index, child);
                return;
            }
            let at_end = index == INNER
                && (0..level).map(|above| path.at(above)).all(|(n, i)| i + 1 == self.inners[n].len());
            let at = if at_end { INNER } else { INNER / 2 };
            let mut right = self.inners[node].split_off(at);
            if index > at || at_end {
                right.insert(index - at, child);
            } else {
                self.inners[node].insert(index, child);
            }
            child = Child { key: right.keys.at(0), gap: right.gap(), node: self.inners.add(right) };
            self.widths[self.height - 1 - level] += 1;
        }
        let old = if self.height == 0 { self.leaves[self.root].gap } else { self.inners[self.root].gap() };
        let mut root = Inner::default();
        root.insert(0, Child { key: 0, node: self.root, gap: old });
        root.insert(1, child);
        self.root = self.inners.add(root);
        self.widths[self.height] = 1;
        self.height += 1;
        debug_assert!(self.height <= MAX_HEIGHT);
    }

    /// Gives an empty leaf back, where `key` belongs, with the inner nodes that held only it.
    fn drop_leaf(&mut self, leaf: u32, key: u32) {
        let path = self.path_to(key);
        let Leaf { prev, next, .. } = self.leaves[leaf];
        match prev {
            NONE => self.first = next,
            _ => self.leaves[prev].next = next,
        }
        if next != NONE {
            self.leaves[next].prev = prev;
        }
        self.leaves.remove(leaf);
        for level in (0..self.height).rev() {
            let (node, index) = path.at(level);
            self.inners[node].remove(index);
            if self.inners[node].len() > 0 {
                return self.lower_root();
            }
            self.inners.remove(node);
            self.widths[self.height - 1 - level] -= 1;
        }
        (self.root, self.height) = (NONE, 0);
    }

    /// Takes inner nodes with a single child off the top.
    fn lower_root(&mut self) {
        while self.height > 0 && self.inners[self.root].len() == 1 {
            let child = self.inners[self.root].children[0];
            self.inners.remove(self.root);
            self.root = child;
            self.height -= 1;
            self.widths[self.height] = 0;
        }
    }
}
