//! Access chains: one step into a composite after the other.

use spirv::{Op, StorageClass};

use super::Translator;
use super::pointer::{Layout, Pointer, Root, Vertex};
use crate::CompileError;
use crate::ir::{BinaryOp, Value};
use crate::spirv::parse::Instruction;
use crate::spirv::types::Kind;

impl<'a> Translator<'a> {
    /// `OpAccessChain` and its relatives.
    pub(super) fn access_chain(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let mut pointer = self.pointer(instruction, instruction.operand(0)?)?;
        let by_element = matches!(instruction.op, Op::PtrAccessChain | Op::InBoundsPtrAccessChain);
        self.follow_from(instruction, &mut pointer, 0, by_element)?;
        let Kind::Pointer { pointee, .. } = self.types.kind(instruction.result_type) else {
            return Err(instruction.error("the result type is no pointer"));
        };
        if self.types.kind(pointee) != self.types.kind(pointer.ty) {
            return Err(instruction.error("the result type is not what the indices lead to"));
        }
        self.define_pointer(instruction.result, pointer);
        Ok(())
    }

    /// Follows a chain whose base is some operand; `by_element`, the first index steps over whole elements.
    pub(super) fn follow_from(
        &mut self,
        instruction: &Instruction<'a>,
        pointer: &mut Pointer,
        base: usize,
        by_element: bool,
    ) -> Result<(), CompileError> {
        let mut indices = instruction.rest(base + 1);
        if by_element {
            let (&element, rest) =
                indices.split_first().ok_or_else(|| instruction.error("an operand is missing"))?;
            self.step_over(instruction, pointer, (instruction.operand(base)?, element))?;
            indices = rest;
        }
        self.follow(instruction, pointer, indices)
    }

    /// Follows all indices of a chain.
    pub(super) fn follow(
        &mut self,
        instruction: &Instruction<'a>,
        pointer: &mut Pointer,
        indices: &[u32],
    ) -> Result<(), CompileError> {
        for &id in indices {
            let index = self.scalar(instruction, id)?;
            if self.builder.type_of(index).is_float() || self.builder.type_of(index) == crate::ir::Type::Bool
            {
                return Err(instruction.error("an index is no integer"));
            }
            self.step_into(instruction, pointer, index)?;
        }
        Ok(())
    }

    /// The first index of `OpPtrAccessChain`: elements of an array that the pointer, the id `base`, points into.
    pub(super) fn step_over(
        &mut self,
        instruction: &Instruction<'a>,
        pointer: &mut Pointer,
        (base, element): (u32, u32),
    ) -> Result<(), CompileError> {
        let index = self.scalar(instruction, element)?;
        if !matches!(pointer.root, Root::Buffer { .. } | Root::Shared | Root::Global(_)) {
            return Err(instruction.error("the base is no pointer into a buffer or shared memory"));
        }
        let base_type = self.module.type_of(base).unwrap_or(0);
        let stride = self.pointer_stride(base_type, pointer);
        self.advance(pointer, index, stride);
        Ok(())
    }

    /// Bytes from one element to the next of the array that a pointer of that type points into.
    pub(super) fn pointer_stride(&self, ty: u32, pointer: &Pointer) -> u32 {
        match self.types.get(ty) {
            Some(info) if info.array_stride > 0 && pointer.layout == Layout::Explicit => info.array_stride,
            _ => self.natural_stride(pointer.layout, pointer.ty),
        }
    }

    /// Follows one index.
    fn step_into(
        &mut self,
        instruction: &Instruction<'a>,
        pointer: &mut Pointer,
        index: Value,
    ) -> Result<(), CompileError> {
        let kind = self.types.kind(pointer.ty);
        if matches!(pointer.root, Root::Descriptors { .. } | Root::Mapped { .. }) {
            return self.choose_descriptor(instruction, pointer, kind, index);
        }
        if let Root::Interface { vertex: Vertex::All, .. } = pointer.root {
            return self.choose_vertex(instruction, pointer, kind, index);
        }
        match kind {
            Kind::Struct => {
                let number = self.builder.constant_bits(index).and_then(|index| usize::try_from(index).ok());
                let member = number
                    .and_then(|number| self.types.members(pointer.ty).get(number))
                    .copied()
                    .ok_or_else(|| instruction.error("the structure has no such member"))?;
                let (slot, layout) = self.member_slot(pointer, number.unwrap_or(0));
                pointer.constant += match pointer.layout {
                    Layout::Explicit => i64::from(member.offset),
                    Layout::Natural => i64::from(member.natural_offset),
                    Layout::Scalars => i64::from(member.first_scalar),
                    Layout::Slots | Layout::PackedSlots => slot,
                };
                pointer.layout = layout;
                pointer.matrix = member.matrix;
                pointer.ty = member.ty;
            }
            Kind::Array { element, count } => {
                let stride = self.element_stride(pointer.layout, pointer.ty, element);
                let index = self.in_bounds(pointer, index, count);
                self.reach_further(pointer, index, count, stride);
                self.advance(pointer, index, stride);
                pointer.ty = element;
            }
            Kind::RuntimeArray { element } => {
                let stride = self.element_stride(pointer.layout, pointer.ty, element);
                self.advance(pointer, index, stride);
                pointer.ty = element;
            }
            Kind::Matrix { column, count } => {
                let (stride, component_stride) = self.matrix_strides(pointer, column);
                let index = self.in_bounds(pointer, index, count);
                self.reach_further(pointer, index, count, stride);
                self.advance(pointer, index, stride);
                pointer.component_stride = component_stride;
                pointer.ty = column;
            }
            Kind::Vector { component, count } => {
                let stride = match pointer.component_stride {
                    0 => self.natural_stride(pointer.layout, component),
                    stride => stride,
                };
                let index = self.in_bounds(pointer, index, count);
                self.reach_further(pointer, index, count, stride);
                self.advance(pointer, index, stride);
                pointer.ty = component;
                pointer.component_stride = 0;
            }
            _ => return Err(instruction.error("an index leads into something that is no composite")),
        }
        Ok(())
    }

    /// Where offsets count scalars or slots nothing checks bounds later, so a constant index is kept inside here; of slots any.
    fn in_bounds(&mut self, pointer: &Pointer, index: Value, count: u32) -> Value {
        let counted = matches!(pointer.layout, Layout::Scalars | Layout::Slots | Layout::PackedSlots);
        match self.builder.constant_bits(index) {
            Some(bits) if counted && bits >= u64::from(count) => self.builder.int(count.saturating_sub(1)),
            None if counted && pointer.layout != Layout::Scalars => self.clamp_index(index, count),
            _ => index,
        }
    }

    /// An unsigned index, at most the last.
    pub(super) fn clamp_index(&mut self, index: Value, count: u32) -> Value {
        let index = self.resize_unsigned(index, crate::ir::Type::I32);
        let last = self.builder.int(count.saturating_sub(1));
        self.builder.binary(BinaryOp::UMin, index, last)
    }

    /// Where an index into slots is not constant: remembers how far it may lead.
    fn reach_further(&mut self, pointer: &mut Pointer, index: Value, count: u32, stride: u32) {
        if let (Root::Interface { reach, .. }, None) = (&mut pointer.root, self.builder.constant_bits(index))
        {
            *reach = reach.saturating_add(count.saturating_sub(1).saturating_mul(stride));
        }
    }

    /// The index into an array of descriptors; kept inside the array.
    fn choose_descriptor(
        &mut self,
        instruction: &Instruction<'a>,
        pointer: &mut Pointer,
        kind: Kind,
        index: Value,
    ) -> Result<(), CompileError> {
        let (Kind::Array { element, .. } | Kind::RuntimeArray { element }) = kind else {
            return Err(instruction.error("the resource is no array"));
        };
        if let Root::Mapped { .. } = pointer.root {
            *pointer = self.mapped(Pointer { ty: element, ..*pointer }, Some(index))?;
            return Ok(());
        }
        let Root::Descriptors { set, slot, count, constant } = pointer.root else { return Ok(()) };
        let index = self.clamp_index(index, count);
        let first = self.builder.int(slot);
        let slot = self.builder.binary(BinaryOp::IAdd, index, first);
        pointer.root = Root::Buffer { set, slot, constant };
        pointer.ty = element;
        Ok(())
    }

    /// The storage class of a pointer type.
    pub(super) fn storage_class(&self, ty: u32) -> Option<StorageClass> {
        match self.types.kind(ty) {
            Kind::Pointer { class, .. } => Some(class),
            _ => None,
        }
    }
}
