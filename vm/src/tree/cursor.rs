//! Places in the tree: one descent finds a place, steps lead to its neighbours.

use super::node::Entry;
use super::{MAX_HEIGHT, RangeTree};
use crate::arena::NONE;

/// The inner nodes from the root down, and the index of the child taken in each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Path {
    pub(super) nodes: [u32; MAX_HEIGHT],
    pub(super) children: [u8; MAX_HEIGHT],
}

impl Path {
    pub(super) const ROOT: Self = Self { nodes: [NONE; MAX_HEIGHT], children: [0; MAX_HEIGHT] };

    #[inline]
    pub(super) const fn at(&self, level: usize) -> (u32, usize) {
        (self.nodes[level], self.children[level] as usize)
    }

    #[inline]
    pub(super) const fn set(&mut self, level: usize, node: u32, child: usize) {
        self.nodes[level] = node;
        self.children[level] = child as u8;
    }
}

/// A place in a leaf and the way down to it. Valid until the tree is changed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(super) path: Path,
    pub(super) leaf: u32,
    /// May be one past the leaf's last entry: the place where one could be added.
    pub(super) index: u32,
}

impl<T: Copy + Default> RangeTree<T> {
    /// The place of the first entry that ends after `key`, in the leaf where `key` belongs.
    #[inline]
    pub(crate) fn seek(&self, key: u32) -> Place {
        let mut place = Place { path: Path::ROOT, leaf: NONE, index: 0 };
        if self.root == NONE {
            return place;
        }
        let mut node = self.root;
        for level in 0..self.height {
            let inner = &self.inners[node];
            let index = inner.search(key);
            place.path.set(level, node, index);
            node = inner.children[index];
        }
        place.leaf = node;
        place.index = self.leaves[node].search(key) as u32;
        place
    }

    /// Moves a place behind a leaf's last entry to the first of the next leaf, if there is one.
    pub(super) fn settle(&self, place: &mut Place) {
        if place.leaf == NONE
            || place.index < self.leaves[place.leaf].len
            || self.leaves[place.leaf].next == NONE
        {
            return;
        }
        for level in (0..self.height).rev() {
            let (node, index) = place.path.at(level);
            if index + 1 < self.inners[node].len as usize {
                place.path.set(level, node, index + 1);
                let mut child = self.inners[node].children[index + 1];
                for below in level + 1..self.height {
                    place.path.set(below, child, 0);
                    child = self.inners[child].children[0];
                }
                (place.leaf, place.index) = (child, 0);
                return;
            }
        }
    }

    /// The place of the entry before `place`, which starts at `start`.
    #[inline]
    pub(crate) fn step_back(&self, place: &Place, start: u32) -> Place {
        if place.index > 0 { Place { index: place.index - 1, ..*place } } else { self.seek(start) }
    }

    /// The entry before the place.
    #[inline]
    pub(crate) fn before(&self, place: &Place) -> Option<Entry<T>> {
        if place.leaf == NONE {
            return None;
        }
        let leaf = &self.leaves[place.leaf];
        if place.index > 0 {
            return Some(leaf.entry(place.index as usize - 1));
        }
        let prev = (leaf.prev != NONE).then(|| &self.leaves[leaf.prev])?;
        Some(prev.entry(prev.len as usize - 1))
    }

    /// The entries from the place on.
    #[inline]
    pub(crate) fn from(&self, place: &Place) -> Entries<'_, T> {
        Entries { tree: self, leaf: place.leaf, index: place.index }
    }
}

/// The entries of a tree in ascending order, from some place on.
#[derive(Clone, Debug)]
pub struct Entries<'a, T> {
    tree: &'a RangeTree<T>,
    leaf: u32,
    index: u32,
}

impl<T: Copy + Default> Iterator for Entries<'_, T> {
    type Item = Entry<T>;

    #[inline]
    fn next(&mut self) -> Option<Entry<T>> {
        if self.leaf == NONE {
            return None;
        }
        let mut leaf = &self.tree.leaves[self.leaf];
        if self.index >= leaf.len {
            // A leaf of a tree is never empty, so one step is enough.
            (self.leaf, self.index) = (leaf.next, 0);
            if self.leaf == NONE {
                return None;
            }
            leaf = &self.tree.leaves[self.leaf];
        }
        self.index += 1;
        Some(leaf.entry(self.index as usize - 1))
    }
}
