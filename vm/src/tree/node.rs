//! The two kinds of node, and the searches inside one node.
//!
//! Unused keys are `u32::MAX`, which no range can start at, so that a search compares all keys of a node without looking at its
//! length: the compiler makes vector code of it.
//!
//! What one search reads of a leaf lies in few cache lines, since in a large tree each of them is a wait for memory:
//! ```text
//!   line   0, 1               2, 3                 4 to 7
//!          starts  len  gap | ends  prev  next | values            64 bytes each, for values of 8 bytes
//! ```

use crate::arena::NONE;

/// Ranges in a leaf: with two further words they fill two cache lines.
pub(super) const LEAF: usize = 30;
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
#[repr(C, align(64))]
pub(super) struct Leaf<T> {
    pub(super) starts: [u32; LEAF],
    pub(super) len: u32,
    /// At least the widest gap before one of the ranges.
    pub(super) gap: u32,
    pub(super) ends: [u32; LEAF],
    pub(super) prev: u32,
    pub(super) next: u32,
    pub(super) values: [T; LEAF],
}

impl<T: Copy + Default> Default for Leaf<T> {
    fn default() -> Self {
        Self {
            starts: [u32::MAX; LEAF],
            len: 0,
            gap: 0,
            ends: [0; LEAF],
            prev: NONE,
            next: NONE,
            values: [T::default(); LEAF],
        }
    }
}

impl<T: Copy + Default> Leaf<T> {
    /// The first entry that ends after `key`; `len` if there is none.
    #[inline]
    pub(super) fn search(&self, key: u32) -> usize {
        let rank = self.rank(key);
        if rank > 0 && self.ends[rank - 1] > key { rank - 1 } else { rank }
    }

    /// As [`search`](Self::search), if this surely is the leaf where `key` belongs, having entries on both sides of it. `guess` is a likely answer.
    #[inline]
    pub(super) fn search_inside(&self, key: u32, guess: usize) -> Option<usize> {
        if guess + 1 < LEAF && self.starts[guess] <= key && key < self.starts[guess + 1] {
            let index = if self.ends[guess] > key { guess } else { guess + 1 };
            return (index < self.len as usize).then_some(index);
        }
        let before = self.rank(key).checked_sub(1)?;
        let index = if self.ends[before] > key { before } else { before + 1 };
        (index < self.len as usize).then_some(index)
    }

    /// How many entries start at `key` or below.
    #[inline]
    pub(super) fn rank(&self, key: u32) -> usize {
        // The unused keys count for the last of all keys.
        rank(&self.starts, key).min(self.len as usize)
    }

    #[inline]
    pub(super) fn entry(&self, index: usize) -> Entry<T> {
        Entry { start: self.starts[index], end: self.ends[index], value: self.values[index] }
    }

    #[inline]
    fn set(&mut self, index: usize, entry: Entry<T>) {
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
        into.gap = self.gap;
        self.starts[at..].fill(u32::MAX);
        self.len = at as u32;
    }
}

/// Something that hangs below an inner node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Child {
    /// A lower bound of what it holds, above everything before it.
    pub(super) key: u32,
    pub(super) node: u32,
    /// At least the widest gap before one of its ranges.
    pub(super) gap: u32,
}

/// Children in ascending order; see [`Child`].
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub(super) struct Inner {
    pub(super) keys: [u32; INNER],
    pub(super) children: [u32; INNER],
    pub(super) gaps: [u32; INNER],
    pub(super) len: u32,
}

impl Default for Inner {
    fn default() -> Self {
        Self { keys: [u32::MAX; INNER], children: [NONE; INNER], gaps: [0; INNER], len: 0 }
    }
}

impl Inner {
    /// The child in whose bounds `key` lies.
    #[inline]
    pub(super) fn search(&self, key: u32) -> usize {
        // Nothing starts at the last of all keys, which is what unused places hold.
        rank(&self.keys, key.min(u32::MAX - 1)).saturating_sub(1)
    }

    pub(super) fn insert(&mut self, index: usize, child: Child) {
        let len = self.len as usize;
        self.keys.copy_within(index..len, index + 1);
        self.children.copy_within(index..len, index + 1);
        self.gaps.copy_within(index..len, index + 1);
        self.keys[index] = child.key;
        self.children[index] = child.node;
        self.gaps[index] = child.gap;
        self.len += 1;
    }

    /// The first child's bound stays: what comes before the next child belongs to that one now, and a split of it must find
    /// a bound below.
    pub(super) fn remove(&mut self, index: usize) {
        let (len, bound) = (self.len as usize, self.keys[0]);
        self.keys.copy_within(index + 1..len, index);
        self.children.copy_within(index + 1..len, index);
        self.gaps.copy_within(index + 1..len, index);
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
        into.gaps[..len - at].copy_from_slice(&self.gaps[at..len]);
        into.len = (len - at) as u32;
        self.keys[at..].fill(u32::MAX);
        self.len = at as u32;
    }

    /// At least the widest gap below.
    pub(super) fn gap(&self) -> u32 {
        self.gaps[..self.len as usize].iter().copied().max().unwrap_or(0)
    }
}

/// Keys that are compared at once, when it is known that the answer is among them.
const BLOCK: usize = 8;

/// How many of the ascending `keys` are at most `key`.
#[inline]
fn rank<const N: usize>(keys: &[u32; N], key: u32) -> usize {
    let at_most = |&k: &u32| u32::from(k <= key);
    let blocks: u32 = (1..N.div_ceil(BLOCK)).map(|block| at_most(&keys[block * BLOCK - 1])).sum();
    let start = (blocks as usize * BLOCK).min(N - BLOCK);
    start + keys[start..start + BLOCK].iter().map(at_most).sum::<u32>() as usize
}
