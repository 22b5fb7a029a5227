//! The process's workers: they split one job into chunks with the thread that has it.
//!
//! ```text
//!   caller   publish job ── take chunks ─────────────── withdraw job ── wait until no helper is inside ── return
//!   worker             └ wake ── join ── take chunks ── leave ┘
//! ```
//!
//! The caller never waits for a worker to wake up, only for those that joined: a slow wake-up costs throughput, not latency.
//! Workers start with the first job that has something to share; `LACUNA_THREADS` is how many threads work on a
//! job, the caller included (default: the processors of the machine).
//!
//! # Invariants
//! 1. A job is in the list exactly while its caller is inside [`split`]; helpers join only what is in the list.
//! 2. `helpers` changes under the lock; the caller returns when its job is withdrawn and has none: nothing outlives the borrow.
//! 3. Each chunk is taken by exactly one thread. A chunk that panics ends the job early, and the panic ends here.
#![expect(unsafe_code, reason = "lends a closure to the workers for the time of a call")]

use core::ops::Range;
use core::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::thread;

use parking_lot::{Condvar, Mutex};

/// A chunk of the job panicked. The rest of the job may not have been done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a job panicked in the worker pool")]
pub struct JobPanicked;

/// Rounds of spinning before a thread goes to sleep: some microseconds, about what a wake-up costs.
const SPINS: u32 = 100;

/// Calls `work` for `0..total` in ranges of at most `chunk`, on this thread and on idle workers, and returns when all are done.
pub fn split(total: u64, chunk: u64, work: &(dyn Fn(Range<u64>) + Sync)) -> Result<(), JobPanicked> {
    let chunk = chunk.max(1);
    if total <= chunk {
        return alone(0..total, work);
    }
    let job = Arc::new(Job::new(total, chunk, work));
    let pool = pool();
    pool.publish(&job);
    job.take_chunks();
    pool.withdraw(&job);
    if job.panicked.load(Ordering::Relaxed) { Err(JobPanicked) } else { Ok(()) }
}

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread does a chunk of a job now: others may do other chunks.
pub fn is_inside() -> bool {
    INSIDE.get()
}

/// Threads that work on a job, the caller included.
pub fn threads() -> usize {
    static THREADS: OnceLock<usize> = OnceLock::new();
    *THREADS.get_or_init(|| {
        let asked = std::env::var("LACUNA_THREADS").ok().and_then(|value| value.parse().ok());
        asked.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from)).clamp(1, 256)
    })
}

fn alone(range: Range<u64>, work: &(dyn Fn(Range<u64>) + Sync)) -> Result<(), JobPanicked> {
    if range.is_empty() {
        return Ok(());
    }
    let outer = INSIDE.replace(true);
    let result = catch_unwind(AssertUnwindSafe(|| work(range))).map_err(|_| JobPanicked);
    INSIDE.set(outer);
    result
}

/// The caller's closure, without its lifetime.
struct Borrowed(*const (dyn Fn(Range<u64>) + Sync));

// SAFETY: the closure is `Sync`, so that calling it from other threads is fine; how long it lives is argued in `Job::new`.
unsafe impl Send for Borrowed {}
// SAFETY: as for `Send`.
unsafe impl Sync for Borrowed {}

struct Job {
    work: Borrowed,
    total: u64,
    chunk: u64,
    /// Begin of the next chunk; at or beyond `total` when none is left.
    next: AtomicU64,
    panicked: AtomicBool,
    /// Workers inside; written under the pool's lock, so that leaving orders their work before the caller's return.
    helpers: AtomicUsize,
}

impl Job {
    fn new<'a>(total: u64, chunk: u64, work: &'a (dyn Fn(Range<u64>) + Sync + 'a)) -> Self {
        // SAFETY: only the lifetime changes. The pointer is followed by threads that took a chunk: the caller inside `split`, and
        // helpers, all of which have left when `split` returns (invariant 2). `split` does not unwind before: chunks catch panics.
        let work = unsafe {
            core::mem::transmute::<
                *const (dyn Fn(Range<u64>) + Sync + 'a),
                *const (dyn Fn(Range<u64>) + Sync + 'static),
            >(work)
        };
        Self {
            work: Borrowed(work),
            total,
            chunk,
            next: AtomicU64::new(0),
            panicked: AtomicBool::new(false),
            helpers: AtomicUsize::new(0),
        }
    }

    fn has_chunks(&self) -> bool {
        self.next.load(Ordering::Relaxed) < self.total
    }

    fn take_chunks(&self) {
        while let Some(range) = self.take_chunk() {
            // SAFETY: a chunk was left, so the caller is still inside `split` (see `new`).
            let work = unsafe { &*self.work.0 };
            if alone(range, work).is_err() {
                self.panicked.store(true, Ordering::Relaxed);
                self.next.store(self.total, Ordering::Relaxed);
            }
        }
    }

    fn take_chunk(&self) -> Option<Range<u64>> {
        let begin = self.next.try_update(Ordering::Relaxed, Ordering::Relaxed, |next| {
            (next < self.total).then(|| next.saturating_add(self.chunk))
        });
        begin.ok().map(|begin| begin..begin.saturating_add(self.chunk).min(self.total))
    }
}

struct Pool {
    state: Mutex<State>,
    /// A job was published.
    published: Condvar,
    /// A helper left a job.
    left: Condvar,
    /// Jobs ever published: what spinning workers watch.
    generation: AtomicU64,
}

#[derive(Default)]
struct State {
    jobs: Vec<Arc<Job>>,
    sleeping: usize,
}

fn pool() -> &'static Pool {
    static POOL: OnceLock<&'static Pool> = OnceLock::new();
    POOL.get_or_init(|| {
        let pool: &'static Pool = Box::leak(Box::new(Pool {
            state: Mutex::new(State::default()),
            published: Condvar::new(),
            left: Condvar::new(),
            generation: AtomicU64::new(0),
        }));
        for index in 1..threads() {
            let spawned =
                thread::Builder::new().name(format!("lacuna-{index}")).spawn(move || pool.help_forever());
            if let Err(error) = spawned {
                log::warn!("worker {index} cannot start, its work falls to the others: {error}");
                break;
            }
        }
        pool
    })
}

impl Pool {
    fn publish(&self, job: &Arc<Job>) {
        let mut state = self.state.lock();
        state.jobs.push(Arc::clone(job));
        self.generation.fetch_add(1, Ordering::Relaxed);
        let useful = (job.total.div_ceil(job.chunk) - 1).min(state.sleeping as u64);
        drop(state);
        for _ in 0..useful {
            self.published.notify_one();
        }
    }

    fn withdraw(&self, job: &Arc<Job>) {
        let mut state = self.state.lock();
        state.jobs.retain(|other| !Arc::ptr_eq(other, job));
        drop(state);
        spin_while(|| job.helpers.load(Ordering::Relaxed) > 0);
        let mut state = self.state.lock();
        while job.helpers.load(Ordering::Relaxed) > 0 {
            self.left.wait(&mut state);
        }
    }

    fn help_forever(&self) {
        loop {
            let job = self.join();
            job.take_chunks();
            self.leave(&job);
        }
    }

    /// Waits for a job with chunks left and becomes its helper.
    fn join(&self) -> Arc<Job> {
        let mut state = self.state.lock();
        loop {
            if let Some(job) = state.jobs.iter().find(|job| job.has_chunks()) {
                job.helpers.fetch_add(1, Ordering::Relaxed);
                return Arc::clone(job);
            }
            let seen = self.generation.load(Ordering::Relaxed);
            drop(state);
            spin_while(|| self.generation.load(Ordering::Relaxed) == seen);
            state = self.state.lock();
            if self.generation.load(Ordering::Relaxed) == seen {
                state.sleeping += 1;
                self.published.wait(&mut state);
                state.sleeping -= 1;
            }
        }
    }

    fn leave(&self, job: &Job) {
        let state = self.state.lock();
        let last = job.helpers.fetch_sub(1, Ordering::Relaxed) == 1;
        drop(state);
        if last {
            self.left.notify_all();
        }
    }
}

fn spin_while(busy: impl Fn() -> bool) {
    for _ in 0..SPINS {
        if !busy() {
            return;
        }
        core::hint::spin_loop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_index_is_worked_on_exactly_once() {
        for (total, chunk) in [(0, 4), (1, 4), (4, 4), (5, 4), (10_000, 7)] {
            let seen: Vec<AtomicUsize> = (0..total).map(|_| AtomicUsize::new(0)).collect();
            split(total, chunk, &|range| {
                assert!(range.end - range.start <= chunk);
                for index in range {
                    seen[index as usize].fetch_add(1, Ordering::Relaxed);
                }
            })
            .unwrap();
            assert!(seen.iter().all(|count| count.load(Ordering::Relaxed) == 1));
        }
    }

    #[test]
    fn a_panic_is_an_error_and_the_pool_works_on() {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        for total in [1, 1000] {
            let result = split(total, 1, &|range| assert!(range.start != total / 2, "deliberate"));
            assert_eq!(result, Err(JobPanicked));
        }
        std::panic::set_hook(hook);
        assert_eq!(split(100, 1, &|_| ()), Ok(()));
    }

    #[test]
    fn callers_on_many_threads_share_the_workers() {
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for round in 1..200 {
                        let sum = AtomicU64::new(0);
                        split(round, 3, &|range| {
                            sum.fetch_add(range.sum(), Ordering::Relaxed);
                        })
                        .unwrap();
                        assert_eq!(sum.into_inner(), round * (round - 1) / 2);
                    }
                });
            }
        });
    }

    #[test]
    fn a_job_inside_a_job_does_not_lock_up() {
        let sum = AtomicU64::new(0);
        split(8, 1, &|_| {
            split(8, 1, &|range| {
                sum.fetch_add(range.start, Ordering::Relaxed);
            })
            .unwrap();
        })
        .unwrap();
        assert_eq!(sum.into_inner(), 8 * 28);
    }
}
