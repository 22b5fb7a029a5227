//! Room for the worst case: after a successful reservation the promised number of inserts allocates nothing.
//!
//! # The bound
//! Only a full leaf is split, and every split in the middle leaves two half-full ones, so `k` inserts into a tree of `L` leaves make
//! at most `min(k, L + 2 + (k + c) / (LEAF / 2 - 1))` of them net: give each leaf `max(0, fill - LEAF / 2)` credits, but the first and the last
//! one `fill`. An insert adds at most one credit; a split, in the middle or at an end of the tree, uses up at least `LEAF / 2 - 1`; removing a
//! leaf at an end adds at most `LEAF / 2` and takes a leaf away. The same counts inner nodes, level by level, with the new nodes of the
//! level below as inserts.

use super::RangeTree;
use super::node::{INNER, LEAF};
use crate::error::Error;

/// Nodes promised to somebody; give it back with [`RangeTree::release`].
#[derive(Debug, Default, PartialEq, Eq)]
#[must_use = "nodes stay reserved until they are released"]
pub struct Reserve {
    pub(super) leaves: usize,
    pub(super) inners: usize,
    /// Entries it is for, and not yet used by a cursor.
    pub(super) inserts: usize,
}

/// Nodes that `inserts` can add to a level that has `nodes` of `width` now.
fn worst_case(nodes: usize, width: usize, inserts: usize) -> usize {
    let half = width / 2 - 1;
    if inserts <= nodes {
        return inserts;
    }
    inserts.min((nodes + 2) * width.div_ceil(2 * half) + inserts.div_ceil(half) + 2)
}

impl<T: Copy + Default> RangeTree<T> {
    /// Promises room for `inserts` more entries, whatever else happens to the tree before.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn reserve(&mut self, inserts: usize) -> Result<Reserve, Error> {
        // What others have reserved may be in the tree by then.
        let leaves = worst_case(self.leaves.len() + self.reserved.leaves, LEAF, inserts);
        let (mut inners, mut below) = (0, leaves);
        for width in &self.widths[..self.height] {
            below = worst_case(*width as usize + self.reserved.inners, INNER, below);
            inners += below;
        }
        // Levels that do not exist yet: each has a node for every half-full one below, and a root.
        loop {
            below = below.div_ceil(INNER / 2 - 1);
            inners += below + 1;
            if below <= 1 {
                break;
            }
        }
        self.leaves.reserve(leaves)?;
        if let Err(error) = self.inners.reserve(inners) {
            self.leaves.release(leaves);
            return Err(error);
        }
        self.reserved.leaves += leaves;
        self.reserved.inners += inners;
        Ok(Reserve { leaves, inners, inserts })
    }

    /// Ends a reservation, used or not.
    pub fn release(&mut self, reserve: Reserve) {
        self.leaves.release(reserve.leaves);
        self.inners.release(reserve.inners);
        self.reserved.leaves -= reserve.leaves;
        self.reserved.inners -= reserve.inners;
    }
}
