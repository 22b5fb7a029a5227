//! `cts-runner deqp` with a stand-in for `deqp-vk`: a script that answers as the real program does.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Names decide: `crash` kills itself, `fail` fails, `unsupported` says so, `victim` fails after `culprit`.
const STAND_IN: &str = r#"#!/bin/bash
for argument in "$@"; do case "$argument" in
  --deqp-caselist-file=*) list=${argument#*=} ;;
  --deqp-log-filename=*) : > "${argument#*=}" ;;
esac; done
for name in $(cat "$list"); do
  echo "Test case '$name'.."
  [ -n "$STOP_AT" ] && [ "$name" = "$STOP_AT" ] && sleep 0.3 && kill -9 $RUNNER && exit
  case "$name" in
    *crash*) kill -SEGV $$ ;;
    *fail*) echo "  Fail (wrong value)" ;;
    *unsupported*) echo "  NotSupported (Feature x at vktTest.cpp:7)" ;;
    *culprit*) spoilt=1; echo "  Pass (ok)" ;;
    *victim*) if [ -n "$spoilt" ]; then echo "  Fail (spoilt)"; else echo "  Pass (ok)"; fi ;;
    *) echo "  Pass (ok)" ;;
  esac
done
echo "DONE!"
"#;

/// A folder with the stand-in, a list of cases and a manifest that is only named.
struct Site {
    folder: PathBuf,
}

impl Site {
    fn new(name: &str, cases: &[&str]) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("deqp-{name}"));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let program = folder.join("deqp-vk");
        fs::write(&program, STAND_IN).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(folder.join("cases.txt"), cases.join("\n")).unwrap();
        fs::write(folder.join("icd.json"), "{}").unwrap();
        Self { folder }
    }

    fn run(&self, arguments: &[&str]) -> (Output, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cts-runner"));
        command.current_dir(&self.folder).args(["--icd", "icd.json", "deqp", "--deqp-vk", "deqp-vk"]);
        let output = command
            .args(["--caselist", "cases.txt", "--jobs", "1"])
            .args(if arguments.contains(&"--out") { &[][..] } else { &["--out", "out"] })
            .args(arguments)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        (output, text)
    }

    fn result(&self, case: &str) -> String {
        let results = fs::read_to_string(self.folder.join("out/results.csv")).unwrap();
        let line = results.lines().find(|line| line.split(',').next() == Some(case));
        line.and_then(|line| line.split(',').nth(1)).unwrap_or("absent").to_owned()
    }
}

#[test]
fn a_crash_costs_one_case_and_reasons_are_counted() {
    let site = Site::new("crash", &["t.a", "t.crash", "t.fail", "t.unsupported1", "t.unsupported2", "t.z"]);
    let (output, text) = site.run(&[]);
    assert!(!output.status.success());
    let results = ["t.a", "t.crash", "t.fail", "t.unsupported1", "t.z"].map(|case| site.result(case));
    assert_eq!(results, ["Pass", "Crash", "Fail", "NotSupported", "Pass"], "{text}");
    assert!(text.contains("2  Feature x\n"), "{text}");
}

#[test]
fn known_failures_are_good_and_skips_do_not_run() {
    let site = Site::new("expected", &["t.a", "t.crash", "t.fail"]);
    fs::write(site.folder.join("expected-fails.txt"), "t.fail # known\n").unwrap();
    fs::write(site.folder.join("skips.txt"), "t.cr* # kills the machine\n").unwrap();
    let (output, text) = site.run(&["--expect", "."]);
    assert!(output.status.success(), "{text}");
    assert_eq!(["t.fail", "t.crash"].map(|case| site.result(case)), ["ExpectedFail", "Skipped"]);
}

#[test]
fn the_case_that_spoils_another_is_named() {
    let mut cases: Vec<_> = (0..20).map(|n| format!("t.c{n:02}")).collect();
    cases.extend(["t.c05culprit".to_owned(), "t.victim".to_owned()]);
    let site = Site::new("culprit", &cases.iter().map(String::as_str).collect::<Vec<_>>());
    let (_, text) = site.run(&[]);
    assert!(text.contains("t.victim fails only after t.c05culprit"), "{text}");
}

#[test]
fn a_killed_run_goes_on_where_it_was() {
    let cases: Vec<_> = (0..10).map(|n| format!("t.c{n}")).collect();
    let site = Site::new("resume", &cases.iter().map(String::as_str).collect::<Vec<_>>());
    // The stand-in kills the runner in the middle; what has ended by then is in the journal.
    let runner = env!("CARGO_BIN_EXE_cts-runner");
    let script = format!(
        "RUNNER=$$ STOP_AT=t.c6 exec {runner} --icd icd.json deqp --deqp-vk deqp-vk --caselist cases.txt --out out --jobs 1"
    );
    let killed = Command::new("bash").current_dir(&site.folder).args(["-c", &script]).output().unwrap();
    assert!(killed.status.code().is_none(), "it was not killed: {killed:?}");
    let (output, text) = site.run(&["--resume"]);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("6 of 10 cases have ended well already"), "{text}");
    assert!(text.contains("deqp: 10 pass, 0 fail"), "{text}");
}

#[test]
fn merged_shards_have_the_totals_of_one_run() {
    let cases: Vec<_> = (0..30).map(|n| format!("t.{}{n}", ["a", "fail", "unsupported"][n % 3])).collect();
    let site = Site::new("shards", &cases.iter().map(String::as_str).collect::<Vec<_>>());
    let (_, whole) = site.run(&["--batch", "1"]);
    for shard in 1..=4 {
        let out = format!("part{shard}");
        site.run(&["--batch", "1", "--shard", &format!("{shard}/4"), "--out", &out, "--durations", "out"]);
    }
    let merge = Command::new(env!("CARGO_BIN_EXE_cts-runner"))
        .current_dir(&site.folder)
        .args(["merge", "part1", "part2", "part3", "part4", "--out", "merged"])
        .output()
        .unwrap();
    let merged = String::from_utf8_lossy(&merge.stdout).into_owned();
    let totals = |text: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix("deqp: ")).unwrap_or("none").to_owned();
        line.split(" (").next().unwrap_or_default().to_owned()
    };
    assert_eq!(totals(&whole), "10 pass, 10 fail, 10 not supported");
    assert_eq!(totals(&merged), totals(&whole), "{merged}");
}
