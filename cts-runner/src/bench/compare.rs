//! Two drivers in one run: child processes in turn, medians, ratios.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What to compare.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The program to start, `cts-runner` itself.
    pub program: PathBuf,
    /// Manifests of the two drivers.
    pub drivers: [PathBuf; 2],
    /// Arguments of `bench` for both, such as filters.
    pub arguments: Vec<String>,
    /// Runs of each driver.
    pub rounds: usize,
    /// A file for the medians, for the report.
    pub out: Option<PathBuf>,
}

/// A metric that both drivers have a value of, as a line `metric,A,B,unit`.
#[derive(Clone, Debug, PartialEq)]
pub struct CsvRow {
    /// Its name.
    pub metric: String,
    /// Medians of the first and the second driver.
    pub values: [f64; 2],
    /// Their unit.
    pub unit: String,
}

impl CsvRow {
    /// The inverse of the line.
    pub fn parse(line: &str) -> Option<Self> {
        let mut parts = line.split(',');
        let metric = parts.next()?.to_owned();
        let values = [parts.next()?.parse().ok()?, parts.next()?.parse().ok()?];
        Some(Self { metric, values, unit: parts.next()?.to_owned() })
    }

    /// How many times better the first driver is: more of a rate or a count, less of a time.
    pub fn times_better(&self) -> f64 {
        let [a, b] = self.values.map(|value| value.max(f64::MIN_POSITIVE));
        let is_time = ["s", "ms", "us", "ns"].contains(&self.unit.split('/').next().unwrap_or(""));
        if is_time { b / a } else { a / b }
    }

    fn line(&self) -> String {
        let Self { metric, values: [a, b], unit } = self;
        format!("{metric},{a},{b},{unit}\n")
    }
}

/// The values of one metric, for each driver, and the unit.
#[derive(Default)]
struct Row {
    values: [Vec<f64>; 2],
    unit: String,
    /// Place in the first output, so that the table keeps the order of the bench.
    place: usize,
}

/// Runs both drivers alternately and prints median (range) of each and the ratio first / second.
///
/// # Errors
/// When a child cannot be started.
pub fn run(comparison: &Comparison) -> io::Result<()> {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for round in 0..comparison.rounds {
        for (which, driver) in comparison.drivers.iter().enumerate() {
            eprintln!("# round {} of {}: {}", round + 1, comparison.rounds, driver.display());
            let text = one_run(comparison, driver)?;
            for line in text.lines() {
                take(&mut rows, which, line);
            }
        }
    }
    for (name, driver) in ["A", "B"].iter().zip(&comparison.drivers) {
        println!("# {name} = {}", driver.display());
    }
    println!("{:32} {:>34} {:>34} {:>8}  unit", "metric", "A", "B", "A/B");
    let mut ordered: Vec<_> = rows.iter_mut().collect();
    ordered.sort_by_key(|(_, row)| row.place);
    let mut csv = String::new();
    for (name, row) in ordered {
        let [a, b] = &mut row.values;
        let both = middle(a).zip(middle(b));
        let ratio = both.map_or("-".into(), |(a, b)| format!("{:.2}", a / b));
        if let Some((a, b)) = both {
            csv += &CsvRow { metric: name.clone(), values: [a, b], unit: row.unit.clone() }.line();
        }
        println!("{name:32} {:>34} {:>34} {ratio:>8}  {}", summary(a), summary(b), row.unit);
    }
    comparison.out.as_ref().map_or(Ok(()), |path| std::fs::write(path, csv))
}

fn one_run(comparison: &Comparison, driver: &Path) -> io::Result<String> {
    let output = Command::new(&comparison.program)
        .arg("bench")
        .arg("--icd")
        .arg(driver)
        .args(&comparison.arguments)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        eprintln!("# {} ended with {}", driver.display(), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Takes `name value unit …`; comments are skipped, a value that is no number counts as none.
fn take(rows: &mut BTreeMap<String, Row>, which: usize, line: &str) {
    let mut words = line.split_whitespace();
    let (Some(name), Some(value)) = (words.next(), words.next()) else { return };
    if name == "#" {
        return;
    }
    let place = rows.len();
    let row = rows.entry(name.to_owned()).or_insert_with(|| Row { place, ..Row::default() });
    if let Ok(value) = value.parse() {
        row.values[which].push(value);
        row.unit = words.next().unwrap_or("").to_owned();
    }
}

fn middle(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// The median, with the range when runs differ by more than 15 %.
fn summary(values: &mut [f64]) -> String {
    let Some(median) = middle(values) else { return "no".into() };
    let (least, most) = (values[0], values[values.len() - 1]);
    if most <= least * 1.15 {
        number(median)
    } else {
        format!("{} ({} to {})", number(median), number(least), number(most))
    }
}

/// Four significant digits, without an exponent.
pub(crate) fn number(value: f64) -> String {
    let digits = value.abs().max(1e-9).log10().floor() as i32;
    format!("{value:.*}", (3 - digits).clamp(0, 9) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_rows_in_their_order_and_no_value_is_no_number() {
        let mut rows = BTreeMap::new();
        for (which, line) in [
            (0, "# device"),
            (0, "z_first 12.5 us (note)"),
            (0, "a_second no (not supported: x)"),
            (1, "z_first 25 us"),
        ] {
            take(&mut rows, which, line);
        }
        assert_eq!(rows["z_first"].values, [vec![12.5], vec![25.0]]);
        assert_eq!((rows["z_first"].place, rows["a_second"].place), (0, 1));
        assert_eq!(summary(&mut rows.get_mut("a_second").unwrap().values[0]), "no");
    }

    #[test]
    fn rows_of_the_file_read_back() {
        let row = CsvRow { metric: "m".into(), values: [0.25, 4.0], unit: "us/page".into() };
        assert_eq!(CsvRow::parse(row.line().trim_end()), Some(row.clone()));
        assert_eq!(row.times_better(), 16.0);
        assert_eq!(CsvRow { unit: "GB/s".into(), ..row }.times_better(), 0.0625);
    }

    #[test]
    fn numbers_keep_four_digits() {
        assert_eq!(number(5_123_456.7), "5123457");
        assert_eq!(number(0.21309), "0.2131");
        assert_eq!(number(46.934), "46.93");
    }
}
