//! Keeps memory mapped, and where it is, while work that may touch it executes.
//!
//! Whoever touches device memory holds an [`InFlight`] ticket. It does two things:
//!
//! - A dropped [`Bo`](super::bo::Bo) is retired: unmapped at once when no ticket is out, else when the last ticket that was
//!   out at that moment comes back. Work that starts later cannot know the memory, because its page table entries were
//!   cleared before it was dropped.
//! - The pager moves bytes only while it has the [`Quiet`], which it gets when nobody touches memory: between two commands
//!   of every ticket holder ([`InFlight::between_commands`]), or while they wait ([`InFlight::while_waiting`], [`pause`]).
//!
//! # Invariants
//! 1. Tickets are numbered in ascending order; `active` is sorted.
//! 2. A retired mapping has the number of the next ticket: all work that may know it holds a smaller one.
//! 3. `retired` is sorted, because numbers never fall.

use core::marker::PhantomData;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::Duration;

use parking_lot::{Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::os::Mapping;
use crate::pool;

/// Read: somebody touches device memory. Written: somebody moves it.
static WORLD: RwLock<()> = RwLock::new(());

thread_local! {
    static SEAT: RefCell<Seat> = const { RefCell::new(Seat { tickets: 0, world: None }) };
}

/// What a thread has.
struct Seat {
    tickets: u32,
    /// Taken with the first ticket; away while the thread waits.
    world: Option<RwLockReadGuard<'static, ()>>,
}

static STATE: Mutex<State> = Mutex::new(State { next: 0, active: VecDeque::new(), retired: VecDeque::new() });

struct State {
    /// Number of the next ticket.
    next: u64,
    active: VecDeque<u64>,
    retired: VecDeque<(u64, Mapping)>,
}

/// Work is executing: memory that is freed from now on stays mapped until this is dropped, and none moves.
#[derive(Debug)]
pub struct InFlight {
    ticket: u64,
    /// Whether it took the world for its thread.
    has_world: bool,
    /// It belongs to its thread.
    _thread: PhantomData<*const ()>,
}

/// Nobody touches device memory: all of it may be moved.
#[derive(Debug)]
pub struct Quiet(#[expect(dead_code, reason = "held, not read")] RwLockWriteGuard<'static, ()>);

/// Begins to execute work.
pub fn enter() -> InFlight {
    // A thread that has a ticket must not wait for someone who waits for that ticket.
    let has_world = SEAT.with_borrow_mut(|seat| {
        seat.tickets += 1;
        seat.world.is_none().then(|| seat.world = Some(WORLD.read())).is_some()
    });
    let mut state = STATE.lock();
    let ticket = state.next;
    state.next += 1;
    state.active.push_back(ticket);
    InFlight { ticket, has_world, _thread: PhantomData }
}

/// Lets memory move while `wait` goes on, if this thread executes a command and the command touches no memory now, not even
/// through others that help with it. Addresses that were translated before are as good afterwards.
pub fn pause<R>(wait: impl FnOnce() -> R) -> Option<R> {
    if pool::is_inside() || SEAT.with_borrow(|seat| seat.tickets != 1) {
        return None;
    }
    let world = SEAT.with_borrow_mut(|seat| seat.world.take())?;
    drop(world);
    let result = wait();
    SEAT.with_borrow_mut(|seat| seat.world = Some(WORLD.read()));
    Some(result)
}

/// Whether this thread executes work.
pub fn is_executing() -> bool {
    SEAT.with_borrow(|seat| seat.tickets > 0)
}

/// Stops those that touch device memory at the end of their commands; `None` if that takes longer than `patience`, or if this
/// thread is one of them.
pub fn quiesce(patience: Duration) -> Option<Quiet> {
    if SEAT.with_borrow(|seat| seat.world.is_some()) {
        return None;
    }
    let world = if patience.is_zero() { WORLD.try_write() } else { WORLD.try_write_for(patience) };
    world.map(Quiet)
}

impl InFlight {
    /// Lets memory move, if somebody waits for that. The caller has no translated address.
    pub fn between_commands(&mut self) {
        SEAT.with_borrow_mut(|seat| {
            if let Some(world) = &mut seat.world {
                RwLockReadGuard::bump(world);
            }
        });
    }

    /// Lets memory move while `wait` goes on, which touches none.
    pub fn while_waiting<R>(&mut self, wait: impl FnOnce() -> R) -> R {
        let world = SEAT.with_borrow_mut(|seat| seat.world.take_if(|_| self.has_world));
        let had_world = world.is_some();
        drop(world);
        let result = wait();
        if had_world {
            SEAT.with_borrow_mut(|seat| seat.world = Some(WORLD.read()));
        }
        result
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        SEAT.with_borrow_mut(|seat| {
            seat.tickets -= 1;
            seat.world.take_if(|_| self.has_world);
        });
        let free = STATE.lock().leave(self.ticket);
        drop(free);
    }
}

/// Unmaps `mapping` as soon as nothing that executes now can touch it.
pub(super) fn retire(mapping: Mapping) {
    let mut state = STATE.lock();
    if state.active.is_empty() {
        drop(state);
        drop(mapping);
    } else {
        let stamp = state.next;
        state.retired.push_back((stamp, mapping));
    }
}

impl State {
    /// Takes a ticket back; returns the mappings that nobody can know any more, to be dropped outside the lock.
    fn leave(&mut self, ticket: u64) -> Vec<Mapping> {
        if let Ok(index) = self.active.binary_search(&ticket) {
            self.active.remove(index);
        }
        let oldest = self.active.front().copied().unwrap_or(self.next);
        let free = self.retired.partition_point(|(stamp, _)| *stamp <= oldest);
        self.retired.drain(..free).map(|(_, mapping)| mapping).collect()
    }
}

#[cfg(test)]
mod tests {
    use lacuna_vm::units::PAGE_SIZE;

    use super::*;

    fn state() -> State {
        State { next: 0, active: VecDeque::new(), retired: VecDeque::new() }
    }

    fn begin(state: &mut State) -> u64 {
        state.next += 1;
        state.active.push_back(state.next - 1);
        state.next - 1
    }

    #[test]
    fn memory_stays_until_all_work_that_may_know_it_has_ended() {
        let mut state = state();
        let (first, second) = (begin(&mut state), begin(&mut state));
        let stamp = state.next;
        state.retired.push_back((stamp, Mapping::new(PAGE_SIZE).unwrap()));
        let later = begin(&mut state);

        assert!(state.leave(second).is_empty(), "the first submission may still hold an address");
        assert_eq!(state.leave(first).len(), 1, "work that began later does not keep it");
        assert!(state.leave(later).is_empty());
    }

    #[test]
    fn memory_moves_between_commands_and_while_work_waits_only() {
        let mut work = enter();
        assert!(quiesce(Duration::ZERO).is_none());
        assert!(work.while_waiting(|| quiesce(Duration::from_secs(10)).is_some()));
        std::thread::scope(|scope| {
            assert!(scope.spawn(|| quiesce(Duration::from_millis(1)).is_none()).join().unwrap());
            let mover = scope.spawn(|| quiesce(Duration::from_secs(10)).is_some());
            while !mover.is_finished() {
                work.between_commands();
            }
            assert!(mover.join().unwrap());
        });
    }

    #[test]
    fn memory_dropped_while_work_executes_is_still_readable() {
        let executing = enter();
        let bo = super::super::bo::Bo::allocate(1).unwrap();
        let address = bo.host();
        drop(bo);
        #[expect(unsafe_code, reason = "reads as a kernel would")]
        // SAFETY: `executing` keeps the range mapped: what this test proves.
        let value = unsafe { address.read_volatile() };
        assert_eq!(value, 0);
        drop(executing);
    }
}
