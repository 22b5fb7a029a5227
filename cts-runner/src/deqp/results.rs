//! Results of a run as files and on the screen; pieces of a run put together.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::DeqpError;
use crate::entry::{self, Entry, Results};
use crate::status::{Counts, Status};

/// Missing features that are printed; all are in the file.
const SHOWN_REASONS: usize = 20;

/// Writes `results.csv`, `failures.csv`, `not-supported.csv` and `junit.xml`, prints counts of each group and why cases are
/// not supported.
pub(super) fn report(out: &Path, results: &Results) -> Result<Counts, DeqpError> {
    let mut counts = Counts::default();
    let (mut all, mut bad) = (String::new(), String::new());
    let mut groups: BTreeMap<&str, Counts> = BTreeMap::new();
    for (name, entry) in results {
        counts.add(entry.status);
        groups.entry(group_of(name)).or_default().add(entry.status);
        all.push_str(&entry.line());
        if !entry.status.is_good() {
            bad.push_str(&entry.line());
        }
    }
    for (group, part) in groups {
        println!("{group:60} {part}");
    }
    let reasons = reasons(results);
    if !reasons.is_empty() {
        println!("not supported because:");
        reasons.iter().take(SHOWN_REASONS).for_each(|(reason, cases)| println!("{cases:8}  {reason}"));
    }
    let reasons = reasons.iter().map(|(reason, cases)| format!("{cases},{reason}\n")).collect();
    let junit = junit(results)?;
    let files =
        [("results.csv", all), ("failures.csv", bad), ("not-supported.csv", reasons), ("junit.xml", junit)];
    for (file, text) in files {
        let path = out.join(file);
        fs::write(&path, text).map_err(|source| DeqpError::File { path, source })?;
    }
    println!("deqp: {counts} ({})", out.join("results.csv").display());
    Ok(counts)
}

/// Why cases are not supported, and how many for each reason; most first.
fn reasons(results: &Results) -> Vec<(&str, usize)> {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in results.values().filter(|entry| entry.status == Status::NotSupported) {
        *reasons.entry(&entry.reason).or_default() += 1;
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|&(_, cases)| std::cmp::Reverse(cases));
    reasons
}

fn junit(results: &Results) -> Result<String, DeqpError> {
    use junit_report::{Duration, ReportBuilder, TestCase, TestSuiteBuilder};
    let mut suite = TestSuiteBuilder::new("deqp-vk");
    for (name, Entry { status, seconds, reason, .. }) in results {
        let time = Duration::milliseconds((seconds * 1000.0) as i64);
        suite.add_testcase(match status {
            Status::NotSupported | Status::Skipped => TestCase::skipped(name),
            status if status.is_good() => TestCase::success(name, time),
            status => TestCase::failure(name, time, status.word(), reason),
        });
    }
    let mut text = Vec::new();
    let report = ReportBuilder::new().add_testsuite(suite.build()).build();
    report.write_xml(&mut text).map_err(|error| DeqpError::Runner(format!("JUnit: {error}")))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The first three parts of a name, without its last: `dEQP-VK.a.b` of `dEQP-VK.a.b.c`, `dEQP-VK.a` of `dEQP-VK.a.b`.
pub(crate) fn group_of(name: &str) -> &str {
    let dots: Vec<_> = name.match_indices('.').map(|(at, _)| at).take(3).collect();
    dots.last().map_or(name, |&at| &name[..at])
}

/// The results in a folder of an earlier run, of `deqp` or `native`.
///
/// # Errors
/// [`DeqpError::File`].
pub fn load(folder: &Path) -> Result<Results, DeqpError> {
    let path = folder.join("results.csv");
    let text = fs::read_to_string(&path).map_err(|source| DeqpError::File { path, source })?;
    Ok(entry::last(text.lines().filter_map(Entry::parse)))
}

/// Puts the results of several runs, such as the shards of one, together. Of a case that is in several, the worst counts.
///
/// # Errors
/// [`DeqpError::File`].
pub fn merge(folders: &[PathBuf], out: &Path) -> Result<Counts, DeqpError> {
    fs::create_dir_all(out).map_err(|source| DeqpError::File { path: out.to_owned(), source })?;
    let mut merged = Results::new();
    for folder in folders {
        for (name, entry) in load(folder)? {
            let known = merged.entry(name).or_insert_with(|| entry.clone());
            if entry.status > known.status {
                *known = entry;
            }
        }
    }
    report(out, &merged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(cases: &[(&str, Status, &str)]) -> Results {
        let entry = |&(case, status, reason): &(&str, Status, &str)| {
            let (case, reason) = (case.to_owned(), reason.to_owned());
            (case.clone(), Entry { case, status, seconds: 0.5, process: 1, reason })
        };
        cases.iter().map(entry).collect()
    }

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("cts-runner-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn groups_are_at_most_three_names_deep() {
        assert_eq!(group_of("dEQP-VK.a.b.c.d"), "dEQP-VK.a.b");
        assert_eq!(group_of("dEQP-VK.info.build"), "dEQP-VK.info");
    }

    #[test]
    fn a_report_has_a_line_for_each_case_and_repeats_the_bad_ones() {
        let out = folder("report");
        let results = results(&[("a.b.c", Status::Pass, "ok"), ("a.b.d", Status::Crash, "<signal>")]);
        let counts = report(&out, &results).unwrap();
        assert!(!counts.all_good());
        assert_eq!(load(&out).unwrap(), results);
        assert_eq!(fs::read_to_string(out.join("failures.csv")).unwrap(), "a.b.d,Crash,0.500,1,<signal>\n");
        let junit = fs::read_to_string(out.join("junit.xml")).unwrap();
        assert!(junit.contains("failures=\"1\"") && junit.contains("&lt;signal&gt;"), "{junit}");
        fs::remove_dir_all(out).unwrap();
    }

    #[test]
    fn reasons_are_counted_most_frequent_first() {
        let unsupported = Status::NotSupported;
        let results = results(&[
            ("a", unsupported, "needs X"),
            ("b", unsupported, "needs Y"),
            ("c", unsupported, "needs Y"),
            ("d", Status::Pass, "ok"),
        ]);
        assert_eq!(reasons(&results), [("needs Y", 2), ("needs X", 1)]);
    }

    #[test]
    fn merged_shards_have_the_totals_of_the_whole() {
        let (one, two, out) = (folder("one"), folder("two"), folder("merged"));
        report(&one, &results(&[("a", Status::Pass, ""), ("b", Status::Pass, "")])).unwrap();
        report(&two, &results(&[("b", Status::Fail, "x"), ("c", Status::NotSupported, "y")])).unwrap();
        let counts = merge(&[one.clone(), two.clone()], &out).unwrap();
        assert_eq!([Status::Pass, Status::Fail, Status::NotSupported].map(|s| counts.of(s)), [1, 1, 1]);
        for folder in [one, two, out] {
            fs::remove_dir_all(folder).unwrap();
        }
    }
}
