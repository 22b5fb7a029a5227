//! Storage images and texel buffers: a texel is memory of a buffer whose descriptor says how the image lies in it.
//!
//! ```text
//!   offset = x * texel bytes + y * row pitch + z * slice pitch      64 bits; z is a depth slice, an array layer or a face
//!   place  = Buffer { set, slot, inside ? offset : OUTSIDE }
//! ```
//!
//! A coordinate outside the image becomes an offset outside the descriptor's range, and with that what such an access does,
//! sparse memory and everything else about accesses is the same as for buffers.
//!
//! # Invariants
//! 1. An offset that is not [`OUTSIDE`] is of a texel whose coordinates are all inside the descriptor's extent.
//! 2. A loaded image is represented by the pointer it was loaded through: there are no image values.
//!
//! Multisampled images, images without format and packed formats are refused.

use spirv::{Dim, ImageOperands, Op};

use super::Translator;
use super::pointer::{Layout, Pointer, Root};
use super::texel::TexelFormat;
use super::value::Scalars;
use crate::CompileError;
use crate::abi::Descriptor;
use crate::ir::{BinaryOp, CompareOp, Place, Type, Value};
use crate::spirv::parse::Instruction;
use crate::spirv::types::{ImageType, Kind};

/// Beyond the range of every descriptor, and far enough from the end of the numbers that adding a texel does not wrap.
const OUTSIDE: u64 = 1 << 62;

/// An image that an instruction names.
struct Image {
    set: u32,
    slot: Value,
    ty: ImageType,
}

impl Image {
    fn format(&self) -> Result<TexelFormat, CompileError> {
        let format = TexelFormat::of(self.ty.format);
        format.ok_or_else(|| CompileError::unsupported(format!("image format {:?}", self.ty.format)))
    }

    /// For x, y and z: which component of a coordinate it is.
    fn axes(&self) -> [Option<usize>; 3] {
        match self.ty.dim {
            Dim::Dim1D | Dim::DimBuffer => [Some(0), None, self.ty.arrayed.then_some(1)],
            Dim::Dim2D => [Some(0), Some(1), self.ty.arrayed.then_some(2)],
            _ => [Some(0), Some(1), Some(2)],
        }
    }
}

impl<'a> Translator<'a> {
    /// The instructions of this family.
    pub(super) fn image_instruction(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let image = self.image(instruction)?;
        match instruction.op {
            Op::ImageRead => self.image_read(instruction, &image),
            Op::ImageWrite => self.image_write(instruction, &image),
            Op::ImageTexelPointer => self.texel_pointer(instruction, &image),
            Op::ImageQuerySize => self.image_size(instruction, &image),
            _ => Err(instruction.unsupported()),
        }
    }

    /// The first operand: a loaded image, or a pointer to one.
    fn image(&mut self, instruction: &Instruction<'a>) -> Result<Image, CompileError> {
        let pointer = self.pointer(instruction, instruction.operand(0)?)?;
        self.check_root(instruction, &pointer)?;
        match (self.types.kind(pointer.ty), pointer.root) {
            (Kind::Image(ty), Root::Buffer { set, slot, .. }) => Ok(Image { set, slot, ty }),
            _ => Err(instruction.error("the operand is no storage image")),
        }
    }

    fn image_read(&mut self, instruction: &Instruction<'a>, image: &Image) -> Result<(), CompileError> {
        check_operands(instruction, 2)?;
        let format = image.format()?;
        let texel = self.texel(instruction, image, format)?;
        let count = self.types.scalars(instruction.result_type).min(4) as u32;
        let mut scalars = Scalars::new();
        for component in 0..count {
            scalars.push(if component < format.components {
                let place = self.component(image, texel, component * format.bytes);
                let stored = self.builder.load(format.stored(), place);
                self.decode(format, stored)
            } else {
                // "Component Substitution": what a format lacks is zero, alpha is one.
                self.small(format.shown(), u32::from(component == 3))
            });
        }
        self.define(instruction, &scalars)
    }

    fn image_write(&mut self, instruction: &Instruction<'a>, image: &Image) -> Result<(), CompileError> {
        check_operands(instruction, 3)?;
        let format = image.format()?;
        let texel = self.texel(instruction, image, format)?;
        let span = self.operand(instruction, 2)?;
        let shown = Scalars::from_slice(self.values.slice(span));
        let fits = shown.len() >= format.components as usize
            && shown.iter().all(|&value| self.builder.type_of(value) == format.shown());
        if !fits {
            return Err(instruction.error("the texel is not of the image's format"));
        }
        for (component, &shown) in (0..format.components).zip(&shown) {
            let stored = self.encode(format, shown);
            let place = self.component(image, texel, component * format.bytes);
            self.builder.store(place, stored);
        }
        Ok(())
    }

    /// `OpImageTexelPointer`, for atomics.
    fn texel_pointer(&mut self, instruction: &Instruction<'a>, image: &Image) -> Result<(), CompileError> {
        let format = image.format()?;
        let Kind::Pointer { pointee, .. } = self.types.kind(instruction.result_type) else {
            return Err(instruction.error("the result type is no pointer"));
        };
        if format.components != 1 || self.types.scalar(pointee) != Some(format.stored()) {
            return Err(instruction.error("the result does not point at a texel of the image's format"));
        }
        let texel = self.texel(instruction, image, format)?;
        let root = Root::Buffer { set: image.set, slot: image.slot, constant: false };
        let pointer = Pointer { dynamic: Some(texel), ..Pointer::new(root, Layout::Natural, pointee) };
        self.define_pointer(instruction.result, pointer);
        Ok(())
    }

    /// `OpImageQuerySize`: a cube has no third dimension, an array of cubes one layer for six faces.
    fn image_size(&mut self, instruction: &Instruction<'a>, image: &Image) -> Result<(), CompileError> {
        let mut sizes = Scalars::new();
        for (axis, used) in (0..).zip(image.axes()) {
            let cube = image.ty.dim == Dim::DimCube && axis == 2;
            if used.is_none() || (cube && !image.ty.arrayed) {
                continue;
            }
            let size = self.word(image, Descriptor::EXTENT_WORD + axis);
            let faces = self.builder.int(6);
            sizes.push(if cube { self.builder.binary(BinaryOp::UDiv, size, faces) } else { size });
        }
        self.define(instruction, &sizes)
    }

    /// The offset of the texel that the second operand is the coordinate of; `I64`.
    fn texel(
        &mut self,
        instruction: &Instruction<'a>,
        image: &Image,
        format: TexelFormat,
    ) -> Result<Value, CompileError> {
        let span = self.operand(instruction, 1)?;
        let coordinate = Scalars::from_slice(self.values.slice(span));
        let mut inside = self.builder.bool(true);
        let mut offset = self.builder.constant(Type::I64, 0);
        for (axis, component) in (0..).zip(image.axes()) {
            let Some(component) = component else { continue };
            let index = coordinate.get(component).copied();
            let index = index.filter(|&index| self.builder.type_of(index) == Type::I32);
            let index = index.ok_or_else(|| instruction.error("the coordinate does not fit the image"))?;
            let extent = self.word(image, Descriptor::EXTENT_WORD + axis);
            let within = self.builder.compare(CompareOp::ULt, index, extent);
            inside = self.builder.binary(BinaryOp::And, inside, within);
            let pitch = self.pitch(image, format, axis);
            let index = self.resize_unsigned(index, Type::I64);
            let step = self.builder.binary(BinaryOp::IMul, index, pitch);
            offset = self.builder.binary(BinaryOp::IAdd, offset, step);
        }
        let outside = self.builder.constant(Type::I64, OUTSIDE);
        Ok(self.builder.select(inside, offset, outside))
    }

    /// Bytes from one texel to the next along an axis; `I64`.
    fn pitch(&mut self, image: &Image, format: TexelFormat, axis: u32) -> Value {
        match axis {
            0 => self.builder.constant(Type::I64, format.texel_bytes().into()),
            1 => {
                let pitch = self.word(image, Descriptor::ROW_PITCH_WORD);
                self.resize_unsigned(pitch, Type::I64)
            }
            _ => {
                let low = self.word(image, Descriptor::BLOCK_SLICE_PITCH_WORD);
                let high = self.word(image, Descriptor::BLOCK_SLICE_PITCH_WORD + 1);
                let (low, high) =
                    (self.resize_unsigned(low, Type::I64), self.resize_unsigned(high, Type::I64));
                let bits = self.builder.constant(Type::I64, 32);
                let high = self.builder.binary(BinaryOp::Shl, high, bits);
                self.builder.binary(BinaryOp::Or, low, high)
            }
        }
    }

    fn component(&mut self, image: &Image, texel: Value, bytes: u32) -> Place {
        let bytes = self.builder.constant(Type::I64, bytes.into());
        let offset = self.builder.binary(BinaryOp::IAdd, texel, bytes);
        Place::Buffer { set: image.set, slot: image.slot, offset }
    }

    fn word(&mut self, image: &Image, word: u32) -> Value {
        self.builder.descriptor_word(image.set, image.slot, word)
    }

    /// Zero or one.
    fn small(&mut self, ty: Type, value: u32) -> Value {
        if ty.is_float() {
            self.builder.float(ty, value.into())
        } else {
            self.builder.constant(ty, value.into())
        }
    }
}

/// Refuses image operands that would change what is accessed. All accesses are coherent, so those that ask for that are met.
fn check_operands(instruction: &Instruction<'_>, index: usize) -> Result<(), CompileError> {
    let met = ImageOperands::MAKE_TEXEL_AVAILABLE
        | ImageOperands::MAKE_TEXEL_VISIBLE
        | ImageOperands::NON_PRIVATE_TEXEL
        | ImageOperands::VOLATILE_TEXEL
        | ImageOperands::SIGN_EXTEND
        | ImageOperands::ZERO_EXTEND
        | ImageOperands::NONTEMPORAL;
    match instruction.operands.get(index) {
        Some(bits) if bits & !met.bits() != 0 => {
            Err(CompileError::unsupported("image operands of a storage image"))
        }
        _ => Ok(()),
    }
}
