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

/// A sum of all words of 128 MiB: of a plain buffer, of a sparse one with its pages in the memory's order, and of one with shuffled
/// pages, where the machine's prefetcher has to find the way sixteen times a MiB.
pub(super) fn sums(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    let pages = BYTES / PAGE;
    let plain = HostBuffer::new(device, BYTES)?;
    let ordered = Pages::new(device, 0..pages)?;
    let scattered = Pages::new(device, Rng::new(4).distinct(pages as usize, pages))?;
    let sums =
        [Sum::new(device, &plain)?, Sum::new(device, &ordered.buffer)?, Sum::new(device, &scattered.buffer)?];
    let mut times = [const { Vec::new() }; 3];
    // In turn, so that ratios do not show what else the machine did meanwhile.
    for _ in 0..ROUNDS {
        for (sum, times) in sums.iter().zip(&mut times) {
            times.push(sum.pass(device)?);
        }
    }
    let [plain, ordered, scattered] = times.map(|mut times| {
        times.sort_unstable();
        BYTES as f64 / times[ROUNDS / 2].as_secs_f64() / 1e9
    });
    let sparse = |name, rate: f64| Reading {
        note: format!("{:.2} of plain", rate / plain),
        ..Reading::new(name, rate, "GB/s")
    };
    Ok(vec![
        sparse("sparse_buffer_read_gbs", ordered),
        sparse("scattered_buffer_read_gbs", scattered),
        Reading::new("linear_buffer_read_gbs", plain, "GB/s"),
    ])
}

/// A sparse buffer of [`BYTES`].
struct Pages {
    buffer: SparseBuffer,
    _memory: vk::Memory,
}

impl Pages {
    /// Binds each page to the page of the memory that `places` says.
    fn new(device: &Device, places: impl IntoIterator<Item = u64>) -> Result<Self, BenchError> {
        let buffer = SparseBuffer::new(device, BYTES)?;
        let memory = vk::Memory::host(device, BYTES, buffer.requirements.memory_type_bits)?;
        // As the plain buffer's memory was: who touches it first may decide where it lies.
        memory.fill(0);
        let bind = |(page, place): (u64, u64)| vk::Bind::to(page * PAGE, PAGE, &memory, place * PAGE);
        let binds: Vec<_> = (0..).zip(places).map(bind).collect();
        device.sparse()?.bind(device, &buffer, &binds)?;
        Ok(Self { buffer, _memory: memory })
    }
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
