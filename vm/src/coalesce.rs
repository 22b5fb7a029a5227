//! Contiguous neighbours become one mapping.
//!
//! Two mappings are contiguous if they touch, have the same flags, and the memory of one continues that of the other, or both are null.
//! A VM that coalesces never holds two contiguous mappings, so that only the two neighbours of a new one need a look.

use crate::arena::NONE;
use crate::mapping::Piece;
use crate::split::Visit;
use crate::vm::Space;

/// The records of the neighbours that a new mapping becomes one with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Joins {
    pub(crate) left: u32,
    pub(crate) right: u32,
}

impl Joins {
    pub(crate) const NONE: Self = Self { left: NONE, right: NONE };
}

/// Which of two neighbours with the same tag, each a record or [`NONE`], `new` becomes one with. Either may still reach into `new`; what sticks out counts.
#[inline]
pub(crate) fn joins<V: Visit>(
    space: &Space,
    new: &Piece,
    left: u32,
    right: u32,
    visit: &mut V,
) -> Result<Joins, V::Refusal> {
    let mut joins = Joins::NONE;
    let mut merged = *new;
    if left != NONE {
        let piece = space.records[left].piece;
        if piece.continues(new) {
            joins.left = left;
            visit.merge(&piece.part(piece.start, new.start), &merged)?;
            merged = piece.part(piece.start, new.end);
        }
    }
    if right != NONE {
        let piece = space.records[right].piece;
        if new.continues(&piece) {
            joins.right = right;
            visit.merge(&merged, &piece.part(new.end, piece.end))?;
        }
    }
    Ok(joins)
}
