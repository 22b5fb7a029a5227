//! Runs Khronos' conformance tests (`deqp-vk`) against the chosen driver, on top of the `deqp-runner` crate.
//!
//! The crate gives batches in parallel processes, a time limit for each case, blame for the case that crashed and a
//! second try of what failed (a case that then passes is a *flake*). This module gives it the list of cases
//! (`caselist.rs`), points it at the driver, and counts the results in the suite's own words ([`crate::status`]).

mod caselist;
mod run;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{fs, io};

use crate::status::{Counts, Status};

/// What to run and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The `deqp-vk` program; its folder must have the test data.
    pub deqp_vk: PathBuf,
    /// Files with names or patterns of cases.
    pub caselists: Vec<PathBuf>,
    /// More names or patterns.
    pub cases: Vec<String>,
    /// Run one case in this many.
    pub sample: usize,
    /// Processes at a time.
    pub jobs: usize,
    /// Cases a process.
    pub batch: usize,
    /// Seconds that one case may take.
    pub timeout: u64,
    /// Folder for results and logs of failures.
    pub out: PathBuf,
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

/// Runs, writes `results.csv` (a line `case,status` each) and `failures.csv` into the out folder, prints counts.
///
/// # Errors
/// See [`DeqpError`]; failing cases are not errors, they are in the counts.
pub fn run(options: &Options) -> Result<Counts, DeqpError> {
    let deqp_vk = options
        .deqp_vk
        .canonicalize()
        .map_err(|source| DeqpError::Program { path: options.deqp_vk.clone(), source })?;
    let options = Options { deqp_vk, ..options.clone() };
    fs::create_dir_all(&options.out)
        .map_err(|source| DeqpError::File { path: options.out.clone(), source })?;
    let names = caselist::names(&options)?;
    let results = run::run(&options, names)?;
    report(&options, &results)
}

fn report(options: &Options, results: &[(String, Status)]) -> Result<Counts, DeqpError> {
    let mut counts = Counts::default();
    let (mut all, mut bad) = (String::new(), String::new());
    for (name, status) in results {
        counts.add(*status);
        let line = format!("{name},{}\n", status.word());
        all.push_str(&line);
        if !status.is_good() {
            bad.push_str(&line);
        }
    }
    let mut groups: BTreeMap<&str, Counts> = BTreeMap::new();
    for (name, status) in results {
        groups.entry(group_of(name)).or_default().add(*status);
    }
    for (group, part) in groups {
        println!("{group:60} {part}");
    }
    for (file, text) in [("results.csv", all), ("failures.csv", bad)] {
        let path = options.out.join(file);
        fs::write(&path, text).map_err(|source| DeqpError::File { path, source })?;
    }
    println!("deqp: {counts} ({})", options.out.join("results.csv").display());
    Ok(counts)
}

/// The first three parts of a name, without its last: `dEQP-VK.a.b` of `dEQP-VK.a.b.c`, `dEQP-VK.a` of `dEQP-VK.a.b`.
fn group_of(name: &str) -> &str {
    let dots: Vec<_> = name.match_indices('.').map(|(at, _)| at).take(3).collect();
    dots.last().map_or(name, |&at| &name[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_at_most_three_names_deep() {
        assert_eq!(group_of("dEQP-VK.a.b.c.d"), "dEQP-VK.a.b");
        assert_eq!(group_of("dEQP-VK.info.build"), "dEQP-VK.info");
    }

    #[test]
    fn a_report_has_a_line_for_each_case_and_repeats_the_bad_ones() {
        let out = std::env::temp_dir().join(format!("cts-runner-deqp-{}", std::process::id()));
        fs::create_dir_all(&out).unwrap();
        let options = Options {
            deqp_vk: PathBuf::new(),
            caselists: Vec::new(),
            cases: Vec::new(),
            sample: 1,
            jobs: 1,
            batch: 1,
            timeout: 1,
            out: out.clone(),
        };
        let results = [("a.b.c.d".into(), Status::Pass), ("a.b.d.e".into(), Status::Crash)];
        let counts = report(&options, &results).unwrap();
        assert!(!counts.all_good());
        assert_eq!(fs::read_to_string(out.join("results.csv")).unwrap(), "a.b.c.d,Pass\na.b.d.e,Crash\n");
        assert_eq!(fs::read_to_string(out.join("failures.csv")).unwrap(), "a.b.d.e,Crash\n");
        fs::remove_dir_all(out).unwrap();
    }
}
