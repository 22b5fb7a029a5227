//! Regions: declared parts of a VM, one per sparse resource, that mappings may not cross.

use slotmap::{SlotMap, new_key_type};

use crate::arena;
use crate::error::Error;
use crate::tree::{RangeTree, Span};
use crate::units::VaRange;

new_key_type! {
    /// Names a region of a VM.
    pub struct RegionId;
}

/// What is special about a region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RegionFlags {
    /// Unbound parts read as zero and drop stores.
    pub sparse: bool,
}

/// A declared part of a VM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// The addresses.
    pub range: VaRange,
    /// What is special about it.
    pub flags: RegionFlags,
}

/// The regions of one VM.
///
/// # Invariants
/// 1. `tree` and `table` hold the same regions.
/// 2. `epoch` grows whenever a region goes away, so that a prepared job can tell whether its checks still hold.
#[derive(Debug)]
pub(crate) struct Regions {
    pub(crate) tree: RangeTree<RegionId>,
    pub(crate) table: SlotMap<RegionId, (Region, Span)>,
    pub(crate) epoch: u64,
}

impl Regions {
    pub(crate) fn new() -> Self {
        Self { tree: RangeTree::new(), table: SlotMap::with_key(), epoch: 0 }
    }

    /// Whether `span` lies inside one region.
    pub(crate) fn hold(&self, span: Span) -> bool {
        self.tree.find_first(span).is_some_and(|entry| entry.start <= span.start && span.end <= entry.end)
    }

    pub(crate) fn insert(&mut self, region: Region, span: Span) -> Result<RegionId, Error> {
        let key = arena::insert(&mut self.table, (region, span))?;
        if let Err(error) = self.tree.insert(span, key) {
            self.table.remove(key);
            return Err(match error {
                Error::OutOfMemory => error,
                _ => Error::RegionConflict(region.range),
            });
        }
        Ok(key)
    }

    pub(crate) fn remove(&mut self, id: RegionId) {
        if let Some((_, span)) = self.table.remove(id) {
            self.tree.remove(span);
            self.epoch += 1;
        }
    }
}
