//! Packing numbers into the bits of one, and back.

use spirv::GlslStd450Op as Glsl;

use super::Translator;
use super::value::Scalars;
use crate::CompileError;
use crate::ir::{BinaryOp, ConvertOp, MathOp, Type, Value};
use crate::spirv::parse::Instruction;

/// A format of fixed-point numbers.
#[derive(Clone, Copy)]
struct Fixed {
    /// Type of one number.
    ty: Type,
    signed: bool,
}

impl Fixed {
    /// What stands for one.
    fn one(self) -> f64 {
        let bits = self.ty.bytes() * 8 - u32::from(self.signed);
        f64::from((1u32 << bits) - 1)
    }
}

impl<'a> Translator<'a> {
    /// The functions of this family; the last of the set to be asked.
    pub(super) fn pack(&mut self, op: Glsl, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let fixed = |ty, signed| Fixed { ty, signed };
        match op {
            Glsl::PackSnorm4x8 => self.pack_fixed(instruction, fixed(Type::I8, true)),
            Glsl::PackUnorm4x8 => self.pack_fixed(instruction, fixed(Type::I8, false)),
            Glsl::PackSnorm2x16 => self.pack_fixed(instruction, fixed(Type::I16, true)),
            Glsl::PackUnorm2x16 => self.pack_fixed(instruction, fixed(Type::I16, false)),
            Glsl::UnpackSnorm4x8 => self.unpack_fixed(instruction, fixed(Type::I8, true)),
            Glsl::UnpackUnorm4x8 => self.unpack_fixed(instruction, fixed(Type::I8, false)),
            Glsl::UnpackSnorm2x16 => self.unpack_fixed(instruction, fixed(Type::I16, true)),
            Glsl::UnpackUnorm2x16 => self.unpack_fixed(instruction, fixed(Type::I16, false)),
            Glsl::PackHalf2x16 => {
                let floats = self.floats(instruction, 0)?;
                let halves: Scalars = floats
                    .iter()
                    .map(|&x| self.builder.convert(ConvertOp::FloatToFloat, x, Type::F16))
                    .collect();
                self.define_recut(instruction, &halves, Type::I32)
            }
            Glsl::UnpackHalf2x16 => {
                let word = self.scalar_operand(instruction, 0)?;
                let halves = self.recut(&[word], Type::F16);
                let halves = halves.ok_or_else(|| instruction.error("booleans have no bits"))?;
                let floats: Scalars = halves
                    .iter()
                    .map(|&x| self.builder.convert(ConvertOp::FloatToFloat, x, Type::F32))
                    .collect();
                self.define(instruction, &floats)
            }
            Glsl::PackDouble2x32 => {
                let words = self.operand(instruction, 0)?;
                let words = Scalars::from_slice(self.values.slice(words));
                self.define_recut(instruction, &words, Type::F64)
            }
            Glsl::UnpackDouble2x32 => {
                let double = self.scalar_operand(instruction, 0)?;
                self.define_recut(instruction, &[double], Type::I32)
            }
            _ => Err(CompileError::unsupported(format!("{op:?} of GLSL.std.450"))),
        }
    }

    fn define_recut(
        &mut self,
        instruction: &Instruction<'a>,
        from: &[Value],
        to: Type,
    ) -> Result<(), CompileError> {
        let scalars = self.recut(from, to).ok_or_else(|| instruction.error("booleans have no bits"))?;
        self.define(instruction, &scalars)
    }

    fn pack_fixed(&mut self, instruction: &Instruction<'a>, format: Fixed) -> Result<(), CompileError> {
        let floats = self.floats(instruction, 0)?;
        let mut parts = Scalars::new();
        for x in floats {
            let low = self.float_like(x, if format.signed { -1.0 } else { 0.0 });
            let high = self.float_like(x, 1.0);
            let factor = self.float_like(x, format.one());
            let x = self.builder.binary(BinaryOp::FMax, x, low);
            let x = self.builder.binary(BinaryOp::FMin, x, high);
            let x = self.builder.binary(BinaryOp::FMul, x, factor);
            let x = self.builder.math(MathOp::RoundEven, &[x]);
            let x = self.builder.convert(ConvertOp::FloatToSigned, x, Type::I32);
            parts.push(self.resize_unsigned(x, format.ty));
        }
        self.define_recut(instruction, &parts, Type::I32)
    }

    fn unpack_fixed(&mut self, instruction: &Instruction<'a>, format: Fixed) -> Result<(), CompileError> {
        let word = self.scalar_operand(instruction, 0)?;
        let parts =
            self.recut(&[word], format.ty).ok_or_else(|| instruction.error("booleans have no bits"))?;
        let mut floats = Scalars::new();
        for part in parts {
            let convert = if format.signed { ConvertOp::SignedToFloat } else { ConvertOp::UnsignedToFloat };
            let wide = if format.signed {
                self.resize_signed(part, Type::I32)
            } else {
                self.resize_unsigned(part, Type::I32)
            };
            let x = self.builder.convert(convert, wide, Type::F32);
            let one = self.float_like(x, format.one());
            let x = self.builder.binary(BinaryOp::FDiv, x, one);
            let low = self.float_like(x, -1.0);
            floats.push(if format.signed { self.builder.binary(BinaryOp::FMax, x, low) } else { x });
        }
        self.define(instruction, &floats)
    }
}
