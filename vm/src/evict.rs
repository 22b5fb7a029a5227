//! Eviction: memory goes, mappings stay.
//!
//! Evicting a BO makes the page table entries of its mappings fault; the mappings themselves stay as they are. Validating a VM brings back what it
//! needs: its evicted BOs, and nothing else. Both go through the pairs (`bo`), so their cost is that of the mappings concerned.
//!
//! A [`Policy`] chooses what to evict. [`Lru`] takes the lowest priority first and the longest unused within it; [`Chaos`] anything, by a seed.
//! Validate and evict cannot chase each other: a validated BO counts as just used, and pinned BOs are never chosen.

use crate::arena::NONE;
use crate::bo::{Bo, BoId, List, Residency};
use crate::error::Error;
use crate::manager::{Manager, PageTables};
use crate::page_table::PageTable;
use crate::page_table::delta::{Backing, BindStats, Writer};
use crate::units::PAGE_SHIFT;
use crate::vm::VmId;

/// A BO that could be evicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The BO.
    pub bo: BoId,
    /// Its size in bytes.
    pub size: u64,
    /// Higher ones go later (as in `VK_EXT_memory_priority`).
    pub priority: u32,
    /// When it was last used, in no particular unit: later uses have larger numbers.
    pub last_use: u64,
}

/// Chooses what to evict.
pub trait Policy {
    /// Puts the candidates into the order in which they should go.
    fn order(&mut self, candidates: &mut [Candidate]);
}

/// Lowest priority first, then least recently used.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lru;

impl Policy for Lru {
    fn order(&mut self, candidates: &mut [Candidate]) {
        candidates.sort_unstable_by_key(|candidate| (candidate.priority, candidate.last_use));
    }
}

/// Random order, the same for the same seed: finds what depends on memory staying where it is.
#[derive(Clone, Copy, Debug)]
pub struct Chaos {
    state: u64,
    /// Choices made so far; logged, it tells after which one something broke.
    pub choices: u64,
}

impl Chaos {
    /// Starts the sequence of `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: seed, choices: 0 }
    }

    /// A number below `bound` (SplitMix64).
    pub const fn choose(&mut self, bound: u64) -> u64 {
        self.choices += 1;
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

impl Policy for Chaos {
    fn order(&mut self, candidates: &mut [Candidate]) {
        for i in (1..candidates.len()).rev() {
            let other = self.choose(i as u64 + 1) as usize;
            candidates.swap(i, other);
        }
    }
}

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
        self.vm(vm)?;
        let mut stats = BindStats::default();
        while self.pairs.lists(vm).evicted != NONE {
            let index = self.pairs.lists(vm).evicted;
            let bo = self.pairs.vm_bos[index].bo;
            if self.bo(bo).is_ok_and(|bo| bo.evicted) {
                bring_back(bo)?;
                self.set_evicted(bo, false);
            }
            self.touch(bo);
            self.pairs.set_residency(index, Residency::Resident);
            stats += self.rewrite(index, table);
        }
        Ok(stats)
    }

    fn set_evicted(&mut self, bo: BoId, evicted: bool) {
        if let Some(bo) = self.pairs.bos.get_mut(bo.0) {
            bo.evicted = evicted;
        }
    }

    /// Writes the entries of all mappings of a pair anew.
    fn rewrite(&mut self, index: u32, table: &mut (impl PageTable + ?Sized)) -> BindStats {
        let pair = &self.pairs.vm_bos[index];
        let Some(vm) = self.vms.get(pair.vm.0) else { return BindStats::default() };
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
        if let Some(bo) = self.pairs.bos.get_mut(bo.0) {
            bo.last_use = self.clock;
        }
    }

    /// Keeps a BO from being evicted until [`unpin`](Self::unpin) was called as often.
    ///
    /// # Errors
    /// [`Error::NoBo`].
    pub fn pin(&mut self, bo: BoId) -> Result<(), Error> {
        self.pairs.bos.get_mut(bo.0).ok_or(Error::NoBo)?.pinned += 1;
        Ok(())
    }

    /// Takes back one [`pin`](Self::pin).
    ///
    /// # Errors
    /// [`Error::NoBo`]; [`Error::NotPinned`].
    pub fn unpin(&mut self, bo: BoId) -> Result<(), Error> {
        let pinned = &mut self.pairs.bos.get_mut(bo.0).ok_or(Error::NoBo)?.pinned;
        *pinned = pinned.checked_sub(1).ok_or(Error::NotPinned)?;
        Ok(())
    }

    /// Sets how late a BO is evicted; zero at first.
    ///
    /// # Errors
    /// [`Error::NoBo`].
    pub fn set_priority(&mut self, bo: BoId, priority: u32) -> Result<(), Error> {
        self.pairs.bos.get_mut(bo.0).ok_or(Error::NoBo)?.priority = priority;
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
                bo: BoId(key),
                size: u64::from(bo.pages) << PAGE_SHIFT,
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
