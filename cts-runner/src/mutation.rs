//! Tests of the tests: a driver that was built with deliberate bugs has one switched on at a time, and the case that is named
//! beside it in a document must fail.
//!
//! The document is a Markdown table, `| name | what is wrong | case |`; other lines are prose. The driver reads the name in
//! `LACUNA_MUTATION`. `tools/mutations` builds such a driver and runs this.

use std::io;
use std::path::{Path, PathBuf};

use crate::native::{self, Summary};

/// What to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// This program, for children.
    pub program: PathBuf,
    /// Only bugs whose name contains one of these; all when empty.
    pub filters: Vec<String>,
    /// The document.
    pub table: PathBuf,
    /// All cases instead of those that the document names.
    pub all: bool,
}

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The document cannot be read, or no child started.
    #[error("{0}: {1}")]
    System(String, #[source] io::Error),
    /// The document names no bugs.
    #[error("{0} has no table of bugs")]
    NoTable(String),
    /// The driver fails the cases with nothing wrong switched on.
    #[error("without any bug {0} already fails: {1}")]
    Broken(String, String),
}

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutation {
    /// What the driver calls it.
    pub name: String,
    /// The case that notices it.
    pub case: String,
}

/// The table in a document.
#[must_use]
pub fn table(text: &str) -> Vec<Mutation> {
    let code = |cell: &str| Some(cell.trim().strip_prefix('`')?.strip_suffix('`')?.to_owned());
    text.lines()
        .filter_map(|line| {
            let cells: Vec<_> = line.trim().strip_prefix('|')?.strip_suffix('|')?.split('|').collect();
            let [name, _, case] = cells[..] else { return None };
            Some(Mutation { name: code(name)?, case: code(case)? })
        })
        .collect()
}

/// Switches on one bug after the other; returns the names of those that nothing noticed.
///
/// # Errors
/// See [`Error`].
pub fn run(options: &Options) -> Result<Vec<String>, Error> {
    let mutations = chosen(options)?;
    let cases: Vec<_> = mutations.iter().map(|mutation| mutation.case.clone()).collect();
    let healthy = suite(options, cases, Vec::new())?;
    if let Some(bad) = healthy.results.values().find(|entry| !entry.status.is_good()) {
        return Err(Error::Broken(bad.case.clone(), bad.reason.clone()));
    }
    let mut missed = Vec::new();
    for Mutation { name, case } in mutations {
        let filters = if options.all { Vec::new() } else { vec![case.clone()] };
        let summary = suite(options, filters, vec![("LACUNA_MUTATION".into(), name.clone())])?;
        let caught: Vec<_> = summary.results.values().filter(|entry| !entry.status.is_good()).collect();
        match caught.first() {
            Some(first) => {
                println!("caught  {name}: {} cases, such as {}: {}", caught.len(), first.case, first.reason);
            }
            None => {
                println!("MISSED  {name}: {case} passes");
                missed.push(name);
            }
        }
    }
    println!("mutations: {} missed", missed.len());
    Ok(missed)
}

fn chosen(options: &Options) -> Result<Vec<Mutation>, Error> {
    let path = options.table.display().to_string();
    let text = std::fs::read_to_string(&options.table).map_err(|error| Error::System(path.clone(), error))?;
    let wanted = |name: &str| {
        options.filters.is_empty() || options.filters.iter().any(|filter| name.contains(filter.as_str()))
    };
    let mutations: Vec<_> = table(&text).into_iter().filter(|mutation| wanted(&mutation.name)).collect();
    if mutations.is_empty() { Err(Error::NoTable(path)) } else { Ok(mutations) }
}

fn suite(
    options: &Options,
    filters: Vec<String>,
    environment: Vec<(String, String)>,
) -> Result<Summary, Error> {
    native::run(&native::Options {
        program: options.program.clone(),
        filters,
        seed: 1,
        jobs: std::thread::available_parallelism().map_or(1, usize::from),
        verbose: false,
        quiet: true,
        environment,
    })
    .map_err(|error| Error::System("a child of the suite".into(), error))
}

/// The names of all deliberate bugs in the sources below a folder, sorted; for the test that holds them against the document.
///
/// # Errors
/// Where a file cannot be read.
pub fn in_sources(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            names.extend(in_sources(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path)?;
            let calls = text.split("mutation::is(\"").skip(1);
            names.extend(calls.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
        }
    }
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_found_among_prose() {
        let text =
            "# Bugs\n\n| name | wrong | case |\n|---|---|---|\n| `a_b` | it is | `x.y` |\nand `so` on\n";
        assert_eq!(table(text), [Mutation { name: "a_b".into(), case: "x.y".into() }]);
    }
}
