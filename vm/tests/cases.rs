//! The fifteen ways in which a request can meet a mapping, for map and unmap, with equal and other memory, and null mappings.
#![expect(clippy::unwrap_used, reason = "a failing test may panic")]

use lacuna_vm::RecordingPageTable;
use lacuna_vm::text::replay;

/// Number, old mapping, request, operations of a map, operations of an unmap of the same range.
const CASES: &[(u32, &str, &str, &str, &str)] = &[
    (1, "0..1 a@5", "0..1 a@5", "unmap 0..1 a@5 keep", "unmap 0..1 a@5"),
    (2, "0..1 a@5", "0..1 a@9", "unmap 0..1 a@5", "unmap 0..1 a@5"),
    (3, "0..1 a@5", "0..1 b@5", "unmap 0..1 a@5", "unmap 0..1 a@5"),
    (4, "0..1 a@5", "0..2 a@5", "unmap 0..1 a@5 keep", "unmap 0..1 a@5"),
    (4, "0..1 a@5", "0..2 a@6", "unmap 0..1 a@5", "unmap 0..1 a@5"),
    (4, "0..1 a@5", "0..2 b@5", "unmap 0..1 a@5", "unmap 0..1 a@5"),
    (5, "0..2 a@5", "0..1 b@5", "remap 0..2 a@5: next 1..2 a@6", "remap 0..2 a@5: next 1..2 a@6"),
    (6, "0..2 a@5", "0..1 a@5", "remap 0..2 a@5: next 1..2 a@6 keep", "remap 0..2 a@5: next 1..2 a@6"),
    (6, "0..2 a@5", "0..1 a@9", "remap 0..2 a@5: next 1..2 a@6", "remap 0..2 a@5: next 1..2 a@6"),
    (7, "0..2 a@5", "1..2 b@7", "remap 0..2 a@5: prev 0..1 a@5", "remap 0..2 a@5: prev 0..1 a@5"),
    (8, "0..2 a@5", "1..2 a@6", "remap 0..2 a@5: prev 0..1 a@5 keep", "remap 0..2 a@5: prev 0..1 a@5"),
    (8, "0..2 a@5", "1..2 a@5", "remap 0..2 a@5: prev 0..1 a@5", "remap 0..2 a@5: prev 0..1 a@5"),
    (9, "0..2 a@5", "1..3 b@7", "remap 0..2 a@5: prev 0..1 a@5", "remap 0..2 a@5: prev 0..1 a@5"),
    (10, "0..2 a@5", "1..3 a@6", "remap 0..2 a@5: prev 0..1 a@5 keep", "remap 0..2 a@5: prev 0..1 a@5"),
    (
        11,
        "0..3 a@5",
        "1..2 b@7",
        "remap 0..3 a@5: prev 0..1 a@5 next 2..3 a@7",
        "remap 0..3 a@5: prev 0..1 a@5 next 2..3 a@7",
    ),
    (
        12,
        "0..3 a@5",
        "1..2 a@6",
        "remap 0..3 a@5: prev 0..1 a@5 next 2..3 a@7 keep",
        "remap 0..3 a@5: prev 0..1 a@5 next 2..3 a@7",
    ),
    (13, "1..2 a@6", "0..2 a@5", "unmap 1..2 a@6 keep", "unmap 1..2 a@6"),
    (13, "1..2 a@6", "0..2 a@6", "unmap 1..2 a@6", "unmap 1..2 a@6"),
    (14, "1..2 a@6", "0..3 a@5", "unmap 1..2 a@6 keep", "unmap 1..2 a@6"),
    (14, "1..2 a@6", "0..3 b@5", "unmap 1..2 a@6", "unmap 1..2 a@6"),
    (15, "1..3 a@5", "0..2 b@7", "remap 1..3 a@5: next 2..3 a@6", "remap 1..3 a@5: next 2..3 a@6"),
    (15, "1..3 a@5", "0..2 a@4", "remap 1..3 a@5: next 2..3 a@6 keep", "remap 1..3 a@5: next 2..3 a@6"),
    // Null mappings on either side keep nothing: there is no memory to keep.
    (1, "0..1 null", "0..1 null", "unmap 0..1 null", "unmap 0..1 null"),
    (3, "0..1 null", "0..1 a@5", "unmap 0..1 null", "unmap 0..1 null"),
    (3, "0..1 a@5", "0..1 null", "unmap 0..1 a@5", "unmap 0..1 a@5"),
    (
        11,
        "0..3 null",
        "1..2 a@5",
        "remap 0..3 null: prev 0..1 null next 2..3 null",
        "remap 0..3 null: prev 0..1 null next 2..3 null",
    ),
    (
        12,
        "0..3 null",
        "1..2 null",
        "remap 0..3 null: prev 0..1 null next 2..3 null",
        "remap 0..3 null: prev 0..1 null next 2..3 null",
    ),
    (15, "1..3 a@5", "0..2 null", "remap 1..3 a@5: next 2..3 a@6", "remap 1..3 a@5: next 2..3 a@6"),
    // Other flags are another mapping, even of the same memory.
    (1, "0..1 a@5 ro", "0..1 a@5", "unmap 0..1 a@5 ro", "unmap 0..1 a@5 ro"),
    (1, "0..1 a@5 user=3", "0..1 a@5 user=3", "unmap 0..1 a@5 user=3 keep", "unmap 0..1 a@5 user=3"),
    (
        11,
        "0..3 a@5 user=3",
        "1..2 b@5",
        "remap 0..3 a@5 user=3: prev 0..1 a@5 user=3 next 2..3 a@7 user=3",
        "remap 0..3 a@5 user=3: prev 0..1 a@5 user=3 next 2..3 a@7 user=3",
    ),
];

fn operations(script: &str) -> String {
    let text = replay(script, &mut RecordingPageTable::new()).unwrap();
    let (_, after) = text.split_once("-- operations of the last request\n").unwrap();
    after.split_once("-- space").unwrap().0.trim_end().to_owned()
}

#[test]
fn a_map_takes_the_operations_of_its_case() {
    for (case, old, request, expected, _) in CASES {
        let found = operations(&format!("map {old}\nmap {request}"));
        assert_eq!(found, format!("{expected}\nmap {request}"), "case {case}: {request} onto {old}");
    }
}

#[test]
fn an_unmap_takes_the_operations_of_its_case() {
    for (case, old, request, _, expected) in CASES {
        let range = request.split_whitespace().next().unwrap();
        let found = operations(&format!("map {old}\nunmap {range}"));
        assert_eq!(found, *expected, "case {case}: unmap {range} of {old}");
    }
}

#[test]
fn nothing_there_takes_no_operation() {
    assert_eq!(operations("map 0..2 a@0\nmap 4..6 b@0\nunmap 2..4"), "");
}

#[test]
fn operations_ascend_and_the_map_comes_last() {
    let script = "map 0..3 a@0\nmap 4..5 b@0\nmap 6..8 null\nmap 9..12 c@0\nmap 2..10 d@0";
    let expected = "remap 0..3 a@0: prev 0..2 a@0\nunmap 4..5 b@0\nunmap 6..8 null\nremap 9..12 c@0: next 10..12 c@1\nmap 2..10 d@0";
    assert_eq!(operations(script), expected);
}
