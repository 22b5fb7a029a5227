//! What work costs: how long it takes, and how much a processor computes for it.
//!
//! The second hardly depends on what else the machine does, so that it means something where the first does not.

use std::fs;
use std::time::Duration;

use super::{BenchError, Reading, median};

/// Of one round.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    /// The median of the rounds.
    pub(super) seconds: f64,
    /// Of all processors together, the mean of the rounds; zero where the system does not say.
    processor: f64,
}

/// The cost of `count` rounds.
pub(super) fn cost(
    count: usize,
    run: impl FnMut(usize) -> Result<Duration, BenchError>,
) -> Result<Cost, BenchError> {
    let before = processor_seconds();
    let seconds = median(count, run)?;
    Ok(Cost { seconds, processor: (processor_seconds() - before) / count as f64 })
}

impl Cost {
    /// So many things of a round, in millions a second.
    pub(super) fn rate(&self, name: &'static str, things: f64, unit: &'static str) -> Reading {
        let mut reading = Reading::new(name, things / self.seconds / 1e6, unit);
        if self.processor > 0.0 {
            reading.note = format!("{:.1} for a second of one processor", things / self.processor / 1e6);
        }
        reading
    }

    /// A round, in milliseconds.
    pub(super) fn time(&self, name: &'static str) -> Reading {
        let mut reading = Reading::new(name, self.seconds * 1e3, "ms");
        if self.processor > 0.0 {
            reading.note = format!("{:.3} ms of processors", self.processor * 1e3);
        }
        reading
    }
}

/// What the threads of this process have computed so far, those that are left.
pub(super) fn processor_seconds() -> f64 {
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let nanoseconds = threads.filter_map(|thread| {
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    nanoseconds.sum::<u64>() as f64 / 1e9
}
