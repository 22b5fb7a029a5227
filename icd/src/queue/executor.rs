//! The process's threads that execute what is too expensive for, or cannot happen in, the thread that submitted it.
//!
//! They take queues, not submissions: who has a queue goes on until it is empty or must wait. There are few, because a
//! dispatch spreads over the [worker pool](lacuna_gpu::pool) anyway; but one more for each that blocks inside
//! [`blocking`] (`vkCmdWaitEvents` that waits for the host), so that others never wait for it.
//!
//! # Invariants
//! 1. `idle + blocked <= threads`; a thread that works or idles does not count as blocked.
//! 2. A queue in `ready` is taken by exactly one thread.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread;

use parking_lot::{Condvar, Mutex};

use super::fifo::Fifo;

/// Threads that may work at the same time, those that block not counted.
const WORKING: usize = 4;

static EXECUTOR: Executor = Executor {
    state: Mutex::new(State { ready: VecDeque::new(), threads: 0, idle: 0, blocked: 0 }),
    changed: Condvar::new(),
};

struct Executor {
    state: Mutex<State>,
    /// A queue became ready.
    changed: Condvar,
}

struct State {
    ready: VecDeque<Arc<Fifo>>,
    threads: usize,
    /// Threads that sleep.
    idle: usize,
    /// Threads inside [`blocking`].
    blocked: usize,
}

/// Lets another thread go on with a queue. If there is none to be had, this one does.
pub(super) fn spawn(fifo: Arc<Fifo>) {
    let mut state = EXECUTOR.state.lock();
    state.ready.push_back(fifo);
    let stranded = if EXECUTOR.help(&mut state) { None } else { state.ready.pop_back() };
    drop(state);
    if let Some(fifo) = stranded {
        fifo.resume();
    }
}

/// Runs something that may block for long, while another thread takes this one's place.
pub fn blocking<R>(wait: impl FnOnce() -> R) -> R {
    let mut state = EXECUTOR.state.lock();
    state.blocked += 1;
    if !state.ready.is_empty() {
        EXECUTOR.help(&mut state);
    }
    drop(state);
    let result = wait();
    EXECUTOR.state.lock().blocked -= 1;
    result
}

impl Executor {
    /// Sees to it that a thread will take what is ready; `false` when there is none and none can be started.
    fn help(&'static self, state: &mut State) -> bool {
        if state.idle >= state.ready.len() {
            self.changed.notify_one();
            return true;
        }
        if state.threads.saturating_sub(state.blocked) >= WORKING {
            return true;
        }
        let spawned =
            thread::Builder::new().name("lacuna-queue".into()).spawn(move || self.execute_forever());
        match spawned {
            Ok(_) => state.threads += 1,
            Err(error) => log::warn!("a queue thread cannot start: {error}"),
        }
        state.threads > state.blocked
    }

    fn execute_forever(&self) {
        let mut state = self.state.lock();
        loop {
            while let Some(fifo) = state.ready.pop_front() {
                drop(state);
                fifo.resume();
                drop(fifo);
                state = self.state.lock();
            }
            state.idle += 1;
            self.changed.wait(&mut state);
            state.idle -= 1;
        }
    }
}
