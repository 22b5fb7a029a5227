//! AMD's Vulkan Memory Allocator, which most engines use, through `vk-mem`: allocation of pages in one call, and
//! defragmentation of memory that sparse buffers are bound to.

use vk_mem::{
    Alloc as _, Allocation, AllocationCreateInfo, Allocator, AllocatorCreateFlags, AllocatorCreateInfo,
    MemoryUsage,
};

use super::{Part, Source, buffers_come_and_go, expect_pages, images_live_side_by_side, sparse_pages};
use crate::native::Failure;
use crate::native::prelude::*;

type Test = fn(&Context, &Vma) -> Outcome;

pub(super) fn cases() -> Vec<Case> {
    let tests: [(&str, Test, &[Need]); 5] = [
        ("buffers_come_and_go", buffers_come_and_go, &[]),
        ("images_live_side_by_side", images_live_side_by_side, &[]),
        ("sparse_pages", sparse_pages, &[Need::SparseResidency]),
        ("pages_of_one_call", pages_of_one_call, &[Need::SparseResidency]),
        ("defragmentation_under_sparse_pages", defragmentation, &[Need::SparseResidency]),
    ];
    tests
        .into_iter()
        .map(|(name, test, more)| {
            let needs = [&[Need::Compute][..], more].concat();
            Case::with(format!("allocators.vma.{name}"), needs, move |cx| test(cx, &Vma::new(cx)?))
        })
        .collect()
}

struct Vma(Allocator);

impl Vma {
    fn new(cx: &Context) -> Result<Self, Failure> {
        let physical = &cx.device.physical;
        let mut info = AllocatorCreateInfo::new(physical.instance.raw(), &cx.device.raw, physical.handle);
        if physical.extra.device_address {
            info.flags |= AllocatorCreateFlags::BUFFER_DEVICE_ADDRESS;
        }
        // SAFETY: instance and device live as long as the context, which outlives this.
        let allocator = unsafe { Allocator::new(info) };
        Ok(Self(allocator.at("vmaCreateAllocator")?))
    }

    fn part(&self, allocation: &Allocation) -> Part {
        let info = self.0.get_allocation_info(allocation);
        Part { memory: info.device_memory, offset: info.offset, size: info.size }
    }

    /// Memory for `count` pages of a sparse buffer, by one call.
    fn pages(&self, buffer: &SparseBuffer, count: u64) -> vk::Result<Vec<Allocation>> {
        let requirements = vk::MemoryRequirements { size: buffer.page, ..buffer.requirements };
        let info = device_only();
        // SAFETY: the requirements are the buffer's.
        unsafe { self.0.allocate_memory_pages(&requirements, &info, count as usize) }
            .at("vmaAllocateMemoryPages")
    }
}

fn device_only() -> AllocationCreateInfo {
    AllocationCreateInfo {
        usage: MemoryUsage::Unknown,
        preferred_flags: vk::MemoryPropertyFlags::DEVICE_LOCAL,
        ..Default::default()
    }
}

impl Source for Vma {
    type Allocation = Allocation;

    fn take(&self, requirements: vk::MemoryRequirements) -> Result<(Allocation, Part), Failure> {
        // SAFETY: the requirements are those of a resource of this device.
        let allocation = unsafe { self.0.allocate_memory(&requirements, &device_only()) };
        let allocation = allocation.at("vmaAllocateMemory")?;
        let part = self.part(&allocation);
        check!(part.offset.is_multiple_of(requirements.alignment), "VMA: {part:?} is not aligned");
        check!(part.size >= requirements.size, "VMA: {part:?} is too small");
        Ok((allocation, part))
    }

    fn give_back(&self, mut allocation: Allocation) {
        // SAFETY: from this allocator, and no bind to it is in use any more.
        unsafe { self.0.free_memory(&mut allocation) };
    }
}

/// Marks page `n` with the number `n + 1` and gives the numbers.
fn mark(cx: &Context, buffer: &SparseBuffer, pages: u64) -> vk::Result<Vec<u32>> {
    cx.run(|r| {
        (0..pages).for_each(|page| r.fill(buffer, page * buffer.page, buffer.page, page as u32 + 1));
        r.barrier();
    })?;
    Ok((1..=pages as u32).collect())
}

/// `vmaAllocateMemoryPages`, the call that VMA has for sparse binding, and `vmaFreeMemoryPages`.
fn pages_of_one_call(cx: &Context, vma: &Vma) -> Outcome {
    let buffer = SparseBuffer::new(&cx.device, 128 << 16)?;
    let pages = buffer.size / buffer.page;
    let mut allocations = vma.pages(&buffer, pages)?;
    let binds: Vec<_> =
        (0..).zip(&allocations).map(|(page, held)| vma.part(held).behind(&buffer, page)).collect();
    cx.sparse()?.bind(&cx.device, &buffer, &binds)?;
    let mut numbers = mark(cx, &buffer, pages)?;
    expect_pages(cx, &buffer, &numbers, "all pages")?;
    // Half of them go; the others stay as they are.
    let half = pages / 2;
    cx.sparse()?.bind(&cx.device, &buffer, &[buffer.unmap(half, pages - half)])?;
    let mut gone = allocations.split_off(half as usize);
    // SAFETY: from this allocator; nothing is bound to them any more.
    unsafe { vma.0.free_memory_pages(&mut gone) };
    numbers[half as usize..].fill(0);
    expect_pages(cx, &buffer, &numbers, "half of the pages")?;
    cx.sparse()?.bind(&cx.device, &buffer, &[buffer.unmap(0, pages)])?;
    // SAFETY: as above.
    unsafe { vma.0.free_memory_pages(&mut allocations) };
    Ok(())
}

/// Every second page is given back; VMA then moves the others together. Each move is a copy of the page by a small sparse
/// buffer that has both places bound, and a rebind. The contents stay.
fn defragmentation(cx: &Context, vma: &Vma) -> Outcome {
    // More than the first of VMA's blocks.
    const PAGES: u64 = 1024;
    let buffer = SparseBuffer::new(&cx.device, PAGES << 16)?;
    let pages = buffer.size / buffer.page;
    let mut held: Vec<_> = vma.pages(&buffer, pages)?.into_iter().map(Some).collect();
    let part = |held: &[Option<Allocation>], page: usize| held[page].as_ref().map(|held| vma.part(held));
    let binds: Vec<_> =
        (0..pages).filter_map(|page| Some(part(&held, page as usize)?.behind(&buffer, page))).collect();
    cx.sparse()?.bind(&cx.device, &buffer, &binds)?;
    let mut numbers = mark(cx, &buffer, pages)?;
    let odd: Vec<_> = (1..pages).step_by(2).map(|page| buffer.unmap(page, 1)).collect();
    cx.sparse()?.bind(&cx.device, &buffer, &odd)?;
    for page in (1..pages as usize).step_by(2) {
        held[page].take().into_iter().for_each(|allocation| vma.give_back(allocation));
        numbers[page] = 0;
    }
    let moved = move_together(cx, vma, &buffer, &held)?;
    check!(moved > 0, "VMA found nothing to move");
    expect_pages(cx, &buffer, &numbers, &format!("after {moved} moves"))?;
    cx.sparse()?.bind(&cx.device, &buffer, &[buffer.unmap(0, pages)])?;
    held.into_iter().flatten().for_each(|allocation| vma.give_back(allocation));
    Ok(())
}

/// Runs VMA's defragmentation to its end; returns the number of moves.
fn move_together(
    cx: &Context,
    vma: &Vma,
    buffer: &SparseBuffer,
    held: &[Option<Allocation>],
) -> Result<usize, Failure> {
    let both = SparseBuffer::new(&cx.device, 2 * buffer.page)?;
    // SAFETY: `vk-mem` does not name the structure; zero is VMA's default for each of its members.
    let info = unsafe { std::mem::zeroed() };
    // SAFETY: the allocator is alive.
    let context = unsafe { vma.0.begin_defragmentation(&info) }.at("vmaBeginDefragmentation")?;
    let (mut moves, mut outcome) = (0, Ok(()));
    loop {
        let more = context.begin_pass(|list| {
            for step in list.iter() {
                // SAFETY: `vk-mem` gives no other way from the handle to what it wraps it in, which is the handle and nothing
                // else; the compiler checks that the sizes agree.
                let [from, to] = [step.srcAllocation, step.dstTmpAllocation]
                    .map(|handle| unsafe { std::mem::transmute::<_, Allocation>(handle) });
                let (from, to) = (vma.part(&from), vma.part(&to));
                moves += 1;
                let page = (0..).zip(held).find(|(_, held)| {
                    let part = held.as_ref().map(|held| vma.part(held));
                    part.is_some_and(|part| (part.memory, part.offset) == (from.memory, from.offset))
                });
                let moved = match page {
                    Some((page, _)) => move_page(cx, buffer, &both, page, from, to),
                    None => Err(Failure::Wrong(format!("VMA moves {from:?}, which nobody holds"))),
                };
                if outcome.is_ok() {
                    outcome = moved;
                }
            }
        });
        if !more || outcome.is_err() {
            break;
        }
    }
    context.end();
    outcome.map(|()| moves)
}

/// Copies a page of memory and binds the buffer's page to the copy.
fn move_page(
    cx: &Context,
    buffer: &SparseBuffer,
    both: &SparseBuffer,
    page: u64,
    from: Part,
    to: Part,
) -> Outcome {
    cx.sparse()?.bind(&cx.device, both, &[from.behind(both, 0), to.behind(both, 1)])?;
    cx.run(|r| {
        r.copy(both, 0, both, both.page, both.page);
        r.barrier();
    })?;
    Ok(cx.sparse()?.bind(&cx.device, buffer, &[to.behind(buffer, page)])?)
}
