//! What a pager has, and which BOs it moves: the bookkeeping, without a move of a byte ([`Paged`]) and without waiting for one
//! ([`Pager`](super::Pager)).
//!
//! # Invariants
//! 1 to 4 of the [pager](super).

use std::collections::BTreeMap;
use std::sync::Arc;

use lacuna_vm::evict::{Candidate, Chaos, Lru, Policy};
use rustix::io::Errno;

use super::super::in_flight::Quiet;
use super::super::swap::{Slot, SwapFile};
use super::Options;
use super::paged::{Paged, Place};

/// Uses while it is away that bring a BO back.
const USES: u32 = 2;
/// Bytes that chaos moves at a moment, about: more would be slow, and show no more.
const CHAOS_BYTES: u64 = 8 << 20;

#[derive(Debug)]
pub(super) struct State {
    /// By host address.
    pub(super) bos: BTreeMap<u64, Paged>,
    pub(super) resident: u64,
    pub(super) total: u64,
    /// Bytes of BOs without a slot.
    pub(super) unslotted: u64,
    /// Counts jobs.
    pub(super) clock: u64,
    /// Counts BOs.
    pub(super) admitted: u64,
    /// BOs in files that are to come back.
    pub(super) returning: Vec<u64>,
    /// BOs in files whose entries do not fault any more, because they were used.
    pub(super) open: Vec<u64>,
    pub(super) chaos: Option<Chaos>,
    pub(super) swap: Option<Arc<SwapFile>>,
}

impl State {
    /// Nothing.
    pub(super) fn new(chaos: Option<Chaos>) -> Self {
        Self {
            bos: BTreeMap::new(),
            resident: 0,
            total: 0,
            unslotted: 0,
            clock: 1,
            admitted: 0,
            returning: Vec::new(),
            open: Vec::new(),
            chaos,
            swap: None,
        }
    }

    /// The BO whose range holds an address.
    pub(super) fn find(&mut self, address: u64) -> Option<&mut Paged> {
        let (base, paged) = self.bos.range_mut(..=address).next_back()?;
        (address - base < paged.size).then_some(paged)
    }

    /// The BO that has this address, if any, is being used.
    pub(super) fn touch(&mut self, address: u64) {
        let clock = self.clock;
        let Some(paged) = self.find(address).filter(|paged| paged.last_use != clock || paged.uses == 0)
        else {
            return;
        };
        paged.last_use = clock;
        if paged.place == Place::Memory {
            return;
        }
        paged.uses += 1;
        if let Some(slot) = paged.slot.as_ref().filter(|_| paged.uses == 1) {
            slot.expect();
        }
        if paged.uses == USES {
            let base = paged.base.as_ptr() as u64;
            self.returning.push(base);
        }
    }

    /// Makes the entries of what is used where it is fault once more, so that the next job that uses it is seen.
    pub(super) fn watch_again(&mut self) {
        for base in std::mem::take(&mut self.open) {
            let away =
                self.bos.get_mut(&base).filter(|paged| paged.place == Place::File && paged.pinned == 0);
            if let Some(paged) = away {
                paged.set_faulting(true);
            }
        }
    }

    /// A place in the swap file, which the first call makes.
    pub(super) fn reserve(&mut self, options: &Options, size: u64) -> Result<Slot, Errno> {
        let file = match &self.swap {
            Some(file) => file,
            None => self.swap.insert(Arc::new(SwapFile::open(&options.swap)?)),
        };
        file.reserve(size)
    }

    /// Evicts what is over the limit, then brings back what was asked for as long as there is room.
    pub(super) fn balance(&mut self, options: &Options, quiet: &Quiet) {
        let mut victims = None;
        self.make_room(0, u64::MAX, &mut victims, options, quiet);
        for base in std::mem::take(&mut self.returning) {
            let Some(paged) = self.bos.get_mut(&base) else { continue };
            // If it stays, it is asked again when it is used again.
            paged.uses = 0;
            if paged.place == Place::Memory || paged.pinned > 0 {
                continue;
            }
            let (size, last_use) = (paged.size, paged.last_use);
            if self.make_room(size, last_use, &mut victims, options, quiet) {
                self.restore(base, quiet);
            }
        }
    }

    /// Evicts what was not used since `before` until `more` bytes fit; whether they do.
    fn make_room(
        &mut self,
        more: u64,
        before: u64,
        victims: &mut Option<Vec<u64>>,
        options: &Options,
        quiet: &Quiet,
    ) -> bool {
        while self.resident + more > options.limit {
            let victims = victims.get_or_insert_with(|| self.victims());
            let Some(base) = victims.pop() else { return false };
            let Some(paged) = self.bos.get(&base) else { continue };
            if paged.place == Place::File {
                continue;
            }
            if paged.last_use >= before {
                victims.push(base);
                return false;
            }
            self.evict(base, options, quiet);
        }
        true
    }

    /// What may be evicted, first candidates last.
    fn victims(&self) -> Vec<u64> {
        let movable = self.bos.iter().filter(|(_, paged)| paged.place == Place::Memory && paged.pinned == 0);
        let mut candidates: Vec<_> = movable
            .map(|(&bo, paged)| Candidate {
                bo,
                size: paged.size,
                priority: paged.priority,
                last_use: paged.last_use,
            })
            .collect();
        Lru.order(&mut candidates);
        candidates.iter().rev().map(|candidate| candidate.bo).collect()
    }

    /// Each BO that may move does so now and then.
    pub(super) fn make_chaos(&mut self, chaos: &mut Chaos, options: &Options, quiet: &Quiet) {
        let mut all: Vec<_> = self
            .bos
            .iter()
            .filter(|(_, paged)| paged.pinned == 0)
            .map(|(&base, paged)| (paged.number, base))
            .collect();
        all.sort_unstable();
        for (_, base) in all {
            let Some(paged) = self.bos.get(&base) else { continue };
            let rarity = 2 + self.total / CHAOS_BYTES;
            match (chaos.choose(rarity), paged.place) {
                (0, Place::Memory) => self.evict(base, options, quiet),
                (0, Place::File) => self.restore(base, quiet),
                _ => {}
            }
        }
    }

    /// Moves a BO's bytes to the swap file. If that fails they stay.
    fn evict(&mut self, base: u64, options: &Options, quiet: &Quiet) {
        let missing = self.bos.get(&base).filter(|paged| paged.slot.is_none()).map(|paged| paged.size);
        let new = match missing.map(|size| self.reserve(options, size)) {
            Some(Err(error)) => return log::debug!("a BO stays in memory: {error}"),
            Some(Ok(slot)) => Some(slot),
            None => None,
        };
        let Some(paged) = self.bos.get_mut(&base) else { return };
        if new.is_some() {
            paged.slot = new;
            self.unslotted -= paged.size;
        }
        match paged.move_out(quiet) {
            Ok(()) => self.resident -= paged.size,
            Err(error) => log::warn!("{} bytes cannot be evicted: {error}", paged.size),
        }
    }

    fn restore(&mut self, base: u64, quiet: &Quiet) {
        let Some(paged) = self.bos.get_mut(&base) else { return };
        match paged.move_in(quiet) {
            Ok(()) => {
                self.resident += paged.size;
                if paged.slot.is_none() {
                    self.unslotted += paged.size;
                }
            }
            Err(error) => log::warn!("{} bytes cannot be brought back: {error}", paged.size),
        }
    }
}
