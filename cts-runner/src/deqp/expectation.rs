//! What a driver is known to fail, and what is not worth running on it: two files in a folder of its own.
//!
//! `expected-fails.txt` and `skips.txt` have a name or a pattern with `*` on each line, and behind `#` the reason. A line
//! without a reason is an error: nobody would know when it may go.

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::status::Status;

/// The two lists.
#[derive(Clone, Debug, Default)]
pub struct Expectations {
    fails: Vec<Expected>,
    skips: Vec<Expected>,
}

#[derive(Clone, Debug)]
struct Expected {
    pattern: String,
    reason: String,
}

/// Why the lists cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ExpectationError {
    /// A file cannot be read.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// A line has no reason.
    #[error("{0}:{1}: a reason must follow the pattern, behind '#'")]
    NoReason(PathBuf, usize),
}

impl Expectations {
    /// The lists in a folder; a file that is not there is an empty list.
    ///
    /// # Errors
    /// See [`ExpectationError`].
    pub fn load(folder: &Path) -> Result<Self, ExpectationError> {
        let list = |name: &str| {
            let path = folder.join(name);
            match fs::read_to_string(&path) {
                Ok(text) => parse(&text).map_err(|line| ExpectationError::NoReason(path, line)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
                Err(error) => Err(ExpectationError::File(path, error)),
            }
        };
        Ok(Self { fails: list("expected-fails.txt")?, skips: list("skips.txt")? })
    }

    /// Why a case is not to be run.
    pub fn skipped(&self, case: &str) -> Option<&str> {
        find(&self.skips, case)
    }

    /// The status of a case in the light of what was expected.
    pub fn judge(&self, case: &str, status: Status) -> Status {
        match (find(&self.fails, case), status) {
            (Some(_), Status::Fail | Status::Crash | Status::Timeout) => Status::ExpectedFail,
            (Some(_), Status::Pass) => Status::UnexpectedPass,
            _ => status,
        }
    }
}

fn find<'a>(list: &'a [Expected], case: &str) -> Option<&'a str> {
    list.iter().find(|expected| matches(&expected.pattern, case)).map(|expected| expected.reason.as_str())
}

/// The number of the first line without a reason is the error.
fn parse(text: &str) -> Result<Vec<Expected>, usize> {
    let lines = (1..).zip(text.lines().map(str::trim));
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|(number, line)| {
            let (pattern, reason) = line.split_once('#').ok_or(number)?;
            let (pattern, reason) = (pattern.trim().to_owned(), reason.trim().to_owned());
            if reason.is_empty() { Err(number) } else { Ok(Expected { pattern, reason }) }
        })
        .collect()
}

/// Whether a name fits a pattern in which `*` stands for any characters.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(part) = last.replace(part) {
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, name, fits) in [
            ("a.b", "a.b", true),
            ("a.b", "a.bc", false),
            ("a.*", "a.b.c", true),
            ("*.c", "a.b.c", true),
            ("a.*.c", "a.b.c", true),
            ("a.*b*.c", "a.c.c", false),
            ("a*a", "a", false),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn a_line_without_a_reason_is_an_error() {
        assert_eq!(parse("# a comment\n\na.b # why\n").unwrap().len(), 1);
        assert_eq!(parse("a.b # why\nc.d\n").err(), Some(2));
        assert_eq!(parse("c.d #\n").err(), Some(1));
    }

    #[test]
    fn what_fails_as_expected_is_good_and_what_passes_after_all_is_not() {
        let expectations =
            Expectations { fails: parse("a.* # why").unwrap(), skips: parse("s # slow").unwrap() };
        assert_eq!(expectations.judge("a.b", Status::Fail), Status::ExpectedFail);
        assert_eq!(expectations.judge("a.b", Status::Pass), Status::UnexpectedPass);
        assert_eq!(expectations.judge("a.b", Status::NotSupported), Status::NotSupported);
        assert_eq!(expectations.judge("b", Status::Fail), Status::Fail);
        assert_eq!(expectations.skipped("s"), Some("slow"));
    }
}
