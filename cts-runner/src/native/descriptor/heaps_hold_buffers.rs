//! Descriptors of a heap are found at constant offsets and by indices in push data; they end where their ranges do, and null
//! descriptors read zero.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] =
    &[Need::Compute, Need::DescriptorHeap, Need::NullDescriptor, Need::RobustAccess2];

pub(super) fn run(cx: &Context) -> Outcome {
    const STORAGE: vk::DescriptorType = vk::DescriptorType::STORAGE_BUFFER;
    let heap = vk::ResourceHeap::new(&cx.device, 4, 0)?;
    let sources = [HostBuffer::of(&cx.device, &[7u32; 64])?, HostBuffer::of(&cx.device, &[9u32; 64])?];
    let result = cx.dirty(256)?;
    heap.write(0, STORAGE, Some((sources[0].address()?, 256)))?;
    heap.write(1, STORAGE, Some((sources[1].address()?, 64)))?;
    heap.write(2, STORAGE, None)?;
    heap.write(3, STORAGE, Some((result.address()?, 256)))?;
    let stride = heap.properties.stride() as u32;
    let mappings = [vk::Mapping::PushIndex(0, 12, stride), vk::Mapping::Offset(heap.offset(3))];
    let kernel = vk::HeapKernel::new(&cx.device, vk::PROBE, &mappings)?;
    let partial: Vec<u32> = (0..64).map(|word| if word < 16 { 9 } else { 0 }).collect();
    for (index, expected) in [(0, vec![7; 64]), (1, partial), (2, vec![0; 64])] {
        let mut recorded = Ok(());
        cx.run(|r| {
            recorded = r.bind_heap(&heap, 0).and_then(|()| r.push_data(0, &[0, 1, 64]));
            recorded = std::mem::replace(&mut recorded, Ok(())).and_then(|()| r.push_data(12, &[index]));
            r.run_heap_kernel(&kernel, 1);
            r.barrier();
        })?;
        recorded?;
        same(&format!("what descriptor {index} shows"), &result.words(), &expected)?;
    }
    Ok(())
}
