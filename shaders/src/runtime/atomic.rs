//! Atomic operations, lane by lane, as real atomics of the machine.
//!
//! Memory that is not aligned to its size is outside of what Vulkan permits and is treated as outside of the buffer:
//! thus no atomic straddles a page.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use lacuna_vm::mutation;

use super::active;
use super::memory::{address, host};
use crate::abi::{DispatchContext, FaultKind, LaneFrame};
use crate::ir::{AtomicOp, Type};

/// An atomic operation over a frame: `data` is the operand, `other` the comparator; the old values go to `data`.
/// Arguments: context, base, range, frame, mask.
pub type AtomicFn = unsafe extern "C" fn(*const DispatchContext, u64, u64, *mut LaneFrame, u32);

/// The function for an operation on a type of memory.
pub fn function_for(op: AtomicOp, ty: Type) -> Option<AtomicFn> {
    // One for each, so that the loop over lanes does not ask which it is.
    macro_rules! by_operation {
        ($function:ident, $($op:ident)*) => {
            Some(match op {
                $(AtomicOp::$op => $function::<{ code(AtomicOp::$op) }>,)*
            })
        };
    }
    macro_rules! by_type {
        ($($ty:ident $function:ident;)*) => {
            match ty {
                $(Type::$ty => by_operation!(
                    $function, Load Store Exchange CompareExchange IAdd ISub SMin UMin SMax UMax And Or Xor FAdd FMin FMax
                ),)*
                Type::Bool | Type::I8 | Type::I16 | Type::F16 => None,
            }
        };
    }
    by_type! { I32 atomic_i32; I64 atomic_i64; F32 atomic_f32; F64 atomic_f64; }
}

const fn code(op: AtomicOp) -> u32 {
    op as u32
}

const ORDER: Ordering = Ordering::SeqCst;

macro_rules! atomics {
    ($($name:ident, $atomic:ty, $bits:ty, $wide:literal, $fetch:ident;)*) => {$(
        unsafe extern "C" fn $name<const OP: u32>(
            ctx: *const DispatchContext, base: u64, range: u64, frame: *mut LaneFrame, mask: u32,
        ) {
            // SAFETY: machine code passes the dispatch's context and a frame of its own.
            let (ctx, frame) = unsafe { (&*ctx, &mut *frame) };
            for lane in active(mask) {
                let operand = super::get(&mut frame.data, $wide, lane) as $bits;
                let comparator = super::get(&mut frame.other, $wide, lane) as $bits;
                let place = address(base, range, frame.offset[lane], size_of::<$bits>() as u64)
                    // SAFETY: the address is inside the descriptor's range.
                    .and_then(|at| unsafe { host(ctx, at, FaultKind::Atomic) })
                    .map(|place| place.cast::<$atomic>())
                    .filter(|place| place.is_aligned());
                let unbound = if mutation::is("atomics_on_unbound_return_operand") { operand } else { 0 };
                // SAFETY: live memory, aligned, thus not across the end of a page.
                let old = place.map_or(unbound, |place| $fetch(unsafe { &*place }, OP, operand, comparator));
                super::set(frame, $wide, lane, u64::from(old));
            }
        }
    )*};
}

atomics! {
    atomic_i32, AtomicU32, u32, false, fetch_i32;
    atomic_i64, AtomicU64, u64, true, fetch_i64;
    atomic_f32, AtomicU32, u32, false, fetch_f32;
    atomic_f64, AtomicU64, u64, true, fetch_f64;
}

macro_rules! integers {
    ($name:ident, $atomic:ty, $unsigned:ty, $signed:ty) => {
        #[inline(always)]
        fn $name(cell: &$atomic, op: u32, a: $unsigned, comparator: $unsigned) -> $unsigned {
            const LOAD: u32 = code(AtomicOp::Load);
            const STORE: u32 = code(AtomicOp::Store);
            const EXCHANGE: u32 = code(AtomicOp::Exchange);
            const COMPARE_EXCHANGE: u32 = code(AtomicOp::CompareExchange);
            const ADD: u32 = code(AtomicOp::IAdd);
            const SUB: u32 = code(AtomicOp::ISub);
            const UMIN: u32 = code(AtomicOp::UMin);
            const UMAX: u32 = code(AtomicOp::UMax);
            const SMIN: u32 = code(AtomicOp::SMin);
            const SMAX: u32 = code(AtomicOp::SMax);
            const AND: u32 = code(AtomicOp::And);
            const OR: u32 = code(AtomicOp::Or);
            const XOR: u32 = code(AtomicOp::Xor);
            match op {
                LOAD => cell.load(ORDER),
                STORE | EXCHANGE => cell.swap(a, ORDER),
                COMPARE_EXCHANGE => {
                    cell.compare_exchange(comparator, a, ORDER, ORDER).unwrap_or_else(|old| old)
                }
                ADD => cell.fetch_add(a, ORDER),
                SUB => cell.fetch_sub(a, ORDER),
                UMIN => cell.fetch_min(a, ORDER),
                UMAX => cell.fetch_max(a, ORDER),
                SMIN => update(cell, |old| (old as $signed).min(a as $signed) as $unsigned),
                SMAX => update(cell, |old| (old as $signed).max(a as $signed) as $unsigned),
                AND => cell.fetch_and(a, ORDER),
                OR => cell.fetch_or(a, ORDER),
                XOR => cell.fetch_xor(a, ORDER),
                _ => 0,
            }
        }
    };
}

integers!(fetch_i32, AtomicU32, u32, i32);
integers!(fetch_i64, AtomicU64, u64, i64);

macro_rules! floats {
    ($name:ident, $integers:ident, $atomic:ty, $bits:ty, $float:ty) => {
        #[inline(always)]
        fn $name(cell: &$atomic, op: u32, a: $bits, comparator: $bits) -> $bits {
            const ADD: u32 = code(AtomicOp::FAdd);
            const MIN: u32 = code(AtomicOp::FMin);
            const MAX: u32 = code(AtomicOp::FMax);
            let number = <$float>::from_bits(a);
            match op {
                ADD => update(cell, |old| (<$float>::from_bits(old) + number).to_bits()),
                MIN => update(cell, |old| <$float>::from_bits(old).min(number).to_bits()),
                MAX => update(cell, |old| <$float>::from_bits(old).max(number).to_bits()),
                _ => $integers(cell, op, a, comparator),
            }
        }
    };
}

floats!(fetch_f32, fetch_i32, AtomicU32, u32, f32);
floats!(fetch_f64, fetch_i64, AtomicU64, u64, f64);

/// A cell that can be changed by compare and exchange.
trait Cell {
    type Bits: Copy;
    fn fetch_update(&self, f: impl FnMut(Self::Bits) -> Self::Bits) -> Self::Bits;
}

macro_rules! cells {
    ($($atomic:ty, $bits:ty;)*) => {$(
        impl Cell for $atomic {
            type Bits = $bits;
            fn fetch_update(&self, mut f: impl FnMut($bits) -> $bits) -> $bits {
                self.fetch_update(ORDER, ORDER, |old| Some(f(old))).unwrap_or_else(|old| old)
            }
        }
    )*};
}

cells! {
    AtomicU32, u32;
    AtomicU64, u64;
}

fn update<C: Cell>(cell: &C, f: impl FnMut(C::Bits) -> C::Bits) -> C::Bits {
    Cell::fetch_update(cell, f)
}
