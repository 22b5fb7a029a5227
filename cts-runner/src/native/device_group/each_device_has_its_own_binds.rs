//! A sparse buffer has an instance for each device: what one binds, the others do not see, whether they copy or shade.

use super::{pair, run_on, words_on};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] =
    &[Need::Compute, Need::SparseResidency, Need::StrictZero, Need::DeviceGroup(2)];

const PAGE_WORDS: u32 = 16384;

pub(super) fn run(cx: &Context) -> Outcome {
    let device = &pair(cx)?;
    let (sparse_queue, queue) = (device.sparse()?, device.compute()?);
    let buffer = SparseBuffer::new(device, 2 * u64::from(PAGE_WORDS) * 4)?;
    if buffer.page != u64::from(PAGE_WORDS) * 4 {
        return Err(vk::Error::NotSupported("pages of 64 KiB".into()).into());
    }
    let memory = buffer.memory(device, 2)?;
    // Device 0 has memory page 0 at page 0, device 1 has memory page 1 at page 1.
    for index in 0..2u32 {
        let bind = buffer.map(index.into(), 1, &memory, index.into()).raw();
        let binds = [bind];
        let buffers = [vk::SparseBufferMemoryBindInfo::default().buffer(buffer.handle).binds(&binds)];
        let mut group = vk::DeviceGroupBindSparseInfo::default()
            .resource_device_index(index)
            .memory_device_index(1 - index);
        let info = vk::BindSparseInfo::default().buffer_binds(&buffers).push_next(&mut group);
        let fence = Fence::new(device, false)?;
        sparse_queue.bind_raw(device, &[info], Some(&fence))?;
        fence.wait()?;
    }
    // A fill by both: the page that a device lacks swallows it.
    let fill = Commands::record(device, queue.family, |r| r.fill(&buffer, 0, vk::WHOLE_SIZE, 7))?;
    run_on(device, queue, &fill, 0b11)?;
    let page = |value| vec![value; PAGE_WORDS as usize];
    for index in 0..2u32 {
        let seen = words_on(device, queue, &buffer, 2 * buffer.page, index)?;
        let (first, second) = (7 * (1 - index), 7 * index);
        same(&format!("copies of device {index}"), &seen, &[page(first), page(second)].concat())?;
    }
    // Shaders: each writes where both pages are, and reaches its own.
    let kernel = Kernel::storage(device, vk::SCRIBBLE, 1, 16)?;
    let set = kernel.set(&[Bound::whole(&buffer)])?;
    for index in 0..2u32 {
        let value = 1000 * (index + 1);
        let scribble = Commands::record(device, queue.family, |r| {
            r.run(&kernel, &set, &[0, PAGE_WORDS, 2, value], 1);
            r.barrier();
        })?;
        run_on(device, queue, &scribble, 1 << index)?;
    }
    for index in 0..2u32 {
        let seen = words_on(device, queue, &buffer, 2 * buffer.page, index)?;
        let found = [seen[0], seen[PAGE_WORDS as usize]];
        check_eq!(found, [[1000, 0], [0, 2001]][index as usize], "what shaders of device {index} wrote");
    }
    Ok(())
}
