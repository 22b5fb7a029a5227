//! Addresses and sizes.

/// Base-2 logarithm of the page size.
pub const PAGE_SHIFT: u32 = 16;
/// Bytes of a page.
pub const PAGE_SIZE: u64 = 1 << PAGE_SHIFT;
