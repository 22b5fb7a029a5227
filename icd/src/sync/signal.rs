//! The one primitive under fences, semaphores and events: a number, and who wants to know when it grows.
//!
//! ```text
//!   fence, event       0 unsignalled, 1 signalled
//!   binary semaphore   how many signal operations have completed
//!   timeline           its value
//! ```
//!
//! Waiting never takes a thread here: a waiter is a [`Waker`], called once when its value is reached. Threads that do want
//! to block use [`wait`](super::host_wait::wait).
//!
//! # Invariants
//! 1. `value` is written under the lock of `waiters`; it may be read without.
//! 2. No waiter in the list has its target reached, except in the moment between the write and the removal, both under the lock.
//! 3. Wakers are called without the lock: they may take any other.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Waker;

use parking_lot::Mutex;
use smallvec::SmallVec;

/// A value that others can wait for.
#[derive(Debug)]
pub struct Signal {
    /// `Release` when written: who sees the value sees what was done before it was raised.
    value: AtomicU64,
    waiters: Mutex<Waiters>,
}

type Waiters = SmallVec<[Waiter; 1]>;

#[derive(Debug)]
struct Waiter {
    target: u64,
    waker: Waker,
}

/// A signal and the value that it is to have: what is waited for, or what an operation will signal.
#[derive(Clone, Debug)]
pub struct Point {
    /// Which signal.
    pub signal: Arc<Signal>,
    /// The value.
    pub value: u64,
}

impl Point {
    /// Whether the signal has the value or a greater one.
    pub fn is_reached(&self) -> bool {
        self.signal.value() >= self.value
    }

    /// Gives the signal this value unless it has a greater one already.
    pub fn raise(&self) {
        self.signal.raise(self.value);
    }
}

impl Signal {
    /// A signal that starts at `value`.
    pub fn new(value: u64) -> Arc<Self> {
        Arc::new(Self { value: AtomicU64::new(value), waiters: Mutex::new(SmallVec::new()) })
    }

    /// The value now.
    pub fn value(&self) -> u64 {
        self.value.load(Ordering::Acquire)
    }

    /// Raises the value and wakes who waited for it. A lower value changes nothing.
    pub fn raise(&self, value: u64) {
        let mut waiters = self.waiters.lock();
        if value <= self.value.load(Ordering::Relaxed) {
            return;
        }
        self.value.store(value, Ordering::Release);
        if waiters.is_empty() {
            return;
        }
        let (reached, waiting): (Waiters, Waiters) =
            waiters.drain(..).partition(|waiter| waiter.target <= value);
        *waiters = waiting;
        drop(waiters);
        for waiter in reached {
            waiter.waker.wake();
        }
    }

    /// Back to zero. Waiters stay and wait for the value to rise again.
    pub fn reset(&self) {
        let _waiters = self.waiters.lock();
        self.value.store(0, Ordering::Release);
    }

    /// Arranges for `waker` to be called when the value reaches `target`; `false`, and no call, when it has already.
    pub fn wake_at(&self, target: u64, waker: &Waker) -> bool {
        let mut waiters = self.waiters.lock();
        if self.value.load(Ordering::Relaxed) >= target {
            return false;
        }
        waiters.push(Waiter { target, waker: waker.clone() });
        true
    }

    /// Takes back what [`wake_at`](Self::wake_at) arranged for this waker.
    pub fn forget(&self, waker: &Waker) {
        self.waiters.lock().retain(|waiter| !waiter.waker.will_wake(waker));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::task::Wake;

    use super::*;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn counter() -> (Arc<Count>, Waker) {
        let count = Arc::new(Count::default());
        (Arc::clone(&count), Waker::from(count))
    }

    #[test]
    fn wakes_once_when_the_target_is_reached_and_not_before() {
        let (signal, (count, waker)) = (Signal::new(0), counter());
        assert!(signal.wake_at(5, &waker));
        signal.raise(4);
        assert_eq!(count.0.load(Ordering::Relaxed), 0);
        signal.raise(7);
        signal.raise(8);
        assert_eq!(count.0.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn what_is_reached_already_needs_no_call() {
        let (signal, (count, waker)) = (Signal::new(3), counter());
        assert!(!signal.wake_at(3, &waker));
        signal.raise(4);
        assert_eq!(count.0.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn values_never_fall_but_by_reset() {
        let signal = Signal::new(0);
        signal.raise(5);
        signal.raise(2);
        assert_eq!(signal.value(), 5);
        signal.reset();
        assert_eq!(signal.value(), 0);
    }

    #[test]
    fn a_forgotten_waker_is_not_called() {
        let (signal, (count, waker), (other, other_waker)) = (Signal::new(0), counter(), counter());
        assert!(signal.wake_at(1, &waker) && signal.wake_at(1, &other_waker));
        signal.forget(&waker);
        signal.raise(1);
        assert_eq!((count.0.load(Ordering::Relaxed), other.0.load(Ordering::Relaxed)), (0, 1));
    }
}
