//! Analyses against text files: `golden/*.ir` hold a function, and below it what is expected of it.
//!
//! `LACUNA_BLESS=1` writes the expectation.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use lacuna_shaders::ir::Function;
use lacuna_shaders::uniformity::{LaneLayout, Shape, Uniformity};

const MARK: &str = "-- shapes\n";

#[test]
fn shapes_are_as_the_files_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let (input, expected) = text.split_once(MARK).unwrap_or((&text, ""));
        let function: Function = input.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let found = shapes(&function);
        if std::env::var_os("LACUNA_BLESS").is_some() {
            fs::write(&file, format!("{input}{MARK}{found}")).unwrap();
        } else {
            assert!(found == expected, "{} has changed; LACUNA_BLESS=1 accepts:\n{found}", file.display());
        }
    }
}

/// The function with a note behind each line that defines something.
fn shapes(function: &Function) -> String {
    let uniformity = Uniformity::new(function, LaneLayout::of(function));
    let note = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let index = |word: &str| word.trim_end_matches(':')[1..].parse::<usize>().ok();
        match words[..] {
            ["variable", name, _] => index(name).map(|i| shape(uniformity.variables[i])),
            ["loop" | "block", name, _] => {
                index(name).map(|i| if uniformity.divergent[i] { "divergent" } else { "together" }.into())
            }
            [name, _, "=", ..] => index(name).map(|i| shape(uniformity.values[i])),
            _ => None,
        }
    };
    let text = function.to_string();
    let lines = text.lines().map(|line| match note(line) {
        Some(note) => format!("{line:44}# {note}\n"),
        None => format!("{line}\n"),
    });
    lines.collect()
}

fn shape(shape: Shape) -> String {
    match shape {
        Shape::UNIFORM => "uniform".into(),
        Shape::Affine(stride) => format!("affine {stride}"),
        Shape::Varying => "varying".into(),
    }
}
