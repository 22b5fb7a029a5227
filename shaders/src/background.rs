//! One thread for work that nobody waits for. It is there as long as there is some.
//!
//! A child of `fork` does not have the thread: what it asks for is not done.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

type Task = Box<dyn FnOnce() + Send>;

struct Queue {
    waiting: VecDeque<Task>,
    has_thread: bool,
}

static QUEUE: Mutex<Queue> = Mutex::new(Queue { waiting: VecDeque::new(), has_thread: false });

fn queue() -> MutexGuard<'static, Queue> {
    // Nothing that panics is done while it is locked.
    QUEUE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does something later, after all that was asked for before. Where the system refuses a thread, it is not done.
pub(crate) fn run(task: Task) {
    let mut queue = queue();
    queue.waiting.push_back(task);
    if queue.has_thread {
        return;
    }
    match thread::Builder::new().name("lacuna-compile".into()).spawn(work) {
        Ok(_) => queue.has_thread = true,
        Err(error) => {
            queue.waiting.clear();
            log::debug!("nothing is compiled in the background: {error}");
        }
    }
}

fn work() {
    while let Some(task) = next() {
        if catch_unwind(AssertUnwindSafe(task)).is_err() {
            log::warn!("work in the background panicked; this is a bug");
        }
    }
}

/// The next task; if there is none, the thread has to end.
fn next() -> Option<Task> {
    let mut queue = queue();
    let task = queue.waiting.pop_front();
    queue.has_thread = task.is_some();
    task
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;

    #[test]
    fn tasks_are_done_in_order_even_after_a_panic() {
        let (sender, receiver) = channel();
        for round in 0..3 {
            run(Box::new(|| panic!("on purpose")));
            for number in 0..10 {
                let sender = sender.clone();
                run(Box::new(move || sender.send(round * 10 + number).unwrap()));
            }
            for number in 0..10 {
                assert_eq!(receiver.recv_timeout(Duration::from_secs(60)), Ok(round * 10 + number));
            }
        }
    }
}
