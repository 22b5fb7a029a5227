//! The instructions of one access to application memory, once [`memory`](super::memory) has found it to be safe.
//!
//! Nothing is checked here: `pointer` is the host address of lane 0, and all bytes of the access are there.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, InstBuilder, MemFlagsData, types};

use super::Lowering;
use super::value::{self, Parts, cast, part_type, scalar_type};
use crate::abi::LANES;
use crate::ir::Type;
use crate::runtime::memory as runtime;

impl Lowering<'_, '_> {
    pub(super) fn load_scalar(&mut self, ty: Type, pointer: clif::Value, at: i32) -> clif::Value {
        let flags = application();
        match ty {
            Type::I8 => self.b.ins().uload8(types::I32, flags, pointer, at),
            Type::I16 | Type::F16 => self.b.ins().uload16(types::I32, flags, pointer, at),
            Type::Bool => {
                let word = self.b.ins().load(types::I32, flags, pointer, at);
                self.b.ins().icmp_imm_s(IntCC::NotEqual, word, 0)
            }
            _ => self.b.ins().load(scalar_type(ty), flags, pointer, at),
        }
    }

    pub(super) fn store_scalar(&mut self, ty: Type, value: clif::Value, pointer: clif::Value, at: i32) {
        let flags = application();
        match ty {
            Type::I8 => self.b.ins().istore8(flags, value, pointer, at),
            Type::I16 | Type::F16 => self.b.ins().istore16(flags, value, pointer, at),
            Type::Bool if self.b.func.dfg.value_type(value) == types::I8 => {
                let word = self.b.ins().uextend(types::I32, value);
                self.b.ins().store(flags, word, pointer, at)
            }
            _ => self.b.ins().store(flags, value, pointer, at),
        };
    }

    /// Eight elements that lie one behind the other.
    pub(super) fn load_vector(&mut self, ty: Type, pointer: clif::Value, at: i32) -> Parts {
        let flags = application();
        match ty {
            Type::I8 | Type::I16 | Type::F16 => {
                let halves = if ty == Type::I8 {
                    self.b.ins().uload8x8(flags, pointer, at)
                } else {
                    self.b.ins().load(types::I16X8, flags, pointer, at)
                };
                Parts::new(&[self.b.ins().uwiden_low(halves), self.b.ins().uwiden_high(halves)])
            }
            _ => {
                let parts: Vec<clif::Value> = (0..value::part_count(ty) as i32)
                    .map(|i| self.b.ins().load(part_type(ty), flags, pointer, at + i * 16))
                    .collect();
                let parts = Parts::new(&parts);
                if ty == Type::Bool { self.mask_from_ints(parts) } else { parts }
            }
        }
    }

    pub(super) fn store_vector(&mut self, ty: Type, parts: Parts, pointer: clif::Value, at: i32) {
        let flags = application();
        match ty {
            Type::I8 | Type::I16 | Type::F16 => {
                let halves = self.b.ins().unarrow(parts[0], parts[1]);
                if ty == Type::I8 {
                    let bytes = self.b.ins().unarrow(halves, halves);
                    let words = cast(&mut self.b, types::I64X2, bytes);
                    let low = self.b.ins().extractlane(words, 0);
                    self.b.ins().store(flags, low, pointer, at);
                } else {
                    self.b.ins().store(flags, halves, pointer, at);
                }
            }
            _ => {
                for (i, &part) in (0..).zip(parts.iter()) {
                    self.b.ins().store(flags, part, pointer, at + i * 16);
                }
            }
        }
    }

    pub(super) fn load_strided(&mut self, ty: Type, pointer: clif::Value, at: i32, stride: i64) -> Parts {
        let lane_type = if ty == Type::Bool { Type::I32 } else { ty };
        let lanes: [clif::Value; LANES as usize] = std::array::from_fn(|lane| {
            self.load_scalar(lane_type, pointer, at + (lane as i64 * stride) as i32)
        });
        let parts = value::from_lanes(&mut self.b, lane_type, &lanes);
        if ty == Type::Bool { self.mask_from_ints(parts) } else { parts }
    }

    pub(super) fn store_strided(
        &mut self,
        ty: Type,
        parts: Parts,
        pointer: clif::Value,
        at: i32,
        stride: i64,
    ) {
        for lane in 0..LANES as u8 {
            let element = value::lane(&mut self.b, parts, lane);
            self.store_scalar(ty, element, pointer, at + (i64::from(lane) * stride) as i32);
        }
    }
}

/// Application memory may be misaligned; it cannot trap, because the address was checked.
pub(super) fn application() -> MemFlagsData {
    MemFlagsData::new().with_notrap()
}

/// The runtime function that loads elements of a type lane by lane.
pub(super) fn load_function(ty: Type) -> *const () {
    match ty.bytes() {
        1 => runtime::load_8 as *const (),
        2 => runtime::load_16 as *const (),
        4 => runtime::load_32 as *const (),
        _ => runtime::load_64 as *const (),
    }
}

/// The runtime function that stores elements of a type lane by lane.
pub(super) fn store_function(ty: Type) -> *const () {
    match ty.bytes() {
        1 => runtime::store_8 as *const (),
        2 => runtime::store_16 as *const (),
        4 => runtime::store_32 as *const (),
        _ => runtime::store_64 as *const (),
    }
}
