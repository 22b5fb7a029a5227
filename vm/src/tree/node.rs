//! The two kinds of node, and the searches inside one node.
//!
//! In a large tree each cache line is a wait for memory, so that what is read and written together lies together:
//! ```text
//!   leaf    | starts, their number | cells: end and value ...  gap prev next |      4 lines, for values of 8 bytes
//!   inner   | keys,   their number | children   gaps |                             3 lines, of which a search reads two
//!             line 0                 line 1 ...
//! ```
//! A search inside a node reads one line, [`Keys`], then the cell or child that it leads to.

use crate::advice::prefetch;
use crate::arena::NONE;

/// Ranges in a leaf.
pub(super) const LEAF: usize = Keys::MOST;
/// Children of an inner node.
pub(super) const INNER: usize = Keys::MOST;

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

/// A cache line: ascending keys, and their number. Unused places hold `u32::MAX`, which no range can start at, so that a search looks at four of the
/// fifteen places, whatever their number.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub(super) struct Keys {
    keys: [u32; Self::MOST],
    len: u32,
}

impl Keys {
    pub(super) const MOST: usize = 15;

    const NONE: Self = Self { keys: [u32::MAX; Self::MOST], len: 0 };

    #[inline]
    pub(super) const fn len(&self) -> usize {
        self.len as usize
    }

    /// A key in use, or `u32::MAX`.
    #[inline]
    pub(super) const fn at(&self, index: usize) -> u32 {
        if index < Self::MOST { self.keys[index] } else { u32::MAX }
    }

    /// How many of the keys are at most `key`.
    #[inline]
    pub(super) fn rank(&self, key: u32) -> usize {
        let key = key.min(u32::MAX - 1);
        self.keys.partition_point(|&k| k <= key)
    }

    /// Makes room for `insert` keys where `remove` were, from `index` on.
    #[inline]
    fn resize(&mut self, index: usize, remove: usize, insert: usize) {
        let (old, new) = (self.len(), self.len() + insert - remove);
        self.keys.copy_within(index + remove..old, index + insert);
        if new < old {
            self.keys[new..old].fill(u32::MAX);
        }
        self.len = new as u32;
    }

    /// The keys from `at` on, which are taken out.
    fn split_off(&mut self, at: usize) -> Self {
        let (mut rest, len) = (Self::NONE, self.len());
        rest.keys[..len - at].copy_from_slice(&self.keys[at..len]);
        rest.len = (len - at) as u32;
        self.keys[at..].fill(u32::MAX);
        self.len = at as u32;
        rest
    }
}

/// What a leaf keeps of a range beyond its start.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cell<T> {
    pub(super) end: u32,
    pub(super) value: T,
}

/// Disjoint ranges in ascending order, and the neighbouring leaves.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(super) struct Leaf<T> {
    pub(super) starts: Keys,
    pub(super) cells: [Cell<T>; LEAF],
    /// At least the widest gap before one of the ranges.
    pub(super) gap: u32,
    pub(super) prev: u32,
    pub(super) next: u32,
}

impl<T: Copy + Default> Default for Leaf<T> {
    fn default() -> Self {
        Self { starts: Keys::NONE, cells: [Cell::default(); LEAF], gap: 0, prev: NONE, next: NONE }
    }
}

impl<T: Copy + Default> Leaf<T> {
    /// All but the starts is likely to be needed soon: with values of 8 bytes, a line each.
    #[inline]
    pub(super) fn ask_for_cells(&self) {
        prefetch(&self.cells[0]);
        prefetch(&self.cells[LEAF / 2]);
        prefetch(&self.next);
    }

    #[inline]
    pub(super) const fn len(&self) -> usize {
        self.starts.len()
    }

    /// The first entry that ends after `key`; `len` if there is none.
    #[inline]
    pub(super) fn search(&self, key: u32) -> usize {
        let rank = self.starts.rank(key);
        if rank > 0 && self.cells[rank - 1].end > key { rank - 1 } else { rank }
    }

    /// As [`search`](Self::search), if this surely is the leaf where `key` belongs, having entries on both sides of it. `guess` is a likely answer.
    #[inline]
    pub(super) fn search_inside(&self, key: u32, guess: usize) -> Option<usize> {
        let before = if self.starts.at(guess) <= key && key < self.starts.at(guess + 1) {
            guess
        } else {
            self.starts.rank(key).checked_sub(1)?
        };
        let index = if self.cells[before].end > key { before } else { before + 1 };
        (index < self.len()).then_some(index)
    }

    #[inline]
    pub(super) fn entry(&self, index: usize) -> Entry<T> {
        let Cell { end, value } = self.cells[index];
        Entry { start: self.starts.at(index), end, value }
    }

    /// The last entry; a leaf of a tree has one.
    #[inline]
    pub(super) fn last(&self) -> Entry<T> {
        self.entry(self.len().saturating_sub(1))
    }

    /// Replaces `remove` entries from `index` by `insert`, which must fit.
    #[inline]
    pub(super) fn splice(&mut self, index: usize, remove: usize, insert: &[Entry<T>]) {
        if insert.len() != remove {
            let len = self.len();
            self.cells.copy_within(index + remove..len, index + insert.len());
            self.starts.resize(index, remove, insert.len());
        }
        for (offset, &Entry { start, end, value }) in insert.iter().enumerate() {
            self.starts.keys[index + offset] = start;
            self.cells[index + offset] = Cell { end, value };
        }
    }

    /// The entries from `at` on, which are taken out.
    pub(super) fn split_off(&mut self, at: usize) -> Self {
        let mut rest = Self { gap: self.gap, ..Self::default() };
        rest.cells[..self.len() - at].copy_from_slice(&self.cells[at..self.len()]);
        rest.starts = self.starts.split_off(at);
        rest
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
#[repr(C)]
pub(super) struct Inner {
    pub(super) keys: Keys,
    pub(super) children: [u32; INNER],
    pub(super) gaps: [u32; INNER],
}

impl Default for Inner {
    fn default() -> Self {
        Self { keys: Keys::NONE, children: [NONE; INNER], gaps: [0; INNER] }
    }
}

impl Inner {
    #[inline]
    pub(super) const fn len(&self) -> usize {
        self.keys.len()
    }

    /// The child in whose bounds `key` lies.
    #[inline]
    pub(super) fn search(&self, key: u32) -> usize {
        self.keys.rank(key).saturating_sub(1)
    }

    pub(super) fn insert(&mut self, index: usize, child: Child) {
        let len = self.len();
        self.children.copy_within(index..len, index + 1);
        self.gaps.copy_within(index..len, index + 1);
        self.keys.resize(index, 0, 1);
        self.keys.keys[index] = child.key;
        self.children[index] = child.node;
        self.gaps[index] = child.gap;
    }

    /// The first child's bound stays: what comes before the next child belongs to that one now, and a split of it must find
    /// a bound below.
    pub(super) fn remove(&mut self, index: usize) {
        let (len, bound) = (self.len(), self.keys.at(0));
        self.children.copy_within(index + 1..len, index);
        self.gaps.copy_within(index + 1..len, index);
        self.keys.resize(index, 1, 0);
        if len > 1 {
            self.keys.keys[0] = bound;
        }
    }

    /// Raises the lower bound of a child to `bound`.
    pub(super) fn raise_key(&mut self, index: usize, bound: u32) {
        let key = &mut self.keys.keys[index];
        *key = bound.max(*key);
    }

    /// The children from `at` on, which are taken out.
    pub(super) fn split_off(&mut self, at: usize) -> Self {
        let (mut rest, len) = (Self::default(), self.len());
        rest.children[..len - at].copy_from_slice(&self.children[at..len]);
        rest.gaps[..len - at].copy_from_slice(&self.gaps[at..len]);
        rest.keys = self.keys.split_off(at);
        rest
    }

    /// At least the widest gap below.
    pub(super) fn gap(&self) -> u32 {
        self.gaps[..self.len()].iter().copied().max().unwrap_or(0)
    }
}
