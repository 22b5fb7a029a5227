//! Bench ratios as a chart: a bar to the right where the first driver is better, to the left where it is worse.

use maud::{Markup, html};

use crate::bench::compare::{CsvRow, number};

/// The ratio at which a bar is as long as it gets.
const LONGEST: f64 = 100.0;

/// The chart of the rows that `bench --compare --out` wrote.
pub(super) fn section(csv: &str) -> Markup {
    let rows: Vec<_> = csv.lines().filter_map(CsvRow::parse).collect();
    html! {
        section {
            h2 { "Bench" }
            table.chart {
                thead { tr { th { "metric" } th.number { "A" } th.number { "B" } th { "unit" } th { "A is better" } th { } } }
                tbody { @for row in &rows { (line(row)) } }
            }
        }
    }
}

fn line(row: &CsvRow) -> Markup {
    let better = row.times_better();
    // Half of the chart for each direction, logarithmic.
    let length = (better.max(1.0 / better).log(LONGEST) * 50.0).min(50.0);
    let left = if better >= 1.0 { 50.0 } else { 50.0 - length };
    html! {
        tr {
            td { code { (row.metric) } }
            td.number { (number(row.values[0])) }
            td.number { (number(row.values[1])) }
            td { (row.unit) }
            td {
                span.axis {
                    span class=(if better >= 1.0 { "pass" } else { "fail" })
                        style=(format!("margin-left:{left:.1}%;width:{length:.1}%")) {}
                }
            }
            td.number { (format!("{better:.2} ×")) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lower_latency_and_a_higher_rate_are_both_better() {
        let text =
            section("latency_us,1.0,10.0,us\nrate,10.0,1.0,binds/s\nslow,5.0,10.0,GB/s\n").into_string();
        assert_eq!(text.matches("10.00 ×").count(), 2, "{text}");
        assert!(text.contains("0.50 ×") && text.contains(r#"class="fail""#), "{text}");
    }
}
