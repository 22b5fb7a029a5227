//! Any text given to the parser of [`text`](crate::text).

use crate::RecordingPageTable;
use crate::text::replay;

/// Replays `script` if it is one, and its output again, which must come out the same.
///
/// # Panics
/// If it does not.
pub fn check_script(script: &str) {
    if let Ok(once) = replay(script, &mut RecordingPageTable::new()) {
        let twice = replay(&once, &mut RecordingPageTable::new());
        assert_eq!(twice.as_ref(), Ok(&once));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzzing::unhex;

    /// What fuzzing has found to reach all of the code, in `fuzz/seeds`.
    #[test]
    fn kept_scripts_are_replayed_or_refused() {
        let seeds = include_str!("../../fuzz/seeds/text.hex").lines();
        for bytes in seeds.take(if cfg!(miri) { 2 } else { usize::MAX }).map(unhex) {
            if let Ok(script) = std::str::from_utf8(&bytes) {
                check_script(script);
            }
        }
    }

    #[test]
    fn nonsense_is_refused_without_a_panic() {
        for script in [
            "map",
            "map 5..2 a@0",
            "map 0..1 a@99999999999999999999",
            "unmap 0..18446744073709551615",
            "map 0..1 é@0",
            "evict ß",
            "\u{0}",
            "map 0..1 a@65536",
            "map 0..1 a@65535",
            "map 70000..70001 a@0",
            "coalesce\n\nmap 0..2 a@0 ro\n",
            "# ends in returns\r\r",
            "map 0..1 a@0\nmap 1..2 a@1\n--\ncoalesce",
            "map 0..1 a@0\nmap 1..2 a@1\n coalesce \r",
        ] {
            check_script(script);
        }
    }
}
