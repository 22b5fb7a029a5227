//! Sizes and durations as people read and write them.

use std::time::Duration;

const UNITS: [(&str, u64); 5] =
    [("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// `bytes` in the largest unit that it fills, with one decimal when it is not whole.
#[must_use]
pub fn size(bytes: u64) -> String {
    let (name, unit) = UNITS.iter().find(|(_, unit)| bytes >= *unit).unwrap_or(&UNITS[4]);
    if bytes.is_multiple_of(*unit) {
        format!("{} {name}", bytes / unit)
    } else {
        format!("{:.1} {name}", bytes as f64 / *unit as f64)
    }
}

/// Reads `48GiB`, `512 MiB`, `4096`; the inverse of [`size`] for whole numbers.
///
/// # Errors
/// A message for the command line.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let factor = match unit.trim() {
        "" => Some(1),
        unit => UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)).map(|(_, factor)| *factor),
    };
    number
        .parse::<u64>()
        .ok()
        .zip(factor)
        .and_then(|(number, factor)| number.checked_mul(factor))
        .ok_or_else(|| format!("{text:?} is no size; write for example 48GiB"))
}

/// Reads `20` and `1/20`, both one in twenty.
///
/// # Errors
/// A message for the command line.
pub fn parse_fraction(text: &str) -> Result<usize, String> {
    let number = text.strip_prefix("1/").unwrap_or(text).parse::<usize>().ok();
    number.filter(|&n| n > 0).ok_or_else(|| format!("{text:?} is no fraction; write 20 or 1/20"))
}

/// A duration with three significant digits.
#[must_use]
pub fn duration(time: Duration) -> String {
    let ns = time.as_nanos() as f64;
    match ns {
        ..1e3 => format!("{ns:.0} ns"),
        ..1e6 => format!("{:.3} µs", ns / 1e3),
        ..1e9 => format!("{:.3} ms", ns / 1e6),
        _ => format!("{:.3} s", ns / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_sizes_survive_printing_and_parsing() {
        for bytes in [1, 1023, 1 << 10, 3 << 20, 48 << 30, 1 << 40] {
            assert_eq!(parse_size(&size(bytes)), Ok(bytes));
        }
    }

    #[test]
    fn a_size_that_overflows_or_has_no_unit_is_refused() {
        assert!(parse_size("99999999999999 TiB").is_err());
        assert!(parse_size("12 bananas").is_err());
        assert!(parse_size("").is_err());
    }
}
