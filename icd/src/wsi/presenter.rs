//! The one thread of the process that shows pictures: it waits for beats and for display servers, so that nobody else has to.
//!
//! ```text
//!   round:  take the swapchains with pending pictures ─► advance each ─► listen ─► poll: next beat, sockets, somebody calls
//! ```
//!
//! # Invariants
//! 1. Nothing of a swapchain's connection outlives the round in which it was got: who locks `round` after taking a canvas
//!    away knows that the presenter is done with it.
//! 2. No swapchain is advanced while a read is announced, and one read is announced for each connection: this thread would
//!    wait for itself to read.
//! 3. A swapchain with pending pictures is in `swapchains`, or was taken from there in the current round.

use std::os::fd::{AsRawFd as _, OwnedFd};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};

use super::swapchain::Swapchain;
use super::wayland::Reading;
use crate::error::Error;

/// What a swapchain with pictures waits for.
pub(super) enum Progress {
    /// For new pictures.
    Idle,
    /// For nothing: there may be more to do.
    Again,
    /// For a time.
    At(Instant),
    /// For its display server, and not longer than to a time if there is one.
    AfterEvents(Option<Instant>),
}

struct Presenter {
    /// Swapchains with pictures to show.
    swapchains: Mutex<Vec<Arc<Swapchain>>>,
    /// Held during each round.
    round: Mutex<()>,
    /// How many wait for the end of a round: it does not sleep then.
    hurrying: AtomicUsize,
    /// Ends a poll.
    call: OwnedFd,
}

static PRESENTER: OnceLock<Presenter> = OnceLock::new();

/// Starts the thread, once for the process.
///
/// # Errors
/// [`Error::OutOfHostMemory`] when the system gives no thread.
pub(super) fn start() -> Result<(), Error> {
    /// Locked while somebody starts the thread.
    static STARTING: Mutex<()> = Mutex::new(());
    let _starting = STARTING.lock();
    if PRESENTER.get().is_some() {
        return Ok(());
    }
    let refused = |error: std::io::Error| {
        log::warn!("the presenter cannot start: {error}");
        Error::OutOfHostMemory
    };
    let call = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK).map_err(|e| refused(e.into()))?;
    let presenter = || PRESENTER.wait().present_forever();
    thread::Builder::new().name("lacuna-present".into()).spawn(presenter).map_err(refused)?;
    PRESENTER.get_or_init(|| Presenter {
        swapchains: Mutex::default(),
        round: Mutex::new(()),
        hurrying: AtomicUsize::new(0),
        call,
    });
    Ok(())
}

/// A swapchain has a picture to show.
pub(super) fn add(swapchain: Arc<Swapchain>) {
    let Some(presenter) = PRESENTER.get() else { return };
    insert(&mut presenter.swapchains.lock(), swapchain);
    presenter.call();
}

/// Waits until the presenter is done with what it had when this was called.
pub(super) fn finish_round() {
    if let Some(presenter) = PRESENTER.get() {
        presenter.hurrying.fetch_add(1, Ordering::SeqCst);
        presenter.call();
        drop(presenter.round.lock());
        presenter.hurrying.fetch_sub(1, Ordering::SeqCst);
    }
}

fn insert(swapchains: &mut Vec<Arc<Swapchain>>, new: Arc<Swapchain>) {
    if !swapchains.iter().any(|known| Arc::ptr_eq(known, &new)) {
        swapchains.push(new);
    }
}

/// Announces a read of each connection; `None` when a swapchain has something to hear already.
fn listen(swapchains: &[Arc<Swapchain>]) -> Option<Vec<Reading>> {
    let mut readings: Vec<Reading> = Vec::new();
    for swapchain in swapchains {
        let reading = swapchain.listen()?;
        // As long as the first announcement stands, nothing comes that this swapchain would have to hear.
        if !readings.iter().any(|known| known.file().as_raw_fd() == reading.file().as_raw_fd()) {
            readings.push(reading);
        }
    }
    Some(readings)
}

impl Presenter {
    fn call(&self) {
        // Fails only when it was called 2^64 - 2 times without being heard.
        let _ = rustix::io::write(&self.call, &1_u64.to_ne_bytes());
    }

    fn present_forever(&self) -> ! {
        loop {
            let round = self.round.lock();
            self.play_round();
            // Who waits for the end of a round gets the lock before the next one.
            MutexGuard::unlock_fair(round);
        }
    }

    fn play_round(&self) {
        let (mut listeners, mut next, mut again) = (Vec::new(), None::<Instant>, false);
        let sooner = |next: Option<Instant>, time: Instant| Some(next.map_or(time, |next| next.min(time)));
        let swapchains = std::mem::take(&mut *self.swapchains.lock());
        for swapchain in swapchains {
            match swapchain.advance() {
                Progress::Idle => continue,
                Progress::Again => again = true,
                Progress::At(time) => next = sooner(next, time),
                Progress::AfterEvents(limit) => {
                    next = limit.map_or(next, |limit| sooner(next, limit));
                    listeners.push(Arc::clone(&swapchain));
                }
            }
            insert(&mut self.swapchains.lock(), swapchain);
        }
        if again {
            return;
        }
        let Some(readings) = listen(&listeners) else { return };
        let ready = self.poll(&readings, next);
        for (reading, _) in readings.into_iter().zip(ready).filter(|(_, ready)| *ready) {
            reading.finish();
        }
    }

    /// Sleeps until one of the sockets is readable, the time has come, or somebody calls. Says which sockets are readable.
    fn poll(&self, readings: &[Reading], until: Option<Instant>) -> Vec<bool> {
        let sockets: Vec<_> = readings.iter().map(Reading::file).collect();
        let mut files: Vec<_> = sockets.iter().map(|file| PollFd::new(file, PollFlags::IN)).collect();
        files.push(PollFd::new(&self.call, PollFlags::IN));
        let hurry = (self.hurrying.load(Ordering::SeqCst) > 0).then_some(Duration::ZERO);
        let timeout = hurry.or(until.map(|until| until.saturating_duration_since(Instant::now())));
        let timeout = timeout.map(|left| Timespec {
            tv_sec: left.as_secs().try_into().unwrap_or(i64::MAX),
            tv_nsec: left.subsec_nanos().into(),
        });
        // An interrupted poll is a short one.
        let _ = poll(&mut files, timeout.as_ref());
        let ready = files.iter().take(readings.len()).map(|file| !file.revents().is_empty()).collect();
        let _ = rustix::io::read(&self.call, &mut [0_u8; 8]);
        ready
    }
}
