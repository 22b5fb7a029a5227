//! [`Manager`]: all VMs and BOs of a device, and everything that can be done with them.

use slotmap::SlotMap;

use crate::arena::{self, NONE};
use crate::bo::{Bo, BoId, Pairs, VmLists};
use crate::error::Error;
use crate::job::{self, BindJob, Home, Promise, Spare};
use crate::mutation;
use crate::page_table::PageTable;
use crate::page_table::delta::{BindStats, Writer};
use crate::region::{Region, RegionFlags, RegionId};
use crate::request::{Request, Step};
use crate::tree::Hint;
use crate::units::{PAGE_SIZE, VaRange};
use crate::vm::{Vm, VmId, VmOptions};

/// The page tables of all VMs. Every [`PageTable`] is one: the table that all VMs share.
pub trait PageTables {
    /// The page table of `vm`.
    fn table(&mut self, vm: VmId) -> &mut dyn PageTable;
}

impl<T: PageTable> PageTables for T {
    fn table(&mut self, _: VmId) -> &mut dyn PageTable {
        self
    }
}

/// All VMs and BOs of a device. It takes no lock: whoever shares it wraps it in one.
#[derive(Debug)]
pub struct Manager {
    pub(crate) vms: SlotMap<VmId, Vm>,
    pub(crate) pairs: Pairs,
    /// What the last job left behind, to use again.
    pub(crate) spare: Spare,
    /// Promises of jobs that were dropped; made with the first VM.
    dropped: Option<Home>,
    pub(crate) clock: u64,
    /// Bytes of all BOs that are not evicted.
    pub(crate) resident: u64,
}

const _: () = {
    const fn assert_send<T: Send>() {}
    assert_send::<Manager>();
    assert_send::<BindJob>();
};

impl Default for Manager {
    fn default() -> Self {
        Self::new()
    }
}

impl Manager {
    /// A manager without VMs and BOs.
    #[must_use]
    pub fn new() -> Self {
        Self {
            vms: SlotMap::with_key(),
            pairs: Pairs::new(),
            spare: Spare::EMPTY,
            dropped: None,
            clock: 0,
            resident: 0,
        }
    }

    /// Makes an empty address space.
    ///
    /// # Errors
    /// [`Error::Misaligned`], [`Error::TooLarge`], [`Error::OutsideVm`] for the reserved range, [`Error::OutOfMemory`].
    #[doc(alias = "drm_gpuvm_init")]
    pub fn create_vm(&mut self, options: VmOptions) -> Result<VmId, Error> {
        let vm = Vm::new(options)?;
        self.pairs.lists.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
        let id = arena::insert(&mut self.vms, vm)?;
        if self.pairs.lists.len() <= arena::number(id) as usize {
            self.pairs.lists.push(VmLists::new());
        }
        self.dropped.get_or_insert_default();
        Ok(id)
    }

    /// Removes an address space with all that is mapped in it. Jobs prepared for it do nothing any more.
    pub fn destroy_vm(&mut self, vm: VmId, table: &mut impl PageTable) {
        let Some(gone) = self.vms.remove(vm) else { return };
        let mut writer = Writer::new(table, gone.base);
        for entry in gone.space.tree.iter() {
            writer.unmap(entry.start, entry.end);
        }
        writer.finish();
        self.pairs.drop_vm(vm);
    }

    /// Registers `size` bytes of memory at `host_address` (a multiple of [`PAGE_SIZE`]) as a BO. A last partial page counts as whole.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::Misaligned`], [`Error::TooLarge`], [`Error::OutOfMemory`].
    pub fn create_bo(&mut self, size: u64, host_address: u64) -> Result<BoId, Error> {
        if size == 0 {
            return Err(Error::Empty);
        }
        if !host_address.is_multiple_of(PAGE_SIZE) {
            return Err(Error::Misaligned(host_address));
        }
        let pages = u32::try_from(size.div_ceil(PAGE_SIZE)).map_err(|_| Error::TooLarge(size))?;
        let bo = Bo::new(host_address, pages);
        let resident = self.resident.checked_add(bo.size()).ok_or(Error::TooLarge(size))?;
        let id = arena::insert(&mut self.pairs.bos, bo)?;
        self.resident = resident;
        Ok(id)
    }

    /// Forgets a BO. Its mappings in all VMs are removed first, so that no page table entry names its memory afterwards; a prepared map of it will
    /// unbind instead.
    ///
    /// # Errors
    /// [`Error::NoBo`].
    pub fn destroy_bo(&mut self, bo: BoId, tables: &mut impl PageTables) -> Result<(), Error> {
        while self.bo(bo)?.vm_bos != NONE {
            let index = self.bo(bo)?.vm_bos;
            let pair = &mut self.pairs.vm_bos[index];
            // Keeps the pair while its mappings go.
            pair.pins += 1;
            let vm = pair.vm;
            self.unmap_pair(index, tables.table(vm));
            self.pairs.detach(index);
            self.pairs.vm_bos[index].pins -= 1;
            self.pairs.drop_if_unused(index);
        }
        if let Some(gone) = self.pairs.bos.remove(bo).filter(|gone| !gone.evicted) {
            self.resident -= gone.size();
        }
        Ok(())
    }

    /// Removes all mappings of a BO from one VM. Cost: the number of these mappings.
    ///
    /// # Errors
    /// [`Error::NoVm`], [`Error::NoBo`].
    pub fn unmap_bo(&mut self, vm: VmId, bo: BoId, table: &mut impl PageTable) -> Result<BindStats, Error> {
        self.vm(vm)?;
        self.bo(bo)?;
        Ok(self.pairs.find(vm, bo).map_or_else(BindStats::default, |index| self.unmap_pair(index, table)))
    }

    fn unmap_pair(&mut self, index: u32, table: &mut (impl PageTable + ?Sized)) -> BindStats {
        let pair = &self.pairs.vm_bos[index];
        let (vm, count) = (pair.vm, pair.count);
        let Some(vm) = self.vms.get_mut(vm) else { return BindStats::default() };
        let mut writer = Writer::new(table, vm.base);
        let mut slot = pair.mappings;
        let count = if mutation::is("freed_memory_stays_bound") { 0 } else { count };
        for _ in 0..count {
            let record = vm.space.records[slot];
            slot = record.next;
            job::run_step(
                vm,
                &mut self.pairs,
                &Step::unmap(record.piece.start, record.piece.end),
                Hint::NONE,
                &mut writer,
            );
        }
        writer.finish()
    }

    /// Declares a region: the VM's mappings have to lie inside one.
    ///
    /// # Errors
    /// [`Error::NoVm`]; [`Error::RegionConflict`] if it overlaps another one or the VM was made without regions; what is wrong with the range.
    pub fn insert_region(&mut self, vm: VmId, range: VaRange, flags: RegionFlags) -> Result<RegionId, Error> {
        let vm = self.vms.get_mut(vm).ok_or(Error::NoVm)?;
        let span = vm.span(range)?;
        let regions = vm.regions.as_mut().ok_or(Error::RegionConflict(range))?;
        regions.insert(Region { range, flags }, span)
    }

    /// Removes a region that holds no mapping.
    ///
    /// # Errors
    /// [`Error::NoVm`], [`Error::NoRegion`], [`Error::RegionNotEmpty`].
    pub fn remove_region(&mut self, vm: VmId, region: RegionId) -> Result<(), Error> {
        let vm = self.vms.get_mut(vm).ok_or(Error::NoVm)?;
        let regions = vm.regions.as_mut().ok_or(Error::NoRegion)?;
        let &(Region { range, .. }, span) = regions.table.get(region).ok_or(Error::NoRegion)?;
        if vm.space.tree.find_first(span).is_some() {
            return Err(Error::RegionNotEmpty(range));
        }
        regions.remove(region);
        Ok(())
    }

    /// Unmaps all that a region holds and removes it: for a sparse resource that is destroyed while memory is bound to it.
    /// Prepared maps inside it will unbind instead.
    ///
    /// # Errors
    /// [`Error::NoVm`], [`Error::NoRegion`], [`Error::OutOfMemory`].
    pub fn clear_region(
        &mut self,
        vm: VmId,
        region: RegionId,
        table: &mut impl PageTable,
    ) -> Result<BindStats, Error> {
        let range = self.region(vm, region)?.range;
        let job = self.prepare(vm, &[Request::Unmap { range }])?;
        let stats = self.run(job, table);
        self.remove_region(vm, region)?;
        Ok(stats)
    }

    /// A region's range and flags.
    ///
    /// # Errors
    /// [`Error::NoVm`], [`Error::NoRegion`].
    pub fn region(&self, vm: VmId, region: RegionId) -> Result<Region, Error> {
        let regions = self.vm(vm)?.regions.as_ref().ok_or(Error::NoRegion)?;
        regions.table.get(region).map(|(region, _)| *region).ok_or(Error::NoRegion)
    }

    /// Checks a batch of requests and reserves all that running it can need: the only stage that can fail. No mapping changes.
    ///
    /// # Errors
    /// What is wrong with the first bad request; [`Error::NoVm`], [`Error::NoBo`], [`Error::OutOfMemory`].
    #[doc(alias = "vkQueueBindSparse")]
    pub fn prepare(&mut self, vm: VmId, requests: &[Request]) -> Result<BindJob, Error> {
        if let Some(dropped) = self.dropped.as_ref().and_then(|home| home.take()) {
            self.cancel_dropped(dropped);
        }
        let mut spare = std::mem::replace(&mut self.spare, Spare::EMPTY);
        if spare.home.is_none() {
            spare.home.clone_from(&self.dropped);
        }
        let target = self.vms.get_mut(vm).ok_or(Error::NoVm)?;
        job::prepare(vm, target, &mut self.pairs, requests, spare)
    }

    /// Runs a job: cannot fail, allocates nothing. Does nothing if the VM is gone.
    pub fn run(&mut self, job: BindJob, table: &mut impl PageTable) -> BindStats {
        let Some(vm) = self.vms.get_mut(job.vm) else {
            self.cancel(job);
            return BindStats::default();
        };
        let mut writer = Writer::new(table, vm.base);
        self.spare = job::run(vm, &mut self.pairs, job, &mut writer);
        writer.finish()
    }

    /// Gives a job up; nothing happens.
    pub fn cancel(&mut self, job: BindJob) {
        let vm = job.vm;
        let (promise, home) = job.take();
        let steps = job::cancel(self.vms.get_mut(vm), &mut self.pairs, promise);
        self.spare = Spare { steps, home };
    }

    #[cold]
    fn cancel_dropped(&mut self, dropped: Vec<(VmId, Promise)>) {
        for (vm, promise) in dropped {
            job::cancel(self.vms.get_mut(vm), &mut self.pairs, promise);
        }
    }

    pub(crate) fn vm(&self, vm: VmId) -> Result<&Vm, Error> {
        self.vms.get(vm).ok_or(Error::NoVm)
    }

    pub(crate) fn bo(&self, bo: BoId) -> Result<&Bo, Error> {
        self.pairs.bos.get(bo).ok_or(Error::NoBo)
    }
}
