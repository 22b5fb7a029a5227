//! Runs cases in child processes: a crash or a hang costs the case that caused it, and no other.
//!
//! Workers take batches of names; each batch goes to one child ([`super::child`]). When the child dies, the case that it
//! had started gets the blame and the rest of the batch goes to a new child.

use std::collections::VecDeque;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::entry::{Entry, Results};
use crate::status::{Counts, Status};

/// How to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The program to start as a child; it must answer to `native-child`.
    pub program: std::path::PathBuf,
    /// Only cases whose name contains one of these; all when empty.
    pub filters: Vec<String>,
    /// Seed of random cases.
    pub seed: u64,
    /// Child processes at a time.
    pub jobs: usize,
    /// Print cases that pass, too.
    pub verbose: bool,
    /// Print nothing at all.
    pub quiet: bool,
    /// More of the children's environment.
    pub environment: Vec<(String, String)>,
}

/// What came out.
#[derive(Debug, Default)]
pub struct Summary {
    /// Name of the device, as the first child saw it.
    pub driver: Option<String>,
    /// How many ended how.
    pub counts: Counts,
    /// What became of each case.
    pub results: Results,
}

/// The longest that one case may take.
const CASE_LIMIT: Duration = Duration::from_secs(120);
/// The same where cases that take minutes are wanted ([`Need::Patience`](super::Need::Patience)).
const PATIENT_LIMIT: Duration = Duration::from_secs(1800);
/// Cases that share a child.
const BATCH: usize = 16;

struct Run<'a> {
    options: &'a Options,
    limit: Duration,
    batches: Mutex<VecDeque<Vec<String>>>,
    summary: Mutex<Summary>,
}

/// Runs the cases that the filters choose and prints a line for each that is of interest.
///
/// # Errors
/// When no child can be started.
pub fn run(options: &Options) -> io::Result<Summary> {
    let chosen = |name: &str| {
        options.filters.is_empty() || options.filters.iter().any(|filter| name.contains(filter.as_str()))
    };
    let names: Vec<_> =
        super::all().into_iter().map(|case| case.name.into_owned()).filter(|name| chosen(name)).collect();
    let patient = std::env::var_os("LACUNA_LONG").is_some();
    let run = Run {
        options,
        limit: if patient { PATIENT_LIMIT } else { CASE_LIMIT },
        batches: Mutex::new(names.chunks(BATCH).map(<[_]>::to_vec).collect()),
        summary: Mutex::default(),
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..options.jobs.max(1)).map(|_| scope.spawn(|| run.work())).collect();
        workers.into_iter().try_for_each(|worker| {
            worker.join().unwrap_or_else(|_| Err(io::Error::other("a worker of the suite panicked")))
        })
    })?;
    Ok(run.summary.into_inner().unwrap_or_else(PoisonError::into_inner))
}

impl Run<'_> {
    fn work(&self) -> io::Result<()> {
        while let Some(batch) = self.next() {
            let mut rest = VecDeque::from(batch);
            while !rest.is_empty() {
                self.one_child(&mut rest)?;
            }
        }
        Ok(())
    }

    fn next(&self) -> Option<Vec<String>> {
        self.batches.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// Gives `rest` to a child and takes from it each case that has a verdict: at least one.
    fn one_child(&self, rest: &mut VecDeque<String>) -> io::Result<()> {
        let mut child = Command::new(&self.options.program)
            .args(["native-child", "--seed", &self.options.seed.to_string()])
            .envs(self.options.environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(if self.options.verbose { Stdio::inherit() } else { Stdio::piped() })
            .spawn()?;
        let complaints = child.stderr.take().map(last_words);
        if let Some(mut input) = child.stdin.take() {
            // A child that died at once does not read; that shows below.
            let _ = rest.iter().try_for_each(|name| writeln!(input, "{name}"));
        }
        let lines = lines_of(&mut child);
        let verdict = loop {
            match lines.recv_timeout(self.limit) {
                Ok(line) => self.take_line(&line, rest),
                Err(RecvTimeoutError::Timeout) => {
                    // Already dead is fine.
                    let _ = child.kill();
                    break Some((Status::Timeout, format!("no end within {} s", self.limit.as_secs())));
                }
                Err(RecvTimeoutError::Disconnected) => break None,
            }
        };
        let status = child.wait()?;
        if let Some(name) = rest.pop_front() {
            let (verdict, message) = verdict.unwrap_or_else(|| (Status::Crash, death(status)));
            let said = complaints.and_then(|thread| thread.join().ok()).unwrap_or_default();
            self.record(&name, verdict, 0, &format!("{message}{said}"));
        }
        Ok(())
    }

    fn take_line(&self, line: &str, rest: &mut VecDeque<String>) {
        let mut words = line.splitn(5, ' ');
        match (words.next(), words.next()) {
            (Some("driver"), _) => {
                let mut summary = self.summary.lock().unwrap_or_else(PoisonError::into_inner);
                summary.driver.get_or_insert_with(|| line["driver".len()..].trim().to_owned());
            }
            (Some("end"), Some(name)) if rest.front().is_some_and(|front| front == name) => {
                let status = words.next().and_then(Status::from_word).unwrap_or(Status::Fail);
                let milliseconds = words.next().and_then(|ms| ms.parse().ok()).unwrap_or(0);
                self.record(name, status, milliseconds, words.next().unwrap_or(""));
                rest.pop_front();
            }
            // `start`, and whatever a driver prints to standard output.
            _ => {}
        }
    }

    fn record(&self, name: &str, status: Status, milliseconds: u64, message: &str) {
        let mut summary = self.summary.lock().unwrap_or_else(PoisonError::into_inner);
        summary.counts.add(status);
        let (case, reason) = (name.to_owned(), message.to_owned());
        let entry = Entry { case, status, seconds: milliseconds as f32 / 1000.0, process: 0, reason };
        summary.results.insert(name.to_owned(), entry);
        if !self.options.quiet && (self.options.verbose || !status.is_good()) {
            let dash = if message.is_empty() { "" } else { ": " };
            println!("{:12} {name} ({milliseconds} ms){dash}{message}", status.word());
        }
    }
}

fn lines_of(child: &mut Child) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    if let Some(output) = child.stdout.take() {
        // Ends when the child closes its output, at the latest when it dies.
        thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(Result::ok);
            lines.map(|line| sender.send(line)).take_while(Result::is_ok).for_each(drop);
        });
    }
    receiver
}

/// Reads what a child writes to standard error to its end and keeps the last few lines.
fn last_words(errors: ChildStderr) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut last = VecDeque::new();
        for line in BufReader::new(errors).lines().map_while(Result::ok) {
            last.push_back(line);
            if last.len() > 5 {
                last.pop_front();
            }
        }
        last.iter().map(|line| format!("\n    {line}")).collect()
    })
}

fn death(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => format!("the process was killed by signal {signal}"),
        (_, Some(code)) => format!("the process ended by itself with code {code}"),
        _ => "the process ended".into(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// Runs all cases of the sparse group in a shell script that plays the child.
    fn with_script(name: &str, body: &str) -> Summary {
        let path = std::env::temp_dir().join(format!("cts-runner-{name}-{}.sh", std::process::id()));
        let text =
            format!("#!/bin/sh\necho driver Fake One\nwhile read name; do echo start $name; {body}; done\n");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        let options = Options {
            program: path.clone(),
            filters: vec!["sparse.".into()],
            seed: 1,
            jobs: 2,
            verbose: false,
            quiet: false,
            environment: Vec::new(),
        };
        let summary = run(&options).unwrap();
        std::fs::remove_file(path).unwrap();
        summary
    }

    #[test]
    fn a_crash_costs_one_case_and_names_the_signal() {
        let total = super::super::all().iter().filter(|case| case.name.starts_with("sparse.")).count();
        let body = "[ $name = sparse.rebind_storm ] && kill -SEGV $$; echo end $name Pass 1";
        let summary = with_script("crash", body);
        assert_eq!(summary.driver.as_deref(), Some("Fake One"));
        assert_eq!(summary.counts.of(Status::Pass), total - 1);
        let crashed = &summary.results["sparse.rebind_storm"];
        assert_eq!(crashed.status, Status::Crash);
        assert!(crashed.reason.contains("signal 11"), "{crashed:?}");
    }

    #[test]
    fn a_child_that_ends_early_is_a_crash_of_the_case_it_was_in() {
        let summary = with_script("exit", "[ $name = sparse.a_terabyte ] && exit 3; echo end $name Pass 1");
        let bad: Vec<_> = summary.results.values().filter(|entry| !entry.status.is_good()).collect();
        assert!(bad.len() == 1 && bad[0].reason.contains("code 3"), "{bad:?}");
    }
}
