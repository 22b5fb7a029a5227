//! Host threads that block until signals have their values: fences, semaphores, queues.

use std::sync::Arc;
use std::task::{Wake, Waker};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::signal::Point;

/// How many of the points have to be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Every one.
    All,
    /// At least one.
    Any,
}

/// Blocks until `points` are reached or `timeout` nanoseconds have passed (zero asks only, `u64::MAX` waits for ever).
/// Returns whether they were reached.
pub fn wait(points: &[Point], until: Until, timeout: u64) -> bool {
    if until.is_met(points) || timeout == 0 {
        return until.is_met(points);
    }
    // A time that cannot be represented is for ever.
    let deadline = Instant::now().checked_add(Duration::from_nanos(timeout)).filter(|_| timeout != u64::MAX);
    let sleeper = Arc::new(Sleeper::default());
    let waker = Waker::from(Arc::clone(&sleeper));
    for point in points {
        if !point.signal.wake_at(point.value, &waker) {
            sleeper.wake_by_ref();
        }
    }
    let met = sleeper.sleep_until(|| until.is_met(points), deadline);
    for point in points {
        point.signal.forget(&waker);
    }
    met
}

impl Until {
    fn is_met(self, points: &[Point]) -> bool {
        match self {
            Self::All => points.iter().all(Point::is_reached),
            Self::Any => points.iter().any(Point::is_reached),
        }
    }
}

/// One blocked thread.
#[derive(Default)]
struct Sleeper {
    woken: Mutex<bool>,
    changed: Condvar,
}

impl Sleeper {
    /// Sleeps until `done` says so; asks it again whenever a waker was called. `false` when the deadline came first.
    fn sleep_until(&self, done: impl Fn() -> bool, deadline: Option<Instant>) -> bool {
        loop {
            if done() {
                return true;
            }
            let mut woken = self.woken.lock();
            while !*woken {
                match deadline {
                    None => self.changed.wait(&mut woken),
                    Some(deadline) => {
                        if self.changed.wait_until(&mut woken, deadline).timed_out() {
                            return done();
                        }
                    }
                }
            }
            *woken = false;
        }
    }
}

impl Wake for Sleeper {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        *self.woken.lock() = true;
        self.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::super::signal::Signal;
    use super::*;

    const SOON: u64 = 20_000_000;

    fn points(values: &[u64]) -> Vec<Point> {
        values.iter().map(|&value| Point { signal: Signal::new(0), value }).collect()
    }

    #[test]
    fn times_out_when_nobody_signals() {
        let points = points(&[1]);
        let begin = Instant::now();
        assert!(!wait(&points, Until::All, SOON));
        assert!(begin.elapsed() >= Duration::from_nanos(SOON));
        assert!(!wait(&points, Until::All, 0), "a timeout of zero only asks");
    }

    #[test]
    fn any_needs_one_and_all_needs_every_one() {
        let points = points(&[1, 1]);
        points[1].raise();
        assert!(wait(&points, Until::Any, u64::MAX));
        assert!(!wait(&points, Until::All, SOON));
        points[0].raise();
        assert!(wait(&points, Until::All, u64::MAX));
    }

    #[test]
    fn a_signal_from_another_thread_ends_the_wait() {
        for until in [Until::All, Until::Any] {
            let points = points(&[3]);
            let signal = Arc::clone(&points[0].signal);
            let thread = thread::spawn(move || {
                thread::sleep(Duration::from_millis(5));
                signal.raise(1);
                signal.raise(3);
            });
            assert!(wait(&points, until, u64::MAX));
            thread.join().unwrap();
        }
    }

    #[test]
    fn nothing_to_wait_for_is_met_at_once() {
        assert!(wait(&[], Until::All, u64::MAX));
    }
}
