use std::sync::atomic::AtomicUsize;
use std::thread;
use std::time::Duration;

use super::*;

const EXPENSIVE: u64 = u64::MAX;

fn fifo() -> Arc<Fifo> {
    Fifo::new(Weak::new())
}

fn point(value: u64) -> Point {
    Point { signal: Signal::new(0), value }
}

fn at(point: &Point, value: u64) -> Point {
    Point { signal: Arc::clone(&point.signal), value }
}

/// A submission that waits for and signals some points and logs its name.
fn step(name: u32, log: &Arc<Mutex<Vec<u32>>>, waits: &[&Point], signals: &[&Point]) -> Submission {
    let log = Arc::clone(log);
    Submission {
        waits: waits.iter().copied().cloned().collect(),
        work: Some(Box::new(move || {
            log.lock().push(name);
            Ok(())
        })),
        signals: signals.iter().copied().cloned().collect(),
        nanoseconds: 0,
    }
}

fn wait(point: &Point) {
    assert!(host_wait::wait(std::slice::from_ref(point), Until::All, 10_000_000_000), "never signalled");
}

#[test]
fn cheap_work_is_done_when_submit_returns() {
    let (fifo, log, done) = (fifo(), Arc::default(), point(1));
    let here = thread::current().id();
    let check = Submission {
        work: Some(Box::new(move || {
            assert_eq!(thread::current().id(), here);
            Ok(())
        })),
        ..Submission::default()
    };
    fifo.submit([check, step(1, &log, &[], &[&done])]);
    assert!(done.is_reached());
    assert!(!fifo.is_lost());
}

#[test]
fn expensive_work_does_not_hold_up_the_caller() {
    let (fifo, release, done) = (fifo(), point(1), point(1));
    let gate = release.clone();
    fifo.submit([Submission {
        work: Some(Box::new(move || {
            host_wait::wait(&[gate], Until::All, u64::MAX);
            Ok(())
        })),
        signals: [done.clone()].into_iter().collect(),
        nanoseconds: EXPENSIVE,
        ..Submission::default()
    }]);
    assert!(!done.is_reached());
    release.raise();
    wait(&done);
}

#[test]
fn submissions_run_in_order_even_when_an_earlier_one_waits() {
    let (fifo, log, gate, done) = (fifo(), Arc::default(), point(1), point(1));
    fifo.submit([step(1, &log, &[], &[]), step(2, &log, &[&gate], &[])]);
    fifo.submit([step(3, &log, &[], &[&done])]);
    assert_eq!(*log.lock(), [1]);
    gate.raise();
    wait(&done);
    assert_eq!(*log.lock(), [1, 2, 3]);
}

#[test]
fn a_wait_may_be_submitted_before_its_signal_on_another_queue() {
    let (first, second, log) = (fifo(), fifo(), Arc::default());
    let (timeline, done) = (point(0), point(1));
    first.submit([step(2, &log, &[&at(&timeline, 1)], &[&at(&timeline, 2)])]);
    second.submit([step(3, &log, &[&at(&timeline, 2)], &[&done])]);
    assert!(log.lock().is_empty());
    fifo().submit([step(1, &log, &[], &[&at(&timeline, 1)])]);
    wait(&done);
    assert_eq!(*log.lock(), [1, 2, 3]);
}

#[test]
fn two_queues_play_ping_pong_over_one_timeline() {
    const ROUNDS: u64 = 500;
    let (first, second, log, timeline) = (fifo(), fifo(), Arc::default(), point(0));
    for round in 0..ROUNDS {
        let (begin, middle, end) =
            (at(&timeline, 2 * round), at(&timeline, 2 * round + 1), at(&timeline, 2 * round + 2));
        second.submit([step(2 * round as u32 + 1, &log, &[&middle], &[&end])]);
        first.submit([step(2 * round as u32, &log, &[&begin], &[&middle])]);
    }
    wait(&at(&timeline, 2 * ROUNDS));
    assert_eq!(*log.lock(), (0..2 * ROUNDS as u32).collect::<Vec<_>>());
}

#[test]
fn wait_idle_waits_for_everything_before_it() {
    let (fifo, gate, count) = (fifo(), point(1), Arc::new(AtomicUsize::new(0)));
    for _ in 0..10 {
        let count = Arc::clone(&count);
        fifo.submit([Submission {
            waits: [gate.clone()].into_iter().collect(),
            work: Some(Box::new(move || {
                count.fetch_add(1, Ordering::Relaxed);
                Ok(())
            })),
            ..Submission::default()
        }]);
    }
    let opener = thread::spawn(move || {
        thread::sleep(Duration::from_millis(5));
        gate.raise();
    });
    fifo.wait_idle();
    assert_eq!(count.load(Ordering::Relaxed), 10);
    opener.join().unwrap();
}

#[test]
fn a_panic_loses_the_device_and_still_signals() {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let (fifo, log, done) = (fifo(), Arc::default(), point(1));
    fifo.submit([
        Submission { work: Some(Box::new(|| panic!("deliberate"))), ..Submission::default() },
        step(1, &log, &[], &[&done]),
    ]);
    std::panic::set_hook(hook);
    assert!(fifo.is_lost() && done.is_reached());
    assert!(log.lock().is_empty(), "a lost device executes nothing");
}

#[test]
fn many_threads_submit_to_one_queue() {
    let (fifo, count) = (fifo(), Arc::new(AtomicUsize::new(0)));
    thread::scope(|scope| {
        for thread in 0..4_u64 {
            let (fifo, count) = (&fifo, &count);
            scope.spawn(move || {
                for round in 0..500_u64 {
                    let count = Arc::clone(count);
                    let work: super::super::submission::Work = Box::new(move || {
                        count.fetch_add(1, Ordering::Relaxed);
                        Ok(())
                    });
                    let nanoseconds = if (thread + round) % 3 == 0 { EXPENSIVE } else { 0 };
                    fifo.submit([Submission { work: Some(work), nanoseconds, ..Submission::default() }]);
                }
            });
        }
    });
    fifo.wait_idle();
    assert_eq!(count.load(Ordering::Relaxed), 2000);
}

#[test]
fn queues_that_wait_for_the_host_do_not_hold_up_others() {
    let (gate, done) = (point(1), point(1));
    let blocked: Vec<(Arc<Fifo>, Point)> = (0..12).map(|_| (fifo(), point(1))).collect();
    for (fifo, end) in &blocked {
        let gate = gate.clone();
        let wait = move || {
            executor::blocking(|| host_wait::wait(&[gate], Until::All, u64::MAX));
            Ok(())
        };
        fifo.submit([Submission {
            work: Some(Box::new(wait)),
            signals: [end.clone()].into_iter().collect(),
            nanoseconds: EXPENSIVE,
            ..Submission::default()
        }]);
    }
    fifo().submit([Submission { nanoseconds: EXPENSIVE, ..step(1, &Arc::default(), &[], &[&done]) }]);
    wait(&done);
    assert!(blocked.iter().all(|(_, end)| !end.is_reached()));
    gate.raise();
    blocked.iter().for_each(|(_, end)| wait(end));
}
