//! Memory that does not fit its heap, against files: what paging costs.
//!
//! Heaps are small only where a switch makes them so. Where this process has a large one, a child with
//! [`LACUNA_VRAM`](SWITCH) measures; drivers that do not know the switch have no value.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::Command;
use std::time::Instant;

use super::{BenchError, Options, Reading};
use crate::vk::{self, Device, Error, LocalBuffer};

/// What is measured, all in GB/s.
pub(super) const NAMES: &[&str] = &["page_out_gbs", "page_in_gbs", "file_write_gbs", "file_read_gbs"];
/// Sets the size of the heap of a child.
const SWITCH: &str = "LACUNA_VRAM";
/// Heaps that are filled on purpose are not larger than this.
const SMALL: u64 = 512 << 20;
/// Bytes of one buffer.
const PIECE: u64 = 4 << 20;
/// Files and paging take turns so often, so that both meet the disk in the same mood; the medians count.
const ROUNDS: usize = 3;

/// Eight heaps of buffers are filled, which sends seven away, and read, which brings them back; and a file of that size is
/// written and read as `dd` does it.
pub(super) fn throughput(device: &Device, options: &Options) -> Result<Vec<Reading>, BenchError> {
    let heap = device.physical.local_heap();
    if heap > SMALL {
        return in_a_small_heap(options);
    }
    let count = 8 * heap / PIECE;
    let mut speeds = [const { Vec::new() }; 4];
    for _ in 0..ROUNDS {
        let [write, read] = file(count).map_err(|error| BenchError::Wrong(error.to_string()))?;
        let [out, back] = paging(device, count)?;
        speeds.iter_mut().zip([out, back, write, read]).for_each(|(all, speed)| all.push(speed));
    }
    let medians = speeds.map(|mut all| {
        all.sort_by(f64::total_cmp);
        all[ROUNDS / 2]
    });
    Ok(readings(medians))
}

/// Lines for the speeds, in the order of [`NAMES`].
fn readings(speeds: [f64; 4]) -> Vec<Reading> {
    let note = |index: usize| match speeds.get(index + 2) {
        Some(file) => format!("{:.2} of what the file system gives", speeds[index] / file),
        None => String::new(),
    };
    let reading = |(index, &name)| Reading { note: note(index), ..Reading::new(name, speeds[index], "GB/s") };
    NAMES.iter().enumerate().map(reading).collect()
}

/// Has a child with a small heap measure.
fn in_a_small_heap(options: &Options) -> Result<Vec<Reading>, BenchError> {
    let refused = || BenchError::from(Error::NotSupported(format!("a heap of at most 512 MiB ({SWITCH})")));
    if std::env::var_os(SWITCH).is_some() {
        return Err(refused());
    }
    let mut child = Command::new(&options.program);
    child.arg("bench").arg("--icd").arg(&options.driver).arg(NAMES[0]).env(SWITCH, "64M");
    let output = child.output().map_err(|error| BenchError::Wrong(error.to_string()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let value = |name: &str| {
        let mut lines = text.lines().map(str::split_whitespace);
        lines.find_map(|mut words| (words.next() == Some(name)).then(|| words.next()?.parse::<f64>().ok())?)
    };
    match [0, 1, 2, 3].map(|index| value(NAMES[index])) {
        [Some(out), Some(back), Some(write), Some(read)] => Ok(readings([out, back, write, read])),
        _ if output.status.success() => Err(refused()),
        _ => Err(BenchError::Wrong(format!("a child with {SWITCH}=64M ended with {}", output.status))),
    }
}

/// GB/s of sending so many buffers away and of bringing them back.
fn paging(device: &Device, count: u64) -> Result<[f64; 2], BenchError> {
    let bytes = (count * PIECE) as f64;
    let buffers = (0..count).map(|_| LocalBuffer::new(device, PIECE)).collect::<vk::Result<Vec<_>>>()?;
    let target = LocalBuffer::new(device, PIECE)?;
    let queue = device.compute()?;
    let start = Instant::now();
    for (i, buffer) in (1..).zip(&buffers) {
        queue.run(device, |r| r.fill(buffer, 0, vk::WHOLE_SIZE, i))?;
    }
    let out = bytes / start.elapsed().as_secs_f64() / 1e9;
    let start = Instant::now();
    for buffer in &buffers {
        queue.run(device, |r| r.copy(buffer, 0, &target, 0, PIECE))?;
    }
    Ok([out, bytes / start.elapsed().as_secs_f64() / 1e9])
}

/// GB/s of writing and reading a file of so many pieces, where the driver's swap file is by default.
fn file(pieces: u64) -> std::io::Result<[f64; 2]> {
    let path = format!("/var/tmp/cts-runner-bench-{}", std::process::id());
    let mut block = vec![0x5a; PIECE as usize];
    let bytes = (pieces * PIECE) as f64;
    let start = Instant::now();
    let mut file = File::create(&path)?;
    (0..pieces).try_for_each(|_| file.write_all(&block))?;
    drop(file);
    let write = bytes / start.elapsed().as_secs_f64() / 1e9;
    let start = Instant::now();
    let mut file = File::open(&path)?;
    std::fs::remove_file(&path)?;
    (0..pieces).try_for_each(|_| file.read_exact(&mut block))?;
    Ok([write, bytes / start.elapsed().as_secs_f64() / 1e9])
}
