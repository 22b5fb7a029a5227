//! Eviction: memory goes, mappings stay.
//!
//! Evicting a BO makes the page table entries of its mappings fault; the mappings themselves stay as they are. Validating a VM brings back what it
//! needs: its evicted BOs, and nothing else. Both go through the pairs (`bo`), so their cost is that of the mappings concerned.
//!
//! A [`Budget`] says how much may be resident, and its [`Policy`] what goes: [`Lru`] takes the lowest [`Priority`] first and the longest unused
//! within it; [`Chaos`] anything, by a seed. Validate and evict cannot chase each other: a validated BO counts as just used, and pinned BOs are never
//! chosen.

mod policy;

pub use policy::{Budget, BudgetError, Candidate, Chaos, Lru, Policy, Priority};

use crate::arena::NONE;
use crate::bo::{Bo, BoId, List, Residency};
use crate::error::Error;
use crate::manager::{Manager, PageTables};
use crate::page_table::PageTable;
use crate::page_table::delta::{Backing, BindStats, Writer};
use crate::vm::VmId;

impl Manager {
    /// Makes all entries of a BO's mappings, in all VMs, fault. Its memory may be taken away afterwards; its address stays reserved.
    ///
    /// # Errors
    /// [`Error::NoBo`]; [`Error::Pinned`].
    pub fn evict(&mut self, bo: BoId, tables: &mut impl PageTables) -> Result<BindStats, Error> {
        let Bo { pinned, evicted, vm_bos, .. } = *self.bo(bo)?;
        if pinned > 0 {
            return Err(Error::Pinned);
        }
        let mut stats = BindStats::default();
        if evicted {
            return Ok(stats);
        }
        self.set_evicted(bo, true);
        let mut index = vm_bos;
        while index != NONE {
            self.pairs.set_residency(index, Residency::Evicted);
            let vm = self.pairs.vm_bos[index].vm;
            stats += self.rewrite(index, tables.table(vm));
            index = self.pairs.vm_bos[index].next(List::InBo);
        }
        Ok(stats)
    }

    /// Brings back the evicted BOs of a VM: for each, `bring_back` returns its memory to where it was, then its entries in this VM are rewritten.
    /// Other VMs that hold a BO rewrite theirs when they are validated.
    ///
    /// # Errors
    /// The first error of `bring_back`; BOs brought back before stay so, the others stay evicted. [`Error::NoVm`].
    pub fn validate<E: From<Error>>(
        &mut self,
        vm: VmId,
        table: &mut (impl PageTable + ?Sized),
        mut bring_back: impl FnMut(BoId) -> Result<(), E>,
    ) -> Result<BindStats, E> {
        let mut stats = BindStats::default();
        while let Some(one) = self.validate_next(vm, table, &mut bring_back)? {
            stats += one;
        }
        Ok(stats)
    }

    /// Brings back the first evicted BO of a VM, if there is one.
    pub(crate) fn validate_next<E: From<Error>>(
        &mut self,
        vm: VmId,
        table: &mut (impl PageTable + ?Sized),
        bring_back: &mut impl FnMut(BoId) -> Result<(), E>,
    ) -> Result<Option<BindStats>, E> {
        self.vm(vm)?;
        let index = self.pairs.lists(vm).evicted;
        if index == NONE {
            return Ok(None);
        }
        let bo = self.pairs.vm_bos[index].bo;
        if self.bo(bo).is_ok_and(|bo| bo.evicted) {
            bring_back(bo)?;
            self.set_evicted(bo, false);
        }
        self.touch(bo);
        self.pairs.set_residency(index, Residency::Resident);
        Ok(Some(self.rewrite(index, table)))
    }

    /// Makes all entries of a BO's mappings, in all VMs, valid again: its memory is back where it was. What [`evict`](Self::evict) did to one BO is undone,
    /// for drivers that bring BOs back one by one, as they are touched.
    ///
    /// # Errors
    /// [`Error::NoBo`].
    pub fn restore(&mut self, bo: BoId, tables: &mut impl PageTables) -> Result<BindStats, Error> {
        let Bo { evicted, vm_bos, .. } = *self.bo(bo)?;
        if evicted {
            self.set_evicted(bo, false);
        }
        let mut stats = BindStats::default();
        let mut index = vm_bos;
        while index != NONE {
            let pair = &self.pairs.vm_bos[index];
            let vm = pair.vm;
            if pair.residency == Residency::Evicted {
                self.pairs.set_residency(index, Residency::Resident);
                stats += self.rewrite(index, tables.table(vm));
            }
            index = self.pairs.vm_bos[index].next(List::InBo);
        }
        Ok(stats)
    }

    fn set_evicted(&mut self, bo: BoId, evicted: bool) {
        if let Some(bo) = self.pairs.bos.get_mut(bo) {
            bo.evicted = evicted;
            self.resident = if evicted { self.resident - bo.size() } else { self.resident + bo.size() };
        }
    }

    /// The size of all BOs that are not evicted.
    #[must_use]
    pub const fn resident_bytes(&self) -> u64 {
        self.resident
    }

    /// Writes the entries of all mappings of a pair anew.
    fn rewrite(&mut self, index: u32, table: &mut (impl PageTable + ?Sized)) -> BindStats {
        let pair = &self.pairs.vm_bos[index];
        let Some(vm) = self.vms.get(pair.vm) else { return BindStats::default() };
        let mut writer = Writer::new(table, vm.base);
        let mut slot = pair.mappings;
        while slot != NONE {
            let record = &vm.space.records[slot];
            let piece = &record.piece;
            writer.write(piece, Backing::of(&self.pairs, piece), piece.start, piece.end);
            slot = record.next;
        }
        writer.finish()
    }

    /// Notes that a BO is being used.
    pub fn touch(&mut self, bo: BoId) {
        self.clock += 1;
        if let Some(bo) = self.pairs.bos.get_mut(bo) {
            bo.last_use = self.clock;
        }
    }

    /// Keeps a BO from being evicted until [`unpin`](Self::unpin) was called as often.
    ///
    /// # Errors
    /// [`Error::NoBo`].
    pub fn pin(&mut self, bo: BoId) -> Result<(), Error> {
        self.pairs.bos.get_mut(bo).ok_or(Error::NoBo)?.pinned += 1;
        Ok(())
    }

    /// Takes back one [`pin`](Self::pin).
    ///
    /// # Errors
    /// [`Error::NoBo`]; [`Error::NotPinned`].
    pub fn unpin(&mut self, bo: BoId) -> Result<(), Error> {
        let pinned = &mut self.pairs.bos.get_mut(bo).ok_or(Error::NoBo)?.pinned;
        *pinned = pinned.checked_sub(1).ok_or(Error::NotPinned)?;
        Ok(())
    }

    /// Sets how late a BO is evicted.
    ///
    /// # Errors
    /// [`Error::NoBo`].
    pub fn set_priority(&mut self, bo: BoId, priority: Priority) -> Result<(), Error> {
        self.pairs.bos.get_mut(bo).ok_or(Error::NoBo)?.priority = priority;
        Ok(())
    }

    /// Whether a BO is evicted.
    ///
    /// # Errors
    /// [`Error::NoBo`].
    pub fn is_evicted(&self, bo: BoId) -> Result<bool, Error> {
        self.bo(bo).map(|bo| bo.evicted)
    }

    /// What to evict to free `bytes`: BOs that are neither pinned nor evicted, as the policy orders them. Less than asked for if there is not
    /// that much. Cost: all BOs.
    pub fn victims(&self, policy: &mut impl Policy, bytes: u64) -> Vec<BoId> {
        let resident = self.pairs.bos.iter().filter(|(_, bo)| bo.pinned == 0 && !bo.evicted);
        let mut candidates: Vec<Candidate> = resident
            .map(|(key, bo)| Candidate {
                bo: key,
                size: bo.size(),
                priority: bo.priority,
                last_use: bo.last_use,
            })
            .collect();
        policy.order(&mut candidates);
        let mut freed = 0;
        let needed = candidates.iter().take_while(|candidate| {
            let wanted = freed < bytes;
            freed += candidate.size;
            wanted
        });
        needed.map(|candidate| candidate.bo).collect()
    }
}
