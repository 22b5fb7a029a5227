//! Results as one HTML page that needs nothing beside it: groups as a grid, failures with log and images, what changed since
//! an earlier run, bench ratios as charts, pictures of address spaces.
//!
//! The page has no script; every text in it that comes from a driver or a test is escaped by `maud`.

mod bench;
mod failure;
mod grid;
mod trend;

use std::path::{Path, PathBuf};
use std::{fs, io};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::deqp::{self, DeqpError};
use crate::entry::Results;
use crate::status::{Counts, Status};

/// What to show.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Folders of runs of `deqp` or `native`.
    pub runs: Vec<PathBuf>,
    /// Folder of an earlier run to compare with.
    pub before: Option<PathBuf>,
    /// Files that `bench --compare` wrote.
    pub benches: Vec<PathBuf>,
    /// SVG files.
    pub pictures: Vec<PathBuf>,
    /// The page.
    pub out: PathBuf,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// Results of a run cannot be read.
    #[error(transparent)]
    Run(#[from] DeqpError),
    /// A file cannot be read or written.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
}

const STYLE: &str = include_str!("style.css");

/// Writes the page.
///
/// # Errors
/// See [`ReportError`].
pub fn write(options: &Options) -> Result<(), ReportError> {
    let mut sections = Vec::new();
    for folder in &options.runs {
        sections.push(run(folder, &deqp::load(folder)?));
    }
    if let (Some(before), Some(after)) = (&options.before, options.runs.first()) {
        sections.push(trend::section(&deqp::load(before)?, &deqp::load(after)?));
    }
    for path in &options.benches {
        sections.push(bench::section(&read(path)?));
    }
    for path in &options.pictures {
        let picture = read(path)?;
        sections.push(html! { section { h2 { (path.display()) } figure { (PreEscaped(picture)) } } });
    }
    let page = page(&sections).into_string();
    fs::write(&options.out, page).map_err(|error| ReportError::File(options.out.clone(), error))
}

fn read(path: &Path) -> Result<String, ReportError> {
    fs::read_to_string(path).map_err(|error| ReportError::File(path.to_owned(), error))
}

fn page(sections: &[Markup]) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { "Vulkan driver report" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "Vulkan driver report" }
                @for section in sections { (section) }
            }
        }
    }
}

/// One run: totals, the grid of its groups, its failures.
fn run(folder: &Path, results: &Results) -> Markup {
    let mut counts = Counts::default();
    results.values().for_each(|entry| counts.add(entry.status));
    html! {
        section {
            h2 { (folder.display()) }
            p.totals { (counts) }
            (grid::grid(results))
            (failure::list(folder, results))
        }
    }
}

/// The class that gives a status its color.
fn class(status: Status) -> &'static str {
    match status {
        Status::Pass => "pass",
        Status::NotSupported | Status::Skipped => "none",
        Status::ExpectedFail | Status::Flake | Status::UnexpectedPass => "odd",
        Status::Fail | Status::Crash | Status::Timeout | Status::Missing => "fail",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{self, Entry};

    pub(super) fn results(cases: &[(&str, Status, &str)]) -> Results {
        entry::last(cases.iter().map(|&(case, status, reason)| Entry {
            case: case.to_owned(),
            status,
            seconds: 0.5,
            process: 1,
            reason: reason.to_owned(),
        }))
    }

    #[test]
    fn what_a_driver_says_cannot_become_markup() {
        let results = results(&[("a.b.c", Status::Fail, "<script>alert(1)</script>")]);
        let page = page(&[run(Path::new("/nowhere"), &results)]).into_string();
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"), "{page}");
        assert!(page.contains("0 pass, 1 fail"));
    }
}
