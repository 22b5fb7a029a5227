//! Places in the tree: one descent finds a place, steps lead to its neighbours.

use super::ahead::Hint;
use super::node::{Entry, Leaf};
use super::{MAX_HEIGHT, RangeTree};
use crate::advice::prefetch;
use crate::arena::NONE;

/// The inner nodes from the root down, and the index of the child taken in each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Path {
    nodes: [u32; MAX_HEIGHT],
    children: [u8; MAX_HEIGHT],
}

impl Path {
    pub(super) const fn at(&self, level: usize) -> (u32, usize) {
        (self.nodes[level], self.children[level] as usize)
    }
}

/// A place in a leaf. Valid until the tree is changed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(super) leaf: u32,
    /// May be one past the leaf's last entry: the place where one could be added.
    pub(super) index: u32,
}

impl<T: Copy + Default> RangeTree<T> {
    /// The place of the first entry that ends after `key`, in the leaf where `key` belongs.
    #[inline]
    pub(crate) fn seek(&self, key: u32) -> Place {
        let leaf = self.leaf_of(key);
        if leaf == NONE {
            return Place { leaf, index: 0 };
        }
        let leaf_at = &self.leaves[leaf];
        // All of it may be far away; it need not come one line after the other.
        leaf_at.ask_for_cells();
        Place { leaf, index: leaf_at.search(key) as u32 }
    }

    /// As [`seek`](Self::seek), but quicker if the hint is right.
    #[inline]
    pub(crate) fn seek_near(&self, hint: Hint, key: u32) -> Place {
        // Leaves that are not in use are empty, and entries on both sides of a key are proof wherever they are found.
        match self.leaves.get(hint.node).and_then(|leaf| leaf.search_inside(key, hint.index as usize)) {
            Some(index) => Place { leaf: hint.node, index: index as u32 },
            None => self.seek(key),
        }
    }

    /// The leaf where `key` belongs.
    #[inline]
    pub(super) fn leaf_of(&self, key: u32) -> u32 {
        let mut node = self.root;
        for _ in 0..self.height {
            node = self.child_of(node, key);
        }
        node
    }

    /// The child of an inner node in whose bounds `key` lies.
    #[inline]
    pub(super) fn child_of(&self, node: u32, key: u32) -> u32 {
        let inner = &self.inners[node];
        prefetch(&inner.children);
        inner.children[inner.search(key)]
    }

    /// The way down to the leaf where `key` belongs.
    pub(super) fn path_to(&self, key: u32) -> Path {
        let mut path = Path { nodes: [NONE; MAX_HEIGHT], children: [0; MAX_HEIGHT] };
        let mut node = self.root;
        for level in 0..self.height {
            let inner = &self.inners[node];
            let index = inner.search(key);
            (path.nodes[level], path.children[level]) = (node, index as u8);
            node = inner.children[index];
        }
        path
    }

    /// Moves a place behind a leaf's last entry to the first of the next leaf, if there is one.
    pub(super) fn settle(&self, place: &mut Place) {
        if place.leaf == NONE {
            return;
        }
        let leaf = &self.leaves[place.leaf];
        if place.index as usize == leaf.len() && leaf.next != NONE {
            *place = Place { leaf: leaf.next, index: 0 };
        }
    }

    /// The place of the entry before `place`; there has to be one.
    #[inline]
    pub(crate) fn step_back(&self, place: &Place) -> Place {
        if place.index > 0 {
            return Place { index: place.index - 1, ..*place };
        }
        let leaf = self.leaves[place.leaf].prev;
        Place { leaf, index: (self.leaves[leaf].len() - 1) as u32 }
    }

    /// The entry before the place.
    pub(crate) fn before(&self, place: &Place) -> Option<Entry<T>> {
        self.from(place).before()
    }

    /// The last entry of all.
    pub(super) fn last(&self) -> Option<Entry<T>> {
        self.before(&self.seek(u32::MAX))
    }

    /// The entries from the place on.
    #[inline]
    pub(crate) fn from(&self, place: &Place) -> Entries<'_, T> {
        Entries { tree: self, leaf: self.leaves.get(place.leaf), index: place.index as usize }
    }
}

/// The entries of a tree in ascending order, from some place on.
#[derive(Clone, Debug)]
pub struct Entries<'a, T> {
    tree: &'a RangeTree<T>,
    leaf: Option<&'a Leaf<T>>,
    index: usize,
}

impl<T: Copy + Default> Entries<'_, T> {
    /// The entry before the one that comes next.
    #[inline]
    pub(crate) fn before(&self) -> Option<Entry<T>> {
        let leaf = self.leaf?;
        match self.index.checked_sub(1) {
            Some(index) => Some(leaf.entry(index)),
            None => self.tree.leaves.get(leaf.prev).map(Leaf::last),
        }
    }
}

impl<T: Copy + Default> Iterator for Entries<'_, T> {
    type Item = Entry<T>;

    #[inline]
    fn next(&mut self) -> Option<Entry<T>> {
        let mut leaf = self.leaf?;
        if self.index >= leaf.len() {
            // A leaf of a tree is never empty, so one step is enough.
            (self.leaf, self.index) = (self.tree.leaves.get(leaf.next), 0);
            leaf = self.leaf?;
        }
        self.index += 1;
        Some(leaf.entry(self.index - 1))
    }
}
