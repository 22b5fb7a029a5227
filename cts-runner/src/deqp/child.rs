//! What the `deqp-runner` crate starts in place of `deqp-vk`: the same program, with its output read on the way.
//!
//! ```text
//!   deqp-runner ── starts ──> cts-runner deqp-child ── becomes ──> deqp-vk ── stdout ──> cts-runner deqp-tee ──> deqp-runner
//!                                                                                              └──> journal
//! ```
//!
//! The process that the crate knows *is* `deqp-vk`: exit codes, signals and time limits are as without this.

use std::ffi::OsString;
use std::io::{self, BufRead as _, Write as _};
use std::os::unix::process::{CommandExt as _, parent_id};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use std::{env, fs};

use crate::entry::Entry;
use crate::status::Status;

/// Becomes `deqp-vk`; gives why not.
pub fn become_deqp(journal: &Path, deqp_vk: &Path, arguments: &[OsString]) -> io::Error {
    let start = || -> io::Result<Stdio> {
        let mut tee =
            Command::new(env::current_exe()?).arg("deqp-tee").arg(journal).stdin(Stdio::piped()).spawn()?;
        tee.stdin.take().map(Stdio::from).ok_or_else(|| io::Error::other("no pipe to the tee"))
    };
    match start() {
        Ok(stdout) => Command::new(deqp_vk)
            .args(arguments)
            .current_dir(deqp_vk.parent().unwrap_or(Path::new("/")))
            .stdout(stdout)
            .exec(),
        Err(error) => error,
    }
}

/// Copies standard input to standard output, and writes down each case that ends.
pub fn tee(journal: &PathBuf) -> io::Result<()> {
    let mut journal = fs::OpenOptions::new().create(true).append(true).open(journal)?;
    let mut output = io::stdout().lock();
    let mut cases = Cases { process: parent_id(), running: None, reason: None };
    for line in io::stdin().lock().split(b'\n') {
        let line = line?;
        if let Some(entry) = cases.line(&String::from_utf8_lossy(&line)) {
            journal.write_all(entry.line().as_bytes())?;
        }
        // Last: what has ended stays written down even if nobody listens any more.
        output.write_all(&line)?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
    Ok(())
}

/// Reads what `deqp-vk` prints of each case: a line with its name, a line `  Status (reason)`. A reason may go on over
/// several lines.
struct Cases {
    process: u32,
    running: Option<(String, Instant)>,
    reason: Option<(Status, String)>,
}

impl Cases {
    fn line(&mut self, line: &str) -> Option<Entry> {
        if let Some(name) = line.strip_prefix("Test case '").and_then(|rest| rest.split('\'').next()) {
            self.running = Some((name.to_owned(), Instant::now()));
            self.reason = None;
            return None;
        }
        if let Some((_, reason)) = &mut self.reason {
            reason.push(' ');
            reason.push_str(line.trim());
        } else {
            let (word, rest) = line.strip_prefix("  ")?.split_once(" (")?;
            self.reason = Some((status_of(word)?, rest.to_owned()));
        }
        let (status, reason) = self.reason.take_if(|(_, reason)| reason.ends_with(')'))?;
        let (case, start) = self.running.take()?;
        let (seconds, reason) = (start.elapsed().as_secs_f32(), essence(&reason).to_owned());
        Some(Entry { case, status, seconds, process: self.process, reason })
    }
}

/// The suite's word for `deqp-vk`'s.
fn status_of(word: &str) -> Option<Status> {
    Some(match word {
        "Pass" | "QualityWarning" | "CompatibilityWarning" | "Waiver" => Status::Pass,
        "NotSupported" => Status::NotSupported,
        "Fail" | "ResourceError" | "InternalError" | "Pending" => Status::Fail,
        "Crash" | "DeviceLost" => Status::Crash,
        "Timeout" => Status::Timeout,
        _ => return None,
    })
}

/// A reason without its last parenthesis and without the place in the source that it came from.
fn essence(reason: &str) -> &str {
    let reason = reason.strip_suffix(')').unwrap_or(reason);
    let is_place = |place: &str| {
        place.rsplit_once(':').is_some_and(|(_, line)| line.chars().all(|c| c.is_ascii_digit()))
    };
    match reason.rsplit_once(" at ") {
        Some((essence, place)) if is_place(place) => essence,
        _ => reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(text: &str) -> Vec<(String, Status, String)> {
        let mut cases = Cases { process: 1, running: None, reason: None };
        text.lines().filter_map(|line| cases.line(line)).map(|e| (e.case, e.status, e.reason)).collect()
    }

    #[test]
    fn results_and_reasons_are_read_from_the_output() {
        let text = "Test case 'dEQP-VK.a'..\n  Pass (ok)\n\nTest case 'dEQP-VK.b'..\n  NotSupported (Format (x) not \
                    supported at vktTest.cpp:12)\nTest case 'dEQP-VK.c'..\n  Fail (one\n two)\nDONE!\n";
        let expected = [
            ("dEQP-VK.a", Status::Pass, "ok"),
            ("dEQP-VK.b", Status::NotSupported, "Format (x) not supported"),
            ("dEQP-VK.c", Status::Fail, "one two"),
        ];
        let expected: Vec<_> = expected.map(|(a, b, c)| (a.to_owned(), b, c.to_owned())).into();
        assert_eq!(entries(text), expected);
    }

    #[test]
    fn a_case_without_an_end_has_no_entry() {
        assert_eq!(entries("Test case 'dEQP-VK.a'..\nTest case 'dEQP-VK.b'..\n  Info (no status)\n"), []);
    }
}
