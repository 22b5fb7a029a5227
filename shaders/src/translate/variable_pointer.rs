//! Pointers chosen when the shader runs (`VariablePointers`), by `OpSelect` or `OpPhi`, and compared.
//!
//! The choice is between offsets, and for buffers of one descriptor set between descriptors; which kind of memory is pointed
//! into has to be the same for all.
//!
//! Where a pointer is stored, returned or compared with null, it is 64 bits:
//! ```text
//!   device address     the address
//!   shared memory      the offset, NULL flipped
//!   buffer             slot << 44 | offset, NULL flipped            slot: the descriptor's place in its set
//! ```
//! so that zero is null: an offset far outside of every buffer.

use smallvec::SmallVec;
use spirv::{Op, StorageClass};

use super::Translator;
use super::pointer::{Layout, Pointer, Root};
use crate::CompileError;
use crate::ir::{BinaryOp, CompareOp, Place, Type, UnaryOp, Value};
use crate::spirv::parse::Instruction;

/// Where the slot begins in a buffer pointer's bits.
const SLOT_SHIFT: u64 = 44;
/// An offset outside of everything, which zero stands for.
const NULL: u64 = 1 << (SLOT_SHIFT - 1);

/// The parts of a pointer that can be chosen: an offset, for buffers the descriptor too.
type Parts = SmallVec<[Value; 2]>;

impl<'a> Translator<'a> {
    /// `OpSelect` of pointers.
    pub(super) fn select_pointer(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let condition = self.scalar_operand(instruction, 0)?;
        if self.builder.type_of(condition) != Type::Bool {
            return Err(instruction.error("the condition is no boolean"));
        }
        let a = self.pointer(instruction, instruction.operand(1)?)?;
        let b = self.pointer(instruction, instruction.operand(2)?)?;
        let (shape, a_parts) = self.split(instruction, &a)?;
        let (other, b_parts) = self.split(instruction, &b)?;
        if !same_shape(&shape, &other) {
            return Err(CompileError::unsupported(
                "a choice between pointers into different kinds of memory",
            ));
        }
        let parts: Parts =
            a_parts.iter().zip(&b_parts).map(|(&a, &b)| self.builder.select(condition, a, b)).collect();
        self.define_chosen_pointer(instruction, shape, &parts)
    }

    /// Sets what a phi of pointers goes through.
    pub(super) fn set_pointer_phi(&mut self, phi: &Instruction<'a>, source: u32) -> Result<(), CompileError> {
        let pointer = self.pointer(phi, source)?;
        let (shape, parts) = self.split(phi, &pointer)?;
        let types: SmallVec<[Type; 2]> = parts.iter().map(|&part| self.builder.type_of(part)).collect();
        let known = self.activations.last().and_then(|activation| activation.phis.get(&phi.result)?.pointer);
        if known.is_some_and(|known| !same_shape(&known, &shape)) {
            return Err(CompileError::unsupported(
                "a choice between pointers into different kinds of memory",
            ));
        }
        let variables = self.phi_variables(phi, &types, Some(shape))?;
        for (variable, part) in variables.into_iter().zip(parts) {
            self.builder.set(variable, part);
        }
        Ok(())
    }

    /// A pointer as a number.
    pub(super) fn pointer_bits(
        &mut self,
        instruction: &Instruction<'a>,
        pointer: &Pointer,
    ) -> Result<Value, CompileError> {
        self.check_root(instruction, pointer)?;
        let bits = match self.place(pointer, 0) {
            Some(Place::Global { address }) => return Ok(address),
            Some(Place::Shared { offset }) => self.resize_signed(offset, Type::I64),
            Some(Place::Buffer { slot, offset, .. }) => {
                let mask = self.builder.constant(Type::I64, (1 << SLOT_SHIFT) - 1);
                let offset = self.resize_unsigned(offset, Type::I64);
                let offset = self.builder.binary(BinaryOp::And, offset, mask);
                let shift = self.builder.constant(Type::I64, SLOT_SHIFT);
                let slot = self.resize_unsigned(slot, Type::I64);
                let slot = self.builder.binary(BinaryOp::Shl, slot, shift);
                self.builder.binary(BinaryOp::Or, slot, offset)
            }
            _ => return Err(instruction.error("a pointer is used as a number")),
        };
        let null = self.builder.constant(Type::I64, NULL);
        Ok(self.builder.binary(BinaryOp::Xor, bits, null))
    }

    /// The pointer that a number stands for.
    pub(super) fn pointer_from_bits(
        &mut self,
        instruction: &Instruction<'a>,
        class: StorageClass,
        pointee: u32,
        bits: Value,
    ) -> Result<Pointer, CompileError> {
        if class == StorageClass::PhysicalStorageBuffer {
            return Ok(Pointer::global(bits, pointee));
        }
        let null = self.builder.constant(Type::I64, NULL);
        let bits = self.builder.binary(BinaryOp::Xor, bits, null);
        let (root, layout, offset) = match class {
            StorageClass::Workgroup => {
                let layout = if self.explicit_shared { Layout::Explicit } else { Layout::Natural };
                (Root::Shared, layout, self.resize_unsigned(bits, Type::I32))
            }
            StorageClass::StorageBuffer => {
                let set = self.storage_set.ok_or_else(|| {
                    CompileError::unsupported("stored pointers where storage buffers are of several sets")
                })?;
                let shift = self.builder.constant(Type::I64, SLOT_SHIFT);
                let slot = self.builder.binary(BinaryOp::UShr, bits, shift);
                let slot = self.resize_unsigned(slot, Type::I32);
                let shift = self.builder.constant(Type::I64, 64 - SLOT_SHIFT);
                let offset = self.builder.binary(BinaryOp::Shl, bits, shift);
                let offset = self.builder.binary(BinaryOp::SShr, offset, shift);
                (Root::Buffer { set, slot, constant: false }, Layout::Explicit, offset)
            }
            _ => return Err(instruction.error("an operand is no pointer")),
        };
        let mut pointer = Pointer::new(root, layout, pointee);
        pointer.dynamic = Some(offset);
        pointer.matrix = self.types.matrix_layout_of(pointee);
        Ok(pointer)
    }

    /// A pointer of that shape with these parts.
    pub(super) fn define_chosen_pointer(
        &mut self,
        instruction: &Instruction<'a>,
        mut pointer: Pointer,
        parts: &[Value],
    ) -> Result<(), CompileError> {
        match (&mut pointer.root, parts) {
            (Root::Buffer { slot, .. }, [offset, chosen]) => {
                *slot = *chosen;
                pointer.dynamic = Some(*offset);
            }
            (Root::Global(address), [chosen]) => *address = *chosen,
            (Root::Shared, [offset]) => pointer.dynamic = Some(*offset),
            _ => return Err(instruction.error("the pointers cannot be chosen from")),
        }
        self.define_pointer(instruction.result, pointer);
        Ok(())
    }

    /// `OpPtrEqual`, `OpPtrNotEqual`, `OpPtrDiff` (in elements).
    pub(super) fn compare_pointers(
        &mut self,
        op: Op,
        instruction: &Instruction<'a>,
    ) -> Result<(), CompileError> {
        let a = self.pointer(instruction, instruction.operand(0)?)?;
        let b = self.pointer(instruction, instruction.operand(1)?)?;
        let (shape, a_parts) = self.split(instruction, &a)?;
        let (other, b_parts) = self.split(instruction, &b)?;
        if op == Op::PtrDiff {
            let bytes = self.builder.binary(BinaryOp::ISub, a_parts[0], b_parts[0]);
            let base_type = self.module.type_of(instruction.operand(0)?).unwrap_or(0);
            // Untyped pointers are so many bytes apart.
            let stride = match self.is_untyped(instruction.operand(0)?) {
                true => 1,
                false => self.pointer_stride(base_type, &a).max(1),
            };
            let stride = self.builder.constant(self.builder.type_of(bytes), u64::from(stride));
            let elements = self.builder.binary(BinaryOp::SDiv, bytes, stride);
            let to = self.types.scalar(instruction.result_type).unwrap_or(Type::I32);
            let elements = self.resize_signed(elements, to);
            return self.define(instruction, &[elements]);
        }
        let mut equal = self.builder.bool(same_shape(&shape, &other));
        for (&a, &b) in a_parts.iter().zip(&b_parts) {
            self.same_type(instruction, a, b)?;
            let part = self.builder.compare(CompareOp::IEq, a, b);
            equal = self.builder.binary(BinaryOp::And, equal, part);
        }
        let result = if op == Op::PtrEqual { equal } else { self.builder.unary(UnaryOp::Not, equal) };
        self.define(instruction, &[result])
    }

    /// A pointer without its offset, and what was taken off.
    fn split(
        &mut self,
        instruction: &Instruction<'a>,
        pointer: &Pointer,
    ) -> Result<(Pointer, Parts), CompileError> {
        self.check_root(instruction, pointer)?;
        let shape = Pointer { dynamic: None, constant: 0, ..*pointer };
        let parts = match self.place(pointer, 0) {
            Some(Place::Buffer { slot, offset, .. }) => Parts::from_slice(&[offset, slot]),
            Some(Place::Global { address }) => Parts::from_slice(&[address]),
            Some(Place::Shared { offset }) => Parts::from_slice(&[offset]),
            _ => return Err(CompileError::unsupported("a choice between pointers to variables")),
        };
        Ok((shape, parts))
    }
}

fn same_shape(a: &Pointer, b: &Pointer) -> bool {
    let roots = match (a.root, b.root) {
        (Root::Buffer { set: a, .. }, Root::Buffer { set: b, .. }) => a == b,
        (Root::Global(_), Root::Global(_)) | (Root::Shared, Root::Shared) => true,
        _ => false,
    };
    let layouts = a.layout == b.layout || a.layout == Layout::Explicit && b.layout == Layout::Explicit;
    roots && layouts && a.matrix == b.matrix && a.component_stride == b.component_stride
}
