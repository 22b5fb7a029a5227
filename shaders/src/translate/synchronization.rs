//! Atomics and barriers.

use spirv::{MemorySemantics, Op, Scope};

use super::Translator;
use super::pointer::Root;
use crate::CompileError;
use crate::ir::{AtomicOp, Type};
use crate::spirv::parse::Instruction;

impl<'a> Translator<'a> {
    /// The instructions of this family, and by name those of the next.
    pub(super) fn other(&mut self, op: Op, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let atomic = match op {
            Op::AtomicLoad => AtomicOp::Load,
            Op::AtomicStore => AtomicOp::Store,
            Op::AtomicExchange => AtomicOp::Exchange,
            Op::AtomicCompareExchange => AtomicOp::CompareExchange,
            Op::AtomicIIncrement | Op::AtomicIAdd => AtomicOp::IAdd,
            Op::AtomicIDecrement | Op::AtomicISub => AtomicOp::ISub,
            Op::AtomicSMin => AtomicOp::SMin,
            Op::AtomicUMin => AtomicOp::UMin,
            Op::AtomicSMax => AtomicOp::SMax,
            Op::AtomicUMax => AtomicOp::UMax,
            Op::AtomicAnd => AtomicOp::And,
            Op::AtomicOr => AtomicOp::Or,
            Op::AtomicXor => AtomicOp::Xor,
            Op::AtomicFAddEXT => AtomicOp::FAdd,
            Op::AtomicFMinEXT => AtomicOp::FMin,
            Op::AtomicFMaxEXT => AtomicOp::FMax,
            Op::ControlBarrier => return self.control_barrier(instruction),
            Op::MemoryBarrier => {
                self.fence(instruction, 1);
                return Ok(());
            }
            _ => return self.group(op, instruction),
        };
        self.atomic(op, atomic, instruction)
    }

    fn atomic(
        &mut self,
        op: Op,
        atomic: AtomicOp,
        instruction: &Instruction<'a>,
    ) -> Result<(), CompileError> {
        let accessed = match op {
            Op::AtomicStore => self.module.type_of(instruction.operand(3)?).unwrap_or(0),
            _ => instruction.result_type,
        };
        let pointer = self.pointer_to(instruction, 0, accessed)?;
        self.check_root(instruction, &pointer)?;
        if matches!(pointer.root, Root::Local(_) | Root::Variables(_) | Root::PushConstant) {
            return Err(instruction.error("the memory cannot be accessed atomically"));
        }
        let ty = self
            .types
            .scalar(pointer.ty)
            .filter(|&ty| ty != Type::Bool && self.types.scalars(pointer.ty) == 1);
        let ty = ty.ok_or_else(|| instruction.error("the pointer does not point at a number"))?;
        let float = matches!(atomic, AtomicOp::FAdd | AtomicOp::FMin | AtomicOp::FMax);
        let any = matches!(atomic, AtomicOp::Load | AtomicOp::Store | AtomicOp::Exchange);
        if !any && ty.is_float() != float {
            return Err(instruction.error("the pointer points at a number of the wrong kind"));
        }
        let (value, comparator) = match op {
            Op::AtomicLoad => (self.builder.constant(ty, 0), None),
            Op::AtomicIIncrement | Op::AtomicIDecrement => (self.builder.constant(ty, 1), None),
            Op::AtomicCompareExchange => {
                let value = self.scalar_operand(instruction, 4)?;
                (value, Some(self.scalar_operand(instruction, 5)?))
            }
            _ => (self.scalar_operand(instruction, 3)?, None),
        };
        let fits =
            [Some(value), comparator].into_iter().flatten().all(|value| self.builder.type_of(value) == ty);
        if !fits {
            return Err(instruction.error("the operand is not of the memory's type"));
        }
        let place = self.place(&pointer, 0);
        let place = place.ok_or_else(|| instruction.error("the pointer points at no memory"))?;
        let old = self.builder.atomic(atomic, ty, place, value, comparator);
        if instruction.result == 0 { Ok(()) } else { self.define(instruction, &[old]) }
    }

    /// A barrier of the subgroup needs no wait: its invocations run in lockstep.
    fn control_barrier(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let scope = self.constant_operand(instruction.operand(0)?);
        if scope == Some(Scope::Subgroup as u64) || scope == Some(Scope::Invocation as u64) {
            self.fence(instruction, 2);
        } else {
            self.builder.barrier();
        }
        Ok(())
    }

    /// A fence, unless its semantics order nothing.
    fn fence(&mut self, instruction: &Instruction<'a>, semantics: usize) {
        let semantics = instruction.operands.get(semantics).and_then(|&id| self.constant_operand(id));
        let ordering = MemorySemantics::ACQUIRE
            | MemorySemantics::RELEASE
            | MemorySemantics::ACQUIRE_RELEASE
            | MemorySemantics::SEQUENTIALLY_CONSISTENT;
        if semantics.is_none_or(|bits| bits as u32 & ordering.bits() != 0) {
            self.builder.fence();
        }
    }
}
