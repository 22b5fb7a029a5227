//! The one way in which a tree changes: some neighbouring entries are replaced by others.
//!
//! Nearly always both fit the leaf at hand, and replacing is one move inside it. Else the old entries are taken out leaf by leaf and
//! the new ones inserted one by one.
//!
//! A leaf is given back when it is empty; half-empty ones are left alone. A full node is split in the middle, except at the very end of
//! the tree, where it is left full: ascending inserts give full leaves.

use super::cursor::{Path, Place};
use super::node::{Entry, INNER, Inner, LEAF, Leaf};
use super::{MAX_HEIGHT, RangeTree};
use crate::arena::NONE;

impl<T: Copy + Default> RangeTree<T> {
    /// Replaces `remove` entries from `place` on by `insert`, which must be ascending and fill only what is then free.
    #[inline]
    pub(crate) fn splice(&mut self, place: &Place, remove: usize, insert: &[Entry<T>]) {
        if place.leaf != NONE {
            let leaf = &mut self.leaves[place.leaf];
            let (index, len) = (place.index as usize, leaf.len as usize);
            let left = (len + insert.len()).wrapping_sub(remove);
            if index + remove <= len && left.wrapping_sub(1) < LEAF {
                leaf.splice(index, remove, insert);
                self.len = self.len + insert.len() - remove;
                if index + insert.len() == left {
                    self.raise_bound(place, insert.last().map_or(0, |entry| entry.end));
                }
                return;
            }
        }
        self.splice_slowly(*place, remove, insert);
    }

    #[cold]
    #[inline(never)]
    fn splice_slowly(&mut self, mut place: Place, mut remove: usize, insert: &[Entry<T>]) {
        while remove > 0 {
            self.settle(&mut place);
            let leaf = &mut self.leaves[place.leaf];
            let index = place.index as usize;
            let count = remove.min(leaf.len as usize - index);
            let key = leaf.starts[index];
            leaf.splice(index, count, &[]);
            self.len -= count;
            remove -= count;
            if leaf.len == 0 {
                self.drop_leaf(&place);
            }
            place = self.seek(key);
        }
        for entry in insert {
            let place = self.seek(entry.start);
            self.insert_at(place, *entry);
        }
    }

    fn insert_at(&mut self, mut place: Place, entry: Entry<T>) {
        if place.leaf != NONE && place.index == self.leaves[place.leaf].len {
            self.raise_bound(&place, entry.end);
        }
        if place.leaf == NONE {
            place.leaf = self.leaves.add(Leaf::new());
            (self.root, self.first) = (place.leaf, place.leaf);
        } else if self.leaves[place.leaf].len as usize == LEAF {
            self.split_leaf(&mut place);
        }
        self.leaves[place.leaf].splice(place.index as usize, 0, &[entry]);
        self.len += 1;
    }

    /// Keeps the lower bound of what follows the leaf at `place` above `end`, the leaf's last (invariant 3).
    fn raise_bound(&mut self, place: &Place, end: u32) {
        for level in (0..self.height).rev() {
            let (node, index) = place.path.at(level);
            let index = index + 1;
            let inner = &mut self.inners[node];
            if index < inner.len as usize {
                inner.keys[index] = inner.keys[index].max(end);
                return;
            }
        }
    }

    /// Splits the leaf at `place`, which then points into the half where its entry belongs.
    fn split_leaf(&mut self, place: &mut Place) {
        let old = place.leaf;
        let next = self.leaves[old].next;
        let at = if next == NONE && place.index as usize == LEAF { LEAF } else { LEAF / 2 };
        let mut right = Leaf::new();
        let left = &mut self.leaves[old];
        // What is above the last key of the left half and not above the first of the right one.
        let key = if at == LEAF { left.ends[LEAF - 1] } else { left.starts[at] };
        left.split_off(at, &mut right);
        (right.prev, right.next) = (old, next);
        let new = self.leaves.add(right);
        self.leaves[old].next = new;
        if next != NONE {
            self.leaves[next].prev = new;
        }
        if place.index as usize > at || at == LEAF {
            (place.leaf, place.index) = (new, place.index - at as u32);
        }
        self.insert_child(&place.path, key, new);
    }

    /// Hangs `child` behind the node that `path` leads to, from the lowest inner node up.
    fn insert_child(&mut self, path: &Path, mut key: u32, mut child: u32) {
        for level in (0..self.height).rev() {
            let (node, index) = path.at(level);
            let index = index + 1;
            if (self.inners[node].len as usize) < INNER {
                self.inners[node].insert(index, key, child);
                return;
            }
            let at_end = index == INNER
                && (0..level).map(|above| path.at(above)).all(|(n, i)| i + 1 == self.inners[n].len as usize);
            let at = if at_end { INNER } else { INNER / 2 };
            let mut right = Inner::new();
            self.inners[node].split_off(at, &mut right);
            if index > at || at_end {
                right.insert(index - at, key, child);
            } else {
                self.inners[node].insert(index, key, child);
            }
            key = right.keys[0];
            child = self.inners.add(right);
        }
        let mut root = Inner::new();
        root.insert(0, 0, self.root);
        root.insert(1, key, child);
        self.root = self.inners.add(root);
        self.height += 1;
        debug_assert!(self.height <= MAX_HEIGHT);
    }

    /// Gives an empty leaf back, with the inner nodes that held only it.
    fn drop_leaf(&mut self, place: &Place) {
        let Leaf { prev, next, .. } = self.leaves[place.leaf];
        match prev {
            NONE => self.first = next,
            _ => self.leaves[prev].next = next,
        }
        if next != NONE {
            self.leaves[next].prev = prev;
        }
        self.leaves.remove(place.leaf);
        for level in (0..self.height).rev() {
            let (node, index) = place.path.at(level);
            self.inners[node].remove(index);
            if self.inners[node].len > 0 {
                return self.lower_root();
            }
            self.inners.remove(node);
        }
        (self.root, self.height) = (NONE, 0);
    }

    /// Takes inner nodes with a single child off the top.
    fn lower_root(&mut self) {
        while self.height > 0 && self.inners[self.root].len == 1 {
            let child = self.inners[self.root].children[0];
            self.inners.remove(self.root);
            self.root = child;
            self.height -= 1;
        }
    }
}
