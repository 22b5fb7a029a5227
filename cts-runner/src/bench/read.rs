//! How fast shaders read sparse and plain buffers, and how fast buffers are copied.

use std::time::Duration;

use super::{BenchError, Options, PAGE, Reading, median, timed};
use crate::rng::Rng;
use crate::vk::{self, Bound, Buffer, Commands, Device, HostBuffer, Kernel, SparseBuffer};

const BYTES: u64 = 128 << 20;
/// Words that one invocation adds up.
const EACH: u32 = 256;
const GROUPS: u32 = (BYTES / 4 / 256) as u32 / EACH;
const ROUNDS: usize = 15;

/// A sum of all words of 128 MiB: plain, and sparse with shuffled pages.
pub(super) fn both(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    let plain = HostBuffer::new(device, BYTES)?;
    let sparse = SparseBuffer::new(device, BYTES)?;
    let memory = vk::Memory::host(device, BYTES, sparse.requirements.memory_type_bits)?;
    // As the plain buffer's memory was: who touches it first may decide where it lies.
    memory.fill(0);
    let pages = BYTES / PAGE;
    let binds: Vec<_> = (0..)
        .zip(Rng::new(4).distinct(pages as usize, pages))
        .map(|(page, m)| vk::Bind::to(page * PAGE, PAGE, &memory, m * PAGE))
        .collect();
    device.sparse()?.bind(device, &sparse, &binds)?;
    let (on_sparse, on_plain) = (Sum::new(device, &sparse)?, Sum::new(device, &plain)?);
    // In turn, so that the ratio does not show what else the machine did meanwhile.
    let mut plain_times = Vec::new();
    let sparse_time = median(ROUNDS, |_| {
        plain_times.push(on_plain.pass(device)?);
        on_sparse.pass(device)
    })?;
    plain_times.sort_unstable();
    let rate = |seconds: f64| BYTES as f64 / seconds / 1e9;
    let (sparse_rate, plain_rate) = (rate(sparse_time), rate(plain_times[ROUNDS / 2].as_secs_f64()));
    let mut first = Reading::new("sparse_buffer_read_gbs", sparse_rate, "GB/s");
    first.note = format!("{:.2} of plain", sparse_rate / plain_rate);
    Ok(vec![first, Reading::new("linear_buffer_read_gbs", plain_rate, "GB/s")])
}

/// A sum over a buffer of [`BYTES`], recorded and run once to check it and to warm up.
struct Sum {
    commands: Commands,
    _used: (Kernel, vk::DescriptorSet, HostBuffer),
}

impl Sum {
    fn new(device: &Device, buffer: &Buffer) -> Result<Self, BenchError> {
        let result = HostBuffer::new(device, u64::from(GROUPS) * 256 * 4)?;
        let kernel = Kernel::storage(device, vk::SUM, 2, 4)?;
        let set = kernel.set(&[Bound::whole(buffer), Bound::whole(&result)])?;
        let queue = device.compute()?;
        queue.run(device, |r| {
            r.fill(buffer, 0, BYTES, 3);
            r.barrier();
        })?;
        let commands = Commands::record(device, queue.family, |r| {
            r.run(&kernel, &set, &[EACH], GROUPS);
            r.barrier();
        })?;
        queue.run_recorded(device, &[&commands])?;
        if result.words().iter().any(|&sum| sum != 3 * EACH) {
            return Err(BenchError::Wrong("a sum is not right".into()));
        }
        Ok(Self { commands, _used: (kernel, set, result) })
    }

    fn pass(&self, device: &Device) -> Result<Duration, BenchError> {
        timed(|| device.compute()?.run_recorded(device, &[&self.commands]))
    }
}

/// Bytes copied a second by one `vkCmdCopyBuffer` of 256 MiB.
pub(super) fn memcpy(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    const COPIED: u64 = 256 << 20;
    let (from, to) = (HostBuffer::new(device, COPIED)?, HostBuffer::new(device, COPIED)?);
    from.memory.fill(9);
    let queue = device.compute()?;
    let copy = Commands::record(device, queue.family, |r| {
        r.copy(&from, 0, &to, 0, COPIED);
        r.barrier();
    })?;
    queue.run_recorded(device, &[&copy])?;
    let seconds = median(7, |_| timed(|| queue.run_recorded(device, &[&copy])))?;
    if to.memory.read::<u32>(COPIED - 4, 1) != [0x0909_0909] {
        return Err(BenchError::Wrong("the copy's last word is missing".into()));
    }
    Ok(vec![Reading::new("memcpy_gbs", COPIED as f64 / seconds / 1e9, "GB/s")])
}
