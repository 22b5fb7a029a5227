//! How fast pages are bound and unbound.

use super::{BATCH, BenchError, Options, PAGE, Reading, median, timed};
use crate::rng::Rng;
use crate::vk::{self, Bind, Buffer, Device, Fence, SparseBuffer};

const PAGES: u64 = (1 << 30) / PAGE;
const ROUNDS: usize = 5;

/// Pages of a new 1 GiB buffer, bound and then unbound in random order, [`BATCH`] a call with a fence.
pub(super) fn random(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    let mut rng = Rng::new(1);
    let mut unbinding = Vec::new();
    let binding = median(ROUNDS, |_| {
        let buffer = SparseBuffer::new(device, PAGES * PAGE)?;
        let memory = vk::Memory::host(device, PAGES * PAGE, buffer.requirements.memory_type_bits)?;
        let mut binds: Vec<_> = rng
            .distinct(PAGES as usize, PAGES)
            .into_iter()
            .zip(rng.distinct(PAGES as usize, PAGES))
            .map(|(page, target)| Bind::to(page * PAGE, PAGE, &memory, target * PAGE))
            .collect();
        let time = send(device, &buffer, &binds)?;
        rng.shuffle(&mut binds);
        binds.iter_mut().for_each(|bind| bind.memory = None);
        unbinding.push(send(device, &buffer, &binds)?);
        Ok(time)
    })?;
    unbinding.sort_unstable();
    let unbinding = unbinding[ROUNDS / 2].as_secs_f64();
    Ok(vec![
        Reading::new("sparse_bind_buffer_random", PAGES as f64 / binding, "binds/s"),
        Reading::new("sparse_unbind_buffer_random", PAGES as f64 / unbinding, "binds/s"),
    ])
}

/// The calls with their fences; the structures are made beforehand.
pub(super) fn send(
    device: &Device,
    buffer: &Buffer,
    binds: &[Bind],
) -> Result<std::time::Duration, BenchError> {
    let raw: Vec<Vec<_>> = binds.chunks(BATCH).map(|batch| batch.iter().map(Bind::raw).collect()).collect();
    let fence = Fence::new(device, false)?;
    let queue = device.sparse()?;
    timed(|| {
        for batch in &raw {
            let buffers = [vk::SparseBufferMemoryBindInfo::default().buffer(buffer.handle).binds(batch)];
            let info = vk::BindSparseInfo::default().buffer_binds(&buffers);
            queue.bind_raw(device, &[info], Some(&fence))?;
            fence.wait()?;
            fence.reset()?;
        }
        Ok(())
    })
}

/// One page a call, with a fence.
pub(super) fn latency(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    const COUNT: u64 = 1024;
    let buffer = SparseBuffer::new(device, COUNT * PAGE)?;
    let memory = vk::Memory::host(device, COUNT * PAGE, buffer.requirements.memory_type_bits)?;
    let order = Rng::new(2).distinct(COUNT as usize, COUNT);
    let time = median(COUNT as usize, |i| {
        let bind = Bind::to(order[i] * PAGE, PAGE, &memory, i as u64 * PAGE);
        send(device, &buffer, &[bind])
    })?;
    Ok(vec![Reading::new("sparse_bind_latency", time * 1e6, "us")])
}
