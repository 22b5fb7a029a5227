//! `LACUNA_SPARSE_DELAY`: binds are late, as they are allowed to be.
//!
//! Nothing but semaphores and fences orders a bind against other work, not even of the same queue. Drivers that bind at once
//! hide it when an application forgets that. With a delay each bind waits for a while that is random, but the same in each
//! run, and goes another way than the commands of its queue ([`Queue::enqueue_binds`](crate::queue::Queue::enqueue_binds)),
//! so that they overtake it.

use std::time::Duration;

use lacuna_vm::evict::Chaos;
use parking_lot::Mutex;

use crate::queue::executor;
use crate::settings;

/// Whether binds are late.
pub fn is_on() -> bool {
    !settings::get().sparse_delay.is_zero()
}

/// Lets the time pass by which a bind is late.
pub fn wait() {
    static RANDOM: Mutex<Chaos> = Mutex::new(Chaos::new(1));
    let most = settings::get().sparse_delay.as_micros() as u64;
    if most > 0 {
        let delay = Duration::from_micros(RANDOM.lock().choose(most + 1));
        executor::blocking(|| std::thread::sleep(delay));
    }
}
