//! A child of `fork` that frees what it inherited, and tries to use it, ends; and its parent finds all its bytes.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

use super::{PIECE, SMALL};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute];

/// What the child says.
const FINE: i32 = 0;
const WRONG: i32 = 1;
/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(20);

unsafe extern "C" {
    fn fork() -> i32;
    fn _exit(status: i32) -> !;
}

pub(super) fn run(cx: &Context) -> Outcome {
    // Some of it is evicted where the heap is small.
    let count = (3 * cx.device.physical.local_heap().min(SMALL / 2) / PIECE) as u32;
    let buffers =
        (0..count).map(|_| vk::LocalBuffer::new(&cx.device, PIECE)).collect::<vk::Result<Vec<_>>>()?;
    let look = cx.host(4096)?;
    let write =
        |base: u32| (base..).zip(&buffers).try_for_each(|(i, b)| cx.run(|r| r.fill(b, 0, vk::WHOLE_SIZE, i)));
    let check = |base: u32| -> Outcome {
        for (i, buffer) in (base..).zip(&buffers) {
            cx.run(|r| {
                r.copy(buffer, PIECE - 4096, &look, 0, 4096);
                r.barrier();
            })?;
            uniform(&format!("buffer {}", i - base), &look.words(), i)?;
        }
        Ok(())
    };
    write(100)?;
    // SAFETY: the child calls nothing but the driver, which is what this tests, and `_exit`.
    let child = unsafe { fork() };
    if child == 0 {
        let status = in_child(cx, &buffers, &look);
        drop(buffers);
        // SAFETY: ends this process.
        unsafe { _exit(status) }
    }
    let child = Pid::from_raw(child).filter(|_| child > 0);
    let child = child.ok_or(vk::Error::NotSupported("fork".into()))?;
    // Both go on at the same time.
    check(100)?;
    write(1000)?;
    check(1000)?;
    let status = end_of(child);
    check!(status == Some(FINE), "the child ended with {status:?}; none means that it hung");
    check(1000)
}

/// Whatever the child does is refused, or right.
fn in_child(cx: &Context, buffers: &[vk::LocalBuffer], look: &HostBuffer) -> i32 {
    for (i, buffer) in (100..).zip(buffers).step_by(7) {
        let copied = cx.run(|r| {
            r.copy(buffer, 0, look, 0, 4096);
            r.barrier();
            r.fill(buffer, 0, vk::WHOLE_SIZE, 7);
        });
        if copied.is_ok() && look.words().iter().any(|&word| word != i) {
            return WRONG;
        }
    }
    FINE
}

/// How a child ended; one that does not in time is killed.
fn end_of(child: Pid) -> Option<i32> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        match waitpid(Some(child), WaitOptions::NOHANG) {
            Ok(Some((_, status))) => return status.exit_status(),
            Ok(None) => std::thread::sleep(Duration::from_millis(2)),
            Err(_) => return None,
        }
    }
    let _ = kill_process(child, Signal::KILL);
    let _ = waitpid(Some(child), WaitOptions::empty());
    None
}
