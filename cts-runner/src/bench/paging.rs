//! Memory that does not fit its heap, against files: what paging costs.
//!
//! Heaps are small only where a switch makes them so. Where this process has a large one, a child with
//! [`LACUNA_VRAM`](SWITCH) measures; drivers that do not know the switch have no value.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::Command;
use std::time::Instant;

use super::{BenchError, Options, Reading, cost};
use crate::vk::{self, Device, Error, LocalBuffer};

/// What is measured, all in GB/s.
pub(super) const NAMES: &[&str] =
    &["page_out_gbs", "page_out_new_gbs", "page_in_gbs", "file_write_gbs", "file_read_gbs"];
/// The file's figure that each of the others is held against.
const FILES: [usize; 3] = [3, 3, 4];
/// Sets the size of the heap of a child.
const SWITCH: &str = "LACUNA_VRAM";
/// Heaps that are filled on purpose are not larger than this.
const SMALL: u64 = 512 << 20;
/// Bytes of one buffer.
const PIECE: u64 = 4 << 20;
/// Files and paging take turns so often, so that both meet the disk in the same mood; the medians count.
const ROUNDS: usize = 3;

/// Eight heaps of buffers are filled and read from the first to the last: filled once all of them are there, so that most were
/// sent away before they had a byte, and once each as soon as it is there. And a file of that size is written and read as `dd`
/// does it.
pub(super) fn throughput(device: &Device, options: &Options) -> Result<Vec<Reading>, BenchError> {
    let heap = device.physical.local_heap();
    if heap > SMALL {
        return in_a_small_heap(options);
    }
    let count = 8 * heap / PIECE;
    let mut speeds = [const { Vec::new() }; 5];
    for _ in 0..ROUNDS {
        let [write, read] = file(count)?;
        let [out, _] = paging(device, count, false)?;
        let [new, back] = paging(device, count, true)?;
        speeds.iter_mut().zip([out, new, back, write, read]).for_each(|(all, speed)| all.push(speed));
    }
    Ok(readings(speeds.map(|all| Speed::median(&all))))
}

/// GB/s.
#[derive(Clone, Copy)]
struct Speed {
    /// As a clock has it.
    wall: f64,
    /// For the time of one processor, which depends less on what else the machine does; zero where the system does not say.
    processor: f64,
}

impl Speed {
    /// Of `count` pieces that `run` moves.
    fn of(count: u64, run: impl FnOnce() -> Result<(), BenchError>) -> Result<Self, BenchError> {
        let (start, before) = (Instant::now(), cost::processor_seconds());
        run()?;
        let gigabytes = (count * PIECE) as f64 / 1e9;
        let processor = cost::processor_seconds() - before;
        Ok(Self {
            wall: gigabytes / start.elapsed().as_secs_f64(),
            processor: if processor > 0.0 { gigabytes / processor } else { 0.0 },
        })
    }

    fn median(all: &[Self]) -> Self {
        let of = |part: fn(&Self) -> f64| {
            let mut parts: Vec<_> = all.iter().map(part).collect();
            parts.sort_by(f64::total_cmp);
            parts[ROUNDS / 2]
        };
        Self { wall: of(|speed| speed.wall), processor: of(|speed| speed.processor) }
    }
}

/// Lines for the speeds, in the order of [`NAMES`].
fn readings(speeds: [Speed; 5]) -> Vec<Reading> {
    let note = |index: usize| match FILES.get(index).map(|&file| (speeds[index], speeds[file])) {
        Some((paged, file)) if paged.processor > 0.0 && file.processor > 0.0 => format!(
            "{:.2} of what the file system gives, {:.2} in equal time of processors",
            paged.wall / file.wall,
            paged.processor / file.processor
        ),
        Some((paged, file)) => format!("{:.2} of what the file system gives", paged.wall / file.wall),
        None => String::new(),
    };
    let reading =
        |(index, &name)| Reading { note: note(index), ..Reading::new(name, speeds[index].wall, "GB/s") };
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
    let readings: Vec<_> = NAMES.iter().filter_map(|&name| find(&text, name)).collect();
    if readings.len() == NAMES.len() {
        return Ok(readings);
    }
    if output.status.success() {
        return Err(refused());
    }
    Err(BenchError::Wrong(format!("a child with {SWITCH}=64M ended with {}", output.status)))
}

/// What a child printed about a metric.
fn find(text: &str, name: &'static str) -> Option<Reading> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    let value = rest.split_whitespace().next()?.parse().ok()?;
    let note = rest.split_once('(').map_or("", |(_, note)| note.trim_end_matches(')'));
    Some(Reading { note: note.into(), ..Reading::new(name, value, "GB/s") })
}

/// Fills so many buffers, one by one as they are made or once all are there, and reads them.
fn paging(device: &Device, count: u64, one_by_one: bool) -> Result<[Speed; 2], BenchError> {
    let make = || LocalBuffer::new(device, PIECE);
    let target = make()?;
    let mut buffers =
        (0..if one_by_one { 0 } else { count }).map(|_| make()).collect::<vk::Result<Vec<_>>>()?;
    let queue = device.compute()?;
    let out = Speed::of(count, || {
        for i in 0..count as usize {
            if one_by_one {
                buffers.push(make()?);
            }
            queue.run(device, |r| r.fill(&buffers[i], 0, vk::WHOLE_SIZE, i as u32 + 1))?;
        }
        Ok(())
    })?;
    let back = Speed::of(count, || {
        for buffer in &buffers {
            queue.run(device, |r| r.copy(buffer, 0, &target, 0, PIECE))?;
        }
        Ok(())
    })?;
    Ok([out, back])
}

/// Writes and reads a file of so many pieces, where the driver's swap file is by default.
fn file(pieces: u64) -> Result<[Speed; 2], BenchError> {
    let failed = |error: std::io::Error| BenchError::Wrong(error.to_string());
    let path = format!("/var/tmp/cts-runner-bench-{}", std::process::id());
    let mut block = vec![0x5a; PIECE as usize];
    let write = Speed::of(pieces, || {
        let mut file = File::create(&path).map_err(failed)?;
        (0..pieces).try_for_each(|_| file.write_all(&block)).map_err(failed)
    })?;
    let read = Speed::of(pieces, || {
        let mut file = File::open(&path).map_err(failed)?;
        std::fs::remove_file(&path).map_err(failed)?;
        (0..pieces).try_for_each(|_| file.read_exact(&mut block)).map_err(failed)
    })?;
    Ok([write, read])
}
