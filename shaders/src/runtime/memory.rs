//! Loads and stores that machine code does not do inline: any address in any lane.
//!
//! Together with `lower/memory.rs` the only code that touches application memory.
//!
//! # Invariants
//! 1. A lane outside `base..base + range` reads zero and writes nothing; the sum never wraps into something accessible.
//! 2. A sparse address is followed only through a `VALID` entry, for at most the bytes up to the end of its page.
//! 3. Stores do not write through `READ_ONLY` entries.

use lacuna_vm::mutation;
use lacuna_vm::page_table::pte;
use lacuna_vm::units::{PAGE_SHIFT, PAGE_SIZE};

use super::{active, narrow};
use crate::abi::{Descriptor, DispatchContext, FaultKind, LANES, LaneFrame, heap};

/// The address that no memory has: sparse, and beyond every page table.
pub const NOWHERE: u64 = u64::MAX;

/// The host address of a device address, if it has memory for this kind of access.
///
/// The result is good for the bytes up to the end of the page, for sparse addresses.
///
/// # Safety
/// The context's page table is what it says; an address without tag is an address of the application's memory.
#[inline]
pub(super) unsafe fn host(ctx: &DispatchContext, address: u64, kind: FaultKind) -> Option<*mut u8> {
    if address & pte::SPARSE_TAG == 0 {
        return (address >= PAGE_SIZE).then_some(address as *mut u8);
    }
    let page = (address & !pte::SPARSE_TAG) >> PAGE_SHIFT;
    if page >= ctx.page_count || ctx.page_table.is_null() {
        return None;
    }
    // SAFETY: `page` is inside the table. Entries change while kernels run, so the read is volatile.
    let mut entry = unsafe { ctx.page_table.add(page as usize).read_volatile() };
    let is_told = entry & pte::VALID == 0 && !ctx.user.is_null();
    if entry & pte::FAULT != 0 || is_told {
        entry = (ctx.fault)(ctx, address, kind as u32);
    }
    if entry & pte::VALID == 0 && mutation::is("unbound_writes_land") {
        static SINK: [core::sync::atomic::AtomicU64; 8193] =
            [const { core::sync::atomic::AtomicU64::new(0) }; 8193];
        return Some((SINK.as_ptr() as u64 + (address & (PAGE_SIZE - 1))) as *mut u8);
    }
    let refused = entry & pte::VALID == 0 || (kind != FaultKind::Load && entry & pte::READ_ONLY != 0);
    (!refused).then_some(((entry & pte::ADDRESS_MASK) | (address & (PAGE_SIZE - 1))) as *mut u8)
}

/// The device address of a lane, if the access is inside the range.
#[inline]
pub(super) fn address(base: u64, range: u64, offset: u64, size: u64) -> Option<u64> {
    let end = offset.checked_add(size)?;
    if end > range && !mutation::is("bounds_are_not_checked") {
        return None;
    }
    base.checked_add(offset)
}

fn straddles(address: u64, size: u64) -> bool {
    address & pte::SPARSE_TAG != 0 && (address & (PAGE_SIZE - 1)) + size > PAGE_SIZE
}

/// # Safety
/// As [`host`]; `SIZE` is 1, 2, 4 or 8.
#[inline(always)]
unsafe fn read<const SIZE: u64>(ctx: &DispatchContext, address: u64) -> u64 {
    if straddles(address, SIZE) {
        // SAFETY: the caller's promise.
        return unsafe { read_bytes(ctx, address, SIZE) };
    }
    // SAFETY: the caller's promise.
    let Some(from) = (unsafe { host(ctx, address, FaultKind::Load) }) else { return 0 };
    // SAFETY: `SIZE` bytes are in one page, or in ordinary memory inside the descriptor's range.
    unsafe {
        match SIZE {
            1 => u64::from(from.read()),
            2 => u64::from(from.cast::<u16>().read_unaligned()),
            4 => u64::from(from.cast::<u32>().read_unaligned()),
            _ => from.cast::<u64>().read_unaligned(),
        }
    }
}

/// Reads across the end of a page, byte by byte.
///
/// # Safety
/// As [`host`]; `size` is at most 8.
#[cold]
unsafe fn read_bytes(ctx: &DispatchContext, address: u64, size: u64) -> u64 {
    // SAFETY: the caller's promise; a byte never straddles.
    (0..size).fold(0, |value, at| value | unsafe { read::<1>(ctx, address.wrapping_add(at)) } << (8 * at))
}

/// # Safety
/// As [`host`]; `SIZE` is 1, 2, 4 or 8.
#[inline(always)]
unsafe fn write<const SIZE: u64>(ctx: &DispatchContext, address: u64, value: u64) {
    if straddles(address, SIZE) {
        // SAFETY: the caller's promise.
        return unsafe { write_bytes(ctx, address, SIZE, value) };
    }
    // SAFETY: the caller's promise.
    let Some(to) = (unsafe { host(ctx, address, FaultKind::Store) }) else { return };
    // SAFETY: `SIZE` bytes are in one page, or in ordinary memory inside the descriptor's range.
    unsafe {
        match SIZE {
            1 => to.write(value as u8),
            2 => to.cast::<u16>().write_unaligned(value as u16),
            4 => to.cast::<u32>().write_unaligned(value as u32),
            _ => to.cast::<u64>().write_unaligned(value),
        }
    }
}

/// Writes across the end of a page, byte by byte.
///
/// # Safety
/// As [`host`]; `size` is at most 8.
#[cold]
unsafe fn write_bytes(ctx: &DispatchContext, address: u64, size: u64, value: u64) {
    for at in 0..size {
        // SAFETY: the caller's promise; a byte never straddles.
        unsafe { write::<1>(ctx, address.wrapping_add(at), value >> (8 * at)) };
    }
}

/// Reads 1, 2, 4 or 8 bytes.
///
/// # Safety
/// As [`host`].
pub(super) unsafe fn read_sized(ctx: &DispatchContext, address: u64, size: u32) -> u64 {
    // SAFETY: the caller's promise.
    unsafe {
        match size {
            1 => read::<1>(ctx, address),
            2 => read::<2>(ctx, address),
            4 => read::<4>(ctx, address),
            _ => read::<8>(ctx, address),
        }
    }
}

/// Writes 1, 2, 4 or 8 bytes.
///
/// # Safety
/// As [`host`].
pub(super) unsafe fn write_sized(ctx: &DispatchContext, address: u64, size: u32, value: u64) {
    // SAFETY: the caller's promise.
    unsafe {
        match size {
            1 => write::<1>(ctx, address, value),
            2 => write::<2>(ctx, address, value),
            4 => write::<4>(ctx, address, value),
            _ => write::<8>(ctx, address, value),
        }
    }
}

macro_rules! accesses {
    ($($load:ident $store:ident $size:literal;)*) => {$(
        /// Loads one element for each active lane from `base + frame.offset` to `frame.data`.
        ///
        /// # Safety
        /// Called by machine code: the context is that of the dispatch, the frame is exclusive to the caller.
        pub unsafe extern "C" fn $load(
            ctx: *const DispatchContext, base: u64, range: u64, frame: *mut LaneFrame, mask: u32,
        ) {
            // SAFETY: the caller's promise.
            let (ctx, frame) = unsafe { (&*ctx, &mut *frame) };
            for lane in 0..LANES as usize {
                let at = if mask >> lane & 1 != 0 { address(base, range, frame.offset[lane], $size) } else { None };
                // SAFETY: the address is inside the descriptor's range.
                let value = at.map_or(0, |at| unsafe { read::<$size>(ctx, at) });
                super::set(frame, $size == 8, lane, value);
            }
        }

        /// Stores one element for each active lane from `frame.data` to `base + frame.offset`.
        ///
        /// # Safety
        /// Called by machine code: the context is that of the dispatch, the frame is exclusive to the caller.
        pub unsafe extern "C" fn $store(
            ctx: *const DispatchContext, base: u64, range: u64, frame: *mut LaneFrame, mask: u32,
        ) {
            // SAFETY: the caller's promise.
            let (ctx, frame) = unsafe { (&*ctx, &mut *frame) };
            for lane in active(mask) {
                let value = super::get(&mut frame.data, $size == 8, lane);
                if let Some(at) = address(base, range, frame.offset[lane], $size) {
                    // SAFETY: the address is inside the descriptor's range.
                    unsafe { write::<$size>(ctx, at, value) };
                }
            }
        }
    )*};
}

accesses! {
    load_8 store_8 1;
    load_16 store_16 2;
    load_32 store_32 4;
    load_64 store_64 8;
}

/// Turns a descriptor index for each lane (`frame.data`, packed) and an offset (`frame.offset`) into a device address
/// (`frame.offset`), or [`NOWHERE`] where `size` bytes are not inside the descriptor's range.
///
/// # Safety
/// Called by machine code: the context is that of the dispatch, the frame is exclusive to the caller.
pub unsafe extern "C" fn resolve(
    ctx: *const DispatchContext,
    set: u32,
    size: u64,
    frame: *mut LaneFrame,
    mask: u32,
) {
    // SAFETY: the caller's promise.
    let (ctx, frame) = unsafe { (&*ctx, &mut *frame) };
    for lane in 0..LANES as usize {
        let slot = narrow(&mut frame.data)[lane];
        let found = if mask >> lane & 1 != 0 {
            // SAFETY: the slot of an active lane is one of the set's.
            let descriptor = unsafe { descriptor(ctx, set, slot) };
            address(descriptor.address, descriptor.range, frame.offset[lane], size)
        } else {
            None
        };
        frame.offset[lane] = found.unwrap_or(NOWHERE);
    }
}

/// The ranges of the descriptors whose indices are in `frame.data`, in place.
///
/// # Safety
/// Called by machine code: the context is that of the dispatch, the frame is exclusive to the caller.
pub unsafe extern "C" fn buffer_sizes(
    ctx: *const DispatchContext,
    set: u32,
    frame: *mut LaneFrame,
    mask: u32,
) {
    // SAFETY: the caller's promise.
    let (ctx, frame) = unsafe { (&*ctx, &mut *frame) };
    let slots = narrow(&mut frame.data);
    for lane in active(mask) {
        // SAFETY: the slot of an active lane is one of the set's.
        slots[lane] = unsafe { descriptor(ctx, set, slots[lane]) }.range.min(u64::from(u32::MAX)) as u32;
    }
}

/// A word of the descriptors whose indices are in `frame.data`, in place.
///
/// # Safety
/// Called by machine code: the context is that of the dispatch, the frame is exclusive to the caller.
pub unsafe extern "C" fn descriptor_words(
    ctx: *const DispatchContext,
    set: u32,
    word: u32,
    frame: *mut LaneFrame,
    mask: u32,
) {
    // SAFETY: the caller's promise.
    let (ctx, frame) = unsafe { (&*ctx, &mut *frame) };
    let slots = narrow(&mut frame.data);
    for lane in active(mask) {
        // SAFETY: the slot of an active lane is one of the set's.
        slots[lane] = unsafe { descriptor(ctx, set, slots[lane]) }.word(word);
    }
}

/// # Safety
/// The set is null, or has a descriptor at this slot, or is the resource heap.
unsafe fn descriptor(ctx: &DispatchContext, set: u32, slot: u32) -> Descriptor {
    if set == heap::RESOURCE_HEAP && u64::from(slot) >= ctx.resource_heap_slots {
        return Descriptor::default();
    }
    match ctx.sets.get(set as usize) {
        // SAFETY: the caller's promise.
        Some(first) if !first.is_null() => unsafe { *first.add(slot as usize) },
        _ => Descriptor::default(),
    }
}

/// Zeroes memory of the packet or the workgroup.
///
/// # Safety
/// Called by machine code for memory of its own scratch block.
pub unsafe extern "C" fn zero(start: *mut u8, bytes: u64) {
    // SAFETY: the caller's promise.
    unsafe { start.write_bytes(0, bytes as usize) };
}
