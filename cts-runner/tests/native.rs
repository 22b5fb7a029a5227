//! The whole native suite against the checkout's own driver, through the system's Vulkan loader.
//!
//! The driver is the library that lies beside this build (`target/<profile>/libvulkan_lacuna.so`); `CTS_RUNNER_ICD` names
//! the manifest of another one to try.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

const PROGRAM: &str = env!("CARGO_BIN_EXE_cts-runner");

/// A manifest for the driver of this build.
fn manifest() -> PathBuf {
    if let Some(path) = env::var_os("CTS_RUNNER_ICD") {
        return path.into();
    }
    let folder = Path::new(PROGRAM).parent().unwrap();
    let name = "libvulkan_lacuna.so";
    let library = [folder.join(name), folder.join("deps").join(name)].into_iter().find(|path| path.exists());
    let library = library.unwrap_or_else(|| {
        panic!(
            "{name} is not in {}: build the driver first (cargo build -p lacuna-icd, same profile)",
            folder.display()
        )
    });
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lacuna.json");
    let text = format!(
        r#"{{"file_format_version": "1.0.1", "ICD": {{"library_path": "{}", "api_version": "1.3.281"}}}}"#,
        library.display()
    );
    fs::write(&path, text).unwrap();
    path
}

fn run(arguments: &[&str]) -> (Output, String) {
    let output = Command::new(PROGRAM).arg("--icd").arg(manifest()).args(arguments).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output, text)
}

#[test]
fn every_case_passes_or_is_not_supported() {
    let (output, text) = run(&["native"]);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let passed: usize = text
        .lines()
        .find_map(|line| line.strip_prefix("native: ")?.split(' ').next()?.parse().ok())
        .unwrap_or_else(|| panic!("no summary in: {text}"));
    assert!(passed > 50, "hardly anything was supported: {text}");
}

#[test]
fn groups_of_devices_pass_their_cases() {
    let command = Command::new(PROGRAM)
        .env("LACUNA_DEVICES", "3")
        .arg("--icd")
        .arg(manifest())
        .args(["native", "device_group.", "compute.dispatch_base", "sparse.bind_shows_memory"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&command.stdout);
    assert!(command.status.success() && text.contains(" 0 not supported"), "{text}");
}

#[test]
fn the_demo_runs_and_draws_its_picture() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("demo");
    let (output, text) = run(&["demo", "--size", "1GiB", "--pages", "1000", "--out", out.to_str().unwrap()]);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("OK: every value is right"), "{text}");
    let picture = fs::read_to_string(out.join("demo.svg")).unwrap();
    assert!(picture.starts_with("<svg") && picture.trim_end().ends_with("</svg>"));
}

#[test]
fn installed_programs_run_in_windows() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("smoke");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/pictures");
    let folders = ["--out", out.to_str().unwrap(), "--golden", golden.to_str().unwrap()];
    let (output, text) = run(&[&["smoke", "--frames", "120"][..], &folders[..]].concat());
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_missing_driver_is_a_clear_error() {
    let output = Command::new(PROGRAM).args(["--icd", "/nowhere/icd.json", "demo"]).output().unwrap();
    assert!(!output.status.success());
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("no ICD manifest at /nowhere/icd.json"), "{message}");
}
