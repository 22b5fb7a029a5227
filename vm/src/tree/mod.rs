//! A map from disjoint ranges to values: a B+-tree with wide nodes in an arena.
//!
//! [`Vm`](crate) keeps its mappings and its regions in one; whoever hands out address ranges can use it too, for
//! [gaps](RangeTree::gap_bottom_up). Ranges are 32-bit [`Span`]s of whatever unit the caller counts in.
//!
//! ```text
//!   inner  | 0     | 40     | 96    |          lower bounds, 15 children
//!             |       |        |
//!   leaf   [3,5) [9,12)  ..  [40,41) ..        15 ranges with their values, linked to both neighbours
//! ```
//!
//! # Invariants
//! 1. Entries are non-empty, disjoint and ascending, inside a leaf and from leaf to leaf.
//! 2. No node is empty; an empty tree has none.
//! 3. `keys[i]` of an inner node is at most the first start below child `i` and at least the last end below child `i - 1`.
//! 4. No gap is wider than the bound that its leaf, and every node above for the child in question, keeps; bounds do not shrink upwards.
//! 5. Reserved nodes are there: see [`Reserve`].
//!
//! A search is one descent: with a million entries six nodes. There is no balancing after removals beyond giving empty nodes back.

mod ahead;
mod cursor;
mod edit;
mod gap;
mod node;
mod reserve;
mod store;

pub(crate) use ahead::Hint;
pub use cursor::Entries;
pub(crate) use cursor::Place;
pub use edit::Cursor;
pub use node::Entry;
pub use reserve::Reserve;

use crate::arena::{Arena, NONE};
use crate::error::Error;
use crate::units::{Va, VaRange};
use node::{Inner, Leaf};

/// A further level would take more than 2^50 inserts: each needs 7 times the splits of the one below.
const MAX_HEIGHT: usize = 18;

/// A half-open range of 32-bit units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First unit.
    pub start: u32,
    /// The unit after the last.
    pub end: u32,
}

impl Span {
    /// The span from `start` to before `end`.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// Number of units.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether it holds no unit.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether `other` lies wholly inside.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share a unit.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// A map from disjoint ranges to values.
#[derive(Debug)]
pub struct RangeTree<T> {
    leaves: Arena<Leaf<T>>,
    inners: Arena<Inner>,
    root: u32,
    /// Levels of inner nodes above the leaves.
    height: usize,
    /// Inner nodes of each level, from the one above the leaves.
    widths: [u32; MAX_HEIGHT],
    first: u32,
    len: usize,
    reserved: Reserve,
}

impl<T> Default for RangeTree<T> {
    fn default() -> Self {
        Self {
            leaves: Arena::new(),
            inners: Arena::new(),
            root: NONE,
            height: 0,
            widths: [0; MAX_HEIGHT],
            first: NONE,
            len: 0,
            reserved: Reserve::default(),
        }
    }
}

impl<T: Copy + Default> RangeTree<T> {
    /// An empty tree; allocates nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of entries.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no entry.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All entries, ascending.
    #[must_use]
    pub fn iter(&self) -> Entries<'_, T> {
        self.from(&Place { leaf: self.first, index: 0 })
    }

    /// The entries that intersect `span`, ascending.
    pub fn intersecting(&self, span: Span) -> impl Iterator<Item = Entry<T>> + '_ {
        self.from(&self.seek(span.start)).take_while(move |entry| entry.start < span.end)
    }

    /// The first entry that intersects `span`.
    #[must_use]
    pub fn find_first(&self, span: Span) -> Option<Entry<T>> {
        self.intersecting(span).next()
    }

    /// The entry with exactly these bounds.
    #[must_use]
    pub fn find(&self, span: Span) -> Option<Entry<T>> {
        self.find_first(span).filter(|entry| entry.start == span.start && entry.end == span.end)
    }

    /// The entry that ends exactly at `start`; a gap gives none.
    #[must_use]
    pub fn find_prev(&self, start: u32) -> Option<Entry<T>> {
        self.before(&self.seek(start)).filter(|entry| entry.end == start)
    }

    /// The entry that starts exactly at `end`; a gap gives none.
    #[must_use]
    pub fn find_next(&self, end: u32) -> Option<Entry<T>> {
        self.from(&self.seek(end)).next().filter(|entry| entry.start == end)
    }

    /// Adds a range that overlaps no other.
    ///
    /// # Errors
    /// [`Error::Empty`]; [`Error::Exists`] with the range in units if something is there; [`Error::OutOfMemory`].
    pub fn insert(&mut self, span: Span, value: T) -> Result<(), Error> {
        if span.is_empty() {
            return Err(Error::Empty);
        }
        let place = self.seek(span.start);
        if self.from(&place).next().is_some_and(|entry| entry.start < span.end) {
            return Err(Error::Exists(VaRange::new(Va(u64::from(span.start)), u64::from(span.len()))?));
        }
        let reserve = self.reserve(1)?;
        self.splice(&place, 0, &[Entry { start: span.start, end: span.end, value }]);
        self.release(reserve);
        Ok(())
    }

    /// Removes the entry with exactly these bounds.
    pub fn remove(&mut self, span: Span) -> Option<T> {
        let found = self.find(span)?;
        let mut place = self.seek(span.start);
        self.settle(&mut place);
        self.splice(&place, 1, &[]);
        Some(found.value)
    }
}

#[cfg(test)]
mod tests;
