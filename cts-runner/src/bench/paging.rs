//! Memory that does not fit its heap, against files: what paging costs.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::time::Instant;

use super::{BenchError, Options, Reading};
use crate::vk::{self, Device, Error, LocalBuffer};

/// Heaps that are filled on purpose are not larger than this.
const SMALL: u64 = 512 << 20;
/// Bytes of one buffer.
const PIECE: u64 = 4 << 20;

/// Eight heaps of buffers are filled, which sends seven away, and read, which brings them back; and a file of that size is
/// written and read as `dd` does it.
pub(super) fn throughput(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    let heap = device.physical.local_heap();
    if heap > SMALL {
        return Err(Error::NotSupported("a heap of at most 512 MiB (LACUNA_VRAM)".into()).into());
    }
    let count = 8 * heap / PIECE;
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
    let back = bytes / start.elapsed().as_secs_f64() / 1e9;
    drop(buffers);
    let (write, read) = file(count).map_err(|error| BenchError::Wrong(error.to_string()))?;
    Ok(vec![
        Reading::new("page_out_gbs", out, "GB/s"),
        Reading::new("page_in_gbs", back, "GB/s"),
        Reading::new("file_write_gbs", write, "GB/s"),
        Reading::new("file_read_gbs", read, "GB/s"),
    ])
}

/// GB/s of writing and reading a file of so many pieces, where the driver's swap file is by default.
fn file(pieces: u64) -> std::io::Result<(f64, f64)> {
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
    Ok((write, bytes / start.elapsed().as_secs_f64() / 1e9))
}
