//! What workgroups do together: barriers, atomics, and being many.

use super::work::Work;
use super::{BenchError, Options, Reading, median, timed};
use crate::vk::{self, Bound, Commands, Device, HostBuffer, Kernel};

/// Trees in shared memory with a barrier at each level, groups of 256.
pub(super) fn reduction(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    const ELEMENTS: u32 = 1 << 22;
    const GROUPS: u32 = ELEMENTS / 256;
    let data = HostBuffer::new(device, u64::from(ELEMENTS) * 4)?;
    data.memory.fill(1);
    let sums = HostBuffer::new(device, u64::from(GROUPS) * 4)?;
    let kernel = Kernel::storage(device, vk::SHARED_SUM, 2, 0)?;
    let set = kernel.set(&[Bound::whole(&data), Bound::whole(&sums)])?;
    let queue = device.compute()?;
    let commands = Commands::record(device, queue.family, |r| {
        r.run(&kernel, &set, &[], GROUPS);
        r.barrier();
    })?;
    queue.run_recorded(device, &[&commands])?;
    if sums.words().iter().any(|&sum| sum != 0x0101_0101u32.wrapping_mul(256)) {
        return Err(BenchError::Wrong("a sum is not right".into()));
    }
    let seconds = median(7, |_| timed(|| queue.run_recorded(device, &[&commands])))?;
    Ok(vec![Reading::new("shared_barrier", f64::from(ELEMENTS) / seconds / 1e9, "Gelem/s")])
}

/// `atomicAdd`, spread over 1,024 counters.
pub(super) fn atomics(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    const INVOCATIONS: u32 = 1 << 18;
    const EACH: u32 = 16;
    let work = Work::new(device, vk::BENCH_COUNTERS, &[], [INVOCATIONS / 64, 1, 1], 1024)?;
    let expected = INVOCATIONS * EACH / 1024;
    let seconds = work.seconds(|counters| counters.iter().all(|&n| n == expected))?;
    let operations = f64::from(INVOCATIONS) * f64::from(EACH);
    Ok(vec![Reading::new("atomics_mops", operations / seconds / 1e6, "Mop/s")])
}

/// A million workgroups of one invocation that stores a word.
pub(super) fn single(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    let work = Work::new(device, vk::BENCH_ONE, &[], [1000, 1000, 1], 1_000_000)?;
    let seconds = work.seconds(|words| words.iter().zip(0..).all(|(&word, i)| word == i))?;
    Ok(vec![Reading::new("one_invocation_groups_ms", seconds * 1e3, "ms")])
}
