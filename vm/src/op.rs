//! Operations: what carrying out a request does to the mappings, one by one.
//!
//! ```text
//!   request  map [2,5) of b            unmap [2,5)           map [2,5), contiguous with [0,2), coalescing
//!   old      [0       a       8)       [0       a       8)   [0  a  2)
//!   ops      remap a: [0,2) [5,8)      remap a: [0,2) [5,8)  map [2,5) a, merge -> [0  a  5)
//!            map b [2,5)
//! ```

use crate::mapping::Mapping;

/// One operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// A new mapping; nothing is there when its turn comes.
    Map(Mapping),
    /// A mapping goes away whole.
    Unmap {
        /// The mapping.
        mapping: Mapping,
        /// The request puts the same memory there again: its page table entries may stay.
        keep: bool,
    },
    /// A mapping loses a part: its head, its tail or both remain.
    Remap {
        /// The mapping as it was.
        mapping: Mapping,
        /// The head that remains.
        prev: Option<Mapping>,
        /// The tail that remains.
        next: Option<Mapping>,
        /// The request puts the same memory where the mapping loses it: those page table entries may stay.
        keep: bool,
    },
    /// A mapping intersects the range to prefetch.
    Prefetch(Mapping),
    /// Two contiguous neighbours become one mapping. No page table entry changes.
    Merge {
        /// The lower one.
        left: Mapping,
        /// The upper one.
        right: Mapping,
    },
}
