//! Which BOs are in memory, and which are in the swap file: the heap's size is kept by moving bytes.
//!
//! ```text
//!                 evict: no room, or chaos                    restore: used again while it was away
//!   Memory  ─────────────────────────────────────►  File  ────────────────────────────────────► Memory
//!   private memory, counted against the heap         the swap file, mapped at the same address; entries of sparse
//!                                                    mappings fault until the first access
//! ```
//!
//! A BO's range is always mapped, at the same address. Evicting it writes what is not zero to the swap file and maps the file
//! in place of the memory: an access that nobody announced still finds the bytes, and it is the kernel that pages them in. So
//! nothing depends on knowing what a job will touch, and a working set larger than the heap is slow, not wrong.
//!
//! What is learned from accesses decides what comes back. Sparse mappings of an evicted BO fault ([`Pager::fault`]); ordinary
//! resources tell when a command takes their address ([`Pager::touch`]). Who is used in two jobs while it is away is brought
//! back before the next one, if there is room or somebody was used longer ago. Bytes move only while nobody looks
//! ([`Quiet`]); if that cannot be had soon, work goes on with the bytes where they are.
//!
//! # Invariants
//! 1. `resident` is the size of the BOs in `Place::Memory`, `total` that of all.
//! 2. BOs without a slot fit the limit together: one that does not gets a slot when it comes. So evicting can always make the
//!    resident ones fit, whatever the file system says later, except for those that are pinned.
//! 3. A pinned BO stays where it is.
//! 4. In `Place::Memory` the slot of a BO, if it has one, reads as zero.
//! 5. `state` is locked before the locks of tenants. A thread that holds a lock of a tenant locks no state.
#![expect(unsafe_code, reason = "moves device memory")]

use core::ptr::NonNull;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use lacuna_vm::evict::{Candidate, Chaos, Lru, Policy, Priority};
use parking_lot::Mutex;
use rustix::io::Errno;

use super::in_flight::{self, Quiet};
pub use super::swap::SwapOptions;
use super::swap::{Slot, SwapFile};
use super::{MemoryError, bo, os};

/// How long a job waits for others to come to the end of a command before it goes on with its memory where it is.
const PATIENCE: Duration = Duration::from_millis(20);
/// Uses while it is away that bring a BO back.
const USES: u32 = 2;
/// Bytes that chaos moves at a moment, about: more would be slow, and show no more.
const CHAOS_BYTES: u64 = 8 << 20;

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

#[derive(Debug)]
struct State {
    /// By host address.
    bos: BTreeMap<u64, Paged>,
    resident: u64,
    total: u64,
    /// Bytes of BOs without a slot.
    unslotted: u64,
    /// Counts jobs.
    clock: u64,
    /// Counts BOs.
    admitted: u64,
    /// BOs in files that are to come back.
    returning: Vec<u64>,
    /// BOs in files whose entries do not fault any more, because they were used.
    open: Vec<u64>,
    chaos: Option<Chaos>,
    swap: Option<Arc<SwapFile>>,
}

#[derive(Debug)]
struct Paged {
    base: NonNull<u8>,
    size: u64,
    place: Place,
    slot: Option<Slot>,
    /// Whether sparse mappings have to fault.
    faulting: bool,
    pinned: u32,
    priority: Priority,
    /// The job that used it last, as far as known.
    last_use: u64,
    /// Jobs that used it while it was away.
    uses: u32,
    /// In order of admission: unlike addresses the same in every run.
    number: u64,
    tenant: Box<dyn Tenant>,
}

// SAFETY: the address of a BO, which is used under the pager's lock only.
unsafe impl Send for Paged {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Memory,
    File,
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
        let state = State {
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
        };
        Self { busy: AtomicBool::new(chaos.is_some()), options, state: Mutex::new(state) }
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

    /// Takes a BO in.
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
        let slot = if state.unslotted + size <= limit {
            None
        } else {
            Some(state.reserve(&self.options, size).map_err(|error| {
                log::info!("no place in the swap file for {size} bytes: {error}");
                refused
            })?)
        };
        if slot.is_none() {
            state.unslotted += size;
        }
        state.total = total;
        state.resident += size;
        state.admitted += 1;
        let (last_use, number) = (state.clock, state.admitted);
        let paged = Paged {
            base,
            size,
            place: Place::Memory,
            slot,
            faulting: false,
            pinned: terms.is_pinned.into(),
            priority: terms.priority,
            last_use,
            uses: 0,
            number,
            tenant,
        };
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
        let away = state.bos.get(&base).is_some_and(|paged| paged.place == Place::File);
        if away {
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

    /// The BO that has this address, if any, is being used.
    pub fn touch(&self, address: u64) {
        self.state.lock().touch(address);
    }

    /// A sparse mapping of the BO that has this host address was accessed while its entries fault: they are good from now on.
    /// The bytes are paged in by the kernel, until the BO comes back as a whole.
    pub fn fault(&self, address: u64) {
        let mut state = self.state.lock();
        state.touch(address);
        if let Some(paged) = state.find(address).filter(|paged| paged.faulting) {
            paged.set_faulting(false);
            let base = paged.base.as_ptr() as u64;
            state.open.push(base);
        }
    }

    /// Before a job: brings back what is used again and again, and makes room.
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
        let state = self.state.lock();
        let idle =
            state.chaos.is_none() && state.resident <= self.options.limit && state.returning.is_empty();
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

impl State {
    /// The BO whose range holds an address.
    fn find(&mut self, address: u64) -> Option<&mut Paged> {
        let (base, paged) = self.bos.range_mut(..=address).next_back()?;
        (address - base < paged.size).then_some(paged)
    }

    fn touch(&mut self, address: u64) {
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
    fn watch_again(&mut self) {
        for base in std::mem::take(&mut self.open) {
            let away =
                self.bos.get_mut(&base).filter(|paged| paged.place == Place::File && paged.pinned == 0);
            if let Some(paged) = away {
                paged.set_faulting(true);
            }
        }
    }

    fn reserve(&mut self, options: &Options, size: u64) -> Result<Slot, Errno> {
        let file = match &self.swap {
            Some(file) => file,
            None => self.swap.insert(Arc::new(SwapFile::open(&options.swap)?)),
        };
        file.reserve(size)
    }

    /// Evicts what is over the limit, then brings back what was asked for as long as there is room.
    fn balance(&mut self, options: &Options, quiet: &Quiet) {
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
    fn make_chaos(&mut self, chaos: &mut Chaos, options: &Options, quiet: &Quiet) {
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

impl Paged {
    fn bytes(&self) -> usize {
        self.size as usize
    }

    fn set_faulting(&mut self, faulting: bool) {
        if std::mem::replace(&mut self.faulting, faulting) != faulting {
            self.tenant.set_evicted(faulting);
        }
    }

    /// Memory to file. The entries of mappings fault from now on.
    fn move_out(&mut self, _quiet: &Quiet) -> Result<(), Errno> {
        let slot = self.slot.as_ref().ok_or(Errno::NOSPC)?;
        let (base, size) = (self.base, self.bytes());
        // SAFETY: the range is a BO's; nobody touches device memory while there is a `Quiet`, and pinned BOs do not get here.
        let written = unsafe { slot.write(base, size) };
        written.inspect_err(|_| slot.clear().unwrap_or_else(|error| log::warn!("swap file: {error}")))?;
        let (file, offset) = slot.place();
        // SAFETY: as above.
        if let Err(error) = unsafe { os::replace_by_file(base, size, file, offset) } {
            // The kernel may have taken away what was there before it failed.
            // SAFETY: as above; the slot has all bytes.
            unsafe { os::replace_by_memory(base, size)? };
            // SAFETY: as above.
            unsafe { slot.read(base, size)? };
            slot.clear()?;
            return Err(error);
        }
        os::keep_from_children(base, size);
        self.place = Place::File;
        self.uses = 0;
        self.set_faulting(true);
        Ok(())
    }

    /// File to memory.
    fn move_in(&mut self, _quiet: &Quiet) -> Result<(), Errno> {
        let slot = self.slot.as_ref().ok_or(Errno::NOENT)?;
        let (base, size) = (self.base, self.bytes());
        // SAFETY: the range is a BO's; nobody touches device memory while there is a `Quiet`.
        let moved = unsafe {
            os::replace_by_memory(base, size).and_then(|()| {
                bo::prefer_huge_pages(base, size as u64);
                slot.read(base, size)
            })
        };
        if let Err(error) = moved {
            let (file, offset) = slot.place();
            // SAFETY: as above; the file still has the bytes.
            unsafe { os::replace_by_file(base, size, file, offset)? };
            os::keep_from_children(base, size);
            return Err(error);
        }
        if let Err(error) = slot.clear() {
            // Old bytes would show through where zeros are not written.
            log::warn!("a part of the swap file is lost: {error}");
            self.slot = None;
        }
        self.place = Place::Memory;
        self.set_faulting(false);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
