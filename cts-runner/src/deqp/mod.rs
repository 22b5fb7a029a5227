//! Runs Khronos' conformance tests (`deqp-vk`) against the chosen driver, on top of the `deqp-runner` crate.
//!
//! The crate gives batches in parallel processes, a time limit for each case, blame for the case that crashed and a
//! second try of what failed (a case that then passes is a *flake*). Around it:
//!
//! ```text
//!   caselist, group   names of cases          shard         this machine's part of them
//!   expectation       known failures, skips   run, child    the crate, and what it starts
//!   results           files, counts, merged pieces
//!   blame             who makes another fail  progress      the bar
//! ```
//!
//! The journal in the out folder has an [`Entry`] for each case that has ended.

mod blame;
mod caselist;
mod child;
mod expectation;
mod group;
mod progress;
mod results;
mod run;
mod shard;

use std::collections::HashMap;
use std::path::PathBuf;
use std::{fs, io};

pub use child::{become_deqp, tee};
pub use expectation::{ExpectationError, Expectations};
pub use group::help as groups_help;
pub(crate) use results::group_of;
pub use results::{load, merge};
pub use shard::Shard;

use crate::entry::{self, Entry, Results};
use crate::status::{Counts, Status};

/// Cases that fail in company and pass alone whose culprit is looked for; each costs some runs.
const MAX_VICTIMS: usize = 5;

/// What to run and how.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The `deqp-vk` program; its folder must have the test data.
    pub deqp_vk: PathBuf,
    /// Names of groups ([`groups_help`]).
    pub groups: Vec<String>,
    /// Files with names or patterns of cases.
    pub caselists: Vec<PathBuf>,
    /// More names or patterns.
    pub cases: Vec<String>,
    /// Run one case in this many.
    pub sample: usize,
    /// Run only this part.
    pub shard: Option<Shard>,
    /// Folder of an earlier run, whose durations balance the shards.
    pub durations: Option<PathBuf>,
    /// What is known of the driver.
    pub expectations: Expectations,
    /// Go on with the run in the out folder: what ended well is not run again.
    pub resume: bool,
    /// Processes at a time.
    pub jobs: usize,
    /// Cases a process.
    pub batch: usize,
    /// Seconds that one case may take.
    pub timeout: u64,
    /// Folder for results and logs of failures.
    pub out: PathBuf,
}

impl Options {
    fn journal(&self) -> PathBuf {
        self.out.join("journal.csv")
    }
}

/// Why a run did not take place.
#[derive(Debug, thiserror::Error)]
pub enum DeqpError {
    /// No such program.
    #[error("cannot use {path} as deqp-vk: {source}")]
    Program {
        /// As given.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// No such group.
    #[error("there is no group '{0}'\n{help}", help = groups_help())]
    Group(String),
    /// `deqp-vk` could not list the cases of a pattern.
    #[error("deqp-vk did not list the cases of the patterns: {0}")]
    Listing(String),
    /// Nothing matches.
    #[error("no case is named, or no case matches the patterns")]
    NoCases,
    /// The `deqp-runner` crate gave up.
    #[error("deqp-runner: {0}")]
    Runner(String),
}

/// Runs, writes the results into the out folder, prints counts.
///
/// # Errors
/// See [`DeqpError`]; failing cases are not errors, they are in the counts.
pub fn run(options: &Options) -> Result<Counts, DeqpError> {
    let options = prepare(options)?;
    let names = choose(&options)?;
    let (skipped, names): (Vec<_>, Vec<_>) =
        names.into_iter().partition(|name| options.expectations.skipped(name).is_some());
    let file_error = |source| DeqpError::File { path: options.journal(), source };
    let done = entry::last(entry::load(&options.journal()).map_err(file_error)?);
    let is_done = |name: &String| done.get(name).is_some_and(|entry| entry.status.is_good());
    let left: Vec<_> = names.iter().filter(|name| !is_done(name)).cloned().collect();
    if options.resume {
        println!("{} of {} cases have ended well already", names.len() - left.len(), names.len());
    }
    let verdicts: HashMap<_, _> = run::run(&options, &left)?.into_iter().collect();

    let entries = entry::load(&options.journal()).map_err(file_error)?;
    let mut said = entry::last(entries.clone());
    let mut results = Results::new();
    for name in names {
        let mut entry = said.remove(&name).unwrap_or_else(|| silent(&name));
        let status = verdicts.get(&name).copied().unwrap_or(entry.status);
        entry.status = options.expectations.judge(&name, status);
        results.insert(name, entry);
    }
    for name in skipped {
        let reason = options.expectations.skipped(&name).unwrap_or_default().to_owned();
        results.insert(name.clone(), Entry { status: Status::Skipped, reason, ..silent(&name) });
    }
    let counts = results::report(&options.out, &results)?;
    blame_company(&options, &entries, &results)?;
    Ok(counts)
}

/// Absolute paths; the out folder exists, and its journal is empty unless the run goes on.
fn prepare(options: &Options) -> Result<Options, DeqpError> {
    let program = |source| DeqpError::Program { path: options.deqp_vk.clone(), source };
    let folder = |source| DeqpError::File { path: options.out.clone(), source };
    fs::create_dir_all(&options.out).map_err(folder)?;
    let options = Options {
        deqp_vk: options.deqp_vk.canonicalize().map_err(program)?,
        out: options.out.canonicalize().map_err(folder)?,
        ..options.clone()
    };
    if !options.resume {
        match fs::remove_file(options.journal()) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(DeqpError::File { path: options.journal(), source });
            }
            _ => {}
        }
    }
    Ok(options)
}

/// The names of the cases, of this shard only.
fn choose(options: &Options) -> Result<Vec<String>, DeqpError> {
    let names = caselist::names(options)?;
    let Some(shard) = options.shard else { return Ok(names) };
    let past = options.durations.as_deref().map(results::load).transpose()?.unwrap_or_default();
    let seconds = past.into_iter().map(|(name, entry)| (name, entry.seconds)).collect();
    let part = shard.select(names, &seconds);
    println!("shard {}/{}: {} cases", shard.index + 1, shard.count, part.len());
    Ok(part)
}

/// The entry of a case that said nothing before its process died.
fn silent(case: &str) -> Entry {
    let reason = String::new();
    Entry { case: case.to_owned(), status: Status::Missing, seconds: 0.0, process: 0, reason }
}

/// Prints, for cases that fail among others and pass alone, which of the others is to blame.
fn blame_company(options: &Options, entries: &[Entry], results: &Results) -> Result<(), DeqpError> {
    let mut victims: Vec<_> = results.values().filter(|entry| entry.status == Status::Fail).collect();
    victims.truncate(MAX_VICTIMS);
    let again = Options { out: options.out.join("blame"), ..options.clone() };
    if victims.is_empty() || options.batch == 1 {
        return Ok(());
    }
    fs::create_dir_all(&again.out).map_err(|source| DeqpError::File { path: again.out.clone(), source })?;
    for victim in victims {
        let alone = run::run(&again, std::slice::from_ref(&victim.case))?;
        if alone.iter().any(|(_, status)| !status.is_good()) {
            continue;
        }
        match blame::find(&again, entries, &victim.case)? {
            Some(culprit) => println!("{} fails only after {culprit}", victim.case),
            None => println!("{} passes alone", victim.case),
        }
    }
    Ok(())
}
