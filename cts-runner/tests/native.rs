//! The whole native suite against the checkout's own driver, through the system's Vulkan loader.
//!
//! The driver is the library that lies beside this build (`target/<profile>/libvulkan_lacuna.so`); `CTS_RUNNER_ICD` names
//! the manifest of another one to try.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use std::time::Duration;
use std::{env, fs};

const PROGRAM: &str = env!("CARGO_BIN_EXE_cts-runner");

/// A manifest for the driver of this build. Made once: tests run side by side, and must not find it half written.
static MANIFEST: LazyLock<PathBuf> = LazyLock::new(|| {
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
});

fn run(arguments: &[&str]) -> (Output, String) {
    run_with(&[], arguments)
}

fn run_with(switches: &[(&str, &str)], arguments: &[&str]) -> (Output, String) {
    let mut program = Command::new(PROGRAM);
    program.arg("--icd").arg(&*MANIFEST).args(arguments).envs(switches.iter().copied());
    let output = program.output().unwrap();
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

/// Runs native cases with switches; all have to pass, but for so many that are not supported.
fn pass_with(switches: &[(&str, &str)], filters: &[&str], not_supported: usize) {
    let (output, text) = run_with(switches, &[&["native"], filters].concat());
    assert!(output.status.success(), "{switches:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
    let summary = text.lines().find(|line| line.starts_with("native: ")).unwrap_or_else(|| panic!("{text}"));
    assert!(summary.contains(&format!(" {not_supported} not supported")), "{switches:?}: {summary}");
}

#[test]
fn each_tier_of_code_passes_alone() {
    for tier in ["quick", "optimized"] {
        let (output, text) = run_with(
            &[("LACUNA_TIER", tier)],
            &["native", "compute.", "descriptor.", "sparse.", "sparse_buffer.", "sparse_image.", "texture."],
        );
        assert!(output.status.success(), "{tier}: {text}{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// All but the case that takes minutes.
#[test]
fn memory_runs_out_gracefully() {
    let switches = [("LACUNA_VRAM", "64M"), ("LACUNA_SWAP", "/var/tmp,512M")];
    pass_with(&switches, &["paging."], 1);
}

#[test]
fn memory_that_moves_at_random_holds_its_bytes() {
    let filters = ["paging.", "sparse", "memory.", "transfer.", "image.", "descriptor."];
    for mode in ["chaos:1", "chaos:2", "chaos:3"] {
        // Heaps of any size: cases that fill a small one have been run above.
        pass_with(&[("LACUNA_SWAP", "/var/tmp,4G"), ("LACUNA_EVICT", mode)], &filters, 6);
    }
}

#[test]
fn accesses_to_unbound_memory_are_told_to_those_who_ask() {
    let case = ["native", "sparse.unbound_reads_are_zero"];
    for (policy, passes, says) in [("report", true, ""), ("lose", false, "DEVICE_LOST")] {
        let (output, text) = run_with(&[("LACUNA_NONRESIDENT", policy)], &case);
        assert_eq!(output.status.success(), passes, "{policy}: {text}");
        assert!(text.contains(says), "{policy}: {text}");
    }
}

#[test]
fn late_binds_and_checked_binds_are_right() {
    let cases =
        ["sparse.a_semaphore", "sparse.rebind_keeps", "sparse.partial", "sparse.timeline", "sparse_image."];
    pass_with(&[("LACUNA_CHECK", "1"), ("LACUNA_SPARSE_DELAY", "2000")], &cases, 0);
}

#[test]
fn a_trace_has_binds_operations_and_jobs() {
    let trace = Path::new(env!("CARGO_TARGET_TMPDIR")).join("trace.json");
    pass_with(&[("LACUNA_TRACE", trace.to_str().unwrap())], &["sparse.partial_unbind_splits_a_range"], 0);
    let text = fs::read_to_string(trace).unwrap();
    for event in ["bind", "map", "remap", "job"] {
        assert!(text.contains(&format!("\"name\":\"{event}\"")), "no {event} in the trace");
    }
}

/// One after the other is refused, until none is left that the case makes.
#[test]
fn every_allocation_may_be_refused() {
    // Without the first two there is no device.
    for n in 3..60 {
        let n = n.to_string();
        let switches = [("LACUNA_FAIL", n.as_str()), ("LACUNA_VRAM", "4M"), ("LACUNA_SWAP", "/var/tmp,64M")];
        pass_with(&switches, &["paging.refused_memory_is_an_error"], 0);
    }
}

/// The swap file has no name, from its first moment on: whatever ends the process, nothing stays.
#[test]
fn a_killed_process_leaves_no_file() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("killed-swap");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let mut child = Command::new(PROGRAM)
        .args(["native-child", "--seed", "1"])
        .env("VK_ICD_FILENAMES", &*MANIFEST)
        .env("LACUNA_VRAM", "64M")
        .env("LACUNA_SWAP", format!("{},512M", folder.display()))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "paging.buffers_larger_than_the_heap").unwrap();
    let files = format!("/proc/{}/fd", child.id());
    // A process that is gone has no folder any more.
    let has_swap = || {
        let mut open = fs::read_dir(&files).unwrap().flatten();
        open.any(|file| fs::read_link(file.path()).is_ok_and(|path| path.starts_with(&folder)))
    };
    while !has_swap() {
        assert!(child.try_wait().unwrap().is_none(), "the case ended without a swap file");
        std::thread::sleep(Duration::from_millis(1));
    }
    let names = || fs::read_dir(&folder).unwrap().count();
    assert_eq!(names(), 0, "while the process lives");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(names(), 0, "after the process was killed");
}

/// Runs native cases in a shell with a limit; all have to pass.
fn pass_under(limit: &str, switches: &[(&str, &str)], filters: &[&str]) {
    pass_in(&["sh"], limit, switches, filters);
}

/// The same, in a shell of that kind.
fn pass_in(shell: &[&str], limit: &str, switches: &[(&str, &str)], filters: &[&str]) {
    let output = Command::new(shell[0])
        .args(&shell[1..])
        .args(["-c", &format!("{limit} && exec \"$@\""), "sh", PROGRAM, "--icd"])
        .arg(&*MANIFEST)
        .args(["native", "--jobs", "1"])
        .args(filters)
        .envs(switches.iter().copied())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let passed = output.status.success() && text.contains("native: ") && !text.contains("native: 0 pass");
    assert!(passed, "{limit}: {text}{}", String::from_utf8_lossy(&output.stderr));
}

/// `RLIMIT_AS`, in KiB: less than the page table would like to have.
#[test]
fn a_limit_of_addresses_makes_less_sparse_memory_but_no_errors() {
    for limit in ["ulimit -v 1000000", "ulimit -v 4000000"] {
        pass_under(limit, &[], &["sparse.bind_shows", "sparse.rebind", "memory.", "paging.refused"]);
    }
}

/// A file system that has less room than the swap file may take. Its own namespace ends with the process that mounted it.
#[test]
fn a_full_disk_is_an_error() {
    let may_mount = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "x", "/mnt"]).output();
    if !may_mount.is_ok_and(|output| output.status.success()) {
        eprintln!("not tried: nothing may be mounted here");
        return;
    }
    let switches = [("LACUNA_VRAM", "64M"), ("LACUNA_SWAP", "/mnt,512M")];
    let cases = ["paging.allocations_end", "paging.unmapped", "paging.sparse_memory", "paging.refused"];
    let shell = ["unshare", "-rm", "sh"];
    pass_in(&shell, "mount -t tmpfs -o size=100M x /mnt", &switches, &cases);
}

/// A control group of its own, where this process may make one: heaps are smaller than the group's memory.
#[test]
fn a_control_group_makes_a_smaller_heap() {
    let group = format!("/sys/fs/cgroup/memory/lacuna-test-{}", std::process::id());
    if fs::create_dir(&group).is_err() || fs::write(format!("{group}/memory.limit_in_bytes"), "160M").is_err()
    {
        let _ = fs::remove_dir(&group);
        eprintln!("not tried: no control group may be made here");
        return;
    }
    let join = format!("echo $$ > {group}/cgroup.procs");
    let cases = ["paging.buffers_larger", "paging.allocations_end", "paging.budgets", "paging.one_dispatch"];
    let result = std::panic::catch_unwind(|| pass_under(&join, &[], &cases));
    let _ = fs::remove_dir(&group);
    result.unwrap();
}

/// `RLIMIT_FSIZE`, in blocks of 512 bytes: the swap file must end there as on a full disk, and no signal may come.
#[test]
fn a_limit_of_file_sizes_is_a_full_disk() {
    let switches = [("LACUNA_VRAM", "64M"), ("LACUNA_SWAP", "/var/tmp,512M")];
    pass_under("ulimit -f 20000", &switches, &["paging.allocations_end", "paging.unmapped"]);
}

#[test]
#[ignore = "minutes; LACUNA_LONG=1"]
fn streams_of_many_heaps() {
    let switches = [("LACUNA_VRAM", "64M"), ("LACUNA_SWAP", "/var/tmp,8G"), ("LACUNA_LONG", "1")];
    pass_with(&switches, &["paging.streams_of_many_heaps"], 0);
}

#[test]
fn groups_of_devices_pass_their_cases() {
    let command = Command::new(PROGRAM)
        .env("LACUNA_DEVICES", "3")
        .arg("--icd")
        .arg(&*MANIFEST)
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
