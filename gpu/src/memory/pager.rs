//! Which BOs are in memory, and which are in the swap file: the heap's size is kept by moving bytes.
//!
//! ```text
//!                 evict: no room, or chaos                    restore: used again while it was away
//!   Memory  ─────────────────────────────────────►  File  ────────────────────────────────────► Memory
//!   private memory, counted against the heap         the swap file, mapped at the same address; entries of sparse
//!                                                    mappings fault until the first access
//! ```
//!
//! A BO begins in memory if there is room, else in the file. Its range is always mapped, at the same address. Evicting it writes what is not zero to the swap file and maps the file
//! in place of the memory: an access that nobody announced still finds the bytes, and it is the kernel that pages them in. So
//! nothing depends on knowing what a job will touch, and a working set larger than the heap is slow, not wrong.
//!
//! What is learned from accesses decides what comes back. Sparse mappings of an evicted BO fault ([`Pager::fault`]); ordinary
//! resources tell when a command takes their address ([`Pager::touch`]). Who is used while it is away is brought back, before
//! that very use if it is announced, else before the next job: if there is room, or if others were not used for longer than it
//! was. Where more is used in turn than fits, that is nobody: a stream would push out what comes next, and each byte would be
//! moved twice to be used once. Bytes move only while nobody looks ([`Quiet`](in_flight::Quiet)); if that cannot be had soon,
//! work goes on with the bytes where they are.
//!
//! # Invariants
//! 1. `resident` is the size of the BOs in `Place::Memory`, `total` that of all.
//! 2. BOs without a slot fit the limit together: one that does not gets a slot when it comes. So evicting can always make the
//!    resident ones fit, whatever the file system says later, except for those that are pinned.
//! 3. A pinned BO stays where it is.
//! 4. In `Place::Memory` the slot of a BO, if it has one, reads as zero.
//! 5. `state` is locked before the locks of tenants. A thread that holds a lock of a tenant locks no state.

mod paged;
mod state;

use core::ptr::NonNull;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lacuna_vm::evict::{Chaos, Priority};
use parking_lot::Mutex;
use smallvec::SmallVec;

use super::MemoryError;
use super::swap::Slot;
pub use super::swap::SwapOptions;
use super::{in_flight, os};
use paged::{Paged, Place};
use state::State;

/// How long a job waits for others to come to the end of a command before it goes on with its memory where it is.
const PATIENCE: Duration = Duration::from_millis(20);
/// Has mappings of a BO: is told when their entries have to fault, and when they are good again.
pub trait Tenant: Send + std::fmt::Debug {
    /// Makes the entries of all mappings of the BO fault, or not.
    fn set_evicted(&self, evicted: bool);
}

/// How a BO is treated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// The higher, the later it leaves memory.
    pub priority: Priority,
    /// It is only counted: its bytes are shared with others and stay where they are.
    pub is_pinned: bool,
}

/// What leaves memory when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nothing: the heap ends where memory ends.
    Off,
    /// The lowest priority first, then the longest unused, when the heap is full.
    Lru,
    /// At random, at every moment at which it may.
    Chaos(u64),
}

/// How a pager works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Bytes that may be in memory.
    pub limit: u64,
    /// What leaves memory when.
    pub mode: Mode,
    /// Where it goes.
    pub swap: SwapOptions,
}

/// What a pager has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes of BOs in memory.
    pub resident: u64,
    /// Bytes of all BOs.
    pub total: u64,
}

/// See the [module](self).
#[derive(Debug)]
pub struct Pager {
    options: Options,
    /// Whether any BO is away or may have to go: whoever uses memory asks this first.
    busy: AtomicBool,
    state: Mutex<State>,
}

static PAGER: OnceLock<Pager> = OnceLock::new();

/// The process's pager, which the first call makes.
pub fn start(options: impl FnOnce() -> Options) -> &'static Pager {
    PAGER.get_or_init(|| Pager::new(options()))
}

/// The process's pager, if it was started.
pub fn get() -> Option<&'static Pager> {
    PAGER.get()
}

/// To be called by whoever is about to use device memory, before it takes a ticket.
#[inline]
pub fn before_job() {
    if let Some(pager) = PAGER.get().filter(|pager| pager.is_busy()) {
        pager.begin_job();
    }
}

/// To be called between two commands.
#[inline]
pub fn between_commands(ticket: &mut in_flight::InFlight) {
    ticket.between_commands();
    if PAGER.get().is_some_and(|pager| pager.is_busy() && matches!(pager.options.mode, Mode::Chaos(_))) {
        ticket.while_waiting(before_job);
    }
}

impl Pager {
    /// A pager without BOs.
    pub fn new(options: Options) -> Self {
        let chaos = match options.mode {
            Mode::Chaos(seed) => Some(Chaos::new(seed)),
            Mode::Off | Mode::Lru => None,
        };
        Self { busy: AtomicBool::new(chaos.is_some()), options, state: Mutex::new(State::new(chaos)) }
    }

    /// Whether anything is to be done before a job. Relaxed: a job that does not see it yet goes on as it is.
    #[inline]
    pub fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Relaxed)
    }

    /// What there is now.
    pub fn usage(&self) -> Usage {
        let state = self.state.lock();
        Usage { resident: state.resident, total: state.total }
    }

    /// Takes a BO in, which nobody else knows yet. It pushes nobody out, unless it has to be in memory.
    pub(super) fn admit(
        &self,
        base: NonNull<u8>,
        size: u64,
        terms: Terms,
        tenant: Box<dyn Tenant>,
    ) -> Result<(), MemoryError> {
        let refused = MemoryError::OutOfMemory { size };
        let mut state = self.state.lock();
        let total = state.total.checked_add(size).ok_or(refused)?;
        let (limit, fits) = (self.options.limit, total <= self.options.limit);
        if size > limit || !fits && self.options.mode == Mode::Off {
            return Err(refused);
        }
        let (must_have_slot, has_room) = (state.unslotted + size > limit, state.resident + size <= limit);
        let mut slot = None;
        if must_have_slot || !has_room && !terms.is_pinned {
            let reserved = state.reserve(&self.options, size).inspect_err(|error| {
                log::info!("no place in the swap file for {size} bytes: {error}");
            });
            slot = reserved.ok();
        }
        if slot.is_none() {
            if must_have_slot {
                return Err(refused);
            }
            state.unslotted += size;
        }
        state.total = total;
        state.resident += size;
        state.admitted += 1;
        let (last_use, number) = (state.clock, state.admitted);
        let mut paged = Paged {
            base,
            size,
            place: Place::Memory,
            slot,
            faulting: false,
            pinned: terms.is_pinned.into(),
            priority: terms.priority,
            last_use,
            previous_use: 0,
            is_returning: false,
            was_used: false,
            has_bytes: false,
            number,
            tenant,
        };
        if !has_room && !terms.is_pinned && paged.begin_away() {
            state.resident -= size;
        }
        state.bos.insert(base.as_ptr() as u64, paged);
        if !fits {
            self.busy.store(true, Ordering::Relaxed);
        }
        drop(state);
        self.rebalance(Duration::ZERO);
        Ok(())
    }

    /// Lets a BO go; its slot is still mapped if there is one.
    pub(super) fn dismiss(&self, base: NonNull<u8>) -> Option<Slot> {
        let mut state = self.state.lock();
        let gone = state.bos.remove(&(base.as_ptr() as u64))?;
        state.total -= gone.size;
        if gone.slot.is_none() {
            state.unslotted -= gone.size;
        }
        if gone.place == Place::Memory {
            state.resident -= gone.size;
        }
        let busy = state.chaos.is_some() || state.total > self.options.limit || state.resident < state.total;
        self.busy.store(busy, Ordering::Relaxed);
        drop(state);
        match gone.place {
            Place::Memory => None,
            Place::File => gone.slot,
        }
    }

    /// Keeps a BO where it is: in memory if that can be had now, else in the file, which works as well.
    pub(super) fn pin(&self, base: NonNull<u8>) {
        let base = base.as_ptr() as u64;
        let mut state = self.state.lock();
        let clock = state.clock;
        if let Some(paged) = state.bos.get_mut(&base).filter(|paged| paged.place == Place::File) {
            // The host uses it from now on, more often than anybody can count.
            paged.previous_use = clock;
            state.returning.push(base);
            drop(state);
            self.rebalance(Duration::ZERO);
            state = self.state.lock();
        }
        if let Some(paged) = state.bos.get_mut(&base) {
            paged.pinned += 1;
        }
    }

    /// Takes one pin back.
    pub(super) fn unpin(&self, base: NonNull<u8>) {
        if let Some(paged) = self.state.lock().bos.get_mut(&(base.as_ptr() as u64)) {
            paged.pinned = paged.pinned.saturating_sub(1);
        }
    }

    pub(super) fn set_priority(&self, base: NonNull<u8>, priority: Priority) {
        if let Some(paged) = self.state.lock().bos.get_mut(&(base.as_ptr() as u64)) {
            paged.priority = priority;
        }
    }

    /// The BO that has this address, if any, is about to be used.
    pub fn touch(&self, address: u64) {
        self.touch_all([address]);
    }

    /// BOs that have these addresses are about to be used. A thread that executes a command calls it before the command touches
    /// any memory, or between two parts of it that do: what is worth it comes back now.
    pub fn touch_all(&self, addresses: impl IntoIterator<Item = u64>) {
        let mut state = self.state.lock();
        let found = addresses.into_iter().filter_map(|address| Some(state.touch(address)?.base));
        let away: SmallVec<[NonNull<u8>; 4]> = found.collect();
        if away.is_empty() {
            return;
        }
        // Chaos has ways of its own, one of which is to use what is away.
        let can_balance = state.chaos.is_none() && state.is_unbalanced(self.options.limit);
        drop(state);
        if can_balance {
            in_flight::pause(|| {
                if let Some(quiet) = in_flight::quiesce(PATIENCE) {
                    self.state.lock().balance(&self.options, &quiet);
                }
            });
        }
        for base in away {
            let size = self.state.lock().streamed(base);
            if let Some(size) = size {
                os::populate(base, size);
            }
        }
    }

    /// A sparse mapping of the BO that has this host address was accessed while its entries fault: they are good from now on.
    /// The bytes are paged in by the kernel, until the BO comes back as a whole.
    pub fn fault(&self, address: u64) {
        let mut state = self.state.lock();
        if let Some(paged) = state.touch(address) {
            // The access happens where it is.
            paged.has_bytes = true;
        }
        if let Some(paged) = state.find(address).filter(|paged| paged.faulting) {
            paged.set_faulting(false);
            let base = paged.base.as_ptr() as u64;
            state.open.push(base);
        }
    }

    /// Before a job: brings back what is used more often than what has to make room for it.
    #[cold]
    pub fn begin_job(&self) {
        let mut state = self.state.lock();
        state.clock += 1;
        state.watch_again();
        drop(state);
        self.rebalance(PATIENCE);
    }

    /// Moves what has to be moved, if nobody touches memory meanwhile.
    fn rebalance(&self, patience: Duration) {
        let mut state = self.state.lock();
        let idle = state.chaos.is_none() && !state.is_unbalanced(self.options.limit);
        drop(state);
        if idle {
            return;
        }
        if let Some(quiet) = in_flight::quiesce(patience) {
            let mut state = self.state.lock();
            if let Some(mut chaos) = state.chaos.take() {
                state.make_chaos(&mut chaos, &self.options, &quiet);
                state.chaos = Some(chaos);
            }
            state.balance(&self.options, &quiet);
        }
    }
}

#[cfg(test)]
mod tests;
