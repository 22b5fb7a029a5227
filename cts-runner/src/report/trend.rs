//! What changed between two runs.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::class;
use crate::entry::Results;
use crate::status::Status;

/// Cases that are listed for each kind of change.
const SHOWN: usize = 100;

/// A table of changes: from which status to which, and the cases.
pub(super) fn section(before: &Results, after: &Results) -> Markup {
    let changes = changes(before, after);
    html! {
        section {
            h2 { "Changes" }
            @if changes.is_empty() { p { "No case changed." } }
            @for ((from, to), cases) in &changes {
                details {
                    summary {
                        (cases.len()) " cases from " (label(*from)) " to " (label(*to))
                    }
                    ul { @for case in cases.iter().take(SHOWN) { li { code { (case) } } } }
                }
            }
        }
    }
}

fn label(status: Option<Status>) -> Markup {
    html! {
        @match status {
            Some(status) => span class=(class(status)) { (status.word()) },
            None => span.none { "absent" },
        }
    }
}

/// From and to.
type Change = (Option<Status>, Option<Status>);

fn changes<'a>(before: &'a Results, after: &'a Results) -> BTreeMap<Change, Vec<&'a str>> {
    let status = |results: &Results, case: &str| results.get(case).map(|entry| entry.status);
    let gone = before.keys().filter(|case| !after.contains_key(*case));
    let mut changes: BTreeMap<Change, Vec<&str>> = BTreeMap::new();
    for case in after.keys().chain(gone) {
        let change = (status(before, case), status(after, case));
        if change.0 != change.1 {
            changes.entry(change).or_default().push(case);
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::super::tests::results;
    use super::*;

    #[test]
    fn cases_are_grouped_by_what_became_of_them() {
        let before = results(&[("a", Status::Fail, ""), ("b", Status::Pass, ""), ("c", Status::Pass, "")]);
        let after = results(&[("a", Status::Pass, ""), ("b", Status::Pass, ""), ("d", Status::Crash, "")]);
        let changes = changes(&before, &after);
        assert_eq!(changes.len(), 3);
        assert_eq!(changes[&(Some(Status::Fail), Some(Status::Pass))], ["a"]);
        assert_eq!(changes[&(Some(Status::Pass), None)], ["c"]);
        assert_eq!(changes[&(None, Some(Status::Crash))], ["d"]);
    }
}
