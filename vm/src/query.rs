//! Looking at an address space: what is where, which BO is in which VM. Nothing here changes anything.

use crate::arena::NONE;
use crate::bo::{BoId, List, Pairs, Residency};
use crate::error::Error;
use crate::manager::Manager;
use crate::mapping::{MapFlags, Mapping, Piece};
use crate::tree::{Entry, Span};
use crate::units::{BoOffset, PAGE_SHIFT, PAGE_SIZE, Va, VaRange};
use crate::vm::{Slot, Vm, VmId};

impl Manager {
    /// A VM's name.
    ///
    /// # Errors
    /// [`Error::NoVm`].
    pub fn vm_name(&self, vm: VmId) -> Result<&str, Error> {
        self.vm(vm).map(|vm| vm.name.as_str())
    }

    /// Number of mappings in a VM.
    ///
    /// # Errors
    /// [`Error::NoVm`].
    pub fn mapping_count(&self, vm: VmId) -> Result<usize, Error> {
        self.vm(vm).map(|vm| vm.space.tree.len())
    }

    /// All mappings of a VM, ascending.
    ///
    /// # Errors
    /// [`Error::NoVm`].
    pub fn mappings(&self, vm: VmId) -> Result<impl Iterator<Item = Mapping> + '_, Error> {
        /// Records that are on their way while one is looked at.
        const AHEAD: usize = 12;
        let vm = self.vm(vm)?;
        let mut ahead = vm.space.tree.iter().skip(AHEAD);
        Ok(vm.space.tree.iter().map(move |entry| {
            if let Some(later) = ahead.next() {
                vm.space.records.ask_for(later.value.record);
            }
            self.entry_mapping(vm, &entry)
        }))
    }

    /// The first mapping that intersects a range.
    ///
    /// # Errors
    /// [`Error::NoVm`].
    #[doc(alias = "drm_gpuva_find_first")]
    pub fn find_first(&self, vm: VmId, range: VaRange) -> Result<Option<Mapping>, Error> {
        Ok(self.mappings_in(vm, range)?.next())
    }

    /// The mappings that intersect a range, ascending.
    ///
    /// # Errors
    /// [`Error::NoVm`].
    pub fn mappings_in(&self, vm: VmId, range: VaRange) -> Result<impl Iterator<Item = Mapping> + '_, Error> {
        let vm = self.vm(vm)?;
        let pages = |va: u64| u32::try_from((va >> PAGE_SHIFT).saturating_sub(vm.base)).unwrap_or(u32::MAX);
        let (start, end) = (pages(range.start().0), pages(range.end().0.saturating_add(PAGE_SIZE - 1)));
        let entries = vm.space.tree.intersecting(Span::new(start, end));
        Ok(entries
            .map(|entry| self.entry_mapping(vm, &entry))
            .filter(move |mapping| mapping.range.intersects(range)))
    }

    /// The mapping with exactly these bounds.
    ///
    /// # Errors
    /// [`Error::NoVm`].
    #[doc(alias = "drm_gpuva_find")]
    pub fn find(&self, vm: VmId, range: VaRange) -> Result<Option<Mapping>, Error> {
        Ok(self.mappings_in(vm, range)?.next().filter(|mapping| mapping.range == range))
    }

    /// The mapping that ends exactly at an address; a gap gives none.
    ///
    /// # Errors
    /// [`Error::NoVm`].
    #[doc(alias = "drm_gpuva_find_prev")]
    pub fn find_prev(&self, vm: VmId, start: Va) -> Result<Option<Mapping>, Error> {
        let Some(below) = start.0.checked_sub(1) else { return Ok(None) };
        let range = VaRange::new(Va(below), 1)?;
        Ok(self.mappings_in(vm, range)?.next().filter(|mapping| mapping.range.end() == start))
    }

    /// The mapping that starts exactly at an address; a gap gives none.
    ///
    /// # Errors
    /// [`Error::NoVm`].
    #[doc(alias = "drm_gpuva_find_next")]
    pub fn find_next(&self, vm: VmId, end: Va) -> Result<Option<Mapping>, Error> {
        let Ok(range) = VaRange::new(end, 1) else { return Ok(None) };
        Ok(self.mappings_in(vm, range)?.next().filter(|mapping| mapping.range.start() == end))
    }

    /// Whether nothing is mapped in a range.
    ///
    /// # Errors
    /// [`Error::NoVm`].
    #[doc(alias = "drm_gpuva_interval_empty")]
    pub fn interval_empty(&self, vm: VmId, range: VaRange) -> Result<bool, Error> {
        Ok(self.mappings_in(vm, range)?.next().is_none())
    }

    /// All mappings of a BO in a VM, in no particular order. Cost: the number of these mappings.
    ///
    /// # Errors
    /// [`Error::NoVm`], [`Error::NoBo`].
    #[doc(alias = "drm_gpuvm_bo_for_each_va")]
    pub fn mappings_of(&self, vm: VmId, bo: BoId) -> Result<impl Iterator<Item = Mapping> + '_, Error> {
        self.bo(bo)?;
        let space = self.vm(vm)?;
        let first = self.pairs.find(vm, bo).map(|index| self.pairs.vm_bos[index].mappings);
        let some = |slot: u32| (slot != NONE).then_some(slot);
        let slots =
            std::iter::successors(first.and_then(some), move |&slot| some(space.space.records[slot].next));
        Ok(slots.map(move |slot| mapping(space, &self.pairs, &space.space.records[slot].piece)))
    }

    /// The VMs that hold a BO.
    ///
    /// # Errors
    /// [`Error::NoBo`].
    pub fn vms_of(&self, bo: BoId) -> Result<impl Iterator<Item = VmId> + '_, Error> {
        let first = self.bo(bo)?.vm_bos;
        Ok(self.pairs.walk(List::InBo, first).map(|index| self.pairs.vm_bos[index].vm))
    }

    /// The BOs that a VM holds.
    ///
    /// # Errors
    /// [`Error::NoVm`].
    pub fn bos_of(&self, vm: VmId) -> Result<impl Iterator<Item = BoId> + '_, Error> {
        self.vm(vm)?;
        Ok(self.bos_on(List::InVm, self.pairs.lists(vm).all))
    }

    /// The BOs of a VM that were evicted and are not validated in it yet.
    ///
    /// # Errors
    /// [`Error::NoVm`].
    pub fn evicted_bos(&self, vm: VmId) -> Result<impl Iterator<Item = BoId> + '_, Error> {
        self.vm(vm)?;
        Ok(self.bos_on(List::Evicted, self.pairs.lists(vm).evicted))
    }

    /// The BOs of a VM that other VMs hold too.
    ///
    /// # Errors
    /// [`Error::NoVm`].
    #[doc(alias = "drm_gpuvm_bo_extobj_add")]
    pub fn external_bos(&self, vm: VmId) -> Result<impl Iterator<Item = BoId> + '_, Error> {
        self.vm(vm)?;
        Ok(self.bos_on(List::External, self.pairs.lists(vm).external))
    }

    fn bos_on(&self, list: List, head: u32) -> impl Iterator<Item = BoId> + '_ {
        self.pairs.walk(list, head).map(|index| self.pairs.vm_bos[index].bo)
    }

    fn entry_mapping(&self, vm: &Vm, entry: &Entry<Slot>) -> Mapping {
        mapping(vm, &self.pairs, &vm.space.piece(entry))
    }
}

/// A piece as callers see it.
pub(crate) fn mapping(vm: &Vm, pairs: &Pairs, piece: &Piece) -> Mapping {
    let range = vm.range_of(piece.start, piece.end);
    if piece.is_null() {
        return Mapping { range, bo: None, offset: BoOffset(0), flags: piece.flags };
    }
    let pair = &pairs.vm_bos[piece.vm_bo];
    let evicted = if pair.residency == Residency::Evicted { MapFlags::EVICTED } else { MapFlags::EMPTY };
    let offset = BoOffset(u64::from(piece.bo_page) << PAGE_SHIFT);
    Mapping { range, bo: Some(pair.bo), offset, flags: piece.flags | evicted }
}
