//! Writes and reads a few words in each page of the demo with a compute shader (`shaders/demo.comp`).
//!
//! A storage buffer descriptor covers only `maxStorageBufferRange` bytes, so the buffer is visited in windows of that
//! size: one dispatch for each window that has pages in it.

use crate::vk::{self, Bound, Commands, DescriptorSet, Device, HostBuffer, Kernel, SparseBuffer};

use super::model::Model;

/// Words touched in each page; the shader has the same constant.
pub(super) const WORDS: usize = 16;

/// What the shader writes through the page with number `mark` in the model.
pub(super) fn mark(mark: u32, word: usize) -> u32 {
    0x8000_0000 | (mark << 4) | word as u32
}

/// Where in a page the shader touches `word`, in bytes: spread, and not at multiples of a cache line.
pub(super) fn byte_of(word: usize, page: u64) -> u64 {
    let page_words = page / 4;
    (word as u64 * (page_words / WORDS as u64) + word as u64) * 4
}

/// The dispatches, recorded once for writing and once for reading.
pub(super) struct Toucher<'a> {
    device: &'a Device,
    results: HostBuffer,
    write: Commands,
    read: Commands,
    /// Kept because the command buffers use them.
    _used: (Kernel, Vec<DescriptorSet>, HostBuffer),
}

impl<'a> Toucher<'a> {
    pub(super) fn new(device: &'a Device, buffer: &SparseBuffer, model: &Model) -> vk::Result<Self> {
        let limit = u64::from(device.physical.properties.limits.max_storage_buffer_range);
        // At most 2 GiB, so that word offsets stay far from the end of 32 bits.
        let window_pages = limit.min(1 << 31) / buffer.page;
        let list: Vec<u32> = (0u32..)
            .zip(&model.pages)
            .flat_map(|(mark, page)| [(page.number % window_pages) as u32, mark])
            .collect();
        let list = HostBuffer::of(device, &list)?;
        let results = HostBuffer::new(device, (model.pages.len() * WORDS * 4) as u64)?;
        let kernel = Kernel::storage(device, vk::DEMO, 3, 16)?;

        let mut sets = Vec::new();
        let mut dispatches = Vec::new();
        let mut first = 0;
        for chunk in model.pages.chunk_by(|a, b| a.number / window_pages == b.number / window_pages) {
            let start = chunk[0].number / window_pages * window_pages;
            let pages = window_pages.min(buffer.size / buffer.page - start);
            sets.push(kernel.set(&[
                buffer.pages(start, pages),
                Bound::whole(&list),
                Bound::whole(&results),
            ])?);
            dispatches.push((first, chunk.len() as u32));
            first += chunk.len() as u32;
        }
        let page_words = (buffer.page / 4) as u32;
        let record = |reading: u32| {
            Commands::record(device, device.compute()?.family, |recorder| {
                for (set, &(first, count)) in sets.iter().zip(&dispatches) {
                    let groups = (count * WORDS as u32).div_ceil(64);
                    recorder.run(&kernel, set, &[first, count, page_words, reading], groups);
                }
                recorder.barrier();
            })
        };
        let (write, read) = (record(0)?, record(1)?);
        Ok(Self { device, results, write, read, _used: (kernel, sets, list) })
    }

    /// Writes the mark of every page, bound or not.
    pub(super) fn write(&self) -> vk::Result<()> {
        self.device.compute()?.run_recorded(self.device, &[&self.write])
    }

    /// Reads [`WORDS`] words of every page.
    pub(super) fn read(&self) -> vk::Result<Vec<u32>> {
        self.results.memory.fill(0xa5);
        self.device.compute()?.run_recorded(self.device, &[&self.read])?;
        Ok(self.results.words())
    }
}
