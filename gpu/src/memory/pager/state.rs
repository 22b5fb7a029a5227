//! What a pager has, and which BOs it moves: the bookkeeping, without a move of a byte ([`Paged`]) and without waiting for one
//! ([`Pager`](super::Pager)).
//!
//! # Invariants
//! 1 to 4 of the [pager](super).

use core::ptr::NonNull;
use std::collections::BTreeMap;
use std::sync::Arc;

use lacuna_vm::evict::{Candidate, Chaos, Lru, Policy, Priority};
use rustix::io::Errno;

use super::super::in_flight::Quiet;
use super::super::swap::{Slot, SwapFile};
use super::Options;
use super::paged::{Paged, Place};

/// Bytes of a BO, at most, that are mapped at once when it is used where it is: of larger ones, often a small part is used.
const MOST_AT_ONCE: u64 = 16 << 20;
/// Bytes that chaos moves at a moment, and BOs, about: more would be slow, and show no more.
const CHAOS_BYTES: u64 = 8 << 20;
const CHAOS_BOS: usize = 64;

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
    /// BOs in files that were used since the last look at them.
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

    /// The BO that has this address, if any, is being used. Gives it if it is away and nobody knew of this use.
    pub(super) fn touch(&mut self, address: u64) -> Option<&mut Paged> {
        let clock = self.clock;
        let paged = self.find(address)?;
        if !std::mem::replace(&mut paged.was_used, true) {
            paged.last_use = clock;
        } else if paged.last_use != clock {
            paged.previous_use = std::mem::replace(&mut paged.last_use, clock);
        }
        if paged.place == Place::Memory || paged.is_returning {
            return None;
        }
        paged.is_returning = true;
        let base = paged.base.as_ptr() as u64;
        self.returning.push(base);
        self.bos.get_mut(&base)
    }

    /// The size of a BO whose bytes are used where they are, in the file, if mapping them at once is not too much.
    pub(super) fn streamed(&self, base: NonNull<u8>) -> Option<usize> {
        let paged = self.bos.get(&(base.as_ptr() as u64))?;
        let stays = paged.place == Place::File && paged.has_bytes && paged.size <= MOST_AT_ONCE;
        stays.then_some(paged.size as usize)
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

    /// Whether [`balance`](Self::balance) has something to move. If not, what is away stays there until it is used again.
    pub(super) fn is_unbalanced(&mut self, limit: u64) -> bool {
        if self.resident > limit {
            return true;
        }
        if self.returning.is_empty() {
            return false;
        }
        let least = self.movable().map(Paged::worth).min();
        let gets_room = |paged: &Paged| {
            let fits = self.resident + paged.size <= limit;
            fits || least.is_some_and(|least| least < paged.worth_back())
        };
        let found = self.returning.iter().filter_map(|base| self.bos.get(base)).any(gets_room);
        if !found {
            self.take_returning(|_, _| ());
        }
        found
    }

    /// What was used while it was away, to be judged now. If it stays, it may have got bytes, and is judged again when it is
    /// used again.
    fn take_returning(&mut self, mut judge: impl FnMut(&mut Self, u64)) {
        for base in std::mem::take(&mut self.returning) {
            judge(self, base);
            if let Some(paged) = self.bos.get_mut(&base) {
                paged.is_returning = false;
                paged.has_bytes |= paged.place == Place::File;
            }
        }
    }

    /// Evicts what is over the limit, then brings back what is worth more than what has to go for it.
    pub(super) fn balance(&mut self, options: &Options, quiet: &Quiet) {
        // First candidates last.
        let mut victims = self.victims();
        while self.resident > options.limit {
            let Some(victim) = victims.pop() else { break };
            self.evict(victim.bo, options, quiet);
        }
        self.take_returning(|state, base| {
            let back = state.bos.get(&base).filter(|paged| paged.place == Place::File && paged.pinned == 0);
            let Some((size, worth)) = back.map(|paged| (paged.size, paged.worth_back())) else { return };
            let missing = (state.resident + size).saturating_sub(options.limit);
            let Some(count) = enough(&victims, missing, worth) else { return };
            for victim in victims.split_off(victims.len() - count) {
                state.evict(victim.bo, options, quiet);
            }
            if state.resident + size <= options.limit {
                state.restore(base, quiet);
            }
        });
    }

    /// BOs in memory that may leave it.
    fn movable(&self) -> impl Iterator<Item = &Paged> {
        self.bos.values().filter(|paged| paged.place == Place::Memory && paged.pinned == 0)
    }

    /// The same, first candidates last.
    fn victims(&self) -> Vec<Candidate<u64>> {
        let candidate = |paged: &Paged| {
            let (priority, last_use) = paged.worth();
            Candidate { bo: paged.base.as_ptr() as u64, size: paged.size, priority, last_use }
        };
        let mut candidates: Vec<_> = self.movable().map(candidate).collect();
        Lru.order(&mut candidates);
        candidates.reverse();
        candidates
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
        let rarity = 2 + (self.total / CHAOS_BYTES).max((all.len() / CHAOS_BOS) as u64);
        for (_, base) in all {
            let Some(paged) = self.bos.get(&base) else { continue };
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

/// How many candidates, from the last one on, have so many bytes together and are all worth less than `worth`.
fn enough(victims: &[Candidate<u64>], bytes: u64, worth: (Priority, u64)) -> Option<usize> {
    let mut found = 0;
    for (count, victim) in victims.iter().rev().enumerate() {
        if found >= bytes {
            return Some(count);
        }
        if (victim.priority, victim.last_use) >= worth {
            return None;
        }
        found += victim.size;
    }
    (found >= bytes).then_some(victims.len())
}
