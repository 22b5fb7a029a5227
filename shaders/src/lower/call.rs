//! Calls of [`runtime`](crate::runtime) functions. Lanes travel through a [`LaneFrame`] on the stack;
//! the address of the function is a constant in the code, so that nothing has to be linked.

use core::mem::offset_of;
use std::collections::HashMap;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, AbiParam, InstBuilder, MemFlagsData, types};

use super::Lowering;
use super::value::{self, Operand, Parts, part_type, scalar_type, vector_constant};
use crate::abi::LaneFrame;
use crate::ir::{Type, Value};
use crate::runtime::batch::BatchFrame;
use crate::runtime::math::{Evaluation, ScalarOp, evaluate};
use crate::uniformity::Shape;

/// Signatures that the function has imported already, by parameter types.
pub(super) type Signatures = HashMap<Vec<clif::Type>, clif::SigRef>;

/// A field of the frame.
#[derive(Clone, Copy)]
pub(super) enum Field {
    Offset,
    Data,
    Other,
    Third,
}

impl Field {
    pub(super) fn offset(self) -> i32 {
        (match self {
            Self::Offset => offset_of!(LaneFrame, offset),
            Self::Data => offset_of!(LaneFrame, data),
            Self::Other => offset_of!(LaneFrame, other),
            Self::Third => offset_of!(LaneFrame, third),
        }) as i32
    }
}

const FIELDS: [Field; 3] = [Field::Data, Field::Other, Field::Third];

impl Lowering<'_, '_> {
    /// Calls a runtime function that gives nothing back.
    pub(super) fn call(&mut self, function: *const (), arguments: &[clif::Value]) {
        let target = self.b.ins().iconst(types::I64, function as i64);
        self.call_pointer(target, arguments);
    }

    /// Calls a function that gives nothing back.
    pub(super) fn call_pointer(&mut self, target: clif::Value, arguments: &[clif::Value]) {
        let key: Vec<clif::Type> = arguments.iter().map(|&a| self.b.func.dfg.value_type(a)).collect();
        let signature = match self.signatures.get(&key) {
            Some(&signature) => signature,
            None => {
                let mut signature = clif::Signature::new(self.b.func.signature.call_conv);
                signature.params = key.iter().copied().map(AbiParam::new).collect();
                *self.signatures.entry(key).or_insert(self.b.func.import_signature(signature))
            }
        };
        self.b.ins().call_indirect(signature, target, arguments);
    }

    /// Address of the frame.
    pub(super) fn frame(&mut self) -> clif::Value {
        let slot = self.frame.unwrap_or_else(|| self.stack_slot::<LaneFrame>());
        self.frame = Some(slot);
        self.b.ins().stack_addr(types::I64, slot, 0)
    }

    /// Address of the frame for batches.
    pub(super) fn batch_frame(&mut self) -> clif::Value {
        let slot = self.batch_frame.unwrap_or_else(|| self.stack_slot::<BatchFrame>());
        self.batch_frame = Some(slot);
        self.b.ins().stack_addr(types::I64, slot, 0)
    }

    pub(super) fn stack_slot<T>(&mut self) -> clif::StackSlot {
        self.b.create_sized_stack_slot(clif::StackSlotData::new(
            clif::StackSlotKind::ExplicitSlot,
            size_of::<T>() as u32,
            align_of::<T>().trailing_zeros() as u8,
        ))
    }

    /// Writes all lanes to a field.
    pub(super) fn put(&mut self, frame: clif::Value, field: Field, parts: Parts) {
        for (i, &part) in (0..).zip(parts.iter()) {
            self.b.ins().store(MemFlagsData::trusted(), part, frame, field.offset() + i * 16);
        }
    }

    /// Writes lane 0 of a field.
    pub(super) fn put_first(&mut self, frame: clif::Value, field: Field, ty: Type, scalar: clif::Value) {
        let scalar = if ty == Type::Bool { self.b.ins().uextend(types::I32, scalar) } else { scalar };
        self.b.ins().store(MemFlagsData::trusted(), scalar, frame, field.offset());
    }

    /// Reads all lanes of the result.
    pub(super) fn take(&mut self, frame: clif::Value, ty: Type) -> Parts {
        self.take_field(frame, Field::Data, ty)
    }

    /// Reads all lanes of a field.
    pub(super) fn take_field(&mut self, frame: clif::Value, field: Field, ty: Type) -> Parts {
        let parts: Vec<clif::Value> = (0..value::part_count(ty) as i32)
            .map(|i| {
                let at = field.offset() + i * 16;
                self.b.ins().load(part_type(ty), MemFlagsData::trusted(), frame, at)
            })
            .collect();
        Parts::new(&parts)
    }

    /// Reads lane 0 of the result.
    pub(super) fn take_first(&mut self, frame: clif::Value, ty: Type) -> clif::Value {
        let machine = if ty == Type::Bool { types::I32 } else { scalar_type(ty) };
        let scalar = self.b.ins().load(machine, MemFlagsData::trusted(), frame, Field::Data.offset());
        if ty == Type::Bool { self.b.ins().icmp_imm_s(IntCC::NotEqual, scalar, 0) } else { scalar }
    }

    /// Bit `i` is set if lane `i` of a mask is.
    pub(super) fn mask_bits(&mut self, mask: Parts) -> clif::Value {
        let low = self.b.ins().vhigh_bits(types::I32, mask[0]);
        let high = self.b.ins().vhigh_bits(types::I32, mask[1]);
        let high = self.b.ins().ishl_imm_s(high, 4);
        self.b.ins().bor(low, high)
    }

    /// Computes an operation out of line.
    pub(super) fn evaluate(&mut self, op: ScalarOp, operands: &[Value], to: Type, shape: Shape) -> Operand {
        let from = self.type_of(operands[0]);
        let second = operands.get(1).map_or(from, |&v| self.type_of(v));
        let evaluation = Box::new(Evaluation { op, from, second, to, operands: operands.len() as u8 });
        let address = self.b.ins().iconst(types::I64, &raw const *evaluation as i64);
        self.evaluations.push(evaluation);
        let frame = self.frame();
        if shape.is_uniform() {
            for (&operand, field) in operands.iter().zip(FIELDS) {
                let (ty, scalar) = (self.type_of(operand), self.get_base(operand));
                self.put_first(frame, field, ty, scalar);
            }
            let first = self.b.ins().iconst(types::I32, 1);
            self.call(evaluate as *const (), &[frame, first, address]);
            return Operand::uniform(self.take_first(frame, to));
        }
        for (&operand, field) in operands.iter().zip(FIELDS) {
            let parts = self.get_vector(operand);
            self.put(frame, field, parts);
        }
        let all = self.b.ins().iconst(types::I32, 0xff);
        self.call(evaluate as *const (), &[frame, all, address]);
        let result = self.take(frame, to);
        Operand::Vector(if to == Type::Bool { self.mask_from_ints(result) } else { result })
    }

    /// The same for one lane, of operands and a result of one type.
    pub(super) fn evaluate_scalars(
        &mut self,
        op: ScalarOp,
        ty: Type,
        operands: &[clif::Value],
    ) -> clif::Value {
        let evaluation = Evaluation { op, from: ty, second: ty, to: ty, operands: operands.len() as u8 };
        let evaluation = Box::new(evaluation);
        let address = self.b.ins().iconst(types::I64, &raw const *evaluation as i64);
        self.evaluations.push(evaluation);
        let frame = self.frame();
        for (&operand, field) in operands.iter().zip(FIELDS) {
            self.put_first(frame, field, ty, operand);
        }
        let first = self.b.ins().iconst(types::I32, 1);
        self.call(evaluate as *const (), &[frame, first, address]);
        self.take_first(frame, ty)
    }

    /// Integers that are not zero, as a mask.
    pub(super) fn mask_from_ints(&mut self, ints: Parts) -> Parts {
        let zero = vector_constant(&mut self.b, types::I32X4, [0; 16]);
        ints.map(|part| {
            let is_zero = self.b.ins().icmp(IntCC::Equal, part, zero);
            self.b.ins().bnot(is_zero)
        })
    }
}
