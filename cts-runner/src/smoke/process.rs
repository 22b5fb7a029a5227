//! One running program: how it ends, what it says, how much memory it holds.

use std::io::Read as _;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::Failure;
use super::programs::{End, Program};

/// A program that was started. Killed when dropped.
pub struct Process {
    child: Child,
    begun: Instant,
    errors: Option<JoinHandle<String>>,
    memory: Memory,
}

/// How a program ended.
pub struct Ended {
    /// How long it ran.
    pub seconds: f64,
    /// Its memory, when it ran long enough to say something about it.
    pub memory: Option<Memory>,
    /// Its standard error.
    pub said: String,
}

impl Process {
    /// Starts a program with variables added to the environment.
    ///
    /// # Errors
    /// [`Failure::NotInstalled`], [`Failure::System`].
    pub fn start(program: &Program, environment: &[(&str, String)]) -> Result<Self, Failure> {
        let mut child = Command::new(program.command)
            .args(&program.arguments)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => Failure::NotInstalled(program.command.into()),
                _ => error.into(),
            })?;
        let errors = child.stderr.take().map(|errors| thread::spawn(move || all_of(errors)));
        Ok(Self { child, begun: Instant::now(), errors, memory: Memory::default() })
    }

    /// Whether it has not ended; notes its memory.
    ///
    /// # Errors
    /// [`Failure::System`].
    pub fn is_running(&mut self) -> Result<bool, Failure> {
        self.memory.note(self.child.id());
        Ok(self.child.try_wait()?.is_none())
    }

    /// Stops it, as Ctrl-Z does, or lets it go on.
    ///
    /// # Errors
    /// [`Failure::System`].
    pub fn hold(&self, hold: bool) -> Result<(), Failure> {
        Ok(crate::hold::hold(&self.child, hold)?)
    }

    /// Waits for its end, or ends it.
    ///
    /// # Errors
    /// [`Failure::Timeout`], [`Failure::Ended`].
    pub fn finish(mut self, program: &Program) -> Result<Ended, Failure> {
        let (End::Itself(limit) | End::Told(limit)) = program.end;
        // A golden picture that was seen is what such a program ran for.
        let limit = if program.golden.is_some() { Duration::ZERO } else { limit };
        let told = matches!(program.end, End::Told(_));
        while self.is_running()? {
            if self.begun.elapsed() > limit {
                if !told {
                    return Err(Failure::Timeout(limit));
                }
                self.child.kill()?;
                self.child.wait()?;
                return Ok(self.ended());
            }
            thread::sleep(Duration::from_millis(10));
        }
        let status = self.child.wait()?;
        let ended = self.ended();
        if status.success() && !told {
            return Ok(ended);
        }
        let last: Vec<_> = ended.said.lines().rev().take(3).collect();
        Err(Failure::Ended(format!("{status} after {:.1} s; {}", ended.seconds, last.join(" / "))))
    }

    fn ended(&mut self) -> Ended {
        let said = self.errors.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        let memory = std::mem::take(&mut self.memory);
        Ended { seconds: self.begun.elapsed().as_secs_f64(), memory: memory.tells().then_some(memory), said }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only when it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn all_of(mut errors: ChildStderr) -> String {
    let mut bytes = Vec::new();
    // What could not be read was not said.
    let _ = errors.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The memory of a process over time: resident KiB.
#[derive(Debug, Default)]
pub struct Memory {
    samples: Vec<u64>,
}

impl Memory {
    /// Fewer samples tell nothing.
    const FEWEST: usize = 40;

    fn note(&mut self, process: u32) {
        let text = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let size: Option<u64> = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
        self.samples.extend(size);
    }

    fn tells(&self) -> bool {
        self.samples.len() >= Self::FEWEST
    }

    /// Compares the end with a time when everything was set up.
    ///
    /// # Errors
    /// [`Failure::Grew`].
    pub fn check(&self, may_grow: u64) -> Result<String, Failure> {
        let count = self.samples.len();
        let (from, to) =
            (median(&self.samples[count / 4..count / 2]), median(&self.samples[count - count / 8..]));
        let grown = to.saturating_sub(from);
        if grown > may_grow {
            return Err(Failure::Grew { from, grown });
        }
        Ok(format!("{} MiB, grew by {grown} KiB", to >> 10))
    }
}

fn median(samples: &[u64]) -> u64 {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_seen_and_a_start_is_none() {
        let leak = Memory { samples: (0..100).map(|at| 1000 + at * 100).collect() };
        assert!(matches!(leak.check(4096), Err(Failure::Grew { grown: 5000..=6000, .. })));
        let start = Memory { samples: (0..100).map(|at| if at < 20 { at * 1000 } else { 20_000 }).collect() };
        assert!(start.check(0).is_ok());
    }
}
