//! Machine code twice: first what is quick to make, and for what turns out to be worth it what is quick to run.
//!
//! Most shaders of most programs run for less time than optimizing them takes. So a shader begins with code whose registers were
//! allocated in a single pass. The time that this code runs is added up over all threads; when it has run for as long as it took
//! to make, a thread in the background (`background.rs`) makes the optimized code, and whatever call begins after that runs it.
//! Both do the same operations in the same order, so that results are the same bit by bit.
//!
//! ```text
//!   compile ──► quick code ──► runs, and its time is counted ──► is worth it ──► background: optimized code
//!                                │ ▲                                                   │
//!                                └─┘ each call looks once ◄────────────────────────────┘
//! ```
//!
//! # Invariants
//! 1. Code lives as long as its kernel: nobody waits for the calls that still run the quick one.
//! 2. Optimized code is asked for once, by the call that makes the sum reach the limit.
//! 3. The background thread keeps what it works on; a kernel that is gone before it begins is not compiled.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::background;
use crate::compiled::Compiled;
use crate::error::CompileError;

/// How code is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// Registers are allocated in a single pass: made in less than half the time, runs several times longer.
    Quick,
    /// What lives together is looked at together.
    Optimized,
}

/// Which tiers compute shaders get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Quick code first, optimized code where it is worth it.
    Adaptive,
    /// One tier for all.
    Always(Tier),
}

static POLICY: OnceLock<Policy> = OnceLock::new();

/// Chooses for the process. What was chosen first stays.
pub fn set_policy(policy: Policy) {
    // An error means that there is one.
    let _ = POLICY.set(policy);
}

pub(crate) fn policy() -> Policy {
    POLICY.get().copied().unwrap_or(Policy::Adaptive)
}

/// Makes the optimized code.
pub(crate) type Optimize = Box<dyn Fn() -> Result<Compiled, CompileError> + Send + Sync>;

/// The code of a kernel, in one tier or in two.
#[derive(Debug)]
pub(crate) struct Tiered {
    first: Compiled,
    /// None if the first is all there will be.
    second: Option<Arc<Second>>,
}

/// The optimized code, made or not.
struct Second {
    code: OnceLock<Compiled>,
    make: Optimize,
    /// Nanoseconds that the first has run, and at which the second is worth it.
    spent: AtomicU64,
    limit: u64,
}

impl fmt::Debug for Second {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Second").field("code", &self.code).field("spent", &self.spent).finish_non_exhaustive()
    }
}

impl From<Compiled> for Tiered {
    /// Code that nothing better is made for.
    fn from(first: Compiled) -> Self {
        Self { first, second: None }
    }
}

impl Tiered {
    /// Quick code, and how better code is made once the first has run for `limit`.
    pub(crate) fn new(first: Compiled, limit: Duration, make: Optimize) -> Self {
        let second =
            Second { code: OnceLock::new(), make, spent: AtomicU64::new(0), limit: nanoseconds(limit) };
        Self { first, second: Some(Arc::new(second)) }
    }

    /// Calls `run` with the best code there is.
    pub(crate) fn run(&self, run: impl FnOnce(&Compiled)) {
        let Some(second) = &self.second else { return run(&self.first) };
        if let Some(code) = second.code.get() {
            return run(code);
        }
        let start = Instant::now();
        run(&self.first);
        let elapsed = nanoseconds(start.elapsed());
        // Relaxed: a sum, which orders nothing.
        let before = second.spent.fetch_add(elapsed, Ordering::Relaxed);
        if before < second.limit && before.saturating_add(elapsed) >= second.limit {
            let second = Arc::downgrade(second);
            background::run(Box::new(move || {
                if let Some(second) = second.upgrade() {
                    second.optimize();
                }
            }));
        }
    }
}

impl Second {
    fn optimize(&self) {
        match (self.make)() {
            // An error would mean that there is code already.
            Ok(code) => drop(self.code.set(code)),
            Err(error) => log::debug!("a shader goes on with quick code: {error}"),
        }
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::{Entry, Lowered};

    /// Code that nobody calls; the bytes of private memory are its name.
    fn code(name: u32) -> Compiled {
        let lowered = Lowered {
            code: vec![0],
            entry: Entry::Groups,
            local_bytes: name,
            stack_bytes: 0,
            evaluations: Vec::new(),
            batches: Vec::new(),
            textures: Vec::new(),
            prints: Vec::new(),
        };
        Compiled::new(lowered).unwrap()
    }

    fn running(tiers: &Tiered) -> usize {
        let mut name = 0;
        tiers.run(|code| {
            std::thread::sleep(Duration::from_millis(1));
            name = code.local_bytes;
        });
        name
    }

    /// Whether the second code comes within a time that is long if it does not.
    fn second_comes(tiers: &Tiered, patience: Duration) -> bool {
        let start = Instant::now();
        while start.elapsed() < patience {
            match running(tiers) {
                1 => {}
                2 => return true,
                other => panic!("code {other}"),
            }
        }
        false
    }

    #[test]
    fn code_that_runs_for_long_becomes_better() {
        let tiers = Tiered::new(code(1), Duration::from_millis(3), Box::new(|| Ok(code(2))));
        assert_eq!(running(&tiers), 1);
        assert!(second_comes(&tiers, Duration::from_secs(60)));
        assert_eq!(running(&tiers), 2);
    }

    #[test]
    fn code_that_runs_for_a_moment_stays_as_it_is() {
        let make = || panic!("nobody should ask");
        let tiers = Tiered::new(code(1), Duration::from_secs(3600), Box::new(make));
        assert!(!second_comes(&tiers, Duration::from_millis(50)));
    }

    #[test]
    fn what_cannot_be_made_better_goes_on() {
        let (asked, was_asked) = std::sync::mpsc::channel();
        let make = move || {
            asked.send(()).unwrap();
            Err(CompileError::unsupported("on purpose"))
        };
        let tiers = Tiered::new(code(1), Duration::from_millis(2), Box::new(make));
        assert!(!second_comes(&tiers, Duration::from_millis(50)));
        assert_eq!(was_asked.try_iter().count(), 1, "asked once");
    }
}
