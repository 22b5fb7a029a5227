//! Which pages of a buffer are bound, and to what: the parameter that all cases of this group share.

use crate::native::prelude::*;

/// How the pages of a buffer are bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// Each to its own page of memory, in order.
    Full,
    /// Each to its own, last to first.
    Reversed,
    /// Only the odd ones.
    Holes,
    /// None.
    Empty,
    /// All to one page of memory.
    Shared,
    /// As [`Plan::Reversed`], and the buffer ends inside of its last page.
    Tail,
}

impl Plan {
    /// Every plan.
    pub(super) const ALL: [Plan; 6] =
        [Plan::Full, Plan::Reversed, Plan::Holes, Plan::Empty, Plan::Shared, Plan::Tail];

    /// In names of cases.
    pub(super) fn name(self) -> &'static str {
        match self {
            Plan::Full => "full",
            Plan::Reversed => "reversed",
            Plan::Holes => "holes",
            Plan::Empty => "empty",
            Plan::Shared => "shared",
            Plan::Tail => "tail",
        }
    }

    /// What a device has to offer, beyond sparse buffers.
    pub(super) fn needs(self, more: &[Need]) -> Vec<Need> {
        let mut needs = vec![Need::SparseResidency];
        match self {
            Plan::Holes | Plan::Empty => needs.push(Need::StrictZero),
            Plan::Shared => needs.push(Need::SparseAliased),
            Plan::Full | Plan::Reversed | Plan::Tail => {}
        }
        needs.extend(more);
        needs
    }

    /// The page of memory behind each page of a buffer.
    pub(super) fn bound(self, pages: u64) -> Vec<Option<u64>> {
        (0..pages)
            .map(|page| match self {
                Plan::Full => Some(page),
                Plan::Reversed | Plan::Tail => Some(pages - 1 - page),
                Plan::Holes => (page % 2 == 1).then_some(page),
                Plan::Empty => None,
                Plan::Shared => Some(0),
            })
            .collect()
    }

    pub(super) fn flags(self) -> vk::BufferCreateFlags {
        match self {
            Plan::Shared => vk::BufferCreateFlags::SPARSE_RESIDENCY | vk::BufferCreateFlags::SPARSE_ALIASED,
            _ => vk::BufferCreateFlags::SPARSE_RESIDENCY,
        }
    }
}
