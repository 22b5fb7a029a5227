//! A sparse buffer bound by a [`Plan`], and what it and its memory must hold.
//!
//! Every word of the memory differs from every other until a test writes. [`Sheet::words`] is what any read must give,
//! [`Sheet::expect_written`] compares all of the memory with what any write must have left there.

use super::plan::Plan;
use crate::native::prelude::*;
use crate::vk::Memory;

/// Pages of a buffer: enough for each plan to show, few enough to be quick.
pub(super) const PAGES: u64 = 4;
/// Bytes that the last page of a buffer lacks in [`Plan::Tail`]: whole texels of all formats, and no power of two.
const CUT: u64 = 20_016;

/// The fixture.
pub(super) struct Sheet {
    pub(super) buffer: SparseBuffer,
    pub(super) memory: Memory,
    plan: Plan,
    bound: Vec<Option<u64>>,
}

impl Sheet {
    /// A buffer of [`PAGES`] pages with as much memory, bound.
    pub(super) fn new(cx: &Context, plan: Plan) -> vk::Result<Self> {
        // The page size is known only from a buffer; ask a small one.
        let page = SparseBuffer::with_flags(&cx.device, 1 << 16, plan.flags())?.page;
        // Drivers with small pages: as much of one as can be.
        let cut = if plan == Plan::Tail { CUT.min(page * 3 / 4 / 48 * 48) } else { 0 };
        let buffer = SparseBuffer::with_flags(&cx.device, PAGES * page - cut, plan.flags())?;
        let memory = buffer.memory(&cx.device, PAGES)?;
        let bound = plan.bound(PAGES);
        let sheet = Self { buffer, memory, plan, bound };
        sheet.memory.write(0, &sheet.painted());
        let binds: Vec<_> = (0..)
            .zip(&sheet.bound)
            .filter_map(|(page, target)| Some(sheet.buffer.map(page, 1, &sheet.memory, (*target)?)))
            .collect();
        if !binds.is_empty() {
            cx.sparse()?.bind(&cx.device, &sheet.buffer, &binds)?;
        }
        Ok(sheet)
    }

    /// Words of the buffer.
    pub(super) fn len(&self) -> u32 {
        (self.buffer.size / 4) as u32
    }

    /// Words of a page.
    pub(super) fn page_words(&self) -> u32 {
        (self.buffer.page / 4) as u32
    }

    /// What the memory held before any test wrote.
    fn painted(&self) -> Vec<u32> {
        (0..PAGES as u32 * self.page_words())
            .map(|word| 0x8000_0001 | word.wrapping_mul(0x9e37) << 1)
            .collect()
    }

    /// The word of memory behind a word of the buffer.
    fn behind(&self, word: u32) -> Option<usize> {
        let (page, rest) = (word / self.page_words(), word % self.page_words());
        let target = (*self.bound.get(page as usize)?)?;
        Some(target as usize * self.page_words() as usize + rest as usize)
    }

    /// What a read of a word of the buffer must give; zero where nothing is bound.
    pub(super) fn word(&self, word: u32) -> u32 {
        self.behind(word).map_or(0, |at| 0x8000_0001 | (at as u32).wrapping_mul(0x9e37) << 1)
    }

    /// What a read of the whole buffer must give.
    pub(super) fn words(&self) -> Vec<u32> {
        (0..self.len()).map(|word| self.word(word)).collect()
    }

    /// A value for tests to write to a word: another one for each word of the memory, the same through each alias.
    pub(super) fn value(&self, word: u32) -> u32 {
        let word = if self.plan == Plan::Shared { word % self.page_words() } else { word };
        word * 5 + 3
    }

    /// [`Sheet::value`] of every word.
    pub(super) fn values(&self) -> Vec<u32> {
        (0..self.len()).map(|word| self.value(word)).collect()
    }

    /// Checks all of the memory: words of the buffer for which `written` gives a value have it, all others are as painted.
    pub(super) fn expect_written(&self, written: impl Fn(u32) -> Option<u32>) -> Outcome {
        let mut expected = self.painted();
        for word in 0..self.len() {
            if let (Some(at), Some(value)) = (self.behind(word), written(word)) {
                expected[at] = value;
            }
        }
        let found: Vec<u32> = self.memory.read(0, expected.len());
        same("memory after the write", &found, &expected)
    }
}
