//! Bounded reads of vertex and index buffers: what is outside, or not bound, reads as zero.
#![expect(unsafe_code, reason = "reads the application's memory")]

use lacuna_vm::page_table::pte;

use crate::memory::DeviceAddress;
use crate::memory::span::{Access, spans};

/// A range of memory that is only read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source {
    address: DeviceAddress,
    size: u64,
}

impl Source {
    /// Nothing: all reads are outside.
    pub(super) const EMPTY: Self = Self { address: 0, size: 0 };

    /// # Safety
    /// The range is mapped as long as the value is used; of a sparse one, what is bound is.
    pub(super) unsafe fn new(address: DeviceAddress, size: u64) -> Self {
        Self { address, size }
    }

    /// Bytes.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Where `bytes` bytes at `offset` are, if they are all inside, and in ordinary memory.
    #[inline(always)]
    pub(super) fn host(&self, offset: u64, bytes: u32) -> Option<*const u8> {
        let is_inside = offset.checked_add(bytes.into())? <= self.size;
        (is_inside && self.address & pte::SPARSE_TAG == 0).then(|| (self.address + offset) as *const u8)
    }

    /// Calls `read` with a pointer to `bytes` bytes at `offset`, or gives `None` where they are not all inside.
    #[inline(always)]
    pub(super) fn with<T>(&self, offset: u64, bytes: u32, read: impl FnOnce(*const u8) -> T) -> Option<T> {
        if let Some(host) = self.host(offset, bytes) {
            return Some(read(host));
        }
        if offset.checked_add(bytes.into())? > self.size {
            return None;
        }
        let mut copy = [0u8; 64];
        self.copy(offset, &mut copy[..(bytes as usize).min(64)]);
        Some(read(copy.as_ptr()))
    }

    /// The bytes from `offset` on; those outside or not bound are zero.
    pub(super) fn copy(&self, offset: u64, to: &mut [u8]) {
        to.fill(0);
        let size = self.size.saturating_sub(offset).min(to.len() as u64);
        let mut done = 0;
        if size == 0 {
            return;
        }
        for span in spans(self.address + offset, size, Access::Read) {
            let part = &mut to[done..done + span.size as usize];
            if let Some(host) = span.host {
                // SAFETY: the contract of `new`; spans are runs of the range.
                unsafe { host.as_ptr().copy_to(part.as_mut_ptr(), part.len()) };
            }
            done += span.size as usize;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_end_where_the_range_does() {
        let bytes: Vec<u8> = (1..=10).collect();
        // SAFETY: the vector outlives the source.
        let source = unsafe { Source::new(bytes.as_ptr() as u64, 10) };
        // SAFETY: `with` gives a pointer to one byte.
        let byte = |offset| source.with(offset, 1, |at| unsafe { *at });
        assert_eq!((byte(0), byte(9), byte(10), byte(u64::MAX)), (Some(1), Some(10), None, None));
        assert_eq!(source.with(7, 4, |_| ()), None);
        let mut copy = [9; 4];
        source.copy(8, &mut copy);
        assert_eq!(copy, [9, 10, 0, 0]);
        source.copy(100, &mut copy);
        assert_eq!(copy, [0; 4]);
        assert_eq!(Source::EMPTY.with(0, 1, |_| ()), None);
    }
}
