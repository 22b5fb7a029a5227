//! What to evict, and when: policies and the budget.

use thiserror::Error as ThisError;

use crate::bo::BoId;
use crate::error::Error;
use crate::manager::{Manager, PageTables};

/// How late a BO is evicted, as `VK_EXT_memory_priority` has it: from 0 to 1, higher ones are worth more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Priority(u32);

impl Priority {
    /// What a BO has that nobody set it for.
    pub const DEFAULT: Self = Self(0.5_f32.to_bits());

    /// The priority of a number; those outside 0 to 1 count as the nearer bound, what is not a number as the default.
    #[must_use]
    pub fn new(priority: f32) -> Self {
        // The bits of numbers that are not negative ascend as the numbers do.
        if priority.is_nan() { Self::DEFAULT } else { Self((priority.clamp(0.0, 1.0) + 0.0).to_bits()) }
    }
}

impl Default for Priority {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A BO that could be evicted. Who keeps account of the BOs of several managers names them otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate<K = BoId> {
    /// The BO.
    pub bo: K,
    /// Its size in bytes.
    pub size: u64,
    /// Higher ones go later.
    pub priority: Priority,
    /// When it was last used, in no particular unit: later uses have larger numbers.
    pub last_use: u64,
}

/// Chooses what to evict.
pub trait Policy {
    /// Puts the candidates into the order in which they should go.
    fn order<K>(&mut self, candidates: &mut [Candidate<K>]);

    /// How many bytes should go if `needed` have to and `resident` are there.
    fn amount(&mut self, needed: u64, _resident: u64) -> u64 {
        needed
    }
}

/// Lowest priority first, then least recently used.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lru;

impl Policy for Lru {
    fn order<K>(&mut self, candidates: &mut [Candidate<K>]) {
        candidates.sort_unstable_by_key(|candidate| (candidate.priority, candidate.last_use));
    }
}

/// Random order, and now and then without need: finds what depends on memory staying where it is. The same seed makes the same choices.
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
    fn order<K>(&mut self, candidates: &mut [Candidate<K>]) {
        for i in (1..candidates.len()).rev() {
            let other = self.choose(i as u64 + 1) as usize;
            candidates.swap(i, other);
        }
    }

    /// Every fourth time something goes that need not.
    fn amount(&mut self, needed: u64, resident: u64) -> u64 {
        if self.choose(4) == 0 { needed.max(self.choose(resident.saturating_add(1).max(1))) } else { needed }
    }
}

/// How many bytes of BOs may be resident, and what goes when it would be more.
///
/// ```
/// # use lacuna_vm::{*, evict::{Budget, BudgetError, Lru}};
/// # let (mut manager, mut table) = (Manager::new(), RecordingPageTable::new());
/// let mut budget = Budget::new(4 * PAGE_SIZE, Lru);
/// let [old, new] = [1, 2].map(|i| manager.create_bo(3 * PAGE_SIZE, i << 32).unwrap());
/// manager.touch(new);
/// let mut gone = Vec::new();
/// budget.make_room(&mut manager, 0, &mut table, |bo| Ok::<_, Error>(gone.push(bo)))?;
/// assert_eq!((gone, manager.resident_bytes()), (vec![old], 3 * PAGE_SIZE));
/// # Ok::<(), BudgetError<Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Budget<P> {
    /// What may be resident at a time.
    pub bytes: u64,
    /// Chooses what goes.
    pub policy: P,
}

/// Why there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum BudgetError<E> {
    /// Everything that is not pinned is gone, and it is still not enough by so many bytes.
    #[error("{0} bytes more than the budget are pinned or asked for")]
    Exceeded(u64),
    /// A BO's memory could not be taken away.
    #[error("a BO's memory could not be taken away")]
    TakeAway(E),
}

impl<P: Policy> Budget<P> {
    /// A budget of so many bytes.
    #[must_use]
    pub const fn new(bytes: u64, policy: P) -> Self {
        Self { bytes, policy }
    }

    /// By how much the budget is exceeded if `more` bytes become resident.
    #[must_use]
    pub const fn excess(&self, manager: &Manager, more: u64) -> u64 {
        manager.resident_bytes().saturating_add(more).saturating_sub(self.bytes)
    }

    /// Evicts until `more` bytes fit. For each BO that goes, `take_away` is called when no entry names its memory any more. Cost: all BOs, if any has to go.
    ///
    /// # Errors
    /// [`BudgetError`]; what went before stays evicted.
    pub fn make_room<E: From<Error>>(
        &mut self,
        manager: &mut Manager,
        more: u64,
        tables: &mut impl PageTables,
        mut take_away: impl FnMut(BoId) -> Result<(), E>,
    ) -> Result<(), BudgetError<E>> {
        let needed = self.excess(manager, more);
        let amount = self.policy.amount(needed, manager.resident_bytes());
        if amount > 0 {
            for bo in manager.victims(&mut self.policy, amount) {
                manager.evict(bo, tables).map_err(|error| BudgetError::TakeAway(error.into()))?;
                take_away(bo).map_err(BudgetError::TakeAway)?;
            }
        }
        match self.excess(manager, more) {
            0 => Ok(()),
            excess => Err(BudgetError::Exceeded(excess)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{PAGE_SIZE, RecordingPageTable};

    #[test]
    fn priorities_order_as_their_numbers_do() {
        let ascending = [f32::MIN, 0.001, 0.3, 0.5, 0.75, 1.0].map(Priority::new);
        assert!(ascending.is_sorted() && ascending[0] == Priority::new(-0.0));
        assert_eq!((Priority::new(7.0), Priority::new(f32::NAN)), (Priority::new(1.0), Priority::default()));
    }

    #[test]
    fn a_budget_evicts_what_it_has_to_and_no_more() {
        let (mut manager, mut table) = (Manager::new(), RecordingPageTable::new());
        let bos: Vec<_> = (1..=4).map(|i| manager.create_bo(2 * PAGE_SIZE, i << 32).unwrap()).collect();
        bos.iter().for_each(|&bo| manager.touch(bo));
        manager.set_priority(bos[0], Priority::new(0.9)).unwrap();
        manager.pin(bos[1]).unwrap();
        let mut budget = Budget::new(6 * PAGE_SIZE, Lru);
        let mut gone = Vec::new();
        let mut make_room = |manager: &mut Manager, more, gone: &mut Vec<BoId>| {
            budget.make_room(manager, more, &mut table, |bo| {
                gone.push(bo);
                Ok::<_, Error>(())
            })
        };
        assert_eq!(make_room(&mut manager, 0, &mut gone), Ok(()));
        assert_eq!((gone.as_slice(), manager.resident_bytes()), (&bos[2..3], 6 * PAGE_SIZE));
        assert_eq!(make_room(&mut manager, 0, &mut gone), Ok(()));
        assert_eq!(gone.len(), 1, "what fits stays");
        assert_eq!(make_room(&mut manager, 5 * PAGE_SIZE, &mut gone), Err(BudgetError::Exceeded(PAGE_SIZE)));
        assert_eq!(gone, [bos[2], bos[3], bos[0]]);
        manager.destroy_bo(bos[0], &mut table).unwrap();
        manager.destroy_bo(bos[1], &mut table).unwrap();
        assert_eq!(manager.resident_bytes(), 0);
    }

    #[test]
    fn memory_that_cannot_be_taken_away_ends_it() {
        let (mut manager, mut table) = (Manager::new(), RecordingPageTable::new());
        manager.create_bo(PAGE_SIZE, 1 << 32).unwrap();
        let result = Budget::new(0, Lru).make_room(&mut manager, 0, &mut table, |_| Err(Error::OutOfMemory));
        assert_eq!(result, Err(BudgetError::TakeAway(Error::OutOfMemory)));
    }

    #[test]
    fn chaos_evicts_without_need_and_a_seed_repeats_it() {
        let run = |seed| {
            let (mut manager, mut table) = (Manager::new(), RecordingPageTable::new());
            (1..=8).for_each(|i| _ = manager.create_bo(PAGE_SIZE, i << 32).unwrap());
            let (mut budget, mut gone) = (Budget::new(u64::MAX, Chaos::new(seed)), Vec::new());
            for _ in 0..20 {
                let note = |bo| {
                    gone.push(bo);
                    Ok::<_, Error>(())
                };
                budget.make_room(&mut manager, 0, &mut table, note).unwrap();
            }
            gone
        };
        assert!(!run(1).is_empty() && run(1) == run(1) && run(1) != run(2));
    }
}
