//! Shared by cases: assertions that say what differs where, and the sparse fixture.

mod pages;
mod role;

pub(super) use pages::Pages;
pub use role::Role;

use super::{Failure, Outcome};

/// Ends the case unless a condition holds: `check!(condition, "message {}", …)`.
macro_rules! check {
    ($condition:expr, $($message:tt)+) => {
        let holds: bool = $condition;
        if !holds {
            return Err($crate::native::Failure::Wrong(format!($($message)+)));
        }
    };
}

/// Ends the case unless two values are equal: `check_eq!(found, expected, "what {}", …)`.
macro_rules! check_eq {
    ($found:expr, $expected:expr, $($what:tt)+) => {{
        let (found, expected) = (&$found, &$expected);
        if found != expected {
            let what = format!($($what)+);
            return Err($crate::native::Failure::Wrong(format!("{what}: found {found:?}, expected {expected:?}")));
        }
    }};
}
pub(super) use {check, check_eq};

/// Compares two sequences of words and names the first difference and the number of them.
pub(super) fn same(what: &str, found: &[u32], expected: &[u32]) -> Outcome {
    check_eq!(found.len(), expected.len(), "{what}: length");
    let mut wrong = (0..found.len()).filter(|&i| found[i] != expected[i]);
    let Some(first) = wrong.next() else { return Ok(()) };
    Err(Failure::Wrong(format!(
        "{what}: word {first} is {:#010x}, expected {:#010x} ({} of {} words are wrong)",
        found[first],
        expected[first],
        1 + wrong.count(),
        found.len(),
    )))
}

/// Checks that all words are one value.
pub(super) fn uniform(what: &str, found: &[u32], expected: u32) -> Outcome {
    same(what, found, &vec![expected; found.len()])
}

/// Runs `work` in `count` threads at once, each with its number; the first failure ends the case.
pub(super) fn in_threads(count: u32, work: impl Fn(u32) -> Outcome + Sync) -> Outcome {
    let work = &work;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count).map(|i| scope.spawn(move || work(i))).collect();
        // All are joined before the first failure is reported.
        let outcomes: Vec<_> = threads
            .into_iter()
            .map(|t| t.join().unwrap_or_else(|_| Err(Failure::Wrong("a thread of the test panicked".into()))))
            .collect();
        outcomes.into_iter().collect()
    })
}
