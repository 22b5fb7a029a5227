//! The fifteen diagrams of the documentation show what happens.

use lacuna_vm::RecordingPageTable;
use lacuna_vm::text::replay;

/// Characters from one page to the next.
const PAGE: usize = 6;
/// Where page 0 begins.
const MARGIN: usize = 10;

/// The mappings of a line, as scripts write them: bars are where they begin and end.
fn mappings(line: &str) -> Vec<String> {
    let bars: Vec<_> = line.match_indices('|').map(|(at, _)| at).collect();
    let page = |at: usize| (at - MARGIN) / PAGE;
    let between = |bars: &[usize]| {
        let memory = line[bars[0] + 1..bars[1]].trim_matches('-');
        format!("{}..{} {memory}", page(bars[0]), page(bars[1]))
    };
    bars.windows(2).map(between).collect()
}

/// What kind of operation it is: of `remap 0..2 a@5: next 1..2 a@6 keep`, for example, `remap next keep`.
fn kind(operation: &str) -> String {
    let words = operation.split_whitespace();
    words.filter(|word| word.chars().all(char::is_alphabetic)).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_diagram_is_true() {
    let mut count = 0;
    let (mut old, mut request, mut new) = (vec![], vec![], vec![]);
    for line in include_str!("../docs/CASES.md").lines() {
        match line.split_whitespace().next() {
            Some("old") => old = mappings(line),
            Some("req") => request = mappings(line),
            Some("new") => new = mappings(line),
            Some("ops") => {
                count += 1;
                let script = format!("map {}\nmap {}", old[0], request[0]);
                let text = replay(&script, &mut RecordingPageTable::new()).unwrap();
                let (_, text) = text.split_once("-- operations of the last request\n").unwrap();
                let (operations, space) = text.split_once("\n-- space\n").unwrap();
                let kinds: Vec<_> = operations.lines().map(kind).collect();
                assert_eq!(line[MARGIN..], kinds.join(", "), "case {count}");
                assert_eq!(space.trim_end(), new.join(" | "), "case {count}");
            }
            _ => {}
        }
    }
    assert_eq!(count, 15);
}
