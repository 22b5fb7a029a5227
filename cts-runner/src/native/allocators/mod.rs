//! Allocators that engines use, as clients of the driver: `gpu-allocator`, and AMD's VMA through `vk-mem`.
//!
//! Both take big blocks of memory and hand out parts of them. Every case asks the allocator for memory, uses it through
//! Vulkan and compares what is there; what the allocators think of their own books is their authors' to test.

mod gpu_allocator_crate;
mod vma;

use super::{Case, Outcome};
use crate::native::prelude::*;
use crate::rng::Rng;

/// The cases of all files.
pub(super) fn cases() -> Vec<Case> {
    [gpu_allocator_crate::cases(), vma::cases()].concat()
}

/// A part of a `VkDeviceMemory`.
#[derive(Clone, Copy, Debug)]
struct Part {
    memory: vk::DeviceMemory,
    offset: u64,
    size: u64,
}

impl Part {
    /// A bind of page `page` of a sparse buffer to this part.
    fn behind(&self, buffer: &SparseBuffer, page: u64) -> Bind {
        Bind { offset: page * buffer.page, size: buffer.page, memory: Some((self.memory, self.offset)) }
    }
}

/// What an allocator is to these cases.
trait Source {
    /// What it hands out, to be given back.
    type Allocation;

    /// Memory for `requirements`.
    fn take(&self, requirements: vk::MemoryRequirements) -> Result<(Self::Allocation, Part), super::Failure>;
    /// Takes memory back.
    fn give_back(&self, allocation: Self::Allocation);
}

/// Buffers of random sizes come and go; each is filled with a number of its own by the device and keeps it.
fn buffers_come_and_go<S: Source>(cx: &Context, source: &S) -> Outcome {
    let mut rng = Rng::new(cx.seed);
    let mut live: Vec<(Buffer, S::Allocation, u32)> = Vec::new();
    for number in 1..=150_u32 {
        if live.len() > 40 {
            let index = rng.below(live.len() as u64) as usize;
            let (buffer, allocation, number) = live.swap_remove(index);
            holds(cx, &buffer, number)?;
            drop(buffer);
            source.give_back(allocation);
        }
        let most = 1 << rng.below(17);
        let size = 4 * (1 + rng.below(most));
        let buffer = Buffer::new(&cx.device, size, vk::BufferCreateFlags::empty())?;
        let (allocation, part) = source.take(buffer.requirements)?;
        // SAFETY: both are alive and of this device; the allocator made the part large and aligned enough.
        unsafe { cx.device.raw.bind_buffer_memory(buffer.handle, part.memory, part.offset) }
            .at("vkBindBufferMemory")?;
        cx.run(|r| {
            r.fill(&buffer, 0, vk::WHOLE_SIZE, number);
            r.barrier();
        })?;
        live.push((buffer, allocation, number));
    }
    for (buffer, allocation, number) in live {
        holds(cx, &buffer, number)?;
        drop(buffer);
        source.give_back(allocation);
    }
    Ok(())
}

fn holds(cx: &Context, buffer: &Buffer, number: u32) -> Outcome {
    uniform(&format!("buffer {number} of {} bytes", buffer.size), &cx.fetch(buffer, 0, buffer.size)?, number)
}

/// Images of several formats in memory of the allocator keep their texels beside each other.
fn images_live_side_by_side<S: Source>(cx: &Context, source: &S) -> Outcome {
    const FORMATS: [(vk::Format, usize); 3] =
        [(vk::Format::R8_UINT, 1), (vk::Format::R32_UINT, 4), (vk::Format::R32G32B32A32_UINT, 16)];
    let mut images = Vec::new();
    for (n, (format, bytes)) in (1_u8..).zip(FORMATS.into_iter().cycle().take(12)) {
        let shape = ImageShape::flat(format, 33 * u32::from(n), 200 / u32::from(n));
        let usage = vk::ImageUsageFlags::TRANSFER_SRC | vk::ImageUsageFlags::TRANSFER_DST;
        let image = StorageImage::unbound(&cx.device, shape, Default::default(), usage)?;
        // SAFETY: just created from this device.
        let requirements = unsafe { cx.device.raw.get_image_memory_requirements(image.handle) };
        let (allocation, part) = source.take(requirements)?;
        // SAFETY: both are alive and of this device; the allocator made the part large and aligned enough.
        unsafe { cx.device.raw.bind_image_memory(image.handle, part.memory, part.offset) }
            .at("vkBindImageMemory")?;
        let texels = shape.extent.iter().product::<u32>() as usize;
        let from = HostBuffer::of(&cx.device, &vec![n; texels * bytes])?;
        cx.run(|r| {
            r.general(&[&image]);
            r.copy_to_image(&from, &image, &[shape.whole_level(0, 0)]);
            r.barrier();
        })?;
        images.push((image, allocation, n, texels * bytes));
    }
    for (image, allocation, n, size) in images {
        let to = cx.dirty(size.next_multiple_of(4) as u64)?;
        cx.run(|r| {
            r.copy_from_image(&image, &to, &[image.shape.whole_level(0, 0)]);
            r.barrier();
        })?;
        let found: Vec<u8> = to.memory.read(0, size);
        check!(found.iter().all(|&byte| byte == n), "image {n} of {:?} changed", image.shape.format);
        drop(image);
        source.give_back(allocation);
    }
    Ok(())
}

/// The pages of a sparse buffer come from the allocator, some are given back and taken anew.
fn sparse_pages<S: Source>(cx: &Context, source: &S) -> Outcome {
    const PAGES: u64 = 64;
    let buffer = SparseBuffer::new(&cx.device, PAGES << 16)?;
    let pages = buffer.size / buffer.page;
    let requirements = vk::MemoryRequirements { size: buffer.page, ..buffer.requirements };
    let mut held: Vec<Option<S::Allocation>> = (0..pages).map(|_| None).collect();
    let mut rng = Rng::new(cx.seed);
    let mut numbers = vec![0; pages as usize];
    for round in 1..=4_u32 {
        let mut binds = Vec::new();
        for page in rng.distinct(pages as usize / 2, pages) {
            match held[page as usize].take() {
                Some(allocation) => {
                    cx.sparse()?.bind(&cx.device, &buffer, &[buffer.unmap(page, 1)])?;
                    source.give_back(allocation);
                    numbers[page as usize] = 0;
                }
                None => {
                    let (allocation, part) = source.take(requirements)?;
                    binds.push(part.behind(&buffer, page));
                    held[page as usize] = Some(allocation);
                    numbers[page as usize] = round << 16 | page as u32;
                }
            }
        }
        if !binds.is_empty() {
            cx.sparse()?.bind(&cx.device, &buffer, &binds)?;
        }
        cx.run(|r| {
            for (page, number) in (0..).zip(&numbers) {
                if held[page as usize].is_some() {
                    r.fill(&buffer, page * buffer.page, buffer.page, *number);
                }
            }
            r.barrier();
        })?;
        expect_pages(cx, &buffer, &numbers, &format!("round {round}"))?;
    }
    held.into_iter().flatten().for_each(|allocation| source.give_back(allocation));
    Ok(())
}

/// Every word of page `n` of a buffer is `numbers[n]`; zeros are not looked at unless the driver promises them.
fn expect_pages(cx: &Context, buffer: &SparseBuffer, numbers: &[u32], what: &str) -> Outcome {
    let words = cx.fetch(buffer, 0, buffer.size)?;
    for (page, (words, &number)) in words.chunks_exact(buffer.page as usize / 4).zip(numbers).enumerate() {
        if number != 0 || cx.device.physical.strict() {
            uniform(&format!("{what}: page {page}"), words, number)?;
        }
    }
    Ok(())
}
