//! Loads and stores lane by lane: routines that take offsets, masks and data in vector registers, so that an access is a call and
//! no more. One for each size and way, made when a shader first needs it and shared by all shaders.
//!
//! A routine brings its arguments to a [`LaneFrame`] and calls the function of [`runtime::memory`](crate::runtime::memory).
//! Offsets and elements of 64 bits, which take more registers, go through a frame of the shader.

use core::mem::offset_of;
use std::sync::OnceLock;

use cranelift_codegen::Context;
use cranelift_codegen::ir::{self as clif, AbiParam, InstBuilder, MemFlagsData, types};
use cranelift_codegen::isa::TargetIsa;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

use super::access::{load_function, store_function};
use super::value::{Parts, cast, is_wide, part_type};
use super::{Lowering, begin_routine, machine_code};
use crate::abi::LaneFrame;
use crate::code::Code;
use crate::ir::{Place, Type, Value};

/// Which way an access goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Load,
    Store,
}

/// Signatures that a function has imported, by way.
pub(super) type LaneSignatures = [Option<clif::SigRef>; 2];

/// Context, base, range; then two vectors each: offsets, masks, and what is stored.
fn signature(way: Way, isa: &dyn TargetIsa) -> clif::Signature {
    let mut signature = clif::Signature::new(isa.default_call_conv());
    let vectors = if way == Way::Store { 6 } else { 4 };
    signature.params = vec![AbiParam::new(types::I64); 3];
    signature.params.extend(vec![AbiParam::new(types::I32X4); vectors]);
    if way == Way::Load {
        signature.returns = vec![AbiParam::new(types::I32X4); 2];
    }
    signature
}

/// The routine for elements of a type of at most 32 bits; `None` if there is no memory for it.
fn routine(way: Way, ty: Type, isa: &dyn TargetIsa) -> Option<&'static Code> {
    static ROUTINES: [[OnceLock<Option<Code>>; 3]; 2] = [const { [const { OnceLock::new() }; 3] }; 2];
    let size = ty.bytes().ilog2() as usize;
    ROUTINES[way as usize].get(size)?.get_or_init(|| make(way, ty, isa)).as_ref()
}

fn make(way: Way, ty: Type, isa: &dyn TargetIsa) -> Option<Code> {
    let mut context = Context::new();
    context.func.signature = signature(way, isa);
    let mut builders = FunctionBuilderContext::new();
    let mut b = FunctionBuilder::new(&mut context.func, &mut builders);
    let arguments = begin_routine(&mut b);
    let slot = b.create_sized_stack_slot(clif::StackSlotData::new(
        clif::StackSlotKind::ExplicitSlot,
        size_of::<LaneFrame>() as u32,
        align_of::<LaneFrame>().trailing_zeros() as u8,
    ));
    let frame = b.ins().stack_addr(types::I64, slot, 0);
    let trusted = MemFlagsData::trusted();
    let (offsets, data) = (offset_of!(LaneFrame, offset) as i32, offset_of!(LaneFrame, data) as i32);
    for (&half, at) in arguments[3..5].iter().zip([offsets, offsets + 32]) {
        let (low, high) = (b.ins().uwiden_low(half), b.ins().uwiden_high(half));
        b.ins().store(trusted, low, frame, at);
        b.ins().store(trusted, high, frame, at + 16);
    }
    for (&half, at) in arguments[7..].iter().zip([data, data + 16]) {
        b.ins().store(trusted, half, frame, at);
    }
    let low = b.ins().vhigh_bits(types::I32, arguments[5]);
    let high = b.ins().vhigh_bits(types::I32, arguments[6]);
    let high = b.ins().ishl_imm_s(high, 4);
    let bits = b.ins().bor(low, high);

    let function = if way == Way::Load { load_function(ty) } else { store_function(ty) };
    let mut callee = clif::Signature::new(isa.default_call_conv());
    callee.params = [types::I64, types::I64, types::I64, types::I64, types::I32].map(AbiParam::new).to_vec();
    let callee = b.import_signature(callee);
    let target = b.ins().iconst(types::I64, function as i64);
    b.ins().call_indirect(callee, target, &[arguments[0], arguments[1], arguments[2], frame, bits]);
    let results: Vec<clif::Value> = match way {
        Way::Load => [data, data + 16].map(|at| b.ins().load(types::I32X4, trusted, frame, at)).to_vec(),
        Way::Store => Vec::new(),
    };
    b.ins().return_(&results);
    b.finalize(isa.frontend_config());
    Code::new(machine_code(&mut context, isa).ok()?).ok()
}

impl Lowering<'_, '_> {
    /// Loads lane by lane, if there is a routine for it; otherwise nothing is done.
    pub(super) fn load_by_routine(&mut self, ty: Type, place: &Place) -> Option<Parts> {
        let call = self.call_lanes(Way::Load, ty, place, None)?;
        let results = [0, 1].map(|i| self.b.inst_results(call)[i]);
        let loaded = Parts::new(&results);
        Some(match ty {
            Type::Bool => self.mask_from_ints(loaded),
            _ => loaded.map(|part| cast(&mut self.b, part_type(ty), part)),
        })
    }

    /// Stores lane by lane, if there is a routine for it; otherwise nothing is done.
    pub(super) fn store_by_routine(&mut self, place: &Place, value: Value) -> bool {
        self.call_lanes(Way::Store, self.type_of(value), place, Some(value)).is_some()
    }

    fn call_lanes(&mut self, way: Way, ty: Type, place: &Place, stored: Option<Value>) -> Option<clif::Inst> {
        let offset = Self::offset_of(place);
        if is_wide(ty) || is_wide(self.type_of(offset)) {
            return None;
        }
        let routine = routine(way, ty, self.isa)?;
        let region = self.region(place)?;
        let (offsets, exec) = (self.get_vector(offset), self.exec_mask());
        let mut arguments = vec![self.context(), region.base, region.range];
        arguments.extend_from_slice(&offsets);
        arguments.extend_from_slice(&exec);
        if let Some(value) = stored {
            let data = self.get_vector(value).map(|part| cast(&mut self.b, types::I32X4, part));
            arguments.extend_from_slice(&data);
        }
        let signature = match self.lane_signatures[way as usize] {
            Some(signature) => signature,
            None => {
                let imported = self.b.import_signature(signature(way, self.isa));
                *self.lane_signatures[way as usize].insert(imported)
            }
        };
        let target = self.b.ins().iconst(types::I64, routine.entry().as_ptr() as i64);
        Some(self.b.ins().call_indirect(signature, target, &arguments))
    }
}
