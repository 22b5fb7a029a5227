//! The two kinds of node, and the searches inside one node.
//!
//! Unused keys are `u32::MAX`, which no range can start at, so that a search compares all keys of a node without looking at its
//! length: the compiler makes vector code of it.

use crate::arena::{Linked, NONE};

/// Ranges in a leaf.
pub(super) const LEAF: usize = 32;
/// Children of an inner node.
pub(super) const INNER: usize = 64;

/// One stored range with its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<T> {
    /// First unit.
    pub start: u32,
    /// The unit after the last.
    pub end: u32,
    /// What the caller stores there.
    pub value: T,
}

/// Disjoint ranges in ascending order, and the neighbouring leaves.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(16))]
pub(super) struct Leaf<T> {
    pub(super) starts: [u32; LEAF],
    pub(super) ends: [u32; LEAF],
    pub(super) values: [T; LEAF],
    pub(super) len: u32,
    pub(super) prev: u32,
    pub(super) next: u32,
}

impl<T: Copy + Default> Leaf<T> {
    pub(super) fn new() -> Self {
        Self {
            starts: [u32::MAX; LEAF],
            ends: [0; LEAF],
            values: [T::default(); LEAF],
            len: 0,
            prev: NONE,
            next: NONE,
        }
    }

    /// The first entry that ends after `key`; `len` if there is none.
    #[inline]
    pub(super) fn search(&self, key: u32) -> usize {
        let rank = rank(&self.starts, key);
        if rank > 0 && self.ends[rank - 1] > key { rank - 1 } else { rank }
    }

    #[inline]
    pub(super) fn entry(&self, index: usize) -> Entry<T> {
        Entry { start: self.starts[index], end: self.ends[index], value: self.values[index] }
    }

    #[inline]
    pub(super) fn set(&mut self, index: usize, entry: Entry<T>) {
        self.starts[index] = entry.start;
        self.ends[index] = entry.end;
        self.values[index] = entry.value;
    }

    /// Replaces `remove` entries from `index` by `insert`, which must fit.
    #[inline]
    pub(super) fn splice(&mut self, index: usize, remove: usize, insert: &[Entry<T>]) {
        let (old, new) = (self.len as usize, self.len as usize + insert.len() - remove);
        if insert.len() != remove {
            let (from, to) = (index + remove, index + insert.len());
            self.starts.copy_within(from..old, to);
            self.ends.copy_within(from..old, to);
            self.values.copy_within(from..old, to);
            if new < old {
                self.starts[new..old].fill(u32::MAX);
            }
            self.len = new as u32;
        }
        for (offset, entry) in insert.iter().enumerate() {
            self.set(index + offset, *entry);
        }
    }

    /// Moves the entries from `at` on into the empty leaf `into`.
    pub(super) fn split_off(&mut self, at: usize, into: &mut Self) {
        let len = self.len as usize;
        into.starts[..len - at].copy_from_slice(&self.starts[at..len]);
        into.ends[..len - at].copy_from_slice(&self.ends[at..len]);
        into.values[..len - at].copy_from_slice(&self.values[at..len]);
        into.len = (len - at) as u32;
        self.starts[at..].fill(u32::MAX);
        self.len = at as u32;
    }
}

impl<T> Linked for Leaf<T> {
    fn link(&mut self) -> &mut u32 {
        &mut self.next
    }
}

/// Children in ascending order. `keys[i]` is a lower bound of what child `i` holds and lies above everything before it.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub(super) struct Inner {
    pub(super) keys: [u32; INNER],
    pub(super) children: [u32; INNER],
    pub(super) len: u32,
}

impl Inner {
    pub(super) const fn new() -> Self {
        Self { keys: [u32::MAX; INNER], children: [NONE; INNER], len: 0 }
    }

    /// The child in whose bounds `key` lies.
    #[inline]
    pub(super) fn search(&self, key: u32) -> usize {
        rank(&self.keys, key).saturating_sub(1)
    }

    pub(super) fn insert(&mut self, index: usize, key: u32, child: u32) {
        let len = self.len as usize;
        self.keys.copy_within(index..len, index + 1);
        self.children.copy_within(index..len, index + 1);
        self.keys[index] = key;
        self.children[index] = child;
        self.len += 1;
    }

    /// The first child's bound stays: what comes before the next child belongs to that one now, and a split of it must find
    /// a bound below.
    pub(super) fn remove(&mut self, index: usize) {
        let (len, bound) = (self.len as usize, self.keys[0]);
        self.keys.copy_within(index + 1..len, index);
        self.children.copy_within(index + 1..len, index);
        self.keys[len - 1] = u32::MAX;
        self.len -= 1;
        if len > 1 {
            self.keys[0] = bound;
        }
    }

    /// Moves the children from `at` on into the empty node `into`.
    pub(super) fn split_off(&mut self, at: usize, into: &mut Self) {
        let len = self.len as usize;
        into.keys[..len - at].copy_from_slice(&self.keys[at..len]);
        into.children[..len - at].copy_from_slice(&self.children[at..len]);
        into.len = (len - at) as u32;
        self.keys[at..].fill(u32::MAX);
        self.len = at as u32;
    }
}

impl Linked for Inner {
    fn link(&mut self) -> &mut u32 {
        &mut self.children[0]
    }
}

/// How many of the ascending `keys` are at most `key`.
#[inline]
fn rank<const N: usize>(keys: &[u32; N], key: u32) -> usize {
    keys.iter().map(|&k| u32::from(k <= key)).sum::<u32>() as usize
}
