//! What callers ask for, and every check of it.
//!
//! A request in bytes becomes a [`Step`] in pages here, once; nothing below looks at bounds, alignment, the reserved range or regions again.

use crate::arena::NONE;
use crate::bo::{BoId, Pairs};
use crate::error::Error;
use crate::mapping::{MapFlags, Piece};
use crate::tree::Span;
use crate::units::{BoOffset, PAGE_SHIFT, PAGE_SIZE, VaRange};
use crate::vm::{Vm, VmId};

/// One change of an address space. All addresses, offsets and sizes are multiples of [`PAGE_SIZE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Put a BO's bytes from `offset` on at `range`; what is there goes away.
    #[doc(alias = "drm_gpuvm_sm_map")]
    Map {
        /// The addresses.
        range: VaRange,
        /// The memory.
        bo: BoId,
        /// Its first byte to map.
        offset: BoOffset,
        /// `READ_ONLY` and the caller's own bits.
        flags: MapFlags,
    },
    /// Put a null mapping at `range`: loads give zero, stores vanish, as if unbound, but known to be so.
    MapNull {
        /// The addresses.
        range: VaRange,
    },
    /// Take away whatever is mapped in `range`.
    #[doc(alias = "drm_gpuvm_sm_unmap")]
    Unmap {
        /// The addresses.
        range: VaRange,
    },
}

impl Request {
    /// The addresses it is about.
    #[must_use]
    pub const fn range(&self) -> VaRange {
        match self {
            Self::Map { range, .. } | Self::MapNull { range } | Self::Unmap { range } => *range,
        }
    }
}

/// A checked request, in pages of its VM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// What to map; of an unmap only the bounds count.
    pub(crate) piece: Piece,
    pub(crate) map: bool,
}

impl Step {
    pub(crate) const fn unmap(start: u32, end: u32) -> Self {
        Self { piece: Piece { start, end, vm_bo: NONE, bo_page: 0, flags: MapFlags::EMPTY }, map: false }
    }

    pub(crate) const fn span(&self) -> Span {
        Span::new(self.piece.start, self.piece.end)
    }

    /// How many mappings it can add at most: the new one, and a second remnant of one that is split.
    pub(crate) const fn worst_case(&self) -> usize {
        if self.map { 2 } else { 1 }
    }
}

/// Checks requests to one VM; remembers the BO of the last one, since batches tend to bind the same.
pub(crate) struct Checker<'a> {
    pub(crate) id: VmId,
    pub(crate) vm: &'a Vm,
    pub(crate) pairs: &'a mut Pairs,
    last: Option<LastBo>,
}

#[derive(Clone, Copy)]
struct LastBo {
    bo: BoId,
    vm_bo: u32,
    pages: u32,
}

impl<'a> Checker<'a> {
    pub(crate) const fn new(id: VmId, vm: &'a Vm, pairs: &'a mut Pairs) -> Self {
        Self { id, vm, pairs, last: None }
    }

    /// Turns a request into a step.
    #[inline]
    pub(crate) fn check(&mut self, request: &Request) -> Result<Step, Error> {
        match *request {
            Request::Unmap { range } => {
                let span = self.vm.span(range)?;
                Ok(Step::unmap(span.start, span.end))
            }
            Request::MapNull { range } => {
                let Span { start, end } = self.vm.mappable(range)?;
                let piece = Piece { start, end, vm_bo: NONE, bo_page: 0, flags: MapFlags::SPARSE };
                Ok(Step { piece, map: true })
            }
            Request::Map { range, bo, offset, flags } => {
                let Span { start, end } = self.vm.mappable(range)?;
                if !flags.are_callers() {
                    return Err(Error::InvalidFlags);
                }
                if !offset.0.is_multiple_of(PAGE_SIZE) {
                    return Err(Error::Misaligned(offset.0));
                }
                let last = self.bo(bo)?;
                let (first, count) = (offset.0 >> PAGE_SHIFT, u64::from(end - start));
                if first + count > u64::from(last.pages) {
                    return Err(Error::OutsideBo { offset, size: range.size() });
                }
                let piece = Piece { start, end, vm_bo: last.vm_bo, bo_page: first as u32, flags };
                Ok(Step { piece, map: true })
            }
        }
    }

    /// The BO and its pair with this VM, which is made here if need be.
    #[inline]
    fn bo(&mut self, bo: BoId) -> Result<LastBo, Error> {
        if let Some(last) = self.last.filter(|last| last.bo == bo) {
            return Ok(last);
        }
        let pages = self.pairs.bos.get(bo).ok_or(Error::NoBo)?.pages;
        let unused = self.last.take();
        let vm_bo = self.pairs.obtain(self.id, bo)?;
        if let Some(unused) = unused {
            // Its steps, if it got any, have pinned it.
            self.pairs.drop_if_unused(unused.vm_bo);
        }
        Ok(*self.last.insert(LastBo { bo, vm_bo, pages }))
    }

    /// Drops the last pair again if no step came of it.
    pub(crate) fn finish(self) {
        if let Some(last) = self.last {
            self.pairs.drop_if_unused(last.vm_bo);
        }
    }
}
