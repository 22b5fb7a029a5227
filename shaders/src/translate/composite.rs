//! Taking composites apart and putting them together.

use spirv::Op;

use super::Translator;
use super::value::{Scalars, Span};
use crate::CompileError;
use crate::ir::{CompareOp, Type, Value};
use crate::spirv::parse::Instruction;
use crate::spirv::types::Kind;

impl<'a> Translator<'a> {
    /// The instructions of this family.
    pub(super) fn composite(&mut self, op: Op, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        match op {
            Op::CompositeConstruct => self.construct(instruction),
            Op::CompositeConstructReplicateEXT => self.replicate(instruction),
            Op::CompositeExtract => self.extract(instruction),
            Op::CompositeInsert => self.insert(instruction),
            Op::VectorShuffle => self.shuffle(instruction),
            Op::VectorExtractDynamic => self.extract_dynamic(instruction),
            Op::VectorInsertDynamic => self.insert_dynamic(instruction),
            Op::Select => self.select(instruction),
            _ if self.is_pointer(instruction.operand(0)?) => self.copy_pointer(instruction),
            _ => {
                let span = self.operand(instruction, 0)?;
                self.define_span(instruction, span)
            }
        }
    }

    fn construct(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let mut scalars = Scalars::new();
        for &part in instruction.operands {
            let span = self.span(instruction, part)?;
            scalars.extend_from_slice(self.values.slice(span));
        }
        self.define(instruction, &scalars)
    }

    /// A composite whose parts are all the same value.
    pub(super) fn replicate(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        self.check_size(instruction, instruction.result_type)?;
        let total = self.types.scalars(instruction.result_type);
        self.spend(total)?;
        let span = self.operand(instruction, 0)?;
        let part = self.values.slice(span);
        if part.is_empty() || !total.is_multiple_of(part.len() as u64) {
            return Err(instruction.error("the value does not fit into the composite a number of times"));
        }
        let scalars: Scalars = part.iter().copied().cycle().take(total as usize).collect();
        self.define(instruction, &scalars)
    }

    /// Where the indices lead: first scalar and number of scalars.
    fn find_part(
        &self,
        instruction: &Instruction<'a>,
        mut ty: u32,
        indices: &[u32],
    ) -> Result<(u32, u32), CompileError> {
        let mut first = 0;
        for &index in indices {
            let (part, start, count) = match self.types.kind(ty) {
                Kind::Struct => {
                    let members = self.types.members(ty);
                    let member = members.get(index as usize);
                    let member =
                        member.ok_or_else(|| instruction.error("the structure has no such member"))?;
                    (member.ty, u64::from(member.first_scalar), members.len() as u32)
                }
                Kind::Vector { component: part, count }
                | Kind::Matrix { column: part, count }
                | Kind::Array { element: part, count } => {
                    (part, u64::from(index) * self.types.scalars(part), count)
                }
                _ => return Err(instruction.error("an index leads into something that is no composite")),
            };
            if index >= count {
                return Err(instruction.error("an index is out of bounds"));
            }
            first += start;
            ty = part;
        }
        Ok((first as u32, self.types.scalars(ty) as u32))
    }

    fn extract(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let composite = instruction.operand(0)?;
        let ty = self.module.type_of(composite).unwrap_or(0);
        let (first, count) = self.find_part(instruction, ty, instruction.rest(1))?;
        let span = self.span(instruction, composite)?;
        let part = self.values.part(span, first, count);
        self.define_span(instruction, part.ok_or_else(|| instruction.error("an index is out of bounds"))?)
    }

    fn insert(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let (first, count) = self.find_part(instruction, instruction.result_type, instruction.rest(2))?;
        let object = self.operand(instruction, 0)?;
        let composite = self.operand(instruction, 1)?;
        let mut scalars = Scalars::from_slice(self.values.slice(composite));
        let target = scalars.get_mut(first as usize..(first + count) as usize);
        match target {
            Some(target) if object.len == count => target.copy_from_slice(self.values.slice(object)),
            _ => return Err(instruction.error("the object is not of the part's type")),
        }
        self.define(instruction, &scalars)
    }

    fn shuffle(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let (a, b) = (self.operand(instruction, 0)?, self.operand(instruction, 1)?);
        let both: Scalars = self.values.slice(a).iter().chain(self.values.slice(b)).copied().collect();
        let mut scalars = Scalars::new();
        for &component in instruction.rest(2) {
            // All ones means undefined: any component will do.
            let component = if component == u32::MAX { 0 } else { component as usize };
            scalars
                .push(*both.get(component).ok_or_else(|| instruction.error("a component is out of bounds"))?);
        }
        self.define(instruction, &scalars)
    }

    /// The scalar of a span at a dynamic index plus a constant; the last one where that is out of bounds.
    pub(super) fn choose(&mut self, span: Span, index: Value, offset: u32) -> Option<Value> {
        let ty = self.builder.type_of(index);
        let last = span.len.checked_sub(1)?;
        let mut chosen = self.values.scalar(span, last);
        for i in (0..last).rev() {
            let at = self.builder.constant(ty, u64::from(i.wrapping_sub(offset)));
            let here = self.builder.compare(CompareOp::IEq, index, at);
            let value = self.values.scalar(span, i);
            chosen = self.builder.select(here, value, chosen);
        }
        Some(chosen)
    }

    fn extract_dynamic(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let span = self.operand(instruction, 0)?;
        let index = self.index_operand(instruction, 1)?;
        let value = self.choose(span, index, 0).ok_or_else(|| instruction.error("the vector is empty"))?;
        self.define(instruction, &[value])
    }

    fn insert_dynamic(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let span = self.operand(instruction, 0)?;
        let value = self.scalar_operand(instruction, 1)?;
        let index = self.index_operand(instruction, 2)?;
        let ty = self.builder.type_of(index);
        let mut scalars = Scalars::new();
        for i in 0..span.len {
            let at = self.builder.constant(ty, u64::from(i));
            let here = self.builder.compare(CompareOp::IEq, index, at);
            let before = self.values.scalar(span, i);
            scalars.push(self.builder.select(here, value, before));
        }
        self.define(instruction, &scalars)
    }

    fn index_operand(&mut self, instruction: &Instruction<'a>, index: usize) -> Result<Value, CompileError> {
        let value = self.scalar_operand(instruction, index)?;
        let ty = self.builder.type_of(value);
        if ty.is_float() || ty == Type::Bool {
            Err(instruction.error("an index is no integer"))
        } else {
            Ok(value)
        }
    }

    /// `OpSelect`: one condition for all, or one for each component.
    fn select(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let (a, b) = (instruction.operand(1)?, instruction.operand(2)?);
        if self.is_pointer(a) || self.is_pointer(b) {
            return self.select_pointer(instruction);
        }
        let condition = self.operand(instruction, 0)?;
        let (a, b) = (self.span(instruction, a)?, self.span(instruction, b)?);
        if a.len != b.len || (condition.len != a.len && condition.len != 1) {
            return Err(instruction.error("the operands differ in size"));
        }
        let mut scalars = Scalars::new();
        for i in 0..a.len {
            let condition = self.values.scalar(condition, if condition.len == 1 { 0 } else { i });
            let (a, b) = (self.values.scalar(a, i), self.values.scalar(b, i));
            if self.builder.type_of(condition) != Type::Bool
                || self.builder.type_of(a) != self.builder.type_of(b)
            {
                return Err(instruction.error("the operands are of the wrong type"));
            }
            scalars.push(self.builder.select(condition, a, b));
        }
        self.define(instruction, &scalars)
    }
}
