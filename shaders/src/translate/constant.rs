//! Constants, and what specialization makes of them.
//!
//! `OpSpecConstantOp` is translated like the instruction that it names: all its operands are constants, so the builder folds it.

use spirv::{Decoration, Op};

use super::Translator;
use super::value::Scalars;
use crate::CompileError;
use crate::ir::Type;
use crate::spirv::parse::Instruction;

impl<'a> Translator<'a> {
    /// An instruction outside functions that has a result and a type.
    pub(super) fn constant(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        match instruction.op {
            Op::ConstantTrue | Op::SpecConstantTrue => self.boolean(instruction, true),
            Op::ConstantFalse | Op::SpecConstantFalse => self.boolean(instruction, false),
            Op::Constant | Op::SpecConstant => self.number(instruction),
            Op::ConstantNull => {
                let zeros = self.zeros(instruction, instruction.result_type)?;
                self.define(instruction, &zeros)
            }
            Op::ConstantComposite | Op::SpecConstantComposite => self.constant_composite(instruction),
            Op::ConstantCompositeReplicateEXT | Op::SpecConstantCompositeReplicateEXT => {
                self.replicate(instruction)
            }
            Op::SpecConstantOp => self.specialized(instruction),
            Op::ConstantSizeOfEXT => self.size_of_descriptor(instruction),
            Op::ExtInst | Op::ExtInstWithForwardRefsKHR => Ok(()),
            _ => Err(instruction.unsupported()),
        }
    }

    /// The bits that the pipeline gives a specialization constant.
    fn specialization(&self, instruction: &Instruction<'a>) -> Option<u64> {
        let id = self.module.decorations.get(instruction.result, Decoration::SpecId)?;
        self.source.specialization.iter().find(|entry| entry.0 == id).map(|entry| entry.1)
    }

    fn boolean(&mut self, instruction: &Instruction<'a>, value: bool) -> Result<(), CompileError> {
        let special = matches!(instruction.op, Op::SpecConstantTrue | Op::SpecConstantFalse);
        let given = self.specialization(instruction).filter(|_| special);
        let value = self.builder.bool(given.map_or(value, |bits| bits as u32 != 0));
        self.define(instruction, &[value])
    }

    fn number(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let ty = self
            .types
            .scalar(instruction.result_type)
            .filter(|&ty| ty != Type::Bool)
            .ok_or_else(|| instruction.error("the type is no number"))?;
        let low = u64::from(instruction.operand(0)?);
        let bits = if ty.bytes() == 8 { low | u64::from(instruction.operand(1)?) << 32 } else { low };
        let given = if instruction.op == Op::SpecConstant { self.specialization(instruction) } else { None };
        let value = self.builder.constant(ty, given.unwrap_or(bits));
        self.define(instruction, &[value])
    }

    fn constant_composite(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        self.check_size(instruction, instruction.result_type)?;
        let mut scalars = Scalars::new();
        for &part in instruction.operands {
            let span = self.span(instruction, part)?;
            scalars.extend_from_slice(self.values.slice(span));
        }
        self.define(instruction, &scalars)
    }

    fn specialized(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let op = Op::from_u32(instruction.operand(0)?).ok_or_else(|| instruction.unsupported())?;
        let inner = Instruction { op, operands: instruction.rest(1), ..*instruction };
        if matches!(op, Op::AccessChain | Op::InBoundsAccessChain | Op::PtrAccessChain) {
            return Err(inner.unsupported());
        }
        self.operation(op, &inner)
    }
}
