//! Uniform blocks can be bytes of the heap, push data, or be where an address in push data says.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::DescriptorHeap];

pub(super) fn run(cx: &Context) -> Outcome {
    let alignment = cx.device.physical.properties.limits.min_uniform_buffer_offset_alignment;
    let heap = vk::ResourceHeap::new(&cx.device, 1, 2048 + 2 * alignment)?;
    let result = cx.dirty(1024)?;
    heap.write(0, vk::DescriptorType::STORAGE_BUFFER, Some((result.address()?, 1024)))?;
    let words = |first: u32| -> Vec<u32> { (first..first + 256).collect() };
    let elsewhere = HostBuffer::of(&cx.device, &words(5000))?;
    // One block behind the descriptor, another one as far behind that as push data say.
    let start = u64::from(heap.offset(1)).next_multiple_of(alignment);
    let step = 1024u64.next_multiple_of(alignment);
    heap.buffer.memory.write(start, &words(1000));
    heap.buffer.memory.write(start + step, &words(3000));
    let address = elsewhere.address()?;
    let data = [step as u32, 0, address as u32, (address >> 32) as u32];
    let out = vk::Mapping::Offset(heap.offset(0));
    let push: Vec<u32> = data.into_iter().chain(0..60).collect();
    // Of push data there are 256 bytes; nobody reads a block beyond its end.
    let cases = [
        ("bytes of the heap", vk::Mapping::HeapData(start as u32, 4), 4, words(1000)),
        ("bytes of the heap, further on", vk::Mapping::HeapData(start as u32, 0), 4, words(3000)),
        ("an address", vk::Mapping::PushAddress(8), 4, words(5000)),
        ("push data", vk::Mapping::PushData(0), 1, push.clone()),
    ];
    for (what, mapping, groups, expected) in cases {
        let kernel = vk::HeapKernel::new(&cx.device, vk::UNIFORM, &[mapping, out])?;
        let mut recorded = Ok(());
        cx.run(|r| {
            recorded = r.bind_heap(&heap, 0).and_then(|()| r.push_data(0, &push));
            r.run_heap_kernel(&kernel, groups);
            r.barrier();
        })?;
        recorded?;
        same(what, &result.words()[..expected.len()], &expected)?;
    }
    Ok(())
}
