//! Processes that stop, and go on later.

use std::io;
use std::process::Child;

use rustix::process::{Pid, Signal, kill_process};

/// Stops a process, as Ctrl-Z does, or lets it go on.
///
/// # Errors
/// When it has ended.
pub(crate) fn hold(process: &Child, hold: bool) -> io::Result<()> {
    let signal = if hold { Signal::STOP } else { Signal::CONT };
    let Some(process) = i32::try_from(process.id()).ok().and_then(Pid::from_raw) else {
        return Ok(());
    };
    Ok(kill_process(process, signal)?)
}
