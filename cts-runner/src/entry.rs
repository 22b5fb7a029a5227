//! What each case did, in files: the journal of a run that may be killed, and the results that a run leaves behind.
//!
//! One line a case, `case,status,seconds,process,reason`; the reason is last because it may have commas. Several processes
//! append to one file, a line in one write each. A torn last line counts as not written.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::status::Status;

/// How one case ended once. It may be tried again: the last entry of a case counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its name.
    pub case: String,
    /// How it ended.
    pub status: Status,
    /// How long it took.
    pub seconds: f32,
    /// The process that ran it: cases with the same number ran one after the other, in the order of the entries.
    pub process: u32,
    /// What the test said.
    pub reason: String,
}

impl Entry {
    /// Its line, with the line feed.
    pub fn line(&self) -> String {
        let Self { case, status, seconds, process, reason } = self;
        format!("{case},{},{seconds:.3},{process},{}\n", status.word(), reason.replace('\n', " "))
    }

    /// The inverse of [`Entry::line`].
    pub fn parse(line: &str) -> Option<Self> {
        let mut parts = line.splitn(5, ',');
        let mut next = || parts.next();
        Some(Self {
            case: next()?.to_owned(),
            status: Status::from_word(next()?)?,
            seconds: next()?.parse().ok()?,
            process: next()?.parse().ok()?,
            reason: next()?.to_owned(),
        })
    }
}

/// The entries of a file, oldest first; none if there is no file.
///
/// # Errors
/// Where it cannot be read.
pub fn load(path: &Path) -> io::Result<Vec<Entry>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text.lines().filter_map(Entry::parse).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// The results of a run by case, with what was said of each.
pub type Results = BTreeMap<String, Entry>;

/// The last entry of each case.
pub fn last(entries: impl IntoIterator<Item = Entry>) -> Results {
    entries.into_iter().map(|entry| (entry.case.clone(), entry)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_reads_back_and_a_torn_line_does_not() {
        let entry = Entry {
            case: "dEQP-VK.a.b".into(),
            status: Status::NotSupported,
            seconds: 0.25,
            process: 7,
            reason: "needs X, Y".into(),
        };
        let line = entry.line();
        assert_eq!(Entry::parse(line.trim_end()), Some(entry));
        assert_eq!(Entry::parse("dEQP-VK.a.b,Pass,0.2"), None);
        assert_eq!(Entry::parse("dEQP-VK.a.b,Pa"), None);
    }

    #[test]
    fn the_last_entry_of_a_case_counts() {
        let entry =
            |status| Entry { case: "a".into(), status, seconds: 1.0, process: 1, reason: String::new() };
        let last = last(vec![entry(Status::Fail), entry(Status::Pass)]);
        assert_eq!(last["a"].status, Status::Pass);
    }
}
