//! Untyped pointers: instructions say what they point at (`SPV_KHR_untyped_pointers`), and the variables that are descriptor
//! heaps (`SPV_EXT_descriptor_heap`).
//!
//! A pointer of the translation always knows what it points at. That of an untyped pointer is what the last chain led to, until a
//! load, store or chain says otherwise.
//!
//! A heap is memory whose offsets count bytes. Where an offset becomes a descriptor (a load of an image or sampler,
//! `OpBufferPointerEXT`, `OpUntypedImageTexelPointerEXT`), it becomes the descriptor's slot.

use spirv::{BuiltIn, Decoration, Op, StorageClass};

use super::Translator;
use super::pointer::{Layout, Pointer, Root};
use crate::CompileError;
use crate::abi::heap;
use crate::ir::Type;
use crate::spirv::parse::Instruction;
use crate::spirv::types::Kind;

impl<'a> Translator<'a> {
    /// The heap that a variable is, if it is one.
    pub(super) fn heap_variable(&self, id: u32) -> Option<Pointer> {
        let builtin = self.module.decorations.get(id, Decoration::BuiltIn)?;
        let samplers = builtin == BuiltIn::SamplerHeapEXT as u32;
        (samplers || builtin == BuiltIn::ResourceHeapEXT as u32)
            .then(|| Pointer::new(Root::Heap { samplers }, Layout::Explicit, 0))
    }

    /// Whether an id is an untyped pointer.
    pub(super) fn is_untyped(&self, id: u32) -> bool {
        let ty = self.module.type_of(id).map(|ty| self.types.kind(ty));
        matches!(ty, Some(Kind::Pointer { pointee: 0, .. }))
    }

    /// A pointer operand, if it is untyped to a value of that type.
    pub(super) fn pointer_to(
        &mut self,
        instruction: &Instruction<'a>,
        index: usize,
        ty: u32,
    ) -> Result<Pointer, CompileError> {
        let id = instruction.operand(index)?;
        let mut pointer = self.pointer(instruction, id)?;
        if self.is_untyped(id) {
            self.retype(&mut pointer, ty);
        }
        Ok(pointer)
    }

    /// A pointer operand, to a type that the instruction names.
    fn pointer_as(
        &mut self,
        instruction: &Instruction<'a>,
        index: usize,
        ty: u32,
    ) -> Result<Pointer, CompileError> {
        let mut pointer = self.pointer(instruction, instruction.operand(index)?)?;
        self.retype(&mut pointer, ty);
        Ok(pointer)
    }

    fn retype(&self, pointer: &mut Pointer, ty: u32) {
        if pointer.ty != ty {
            pointer.ty = ty;
            pointer.component_stride = 0;
            pointer.matrix = self.types.matrix_layout_of(ty);
        }
    }

    /// `OpUntypedAccessChainKHR` and its relatives: a chain that begins with a type of its own.
    pub(super) fn untyped_access_chain(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let mut pointer = self.pointer_as(instruction, 1, instruction.operand(0)?)?;
        let by_element =
            matches!(instruction.op, Op::UntypedPtrAccessChainKHR | Op::UntypedInBoundsPtrAccessChainKHR);
        self.follow_from(instruction, &mut pointer, 1, by_element)?;
        let Kind::Pointer { .. } = self.types.kind(instruction.result_type) else {
            return Err(instruction.error("the result type is no pointer"));
        };
        self.define_pointer(instruction.result, pointer);
        Ok(())
    }

    /// `OpUntypedArrayLengthKHR`.
    pub(super) fn untyped_array_length(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let pointer = self.pointer_as(instruction, 1, instruction.operand(0)?)?;
        self.length_of(instruction, &pointer, instruction.operand(2)?)
    }

    /// `OpCopyMemorySized`: a copy of so many bytes, in words as large as they and the pointers allow.
    pub(super) fn copy_memory_sized(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let target = self.pointer(instruction, instruction.operand(0)?)?;
        let source = self.pointer(instruction, instruction.operand(1)?)?;
        let size = self.constant_operand(instruction.operand(2)?);
        let size = size.ok_or_else(|| CompileError::unsupported("copies of a size that is no constant"))?;
        self.check_root(instruction, &target)?;
        self.check_root(instruction, &source)?;
        self.spend(size)?;
        let ty = if size % 4 == 0 { Type::I32 } else { Type::I8 };
        let memory = matches!(target.root, Root::Buffer { .. } | Root::Global(_));
        for at in (0..size as i64).step_by(ty.bytes() as usize) {
            let places = (self.place(&source, at), self.place(&target, at));
            let (Some(from), Some(to)) = places else {
                return Err(instruction.error("a pointer points at no memory"));
            };
            let value = self.builder.load(ty, from);
            let guarded = self.builder.keep_helpers_away(memory);
            self.builder.store(to, value);
            self.builder.let_helpers_back(guarded);
        }
        Ok(())
    }

    /// `OpConstantSizeOfEXT`: bytes of a descriptor.
    pub(super) fn size_of_descriptor(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let bytes = self.descriptor_bytes(instruction.operand(0)?);
        let bytes = bytes.ok_or_else(|| instruction.error("the type is no descriptor's"))?;
        let ty = self.types.scalar(instruction.result_type).filter(|ty| !ty.is_float());
        let ty = ty.ok_or_else(|| instruction.error("the type is no integer"))?;
        let bytes = self.builder.constant(ty, bytes.into());
        self.define(instruction, &[bytes])
    }

    /// Bytes that a descriptor for a type takes in a heap.
    pub(super) fn descriptor_bytes(&self, ty: u32) -> Option<u32> {
        match self.types.kind(ty) {
            Kind::Image(_) | Kind::SampledImage(_) | Kind::Opaque(Op::TypeBufferEXT) => {
                Some(heap::RESOURCE_BYTES)
            }
            Kind::Sampler => Some(heap::SAMPLER_BYTES),
            _ => None,
        }
    }

    /// The descriptor that a pointer into a heap points at; other pointers as they are.
    pub(super) fn descriptor_at(&mut self, pointer: Pointer, constant: bool) -> Pointer {
        let Root::Heap { samplers } = pointer.root else { return pointer };
        let offset = self.offset(&pointer, 0);
        let offset = self.resize_unsigned(offset, Type::I32);
        Pointer { dynamic: None, constant: 0, root: self.heap_root(offset, samplers, constant), ..pointer }
    }

    /// `OpBufferPointerEXT`: into the buffer that a descriptor in a heap is of.
    pub(super) fn buffer_pointer(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let pointer = self.pointer(instruction, instruction.operand(0)?)?;
        let Kind::Pointer { class, pointee } = self.types.kind(instruction.result_type) else {
            return Err(instruction.error("the result type is no pointer"));
        };
        if !matches!(pointer.root, Root::Heap { samplers: false }) {
            return Err(instruction.error("the operand does not point into the resource heap"));
        }
        let descriptor = self.descriptor_at(pointer, class == StorageClass::Uniform);
        self.define_pointer(instruction.result, Pointer::new(descriptor.root, Layout::Explicit, pointee));
        Ok(())
    }
}
