//! One address space: its bounds, the reserved range, regions, and the mappings.
//!
//! # Invariants
//! 1. Mappings lie inside the VM, outside the reserved range, and inside one region if the VM has regions.
//! 2. `space.tree` and `space.records` hold the same mappings.

use std::fmt;

use slotmap::new_key_type;

use crate::arena::{Arena, NONE, number};
use crate::error::Error;
use crate::mapping::{Piece, Records};
use crate::region::Regions;
use crate::tree::{Entry, RangeTree, Span};
use crate::units::{PAGE_SHIFT, PAGE_SIZE, VaRange};

new_key_type! {
    /// Names a VM of a [`Manager`](crate::Manager).
    pub struct VmId;
}

impl fmt::Display for VmId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "vm{}", number(*self))
    }
}

/// How a VM is made.
#[derive(Clone, Debug)]
pub struct VmOptions {
    /// For logs.
    pub name: String,
    /// The addresses it manages; page-aligned, at most `u32::MAX` pages (just under 2^48 bytes).
    pub range: VaRange,
    /// Addresses inside `range` that no request may touch.
    pub reserved: Option<VaRange>,
    /// Whether contiguous neighbours become one mapping. Off, a mapping is what a request made it (as in `drm_gpuvm`).
    pub coalesce: bool,
    /// Whether mappings have to lie inside declared regions.
    pub regions: bool,
}

/// What the tree holds of a mapping. Most questions end at the tag, which saves looking at the record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) record: u32,
    /// [`Piece::tag`] of the record's piece.
    pub(crate) tag: u32,
}

impl Slot {
    pub(crate) const NONE: Self = Self { record: NONE, tag: 0 };
}

/// The mappings of a VM: where they are, and what they are.
#[derive(Debug)]
pub(crate) struct Space {
    pub(crate) tree: RangeTree<Slot>,
    pub(crate) records: Records,
}

impl Space {
    #[inline]
    pub(crate) fn piece(&self, entry: &Entry<Slot>) -> Piece {
        self.records[entry.value.record].piece
    }
}

/// One address space.
#[derive(Debug)]
pub(crate) struct Vm {
    pub(crate) name: String,
    pub(crate) range: VaRange,
    pub(crate) reserved: Option<VaRange>,
    pub(crate) coalesce: bool,
    pub(crate) regions: Option<Regions>,
    pub(crate) space: Space,
    /// Number of the first page.
    pub(crate) base: u64,
}

impl Vm {
    pub(crate) fn new(options: VmOptions) -> Result<Self, Error> {
        let VmOptions { name, range, reserved, coalesce, regions } = options;
        check_alignment(range)?;
        if range.size() >> PAGE_SHIFT > u64::from(u32::MAX) {
            return Err(Error::TooLarge(range.size()));
        }
        if let Some(reserved) = reserved {
            check_alignment(reserved)?;
            if !range.contains(reserved) {
                return Err(Error::OutsideVm(reserved));
            }
        }
        Ok(Self {
            name,
            range,
            reserved,
            coalesce,
            regions: regions.then(Regions::new),
            space: Space { tree: RangeTree::new(), records: Arena::new() },
            base: range.start().page(),
        })
    }

    /// The pages of a range that requests may touch.
    #[inline]
    pub(crate) fn span(&self, range: VaRange) -> Result<Span, Error> {
        check_alignment(range)?;
        if !self.range.contains(range) {
            return Err(Error::OutsideVm(range));
        }
        if self.reserved.is_some_and(|reserved| reserved.intersects(range)) {
            return Err(Error::Reserved(range));
        }
        let start = range.start().page() - self.base;
        Ok(Span { start: start as u32, end: (start + (range.size() >> PAGE_SHIFT)) as u32 })
    }

    /// The pages of a range that may be mapped: as [`span`](Self::span), and inside one region if there are regions.
    #[inline]
    pub(crate) fn mappable(&self, range: VaRange) -> Result<Span, Error> {
        let span = self.span(range)?;
        match &self.regions {
            Some(regions) if !regions.hold(span) => Err(Error::OutsideRegion(range)),
            _ => Ok(span),
        }
    }

    /// The addresses of some of its pages.
    pub(crate) fn range_of(&self, start: u32, end: u32) -> VaRange {
        VaRange::of_pages(self.base + u64::from(start), u64::from(end - start))
    }
}

fn check_alignment(range: VaRange) -> Result<(), Error> {
    if range.is_page_aligned() {
        return Ok(());
    }
    let start = range.start().0;
    Err(Error::Misaligned(if start.is_multiple_of(PAGE_SIZE) { range.size() } else { start }))
}
