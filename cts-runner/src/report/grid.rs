//! Groups of cases as rows: counts, and a bar with a part for each status.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::class;
use crate::deqp::group_of;
use crate::entry::Results;
use crate::status::{Counts, Status};

/// A row for each group.
pub(super) fn grid(results: &Results) -> Markup {
    let mut groups: BTreeMap<&str, (Counts, f32)> = BTreeMap::new();
    for (name, entry) in results {
        let (counts, seconds) = groups.entry(group_of(name)).or_default();
        counts.add(entry.status);
        *seconds += entry.seconds;
    }
    html! {
        table.grid {
            thead { tr { th { "group" } th { "results" } th.number { "cases" } th.number { "seconds" } th { } } }
            tbody {
                @for (group, (counts, seconds)) in &groups {
                    tr {
                        td { code { (group) } }
                        td { (bar(counts)) }
                        td.number { (total(counts)) }
                        td.number { (format!("{seconds:.1}")) }
                        td { (counts) }
                    }
                }
            }
        }
    }
}

fn total(counts: &Counts) -> usize {
    Status::ALL.into_iter().map(|status| counts.of(status)).sum()
}

/// Parts as wide as their share.
fn bar(counts: &Counts) -> Markup {
    let total = total(counts).max(1) as f64;
    html! {
        span.bar {
            @for status in Status::ALL.into_iter().filter(|&status| counts.of(status) > 0) {
                @let share = counts.of(status) as f64 * 100.0 / total;
                span class=(class(status)) style=(format!("width:{share:.2}%"))
                    title=(format!("{} {}", counts.of(status), status.word())) {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::results;
    use super::*;

    #[test]
    fn a_bar_has_a_part_for_each_status_as_wide_as_its_share() {
        let results = results(&[
            ("t.g.a", Status::Pass, ""),
            ("t.g.b", Status::Pass, ""),
            ("t.g.c", Status::Pass, ""),
            ("t.g.d", Status::Crash, ""),
        ]);
        let text = grid(&results).into_string();
        assert!(text.contains(r#"class="pass" style="width:75.00%" title="3 Pass""#), "{text}");
        assert!(text.contains(r#"class="fail" style="width:25.00%" title="1 Crash""#), "{text}");
    }
}
