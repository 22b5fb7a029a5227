//! What a rebind of pages in use costs: the bind, and the first use after it.

use std::time::Duration;

use super::bind::send;
use super::{BenchError, Options, PAGE, Reading, median, timed};
use crate::rng::Rng;
use crate::vk::{self, Bind, Bound, Commands, Device, HostBuffer, Kernel, SparseBuffer};

const PAGES: u64 = 1024;
/// The words that a pass reads lie so many bytes apart.
const STEP: u64 = 4096;
const ROUNDS: usize = 15;

/// [`PAGES`] used pages rebound to other used memory, and a pass over them before and after.
pub(super) fn touched(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    let buffer = SparseBuffer::new(device, PAGES * PAGE)?;
    let memory = vk::Memory::host(device, 2 * PAGES * PAGE, buffer.requirements.memory_type_bits)?;
    memory.fill(1);
    let probes = PAGES * PAGE / STEP;
    let result = HostBuffer::new(device, probes * 4)?;
    let kernel = Kernel::storage(device, vk::TOUCH_PAGES, 2, 8)?;
    let set = kernel.set(&[Bound::whole(&buffer), Bound::whole(&result)])?;
    let queue = device.compute()?;
    let pass = Commands::record(device, queue.family, |r| {
        r.run(&kernel, &set, &[(STEP / 4) as u32, probes as u32], (probes as u32).div_ceil(64));
        r.barrier();
    })?;
    let mut rng = Rng::new(3);
    let mut half = 0;
    let mut rebind = || {
        half = 1 - half;
        let targets = rng.distinct(PAGES as usize, PAGES);
        let binds: Vec<_> = (0..)
            .zip(targets)
            .map(|(page, m)| Bind::to(page * PAGE, PAGE, &memory, (half * PAGES + m) * PAGE))
            .collect();
        send(device, &buffer, &binds)
    };
    let use_it = || timed(|| queue.run_recorded(device, &[&pass]));
    for _ in 0..3 {
        rebind()?;
        use_it()?;
    }
    let (mut totals, mut steady) = (Vec::new(), Vec::new());
    let bind = median(ROUNDS, |_| {
        let bind = rebind()?;
        totals.push(bind + use_it()?);
        steady.push(use_it()?);
        Ok(bind)
    })?;
    if result.words().iter().any(|&word| word != 0x0101_0101) {
        return Err(BenchError::Wrong("a rebound page did not show its memory".into()));
    }
    let middle = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times[ROUNDS / 2].as_secs_f64()
    };
    let reading = |name, seconds: f64| Reading::new(name, seconds * 1e6 / PAGES as f64, "us/page");
    Ok(vec![
        reading("sparse_rebind_touched_bind", bind),
        reading("sparse_rebind_touched_total", middle(&mut totals)),
        reading("sparse_rebind_touched_steady", middle(&mut steady)),
    ])
}
