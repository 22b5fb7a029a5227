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

/// Old mapping and request of each case, in pages.
const SHAPES: [(u32, [u32; 2], [u32; 2]); 15] = [
    (1, [0, 1], [0, 1]),
    (2, [0, 1], [0, 1]),
    (3, [0, 1], [0, 1]),
    (4, [0, 1], [0, 2]),
    (5, [0, 2], [0, 1]),
    (6, [0, 2], [0, 1]),
    (7, [0, 2], [1, 2]),
    (8, [0, 2], [1, 2]),
    (9, [0, 2], [1, 3]),
    (10, [0, 2], [1, 3]),
    (11, [0, 3], [1, 2]),
    (12, [0, 3], [1, 2]),
    (13, [1, 2], [0, 2]),
    (14, [1, 2], [0, 3]),
    (15, [1, 3], [0, 2]),
];

/// Each case with the same memory, with another place in the same BO and with another BO; alone and between null mappings that touch it.
#[test]
fn every_case_with_every_memory_between_every_neighbours() {
    const BASE: u32 = 4;
    // Miri is some thousand times slower.
    let shapes = SHAPES.into_iter().filter(|(case, ..)| !cfg!(miri) || case % 7 == 4);
    for (case, old, request) in shapes {
        let ([start, end], [from, to]) = (old.map(|page| page + BASE), request.map(|page| page + BASE));
        for (memory, keep) in
            [(format!("a@{}", 20 + from - start), true), ("a@50".into(), false), ("b@20".into(), false)]
        {
            // Page `start` of the old mapping is page 20 of its BO; a request before it begins at the page before.
            let memory = if from < start && keep { format!("a@{}", 20 - (start - from)) } else { memory };
            for neighbours in if cfg!(miri) { 3..4 } else { 0..4 } {
                let (low, high) = (start.min(from), end.max(to));
                let left = format!("{}..{low} null", low - 2);
                let right = format!("{high}..{} null", high + 2);
                let (has_left, has_right) = (neighbours & 1 != 0, neighbours & 2 != 0);
                let mut script = String::new();
                for (there, text) in [(has_left, &left), (has_right, &right)] {
                    script += &if there { format!("map {text}\n") } else { String::new() };
                }
                let remains = |map: bool| {
                    let mut parts = Vec::new();
                    parts.extend(has_left.then(|| left.clone()));
                    parts.extend((start < from).then(|| format!("{start}..{from} a@20")));
                    parts.extend(map.then(|| format!("{from}..{to} {memory}")));
                    parts.extend((to < end).then(|| format!("{to}..{end} a@{}", 20 + to - start)));
                    parts.extend(has_right.then(|| right.clone()));
                    parts.join(" | ")
                };
                let prev = if start < from { format!(" prev {start}..{from} a@20") } else { String::new() };
                let next =
                    if to < end { format!(" next {to}..{end} a@{}", 20 + to - start) } else { String::new() };
                let operation = match (prev.as_str(), next.as_str()) {
                    ("", "") => format!("unmap {start}..{end} a@20"),
                    _ => format!("remap {start}..{end} a@20:{prev}{next}"),
                };
                let kept = if keep { " keep" } else { "" };
                let text = |request: &str| {
                    replay(
                        &format!("{script}map {start}..{end} a@20\n{request}"),
                        &mut RecordingPageTable::new(),
                    )
                    .unwrap()
                };
                let after = |operations: &str, space: &str| {
                    format!("-- operations of the last request\n{operations}\n-- space\n{space}\n")
                };
                let map = text(&format!("map {from}..{to} {memory}"));
                let expected =
                    after(&format!("{operation}{kept}\nmap {from}..{to} {memory}"), &remains(true));
                assert!(map.ends_with(&expected), "case {case}: {map} is not {expected}");
                let unmap = text(&format!("unmap {from}..{to}"));
                let expected = after(&operation, &remains(false));
                assert!(unmap.ends_with(&expected), "case {case}: {unmap} is not {expected}");
            }
        }
    }
}
