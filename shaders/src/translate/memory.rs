//! Loads, stores, copies, and the length of a buffer's array.

use smallvec::SmallVec;
use spirv::StorageClass;

use super::Translator;
use super::pointer::{Layout, Pointer, Root};
use super::value::Scalars;
use crate::CompileError;
use crate::ir::{BinaryOp, CompareOp, Type, Value, Variable};
use crate::spirv::parse::Instruction;
use crate::spirv::types::Kind;

/// The scalars of a composite in memory: type and offset in bytes from the start.
pub(super) type Leaves = SmallVec<[(Type, i64); 4]>;

impl<'a> Translator<'a> {
    /// `OpLoad`.
    pub(super) fn load_instruction(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let pointer = self.pointer_to(instruction, 0, instruction.result_type)?;
        if self.types.kind(pointer.ty) != self.types.kind(instruction.result_type) {
            return Err(instruction.error("the result type is not what the pointer points at"));
        }
        if self.types.kind(pointer.ty).is_image() {
            self.check_root(instruction, &pointer)?;
            let descriptor = self.descriptor_at(pointer, false);
            self.define_pointer(instruction.result, descriptor);
            return Ok(());
        }
        let scalars = self.load(instruction, &pointer)?;
        self.define(instruction, &scalars)
    }

    /// `OpStore`.
    pub(super) fn store_instruction(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let target = instruction.operand(0)?;
        let stored = self.module.type_of(instruction.operand(1)?).unwrap_or(0);
        let pointer = self.pointer_to(instruction, 0, stored)?;
        let span = self.operand(instruction, 1)?;
        let scalars = Scalars::from_slice(self.values.slice(span));
        self.store(instruction, &pointer, &scalars)?;
        if let Root::Variables(first) = pointer.root {
            self.freeze_if_last(target, first, scalars.len() as u32);
        }
        Ok(())
    }

    /// Tells the builder when that was a variable's only store. Not for module variables: their store may be inlined twice.
    pub(super) fn freeze_if_last(&mut self, variable: u32, first: u32, count: u32) {
        let class = self.module.type_of(variable).and_then(|ty| self.storage_class(ty));
        if class == Some(StorageClass::Function) && self.usage.is_stored_once(variable) {
            for i in 0..count {
                self.builder.freeze(Variable(first + i));
            }
        }
    }

    /// `OpCopyMemory`.
    pub(super) fn copy_memory(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let mut target = self.pointer(instruction, instruction.operand(0)?)?;
        let mut source = self.pointer(instruction, instruction.operand(1)?)?;
        // One of them may be untyped: both are what the other is.
        if self.is_untyped(instruction.operand(0)?) {
            target = self.pointer_to(instruction, 0, source.ty)?;
        } else {
            source = self.pointer_to(instruction, 1, target.ty)?;
        }
        let scalars = self.load(instruction, &source)?;
        self.store(instruction, &target, &scalars)
    }

    /// All scalars of what a pointer points at.
    pub(super) fn load(
        &mut self,
        instruction: &Instruction<'a>,
        pointer: &Pointer,
    ) -> Result<Scalars, CompileError> {
        self.check_size(instruction, pointer.ty)?;
        self.check_root(instruction, pointer)?;
        self.spend(self.types.scalars(pointer.ty))?;
        let count = self.types.scalars(pointer.ty) as u32;
        match pointer.root {
            Root::Variables(first) => {
                let first = self.variable_index(instruction, pointer, first)?;
                Ok((0..count).map(|i| self.builder.get(Variable(first + i))).collect())
            }
            Root::Values(span) if Some(span) == self.io.helper => {
                Ok(Scalars::from_slice(&[self.builder.helper()]))
            }
            Root::Values(span) => {
                if let Some(dynamic) = pointer.dynamic {
                    return Ok(self.choose(span, dynamic, pointer.constant as u32).into_iter().collect());
                }
                let part = u32::try_from(pointer.constant)
                    .ok()
                    .and_then(|first| self.values.part(span, first, count));
                let part = part.ok_or_else(|| instruction.error("reads outside an input"))?;
                Ok(Scalars::from_slice(self.values.slice(part)))
            }
            Root::Interface { .. } => self.load_interface(instruction, pointer),
            _ => self.load_memory(instruction, pointer),
        }
    }

    fn load_memory(
        &mut self,
        instruction: &Instruction<'a>,
        pointer: &Pointer,
    ) -> Result<Scalars, CompileError> {
        let mut scalars = Scalars::new();
        for (ty, offset) in self.leaves(pointer) {
            let place = self
                .place(pointer, offset)
                .ok_or_else(|| instruction.error("the pointer points at no memory"))?;
            let stored = if ty == Type::Bool { Type::I32 } else { ty };
            let value = if pointer.is_constant() {
                self.builder.load_constant(stored, place)
            } else {
                self.builder.load(stored, place)
            };
            scalars.push(if ty == Type::Bool {
                let zero = self.builder.int(0);
                self.builder.compare(CompareOp::INe, value, zero)
            } else {
                value
            });
        }
        Ok(scalars)
    }

    /// Stores all scalars of a value.
    pub(super) fn store(
        &mut self,
        instruction: &Instruction<'a>,
        pointer: &Pointer,
        scalars: &[Value],
    ) -> Result<(), CompileError> {
        self.check_size(instruction, pointer.ty)?;
        self.check_root(instruction, pointer)?;
        self.spend(self.types.scalars(pointer.ty))?;
        let leaves = self.leaves(pointer);
        let fits = leaves.len() == scalars.len()
            && leaves.iter().zip(scalars).all(|(leaf, &value)| self.builder.type_of(value) == leaf.0);
        if !fits {
            return Err(instruction.error("the value is not what the pointer points at"));
        }
        if let Root::Variables(first) = pointer.root {
            let first = self.variable_index(instruction, pointer, first)?;
            for (i, &value) in scalars.iter().enumerate() {
                self.builder.set(Variable(first + i as u32), value);
            }
            return Ok(());
        }
        if let Root::Interface { .. } = pointer.root {
            return self.store_interface(instruction, pointer, &leaves, scalars);
        }
        let memory = matches!(pointer.root, Root::Buffer { .. } | Root::Global(_));
        let guarded = self.builder.keep_helpers_away(memory);
        for ((ty, offset), &value) in leaves.into_iter().zip(scalars) {
            let place = self
                .place(pointer, offset)
                .ok_or_else(|| instruction.error("the pointer points at no memory"))?;
            let value = if ty == Type::Bool {
                let (one, zero) = (self.builder.int(1), self.builder.int(0));
                self.builder.select(value, one, zero)
            } else {
                value
            };
            self.builder.store(place, value);
        }
        self.builder.let_helpers_back(guarded);
        Ok(())
    }

    /// `OpArrayLength`: what the descriptor covers behind the member's offset, in whole elements.
    pub(super) fn array_length(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let pointer = self.pointer(instruction, instruction.operand(0)?)?;
        self.length_of(instruction, &pointer, instruction.operand(1)?)
    }

    /// The length of the array that is a member of the structure that a pointer points at.
    pub(super) fn length_of(
        &mut self,
        instruction: &Instruction<'a>,
        pointer: &Pointer,
        member: u32,
    ) -> Result<(), CompileError> {
        self.check_root(instruction, pointer)?;
        let member = self.types.members(pointer.ty).get(member as usize).copied();
        let member = member.ok_or_else(|| instruction.error("the structure has no such member"))?;
        let (Kind::RuntimeArray { element }, Root::Buffer { set, slot, .. }) =
            (self.types.kind(member.ty), pointer.root)
        else {
            return Err(instruction.error("the member is no runtime array of a buffer"));
        };
        let stride = self.element_stride(Layout::Explicit, member.ty, element).max(1);
        let size = self.builder.buffer_size(set, slot);
        let offset = self.builder.int(member.offset);
        let behind = self.builder.binary(BinaryOp::UMax, size, offset);
        let bytes = self.builder.binary(BinaryOp::ISub, behind, offset);
        let stride = self.builder.int(stride);
        let length = self.builder.binary(BinaryOp::UDiv, bytes, stride);
        self.define(instruction, &[length])
    }

    /// Refuses what is no memory that can be accessed, by name.
    pub(super) fn check_root(
        &self,
        instruction: &Instruction<'a>,
        pointer: &Pointer,
    ) -> Result<(), CompileError> {
        match pointer.root {
            Root::Unbound { set, binding } => Err(CompileError::NoBinding { set, binding }),
            Root::Heap { .. } if !self.types.kind(pointer.ty).is_image() => {
                Err(CompileError::unsupported("data that is read from a heap without a mapping"))
            }
            Root::Opaque => Err(CompileError::unsupported("images, samplers and other opaque resources")),
            Root::Descriptors { .. } | Root::Mapped { .. } => {
                Err(instruction.error("accesses an array of descriptors as a whole"))
            }
            _ => Ok(()),
        }
    }

    /// Index of the first variable that a pointer means.
    fn variable_index(
        &self,
        instruction: &Instruction<'a>,
        pointer: &Pointer,
        first: u32,
    ) -> Result<u32, CompileError> {
        let offset = u32::try_from(pointer.constant).ok().filter(|_| pointer.dynamic.is_none());
        let end = offset.map(|offset| u64::from(first) + u64::from(offset) + self.types.scalars(pointer.ty));
        match offset {
            Some(offset) if end.is_some_and(|end| end <= self.builder.variable_count() as u64) => {
                Ok(first + offset)
            }
            _ => Err(instruction.error("accesses a variable outside its bounds")),
        }
    }

    /// Type and offset of each scalar behind a pointer, in order.
    pub(super) fn leaves(&self, pointer: &Pointer) -> Leaves {
        let mut leaves = Leaves::new();
        self.add_leaves(pointer, 0, &mut leaves);
        leaves
    }

    fn add_leaves(&self, at: &Pointer, offset: i64, leaves: &mut Leaves) {
        let part = |ty| Pointer { ty, ..*at };
        match self.types.kind(at.ty) {
            _ if self.types.scalars(at.ty) == 0 => {}
            Kind::Vector { component, count } => {
                let stride = match at.component_stride {
                    0 => self.natural_stride(at.layout, component),
                    stride => stride,
                };
                let Some(ty) = self.types.scalar(component) else { return };
                leaves.extend((0..count).map(|i| (ty, offset + i64::from(i) * i64::from(stride))));
            }
            Kind::Matrix { column, count } => {
                let (stride, component_stride) = self.matrix_strides(at, column);
                let column = Pointer { component_stride, ..part(column) };
                for i in 0..count {
                    self.add_leaves(&column, offset + i64::from(i) * i64::from(stride), leaves);
                }
            }
            Kind::Array { element, count } => {
                let stride = self.element_stride(at.layout, at.ty, element);
                let element = part(element);
                for i in 0..count {
                    self.add_leaves(&element, offset + i64::from(i) * i64::from(stride), leaves);
                }
            }
            Kind::Struct => {
                for (i, member) in self.types.members(at.ty).iter().enumerate() {
                    let (slot, layout) = self.member_slot(at, i);
                    let start = match at.layout {
                        Layout::Explicit => i64::from(member.offset),
                        Layout::Natural => i64::from(member.natural_offset),
                        Layout::Scalars => i64::from(member.first_scalar),
                        Layout::Slots | Layout::PackedSlots => slot,
                    };
                    let member = Pointer { matrix: member.matrix, layout, ..part(member.ty) };
                    self.add_leaves(&member, offset + start, leaves);
                }
            }
            _ => leaves.extend(self.types.scalar(at.ty).map(|ty| (ty, offset))),
        }
    }
}
