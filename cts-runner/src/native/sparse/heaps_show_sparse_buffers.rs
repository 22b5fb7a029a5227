//! A descriptor in a heap shows a sparse buffer as it is bound now: written once, before anything is bound, it reads zeros, then
//! memory, then other memory; what is written through it lands there, or vanishes where nothing is bound.

use crate::native::prelude::*;
use crate::native::support::Pages;

pub(super) const NEEDS: &[Need] =
    &[Need::Compute, Need::SparseResidency, Need::StrictZero, Need::DescriptorHeap];

pub(super) fn run(cx: &Context) -> Outcome {
    const STORAGE: vk::DescriptorType = vk::DescriptorType::STORAGE_BUFFER;
    let pages = Pages::new(cx, 2, 2)?;
    let words = 2 * pages.words();
    let result = cx.dirty(u64::from(words) * 4)?;
    let heap = vk::ResourceHeap::new(&cx.device, 2, 0)?;
    heap.write(0, STORAGE, Some((pages.buffer.address()?, 2 * pages.page())))?;
    heap.write(1, STORAGE, Some((result.address()?, result.size)))?;
    let (sparse, out) = (vk::Mapping::Offset(0), vk::Mapping::Offset(heap.offset(1)));
    let read = vk::HeapKernel::new(&cx.device, vk::PROBE, &[sparse, out])?;
    let write = vk::HeapKernel::new(&cx.device, vk::SCRIBBLE, &[sparse])?;
    let run = |kernel: &vk::HeapKernel, push: &[u32]| -> Outcome {
        let mut recorded = Ok(());
        cx.run(|r| {
            recorded = r.bind_heap(&heap, 0).and_then(|()| r.push_data(0, push));
            r.run_heap_kernel(kernel, words.div_ceil(64));
            r.barrier();
        })?;
        Ok(recorded?)
    };
    let zeros = vec![0; pages.words() as usize];
    for binds in [[None, None], [None, Some(0)], [Some(1), Some(0)], [Some(0), None]] {
        for (page, &memory) in (0..).zip(&binds) {
            pages.bind(&[memory.map_or(pages.unmap(page), |memory| pages.map(page, memory))])?;
        }
        run(&read, &[0, 1, words])?;
        let expected: Vec<u32> = binds
            .iter()
            .flat_map(|memory| memory.map_or(zeros.clone(), |memory| pages.pattern(memory)))
            .collect();
        same(&format!("the buffer with {binds:?} bound"), &result.words(), &expected)?;
    }
    // Page 0 is bound to memory page 0, page 1 to nothing.
    run(&write, &[0, 1, words, 500])?;
    let written: Vec<u32> = (500..500 + pages.words()).collect();
    same("memory that is written through the heap", &pages.memory_page(0), &written)?;
    pages.expect_untouched(1)?;
    pages.expect(&[Some(0), None])
}
