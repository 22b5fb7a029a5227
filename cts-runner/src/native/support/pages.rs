//! A sparse buffer of a few pages beside memory whose pages are told apart by their contents.
//!
//! Every word of memory page `m` holds `0xA0000000 | m << 16 | word & 0xffff` until a test writes to it. What the buffer
//! must show follows from which memory page is bound where, and from what the host sees in the memory:
//! [`Pages::expect`] compares both, through a compute shader and through a copy.

use crate::native::{Context, Outcome};
use crate::vk::{self, Bind, Memory, SparseBuffer};

use super::same;

/// The fixture.
pub(crate) struct Pages<'a> {
    cx: &'a Context,
    /// The buffer.
    pub(crate) buffer: SparseBuffer,
    /// The memory.
    pub(crate) memory: Memory,
}

impl<'a> Pages<'a> {
    /// A buffer of `count` pages with residency, nothing bound, and `memory_pages` pages of memory.
    pub(crate) fn new(cx: &'a Context, count: u64, memory_pages: u64) -> vk::Result<Self> {
        Self::with_flags(cx, count, memory_pages, vk::BufferCreateFlags::SPARSE_RESIDENCY)
    }

    /// The same with other flags.
    pub(crate) fn with_flags(
        cx: &'a Context,
        count: u64,
        memory_pages: u64,
        flags: vk::BufferCreateFlags,
    ) -> vk::Result<Self> {
        // The page size is known only from a buffer; ask a small one.
        let page = SparseBuffer::with_flags(&cx.device, 1 << 16, flags)?.page;
        let buffer = SparseBuffer::with_flags(&cx.device, count * page, flags)?;
        let memory = buffer.memory(&cx.device, memory_pages)?;
        let pages = Self { cx, buffer, memory };
        for m in 0..memory_pages {
            pages.paint(m);
        }
        Ok(pages)
    }

    /// Bytes of a page.
    pub(crate) fn page(&self) -> u64 {
        self.buffer.page
    }

    /// Words of a page.
    pub(crate) fn words(&self) -> u32 {
        (self.buffer.page / 4) as u32
    }

    /// The original contents of memory page `m`.
    pub(crate) fn pattern(&self, m: u64) -> Vec<u32> {
        (0..self.words()).map(|word| 0xA000_0000 | (m as u32) << 16 | word & 0xffff).collect()
    }

    /// Gives memory page `m` its original contents.
    pub(crate) fn paint(&self, m: u64) {
        self.memory.write(m * self.page(), &self.pattern(m));
    }

    /// What memory page `m` holds now, as the host sees it.
    pub(crate) fn memory_page(&self, m: u64) -> Vec<u32> {
        self.memory.read(m * self.page(), self.words() as usize)
    }

    /// A bind of buffer page `page` to memory page `m`.
    pub(crate) fn map(&self, page: u64, m: u64) -> Bind {
        self.buffer.map(page, 1, &self.memory, m)
    }

    /// An unbind of buffer page `page`.
    pub(crate) fn unmap(&self, page: u64) -> Bind {
        self.buffer.unmap(page, 1)
    }

    /// Sends binds to the first sparse queue in one call and waits.
    pub(crate) fn bind(&self, binds: &[Bind]) -> vk::Result<()> {
        self.cx.sparse()?.bind(&self.cx.device, &self.buffer, binds)
    }

    /// Checks every word of every page: page `i` shows memory page `bound[i]`, or zeros where it is `None` (where the
    /// driver promises zeros). Pages after the last of `bound` are not looked at.
    pub(crate) fn expect(&self, bound: &[Option<u64>]) -> Outcome {
        let count = bound.len() as u64;
        let whole = self.buffer.pages(0, count);
        let computed = self.cx.probe(whole, 0, 1, self.words() * count as u32)?;
        let copied = self.cx.fetch(&self.buffer, 0, count * self.page())?;
        for (way, words) in [("by compute", computed), ("by copy", copied)] {
            for (i, (target, found)) in
                bound.iter().zip(words.chunks_exact(self.words() as usize)).enumerate()
            {
                match target {
                    Some(m) => {
                        let what = format!("page {i}, bound to memory page {m}, read {way}");
                        same(&what, found, &self.memory_page(*m))?;
                    }
                    None if self.cx.device.physical.strict() => {
                        let what = format!("page {i}, unbound, read {way}");
                        same(&what, found, &vec![0; found.len()])?;
                    }
                    None => {}
                }
            }
        }
        Ok(())
    }

    /// Checks that memory page `m` is as painted.
    pub(crate) fn expect_untouched(&self, m: u64) -> Outcome {
        same(&format!("memory page {m}"), &self.memory_page(m), &self.pattern(m))
    }
}
