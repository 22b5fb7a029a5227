//! The verdict on one test, whatever suite it comes from.

use std::collections::BTreeMap;
use std::fmt;

/// How one test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It did what it should.
    Pass,
    /// A wrong result that is known of this driver.
    ExpectedFail,
    /// Not run, for a reason that is written down.
    Skipped,
    /// The driver says that it does not offer what the test needs.
    NotSupported,
    /// It did what it should, and was known not to.
    UnexpectedPass,
    /// A wrong result.
    Fail,
    /// The process died.
    Crash,
    /// No end within the time limit.
    Timeout,
    /// Failed once and passed when tried again.
    Flake,
    /// The suite's binary does not know the test.
    Missing,
}

impl Status {
    /// Every status, worst last.
    pub const ALL: [Status; 10] = [
        Status::Pass,
        Status::ExpectedFail,
        Status::Skipped,
        Status::NotSupported,
        Status::UnexpectedPass,
        Status::Fail,
        Status::Crash,
        Status::Timeout,
        Status::Flake,
        Status::Missing,
    ];

    /// One word without spaces, as in result files.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Status::Pass => "Pass",
            Status::ExpectedFail => "ExpectedFail",
            Status::Skipped => "Skipped",
            Status::NotSupported => "NotSupported",
            Status::UnexpectedPass => "UnexpectedPass",
            Status::Fail => "Fail",
            Status::Crash => "Crash",
            Status::Timeout => "Timeout",
            Status::Flake => "Flake",
            Status::Missing => "Missing",
        }
    }

    /// The inverse of [`Status::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

    /// Whether a run with such a result is a good one.
    #[must_use]
    pub fn is_good(self) -> bool {
        self <= Self::NotSupported
    }
}

/// How many tests ended how.
#[derive(Clone, Debug, Default)]
pub struct Counts(BTreeMap<Status, usize>);

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, status: Status) {
        *self.0.entry(status).or_default() += 1;
    }

    /// Number of tests with this status.
    #[must_use]
    pub fn of(&self, status: Status) -> usize {
        self.0.get(&status).copied().unwrap_or(0)
    }

    /// Whether nothing failed.
    #[must_use]
    pub fn all_good(&self) -> bool {
        self.0.keys().all(|status| status.is_good())
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} pass, {} fail", self.of(Status::Pass), self.of(Status::Fail))?;
        write!(f, ", {} not supported", self.of(Status::NotSupported))?;
        let shown = [Status::Pass, Status::Fail, Status::NotSupported];
        for status in Status::ALL.into_iter().filter(|status| !shown.contains(status)) {
            if self.of(status) > 0 {
                write!(f, ", {} {}", self.of(status), status.word().to_lowercase())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        assert!(Status::ALL.into_iter().all(|s| Status::from_word(s.word()) == Some(s)));
    }

    #[test]
    fn one_crash_makes_a_run_bad_and_is_counted_by_name() {
        let mut counts = Counts::default();
        counts.add(Status::Pass);
        counts.add(Status::NotSupported);
        assert!(counts.all_good());
        counts.add(Status::Crash);
        assert!(!counts.all_good());
        assert_eq!(counts.to_string(), "1 pass, 0 fail, 1 not supported, 1 crash");
    }
}
