//! Machine code of the functions in [`runtime::singles`](crate::runtime::singles): one routine for each, made when a shader
//! first needs it and shared by all shaders.
//!
//! A routine takes the eight lanes in two vector registers and gives them back so; a shader's call is a call and no more.
//! If an argument is outside of the function's domain, all lanes take the way through memory.

use core::mem::offset_of;
use std::sync::OnceLock;

use cranelift_codegen::Context;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{self as clif, AbiParam, InstBuilder, MemFlagsData, types};
use cranelift_codegen::isa::TargetIsa;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

use super::value::{Operand, Parts, cast, vector_constant};
use super::{Lowering, begin_routine, machine_code};
use crate::abi::LaneFrame;
use crate::code::Code;
use crate::ir::{MathOp, Value};
use crate::runtime::elementary;
use crate::runtime::singles::{self, Arithmetic, Domain};

/// The routine for a function, if it has one.
fn routine(op: MathOp, isa: &dyn TargetIsa) -> Option<&'static Code> {
    static ROUTINES: [OnceLock<Option<Code>>; 6] = [const { OnceLock::new() }; 6];
    let index = match op {
        MathOp::Sin => 0,
        MathOp::Cos => 1,
        MathOp::Exp => 2,
        MathOp::Exp2 => 3,
        MathOp::Log => 4,
        MathOp::Log2 => 5,
        _ => return None,
    };
    ROUTINES[index].get_or_init(|| make(op, isa)).as_ref()
}

fn signature(isa: &dyn TargetIsa) -> clif::Signature {
    let mut signature = clif::Signature::new(isa.default_call_conv());
    signature.params = vec![AbiParam::new(types::F32X4); 2];
    signature.returns = vec![AbiParam::new(types::F32X4); 2];
    signature
}

fn make(op: MathOp, isa: &dyn TargetIsa) -> Option<Code> {
    let (domain, library) = (Domain::of(op)?, elementary::function_for(op)?);
    let mut context = Context::new();
    context.func.signature = signature(isa);
    let mut builders = FunctionBuilderContext::new();
    let mut b = FunctionBuilder::new(&mut context.func, &mut builders);
    let arguments = begin_routine(&mut b);
    let x = [arguments[0], arguments[1]];
    let inside = x.map(|x| is_inside(&mut b, domain, x));
    let inside = b.ins().band(inside[0], inside[1]);
    let all = b.ins().vall_true(inside);
    let (fast, slow) = (b.create_block(), b.create_block());
    b.set_cold_block(slow);
    b.ins().brif(all, fast, &[], slow, &[]);

    b.switch_to_block(fast);
    b.seal_block(fast);
    let results = x.map(|x| singles::compute(&mut Vectors(&mut b), op, x));
    b.ins().return_(&results);

    b.switch_to_block(slow);
    b.seal_block(slow);
    let results = through_memory(&mut b, isa, library, x);
    b.ins().return_(&results);
    b.finalize(isa.frontend_config());
    Code::new(machine_code(&mut context, isa).ok()?).ok()
}

fn is_inside(b: &mut FunctionBuilder<'_>, domain: Domain, x: clif::Value) -> clif::Value {
    match domain {
        Domain::Magnitude(most) => {
            let most = Vectors(b).float(most);
            let magnitude = b.ins().fabs(x);
            b.ins().fcmp(FloatCC::LessThanOrEqual, magnitude, most)
        }
        Domain::PositiveNormal => {
            // As signed integers, negative numbers are below and not-a-numbers above.
            let bits = cast(b, types::I32X4, x);
            let (least, most) =
                (Vectors(b).int(f32::MIN_POSITIVE.to_bits()), Vectors(b).int(f32::MAX.to_bits()));
            let above = b.ins().icmp(IntCC::SignedGreaterThanOrEqual, bits, least);
            let below = b.ins().icmp(IntCC::SignedLessThanOrEqual, bits, most);
            b.ins().band(above, below)
        }
    }
}

fn through_memory(
    b: &mut FunctionBuilder<'_>,
    isa: &dyn TargetIsa,
    library: elementary::LanesFn,
    x: [clif::Value; 2],
) -> [clif::Value; 2] {
    let slot = b.create_sized_stack_slot(clif::StackSlotData::new(
        clif::StackSlotKind::ExplicitSlot,
        size_of::<LaneFrame>() as u32,
        align_of::<LaneFrame>().trailing_zeros() as u8,
    ));
    let frame = b.ins().stack_addr(types::I64, slot, 0);
    let at = offset_of!(LaneFrame, data) as i32;
    for (x, at) in x.into_iter().zip([at, at + 16]) {
        b.ins().store(MemFlagsData::trusted(), x, frame, at);
    }
    let mut signature = clif::Signature::new(isa.default_call_conv());
    signature.params = vec![AbiParam::new(types::I64)];
    let signature = b.import_signature(signature);
    let target = b.ins().iconst(types::I64, library as *const () as i64);
    b.ins().call_indirect(signature, target, &[frame]);
    [at, at + 16].map(|at| b.ins().load(types::F32X4, MemFlagsData::trusted(), frame, at))
}

impl Lowering<'_, '_> {
    /// Calls the routine of a function, if there is one on this processor.
    pub(super) fn call_routine(&mut self, op: MathOp, operand: Value) -> Option<Operand> {
        if !self.has_fma || !singles::are_used() {
            return None;
        }
        let routine = routine(op, self.isa)?;
        let x = self.get_vector(operand);
        let signature = match self.routine_signature {
            Some(signature) => signature,
            None => *self.routine_signature.insert(self.b.import_signature(signature(self.isa))),
        };
        let target = self.b.ins().iconst(types::I64, routine.entry().as_ptr() as i64);
        let call = self.b.ins().call_indirect(signature, target, &x);
        let results = [0, 1].map(|i| self.b.inst_results(call)[i]);
        Some(Operand::Vector(Parts::new(&results)))
    }
}

/// Code for four lanes.
struct Vectors<'b, 'f>(&'b mut FunctionBuilder<'f>);

impl Arithmetic for Vectors<'_, '_> {
    type Float = clif::Value;
    type Bits = clif::Value;

    fn float(&mut self, value: f32) -> clif::Value {
        let bytes = [value.to_le_bytes(); 4].concat().try_into().unwrap_or([0; 16]);
        vector_constant(self.0, types::F32X4, bytes)
    }
    fn add(&mut self, a: clif::Value, b: clif::Value) -> clif::Value {
        self.0.ins().fadd(a, b)
    }
    fn sub(&mut self, a: clif::Value, b: clif::Value) -> clif::Value {
        self.0.ins().fsub(a, b)
    }
    fn mul(&mut self, a: clif::Value, b: clif::Value) -> clif::Value {
        self.0.ins().fmul(a, b)
    }
    fn fma(&mut self, a: clif::Value, b: clif::Value, c: clif::Value) -> clif::Value {
        self.0.ins().fma(a, b, c)
    }
    fn min(&mut self, a: clif::Value, b: clif::Value) -> clif::Value {
        let less = self.0.ins().fcmp(FloatCC::LessThan, a, b);
        let less = cast(self.0, types::F32X4, less);
        self.0.ins().bitselect(less, a, b)
    }
    fn max(&mut self, a: clif::Value, b: clif::Value) -> clif::Value {
        let less = self.0.ins().fcmp(FloatCC::LessThan, b, a);
        let less = cast(self.0, types::F32X4, less);
        self.0.ins().bitselect(less, a, b)
    }
    fn int_value(&mut self, a: clif::Value) -> clif::Value {
        self.0.ins().fcvt_from_sint(types::F32X4, a)
    }
    fn bits(&mut self, a: clif::Value) -> clif::Value {
        cast(self.0, types::I32X4, a)
    }
    fn float_of(&mut self, a: clif::Value) -> clif::Value {
        cast(self.0, types::F32X4, a)
    }
    fn int(&mut self, value: u32) -> clif::Value {
        let bytes = [value.to_le_bytes(); 4].concat().try_into().unwrap_or([0; 16]);
        vector_constant(self.0, types::I32X4, bytes)
    }
    fn add_int(&mut self, a: clif::Value, b: clif::Value) -> clif::Value {
        self.0.ins().iadd(a, b)
    }
    fn sub_int(&mut self, a: clif::Value, b: clif::Value) -> clif::Value {
        self.0.ins().isub(a, b)
    }
    fn and(&mut self, a: clif::Value, b: clif::Value) -> clif::Value {
        self.0.ins().band(a, b)
    }
    fn xor(&mut self, a: clif::Value, b: clif::Value) -> clif::Value {
        self.0.ins().bxor(a, b)
    }
    fn shl(&mut self, a: clif::Value, by: u8) -> clif::Value {
        let by = self.0.ins().iconst(types::I32, i64::from(by));
        self.0.ins().ishl(a, by)
    }
    fn sar(&mut self, a: clif::Value, by: u8) -> clif::Value {
        let by = self.0.ins().iconst(types::I32, i64::from(by));
        self.0.ins().sshr(a, by)
    }
}
