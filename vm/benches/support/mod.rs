//! What the benches share: criterion with a clock that stands still while other processes run, and numbers in random order.

use std::time::Duration;

use criterion::Criterion;
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use lacuna_vm::evict::Chaos;

/// The thread's own processor time, in nanoseconds.
pub(crate) struct CpuTime;

impl Measurement for CpuTime {
    type Intermediate = Duration;
    type Value = f64;

    fn start(&self) -> Duration {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
    }

    fn end(&self, start: Duration) -> f64 {
        (self.start() - start).as_secs_f64() * 1e9
    }

    fn add(&self, a: &f64, b: &f64) -> f64 {
        a + b
    }

    fn zero(&self) -> f64 {
        0.0
    }

    fn to_f64(&self, value: &f64) -> f64 {
        *value
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        static WALL_TIME: WallTime = WallTime;
        WALL_TIME.formatter()
    }
}

/// Rounds are long and alike: few of them tell enough.
pub(crate) fn criterion() -> Criterion<CpuTime> {
    Criterion::default()
        .with_measurement(CpuTime)
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
}

/// Nanoseconds for each of the `count` things that `run` does.
pub(crate) fn timed(count: usize, run: impl FnOnce()) -> f64 {
    let start = CpuTime.start();
    run();
    CpuTime.end(start) / count as f64
}

/// What [`Bencher::iter_custom`](criterion::Bencher::iter_custom) wants: the sum of so many rounds.
pub(crate) fn rounds(count: u64, round: impl FnMut(u64) -> f64) -> f64 {
    (0..count).map(round).sum()
}

/// The first `n` numbers in random order.
pub(crate) fn shuffled(n: u32) -> Vec<u32> {
    let mut chaos = Chaos::new(u64::from(n));
    let mut order: Vec<u32> = (0..n).collect();
    (1..order.len()).rev().for_each(|i| order.swap(i, chaos.choose(i as u64 + 1) as usize));
    order
}
