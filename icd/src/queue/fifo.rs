//! The submissions of one queue, executed in order, by whoever has to.
//!
//! ```text
//!             submit                    waits satisfied                        list empty
//!   Idle ───────────────► Working ◄──────────────────────── Parked       Working ─────────► Idle
//!                            └── first in the list must wait ──►┘
//! ```
//!
//! No thread belongs to a queue and none blocks on a semaphore. The thread that submits works on an idle queue itself as
//! long as that is cheap; expensive work goes to the [executor]. A queue whose first submission
//! has an unsatisfied wait is parked: the signal calls back and the executor goes on. So a wait may be submitted
//! before its signal, on any queue or from the host.
//!
//! # Invariants
//! 1. At most one thread works on a queue: the one that made it `Working`, or to which that one handed it.
//! 2. `Parked` exactly while one waker is registered, at the first unsatisfied wait of the first submission.
//! 3. Signals are raised in submission order, also when the device is lost: nobody waits for ever.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Wake, Waker};

use lacuna_vm::mutation;
use parking_lot::Mutex;

use super::executor;
use super::submission::{Failed, Submission};
use crate::object::device::Device;
use crate::sync::host_wait::{self, Until};
use crate::sync::signal::{Point, Signal};

/// See the [module](self).
pub struct Fifo {
    state: Mutex<State>,
    /// Work failed here; see [`is_lost`](Self::is_lost) for other queues.
    failed: AtomicBool,
    /// Lost with the first work that fails on any of its queues; dead while it is being made, or in tests.
    device: Weak<Device>,
}

#[derive(Default)]
struct State {
    pending: VecDeque<Submission>,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// Nothing to do.
    #[default]
    Idle,
    /// A thread works on it.
    Working,
    /// Waits for a signal to call back.
    Parked,
}

/// Where the work happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In a thread of the application: cheap work only.
    Caller,
    Executor,
}

/// What the working thread does next.
enum Next {
    Execute(Submission),
    HandOver,
    Stop,
}

impl Fifo {
    /// A queue with nothing submitted.
    pub fn new(device: Weak<Device>) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), failed: AtomicBool::new(false), device })
    }

    /// Appends submissions, and executes here what is ready and cheap.
    pub fn submit(self: &Arc<Self>, submissions: impl IntoIterator<Item = Submission>) {
        let mut state = self.state.lock();
        state.pending.extend(submissions);
        if state.phase != Phase::Idle || state.pending.is_empty() {
            return;
        }
        state.phase = Phase::Working;
        drop(state);
        self.work(Place::Caller);
    }

    /// `vkQueueWaitIdle`: blocks until all that was submitted before is done.
    pub fn wait_idle(self: &Arc<Self>) {
        if self.state.lock().phase == Phase::Idle {
            return;
        }
        let done = Point { signal: Signal::new(0), value: 1 };
        self.submit([Submission { signals: [done.clone()].into_iter().collect(), ..Submission::default() }]);
        host_wait::wait(&[done], Until::All, u64::MAX);
    }

    /// Drops what is pending: the queue's device is being destroyed.
    pub fn abandon(&self) {
        let pending = std::mem::take(&mut self.state.lock().pending);
        if !pending.is_empty() {
            log::warn!("{} submissions were pending when their device was destroyed", pending.len());
        }
    }

    /// Goes on where a thread stopped: called by the executor.
    pub(super) fn resume(self: &Arc<Self>) {
        self.work(Place::Executor);
    }

    fn work(self: &Arc<Self>, place: Place) {
        loop {
            let next = self.next(place);
            match next {
                Next::Execute(submission) => self.execute(submission),
                Next::HandOver => return executor::spawn(Arc::clone(self)),
                Next::Stop => return,
            }
        }
    }

    fn next(self: &Arc<Self>, place: Place) -> Next {
        let mut state = self.state.lock();
        let Some(first) = state.pending.front() else {
            state.phase = Phase::Idle;
            return Next::Stop;
        };
        while let Some(wait) = first.unsatisfied().filter(|_| !mutation::is("waits_are_ignored")) {
            // The waker takes this lock, so it cannot see the phase before it is `Parked`.
            if wait.signal.wake_at(wait.value, &Waker::from(Arc::clone(self))) {
                state.phase = Phase::Parked;
                return Next::Stop;
            }
        }
        if place == Place::Caller && !first.is_cheap() {
            return Next::HandOver;
        }
        state.pending.pop_front().map_or(Next::Stop, Next::Execute)
    }

    fn execute(&self, submission: Submission) {
        if mutation::is("signals_come_first") {
            for signal in &submission.signals {
                signal.raise();
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        if let Some(work) = submission.work
            && !self.is_lost()
            && catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Failed)).is_err()
        {
            self.lose();
        }
        for signal in &submission.signals {
            signal.raise();
        }
    }
}

/// Lost devices: work failed, so that nothing that follows can be trusted.
impl Fifo {
    /// Whether the device is lost: work is skipped then.
    pub fn is_lost(&self) -> bool {
        self.failed.load(Ordering::Relaxed) || self.device.upgrade().is_some_and(|device| device.is_lost())
    }

    fn lose(&self) {
        self.failed.store(true, Ordering::Relaxed);
        if let Some(device) = self.device.upgrade() {
            device.lose("execution of a submission failed");
        }
    }
}

impl Wake for Fifo {
    fn wake(self: Arc<Self>) {
        let mut state = self.state.lock();
        if state.phase == Phase::Parked {
            state.phase = Phase::Working;
            drop(state);
            executor::spawn(self);
        }
    }
}

#[cfg(test)]
mod tests;
