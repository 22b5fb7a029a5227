//! Conversions between numbers, and between bits and pointers.

use spirv::{Decoration, FPRoundingMode, Op};

use super::Translator;
use super::value::Scalars;
use crate::CompileError;
use crate::ir::{BinaryOp, CompareOp, ConvertOp, MathOp, Type, Value};
use crate::spirv::parse::Instruction;

impl<'a> Translator<'a> {
    /// The instructions of this family, and by name those of the next.
    pub(super) fn convert_instruction(
        &mut self,
        op: Op,
        instruction: &Instruction<'a>,
    ) -> Result<(), CompileError> {
        let convert = match op {
            Op::ConvertFToU => ConvertOp::FloatToUnsigned,
            Op::ConvertFToS => ConvertOp::FloatToSigned,
            Op::ConvertSToF => ConvertOp::SignedToFloat,
            Op::ConvertUToF => ConvertOp::UnsignedToFloat,
            Op::FConvert => ConvertOp::FloatToFloat,
            Op::UConvert | Op::ConvertPtrToU | Op::ConvertUToPtr => {
                let to = self.number_type(instruction)?;
                return self.map(instruction, |this, a| this.resize_unsigned(a, to));
            }
            Op::SConvert => {
                let to = self.number_type(instruction)?;
                return self.map(instruction, |this, a| this.resize_signed(a, to));
            }
            Op::QuantizeToF16 => return self.map(instruction, Self::quantize),
            Op::Bitcast => return self.bitcast(instruction),
            _ => return self.matrix(op, instruction),
        };
        let to = self.number_type(instruction)?;
        let from_float = matches!(
            convert,
            ConvertOp::FloatToUnsigned | ConvertOp::FloatToSigned | ConvertOp::FloatToFloat
        );
        let to_float = !matches!(convert, ConvertOp::FloatToUnsigned | ConvertOp::FloatToSigned);
        let a = self.operand(instruction, 0)?;
        let from = self.builder.type_of(self.values.scalar(a, 0));
        if from.is_float() != from_float || from == Type::Bool || to.is_float() != to_float {
            return Err(instruction.error("the operand or result is of the wrong type"));
        }
        let rounding = self.module.decorations.get(instruction.result, Decoration::FPRoundingMode);
        if convert == ConvertOp::FloatToFloat && rounding == Some(FPRoundingMode::RTZ as u32) {
            return self.map(instruction, |this, a| this.round_toward_zero(a, to));
        }
        self.map(instruction, |this, a| this.builder.convert(convert, a, to))
    }

    /// To a narrower float. Where the nearest one is too large, the one before it (in bits: one less) is not.
    fn round_toward_zero(&mut self, a: Value, to: Type) -> Value {
        let from = self.builder.type_of(a);
        let nearest = self.builder.convert(ConvertOp::FloatToFloat, a, to);
        let back = self.builder.convert(ConvertOp::FloatToFloat, nearest, from);
        let [wanted, got] = [a, back].map(|x| self.builder.math(MathOp::FAbs, &[x]));
        let too_large = self.builder.compare(CompareOp::FLt, wanted, got);
        let bits = self.builder.convert(ConvertOp::Bitcast, nearest, integer(to));
        let one = self.builder.constant(integer(to), 1);
        let before = self.builder.binary(BinaryOp::ISub, bits, one);
        let bits = self.builder.select(too_large, before, bits);
        self.builder.convert(ConvertOp::Bitcast, bits, to)
    }

    fn number_type(&self, instruction: &Instruction<'a>) -> Result<Type, CompileError> {
        self.types
            .scalar(instruction.result_type)
            .filter(|&ty| ty != Type::Bool)
            .ok_or_else(|| instruction.error("the result type is no number"))
    }

    /// An integer of another width, zeros in front. What is no integer stays as it is (and is refused by whoever checks types).
    pub(super) fn resize_unsigned(&mut self, a: Value, to: Type) -> Value {
        self.resize(a, to, ConvertOp::ZeroExtend)
    }

    /// An integer of another width, sign in front.
    pub(super) fn resize_signed(&mut self, a: Value, to: Type) -> Value {
        self.resize(a, to, ConvertOp::SignExtend)
    }

    /// An array index to the type that offsets are computed in.
    pub(super) fn extend_index(&mut self, index: Value, to: Type) -> Value {
        self.resize(index, to, ConvertOp::ExtendIndex)
    }

    fn resize(&mut self, a: Value, to: Type, widen: ConvertOp) -> Value {
        let from = self.builder.type_of(a);
        if from.is_float() || to.is_float() || from == Type::Bool || to == Type::Bool {
            return a;
        }
        let convert = if from.bytes() < to.bytes() { widen } else { ConvertOp::Truncate };
        self.builder.convert(convert, a, to)
    }

    /// To half precision and back; what would be denormal becomes zero of the same sign.
    fn quantize(&mut self, a: Value) -> Value {
        let ty = self.builder.type_of(a);
        let half = self.builder.convert(ConvertOp::FloatToFloat, a, Type::F16);
        let rounded = self.builder.convert(ConvertOp::FloatToFloat, half, ty);
        let magnitude = self.builder.math(MathOp::FAbs, &[a]);
        let smallest = self.builder.float(ty, 2f64.powi(-14));
        let tiny = self.builder.compare(CompareOp::FLt, magnitude, smallest);
        let zero = self.builder.float(ty, 0.0);
        let zero = self.builder.binary(BinaryOp::FMul, a, zero);
        self.builder.select(tiny, zero, rounded)
    }

    /// The same bits, cut into other pieces. Lower components are lower bits.
    fn bitcast(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let operand = instruction.operand(0)?;
        let a = self.span(instruction, operand)?;
        let from = Scalars::from_slice(self.values.slice(a));
        let to = self.number_type(instruction)?;
        let scalars = self.recut(&from, to).ok_or_else(|| instruction.error("booleans have no bits"))?;
        self.define(instruction, &scalars)
    }

    /// The bits of some numbers as numbers of another type.
    pub(super) fn recut(&mut self, from: &[Value], to: Type) -> Option<Scalars> {
        let first = self.builder.type_of(*from.first()?);
        if first == Type::Bool || to == Type::Bool {
            return None;
        }
        let bits: Scalars =
            from.iter().map(|&v| self.builder.convert(ConvertOp::Bitcast, v, integer(first))).collect();
        let (have, want) = (first.bytes(), to.bytes());
        let mut pieces = Scalars::new();
        if have >= want {
            for value in bits {
                for i in 0..have / want {
                    let count = self.builder.constant(integer(first), u64::from(i * want * 8));
                    let piece = self.builder.binary(BinaryOp::UShr, value, count);
                    pieces.push(self.resize_unsigned(piece, integer(to)));
                }
            }
        } else {
            let ratio = (want / have) as usize;
            for parts in bits.chunks(ratio) {
                let mut whole = self.builder.constant(integer(to), 0);
                for (i, &part) in parts.iter().enumerate() {
                    let part = self.resize_unsigned(part, integer(to));
                    let count = self.builder.constant(integer(to), i as u64 * u64::from(have) * 8);
                    let part = self.builder.binary(BinaryOp::Shl, part, count);
                    whole = self.builder.binary(BinaryOp::Or, whole, part);
                }
                pieces.push(whole);
            }
        }
        Some(pieces.into_iter().map(|piece| self.builder.convert(ConvertOp::Bitcast, piece, to)).collect())
    }
}

/// The integer of the same size.
pub(super) fn integer(ty: Type) -> Type {
    match ty {
        Type::F16 => Type::I16,
        Type::F32 => Type::I32,
        Type::F64 => Type::I64,
        other => other,
    }
}
