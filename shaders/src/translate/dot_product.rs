//! Integer dot products (`SPV_KHR_integer_dot_product`): of vectors, or of four bytes packed into a word.

use spirv::Op;

use super::Translator;
use super::value::Scalars;
use crate::CompileError;
use crate::ir::{BinaryOp, Type, Value, eval};
use crate::spirv::parse::Instruction;

impl<'a> Translator<'a> {
    /// The instructions of this family, and by name those of the next.
    pub(super) fn integer_dot(&mut self, op: Op, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let (a_signed, b_signed, accumulate) = match op {
            Op::SDot => (true, true, false),
            Op::UDot => (false, false, false),
            Op::SUDot => (true, false, false),
            Op::SDotAccSat => (true, true, true),
            Op::UDotAccSat => (false, false, true),
            Op::SUDotAccSat => (true, false, true),
            _ => return self.other(op, instruction),
        };
        let to = self.types.scalar(instruction.result_type).filter(|&ty| !ty.is_float() && ty != Type::Bool);
        let to = to.ok_or_else(|| instruction.error("the result type is no integer"))?;
        let a = self.components(instruction, 0, a_signed)?;
        let b = self.components(instruction, 1, b_signed)?;
        if a.len() != b.len() {
            return Err(instruction.error("the operands differ in size"));
        }
        let mut sum = self.builder.constant(Type::I64, 0);
        for (&a, &b) in a.iter().zip(&b) {
            let product = self.builder.binary(BinaryOp::IMul, a, b);
            sum = self.builder.binary(BinaryOp::IAdd, sum, product);
        }
        if accumulate {
            let before = self.scalar_operand(instruction, 2)?;
            self.check_integer(instruction, before)?;
            sum = self.saturating_add(sum, before, to, a_signed);
        }
        let result = self.resize_unsigned(sum, to);
        self.define(instruction, &[result])
    }

    /// The components of an operand, as 64-bit integers.
    fn components(
        &mut self,
        instruction: &Instruction<'a>,
        index: usize,
        signed: bool,
    ) -> Result<Scalars, CompileError> {
        let span = self.operand(instruction, index)?;
        let mut parts = Scalars::from_slice(self.values.slice(span));
        for &part in &parts {
            self.check_integer(instruction, part)?;
        }
        if parts.len() == 1 {
            parts = self.recut(&parts, Type::I8).unwrap_or_default();
        }
        let widen = |part| {
            if signed { self.resize_signed(part, Type::I64) } else { self.resize_unsigned(part, Type::I64) }
        };
        Ok(parts.into_iter().map(widen).collect())
    }

    fn check_integer(&self, instruction: &Instruction<'a>, value: Value) -> Result<(), CompileError> {
        let ty = self.builder.type_of(value);
        if ty.is_float() || ty == Type::Bool {
            Err(instruction.error("an operand is no integer"))
        } else {
            Ok(())
        }
    }

    /// Exact in 64 bits, then kept in the range of the result.
    fn saturating_add(&mut self, sum: Value, before: Value, to: Type, signed: bool) -> Value {
        let max = if signed { eval::mask(to) >> 1 } else { eval::mask(to) };
        let high = self.builder.constant(Type::I64, max);
        if signed {
            let low = self.builder.constant(Type::I64, !max);
            let before = self.resize_signed(before, Type::I64);
            let sum = self.builder.binary(BinaryOp::IAdd, sum, before);
            let sum = self.builder.binary(BinaryOp::SMin, sum, high);
            self.builder.binary(BinaryOp::SMax, sum, low)
        } else {
            let before = self.resize_unsigned(before, Type::I64);
            let sum = self.builder.binary(BinaryOp::IAdd, sum, before);
            self.builder.binary(BinaryOp::UMin, sum, high)
        }
    }
}
