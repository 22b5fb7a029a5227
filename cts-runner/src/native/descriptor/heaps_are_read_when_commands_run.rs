//! A descriptor that is copied over another one between two dispatches of a command buffer is what the second one uses.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::DescriptorHeap];

pub(super) fn run(cx: &Context) -> Outcome {
    const STORAGE: vk::DescriptorType = vk::DescriptorType::STORAGE_BUFFER;
    let heap = vk::ResourceHeap::new(&cx.device, 2, 0)?;
    let targets = [cx.host(256)?, cx.host(256)?];
    for (slot, target) in (0..).zip(&targets) {
        heap.write(slot, STORAGE, Some((target.address()?, 256)))?;
    }
    let kernel = vk::HeapKernel::new(&cx.device, vk::SCRIBBLE, &[vk::Mapping::Offset(0)])?;
    let size = heap.properties.buffer_descriptor_size;
    let mut recorded = Ok(());
    cx.run(|r| {
        recorded = r.bind_heap(&heap, 0).and_then(|()| r.push_data(0, &[0, 1, 64, 100]));
        r.run_heap_kernel(&kernel, 1);
        r.barrier();
        r.copy(&heap.buffer, heap.offset(1).into(), &heap.buffer, 0, size);
        r.barrier();
        recorded = std::mem::replace(&mut recorded, Ok(())).and_then(|()| r.push_data(12, &[200]));
        r.run_heap_kernel(&kernel, 1);
        r.barrier();
    })?;
    recorded?;
    for (first, target) in [(100, &targets[0]), (200, &targets[1])] {
        let expected: Vec<u32> = (first..first + 64).collect();
        same("what a dispatch wrote", &target.words(), &expected)?;
    }
    Ok(())
}
