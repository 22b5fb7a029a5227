//! The bits of one page table entry, as Rust writes them and machine code reads them.
//!
//! ```text
//!  63                                16 15        4   3    2     1     0
//! | host address of the page >> 16     | reserved | NULL | RO | FAULT | VALID |
//! ```
//!
//! The whole word zero means *unbound*. Backing memory is aligned to [`PAGE_SIZE`](crate::units::PAGE_SIZE),
//! so that the low 16 bits of the host address are free for flags.
//!
//! # Invariants
//! 1. `VALID` set: the address names at least one page of live host memory, and no other flag but `READ_ONLY` is set.
//! 2. `VALID` clear: machine code must not use the address bits. They are zero, but with `FAULT`.
//! 3. `FAULT` set: the access has to go through the page-fault handler. The address bits and `READ_ONLY` are what they
//!    will be once the page's memory is back, so that the handler need not ask the manager whose memory it is.
//!
//! Neither flag set is the strict non-resident case: loads give zero, stores vanish.

use crate::mapping::MapFlags;

/// The entry names memory: `host address = (entry & ADDRESS_MASK) + (address & 0xffff)`.
pub const VALID: u64 = 1 << 0;
/// Not accessible as it is; call the page-fault handler.
pub const FAULT: u64 = 1 << 1;
/// Stores vanish, as on an unbound page.
pub const READ_ONLY: u64 = 1 << 2;
/// Deliberately without memory (a null mapping), as opposed to never bound. Behaves the same.
pub const NULL: u64 = 1 << 3;
/// The bits that hold the page's host address.
pub const ADDRESS_MASK: u64 = !0xffff;

/// Set in every sparse device address and in no host address: the address is not canonical on x86-64 or AArch64,
/// so that a sparse address that is dereferenced by mistake traps instead of reading something.
///
/// The page table index of an address is `(address & !SPARSE_TAG) >> PAGE_SHIFT`.
pub const SPARSE_TAG: u64 = 1 << 62;

/// The entry of a page whose memory, evicted now, has its place at `host_address`.
#[must_use]
#[inline]
pub const fn fault(host_address: u64, flags: MapFlags) -> u64 {
    valid(host_address, flags) ^ (VALID | FAULT)
}

/// What a [`fault`] entry becomes when its memory is back.
#[must_use]
#[inline]
pub const fn restored(fault: u64) -> u64 {
    fault ^ (VALID | FAULT)
}

/// The entry of a page whose memory is at `host_address`.
#[must_use]
#[inline]
pub const fn valid(host_address: u64, flags: MapFlags) -> u64 {
    let read_only = if flags.contains(MapFlags::READ_ONLY) { READ_ONLY } else { 0 };
    host_address & ADDRESS_MASK | VALID | read_only
}
