//! Arithmetic, logic, comparisons and conversions: scalar by scalar.

use spirv::{Capability, Decoration, ExecutionMode, Op};

use super::Translator;
use super::value::Scalars;
use crate::CompileError;
use crate::ir::{BinaryOp, CompareOp, MathOp, Type, UnaryOp, Value, eval};
use crate::spirv::parse::Instruction;

impl<'a> Translator<'a> {
    /// The instructions of this family, and by name those of the next.
    pub(super) fn arithmetic(&mut self, op: Op, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        if op == Op::FMul {
            return self.zip(instruction, |this, a, b| this.multiply(instruction, a, b));
        }
        if let Some(op) = binary_op(op) {
            return self.zip(instruction, |this, a, b| this.builder.binary(op, a, b));
        }
        if let Some(op) = compare_op(op) {
            return self.zip(instruction, |this, a, b| this.builder.compare(op, a, b));
        }
        match op {
            Op::SNegate => self.map(instruction, |this, a| this.builder.unary(UnaryOp::INeg, a)),
            Op::FNegate => self.map(instruction, |this, a| this.builder.unary(UnaryOp::FNeg, a)),
            Op::Not | Op::LogicalNot => self.map(instruction, |this, a| this.builder.unary(UnaryOp::Not, a)),
            Op::IsNan => self.map(instruction, |this, a| this.builder.unary(UnaryOp::IsNan, a)),
            Op::IsInf => self.map(instruction, |this, a| this.builder.unary(UnaryOp::IsInf, a)),
            Op::BitReverse => self.map(instruction, |this, a| this.builder.unary(UnaryOp::BitReverse, a)),
            Op::BitCount => {
                let to = self.types.scalar(instruction.result_type).unwrap_or(Type::I32);
                self.map(instruction, |this, a| {
                    let count = this.builder.unary(UnaryOp::BitCount, a);
                    this.resize_unsigned(count, to)
                })
            }
            Op::ShiftLeftLogical => self.shift(instruction, BinaryOp::Shl),
            Op::ShiftRightLogical => self.shift(instruction, BinaryOp::UShr),
            Op::ShiftRightArithmetic => self.shift(instruction, BinaryOp::SShr),
            Op::Ordered => self.zip(instruction, |this, a, b| {
                let unordered = this.unordered(a, b);
                this.builder.unary(UnaryOp::Not, unordered)
            }),
            Op::Unordered => self.zip(instruction, Self::unordered),
            Op::Any => self.reduce(instruction, BinaryOp::Or),
            Op::All => self.reduce(instruction, BinaryOp::And),
            Op::IAddCarry => self.extended(instruction, |this, a, b| {
                let sum = this.builder.binary(BinaryOp::IAdd, a, b);
                let carry = this.builder.compare(CompareOp::ULt, sum, a);
                (sum, this.as_number(carry, a))
            }),
            Op::ISubBorrow => self.extended(instruction, |this, a, b| {
                let borrow = this.builder.compare(CompareOp::ULt, a, b);
                (this.builder.binary(BinaryOp::ISub, a, b), this.as_number(borrow, a))
            }),
            Op::UMulExtended => self.multiply_extended(instruction, BinaryOp::UMulHigh),
            Op::SMulExtended => self.multiply_extended(instruction, BinaryOp::SMulHigh),
            Op::BitFieldInsert => self.bit_field_insert(instruction),
            Op::BitFieldSExtract => self.bit_field_extract(instruction, MathOp::BitFieldSExtract),
            Op::BitFieldUExtract => self.bit_field_extract(instruction, MathOp::BitFieldUExtract),
            _ => self.convert_instruction(op, instruction),
        }
    }

    /// Whether the instruction's result depends on which zero it is given, on infinities and on what is no number: only where the
    /// module asks for that ("SignedZeroInfNanPreserve", and the default of "FloatControls2"), or has decorated it as precise.
    fn is_exact(&self, instruction: &Instruction<'a>) -> bool {
        let module = self.module;
        let preserves = |&(mode, _): &_| mode == ExecutionMode::SignedZeroInfNanPreserve;
        module.modes.iter().any(preserves)
            || module.has(Capability::FloatControls2)
            || module.decorations.has(instruction.result, Decoration::NoContraction)
    }

    /// A product. That with a constant zero is zero unless it has to be exact, so that what it was made of need not be computed.
    pub(super) fn multiply(&mut self, instruction: &Instruction<'a>, a: Value, b: Value) -> Value {
        let ty = self.builder.type_of(a);
        let is_zero = |bits: u64| bits << 1 & eval::mask(ty) == 0;
        if let (Some(bits), None) | (None, Some(bits)) =
            (self.builder.constant_bits(a), self.builder.constant_bits(b))
            && ty.is_float()
            && is_zero(bits)
            && !self.is_exact(instruction)
        {
            return self.builder.constant(ty, 0);
        }
        self.builder.binary(BinaryOp::FMul, a, b)
    }

    /// One operand, scalar by scalar.
    pub(super) fn map(
        &mut self,
        instruction: &Instruction<'a>,
        make: impl Fn(&mut Self, Value) -> Value,
    ) -> Result<(), CompileError> {
        let a = self.operand(instruction, 0)?;
        let scalars: Scalars = (0..a.len).map(|i| make(self, self.values.scalar(a, i))).collect();
        self.define(instruction, &scalars)
    }

    /// Two operands of one type, scalar by scalar.
    pub(super) fn zip(
        &mut self,
        instruction: &Instruction<'a>,
        make: impl Fn(&mut Self, Value, Value) -> Value,
    ) -> Result<(), CompileError> {
        let (a, b) = (self.operand(instruction, 0)?, self.operand(instruction, 1)?);
        if a.len != b.len {
            return Err(instruction.error("the operands differ in size"));
        }
        let mut scalars = Scalars::new();
        for i in 0..a.len {
            let (a, b) = (self.values.scalar(a, i), self.values.scalar(b, i));
            self.same_type(instruction, a, b)?;
            scalars.push(make(self, a, b));
        }
        self.define(instruction, &scalars)
    }

    /// Refuses operands of different types.
    pub(super) fn same_type(
        &self,
        instruction: &Instruction<'a>,
        a: Value,
        b: Value,
    ) -> Result<(), CompileError> {
        if self.builder.type_of(a) == self.builder.type_of(b) {
            Ok(())
        } else {
            Err(instruction.error("the operands differ in type"))
        }
    }

    /// A boolean as 0 or 1 of another value's type.
    pub(super) fn as_number(&mut self, condition: Value, like: Value) -> Value {
        let ty = self.builder.type_of(like);
        let (one, zero) = (self.builder.constant(ty, 1), self.builder.constant(ty, 0));
        self.builder.select(condition, one, zero)
    }

    fn unordered(&mut self, a: Value, b: Value) -> Value {
        let (a, b) = (self.builder.unary(UnaryOp::IsNan, a), self.builder.unary(UnaryOp::IsNan, b));
        self.builder.binary(BinaryOp::Or, a, b)
    }

    /// The shift count may be of another width than what is shifted.
    fn shift(&mut self, instruction: &Instruction<'a>, op: BinaryOp) -> Result<(), CompileError> {
        let (base, count) = (self.operand(instruction, 0)?, self.operand(instruction, 1)?);
        if base.len != count.len {
            return Err(instruction.error("the operands differ in size"));
        }
        let mut scalars = Scalars::new();
        for i in 0..base.len {
            let (base, count) = (self.values.scalar(base, i), self.values.scalar(count, i));
            let count = self.resize_unsigned(count, self.builder.type_of(base));
            self.same_type(instruction, base, count)?;
            scalars.push(self.builder.binary(op, base, count));
        }
        self.define(instruction, &scalars)
    }

    fn reduce(&mut self, instruction: &Instruction<'a>, op: BinaryOp) -> Result<(), CompileError> {
        let a = self.operand(instruction, 0)?;
        let mut all = self.values.scalar(a, 0);
        for i in 1..a.len {
            let value = self.values.scalar(a, i);
            all = self.builder.binary(op, all, value);
        }
        self.define(instruction, &[all])
    }

    /// A result of two halves: a structure of the low ones, then the high ones.
    fn extended(
        &mut self,
        instruction: &Instruction<'a>,
        make: impl Fn(&mut Self, Value, Value) -> (Value, Value),
    ) -> Result<(), CompileError> {
        let (a, b) = (self.operand(instruction, 0)?, self.operand(instruction, 1)?);
        if a.len != b.len {
            return Err(instruction.error("the operands differ in size"));
        }
        let (mut low, mut high) = (Scalars::new(), Scalars::new());
        for i in 0..a.len {
            let (a, b) = (self.values.scalar(a, i), self.values.scalar(b, i));
            self.same_type(instruction, a, b)?;
            let (l, h) = make(self, a, b);
            low.push(l);
            high.push(h);
        }
        low.extend(high);
        self.define(instruction, &low)
    }

    fn multiply_extended(
        &mut self,
        instruction: &Instruction<'a>,
        high: BinaryOp,
    ) -> Result<(), CompileError> {
        self.extended(instruction, |this, a, b| {
            (this.builder.binary(BinaryOp::IMul, a, b), this.builder.binary(high, a, b))
        })
    }

    fn bit_field_extract(&mut self, instruction: &Instruction<'a>, op: MathOp) -> Result<(), CompileError> {
        let offset = self.scalar_operand(instruction, 1)?;
        let count = self.scalar_operand(instruction, 2)?;
        let (offset, count) =
            (self.resize_unsigned(offset, Type::I32), self.resize_unsigned(count, Type::I32));
        self.map(instruction, |this, base| this.builder.math(op, &[base, offset, count]))
    }

    fn bit_field_insert(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let offset = self.scalar_operand(instruction, 2)?;
        let count = self.scalar_operand(instruction, 3)?;
        let (offset, count) =
            (self.resize_unsigned(offset, Type::I32), self.resize_unsigned(count, Type::I32));
        self.zip(instruction, |this, base, insert| {
            this.builder.math(MathOp::BitFieldInsert, &[base, insert, offset, count])
        })
    }
}

fn binary_op(op: Op) -> Option<BinaryOp> {
    Some(match op {
        Op::IAdd => BinaryOp::IAdd,
        Op::ISub => BinaryOp::ISub,
        Op::IMul => BinaryOp::IMul,
        Op::UDiv => BinaryOp::UDiv,
        Op::SDiv => BinaryOp::SDiv,
        Op::UMod => BinaryOp::URem,
        Op::SRem => BinaryOp::SRem,
        Op::SMod => BinaryOp::SMod,
        Op::FAdd => BinaryOp::FAdd,
        Op::FSub => BinaryOp::FSub,
        Op::FDiv => BinaryOp::FDiv,
        Op::FRem => BinaryOp::FRem,
        Op::FMod => BinaryOp::FMod,
        Op::BitwiseAnd | Op::LogicalAnd => BinaryOp::And,
        Op::BitwiseOr | Op::LogicalOr => BinaryOp::Or,
        Op::BitwiseXor => BinaryOp::Xor,
        _ => return None,
    })
}

fn compare_op(op: Op) -> Option<CompareOp> {
    Some(match op {
        Op::IEqual | Op::LogicalEqual => CompareOp::IEq,
        Op::INotEqual | Op::LogicalNotEqual => CompareOp::INe,
        Op::ULessThan => CompareOp::ULt,
        Op::ULessThanEqual => CompareOp::ULe,
        Op::UGreaterThan => CompareOp::UGt,
        Op::UGreaterThanEqual => CompareOp::UGe,
        Op::SLessThan => CompareOp::SLt,
        Op::SLessThanEqual => CompareOp::SLe,
        Op::SGreaterThan => CompareOp::SGt,
        Op::SGreaterThanEqual => CompareOp::SGe,
        Op::FOrdEqual => CompareOp::FEq,
        Op::FOrdNotEqual | Op::LessOrGreater => CompareOp::FNe,
        Op::FOrdLessThan => CompareOp::FLt,
        Op::FOrdLessThanEqual => CompareOp::FLe,
        Op::FOrdGreaterThan => CompareOp::FGt,
        Op::FOrdGreaterThanEqual => CompareOp::FGe,
        Op::FUnordEqual => CompareOp::FUEq,
        Op::FUnordNotEqual => CompareOp::FUNe,
        Op::FUnordLessThan => CompareOp::FULt,
        Op::FUnordLessThanEqual => CompareOp::FULe,
        Op::FUnordGreaterThan => CompareOp::FUGt,
        Op::FUnordGreaterThanEqual => CompareOp::FUGe,
        _ => return None,
    })
}
