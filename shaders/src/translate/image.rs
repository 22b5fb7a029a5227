//! Storage images and texel buffers of known formats: a texel is memory of a buffer whose descriptor says how the image lies
//! in it ([`Descriptor`]). Everything else about images goes to the [texture unit](super::texture).
//!
//! ```text
//!   offset = sum of (coordinate & mask) * pitch + (coordinate >> log2) * block pitch      64 bits
//!   place  = Buffer { set, slot, inside ? offset : OUTSIDE }
//! ```
//!
//! A coordinate outside the image becomes an offset outside the descriptor's range, and with that what such an access does,
//! sparse memory and everything else about accesses is the same as for buffers.
//!
//! # Invariants
//! 1. An offset that is not [`OUTSIDE`] is of a texel whose coordinates are all inside the descriptor's extent.
//! 2. A loaded image or sampler is represented by the pointer it was loaded through: there are no image values.

use spirv::{Dim, Op};

use super::Translator;
use super::pointer::{Layout, Pointer, Root};
use super::texel::TexelFormat;
use super::texture::Operands;
use super::value::Scalars;
use crate::abi::{Descriptor, MAX_SETS};
use crate::ir::{BinaryOp, CompareOp, Place, Type, Value};
use crate::spirv::parse::Instruction;
use crate::spirv::types::{ImageType, Kind};
use crate::{CompileError, TypedImage};

/// Beyond the range of every descriptor, and far enough from the end of the numbers that adding a texel does not wrap.
const OUTSIDE: u64 = 1 << 62;
/// Logarithm of a page's bytes: what blocks of an image are as large as.
const BLOCK_LOG2: u64 = 16;

/// An image that an instruction names.
pub(super) struct Image {
    pub(super) set: u32,
    pub(super) slot: Value,
    pub(super) ty: ImageType,
}

impl Image {
    /// The format, if machine code does it itself.
    fn format(&self) -> Option<TexelFormat> {
        TexelFormat::of(self.ty.format)
    }

    /// Components of a texel coordinate without layer: of a cube x and y.
    pub(super) fn dimensions(&self) -> usize {
        match self.ty.dim {
            Dim::Dim1D | Dim::DimBuffer => 1,
            Dim::Dim3D => 3,
            _ => 2,
        }
    }

    /// For x, y and z: which component of a coordinate it is. Layers and faces are z.
    fn axes(&self) -> [Option<usize>; 3] {
        match self.ty.dim {
            Dim::Dim1D | Dim::DimBuffer => [Some(0), None, self.ty.arrayed.then_some(1)],
            Dim::Dim2D => [Some(0), Some(1), self.ty.arrayed.then_some(2)],
            _ => [Some(0), Some(1), Some(2)],
        }
    }
}

/// Whether [`Translator::image_instruction`] translates it.
pub(super) fn is_image_instruction(op: Op) -> bool {
    matches!(
        op,
        Op::SampledImage
            | Op::Image
            | Op::ImageTexelPointer
            | Op::UntypedImageTexelPointerEXT
            | Op::ImageSparseTexelsResident
    ) || super::texture::Kind::of(op).is_some()
}

impl<'a> Translator<'a> {
    /// The instructions of this family.
    pub(super) fn image_instruction(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        match instruction.op {
            Op::SampledImage => return self.sampled_image(instruction),
            Op::Image => return self.image_of(instruction),
            Op::ImageSparseTexelsResident => return self.texels_resident(instruction),
            _ => {}
        }
        if instruction.op == Op::UntypedImageTexelPointerEXT {
            return self.untyped_texel_pointer(instruction);
        }
        let image = self.image(instruction)?;
        let inline = image.ty.storage && self.source.has_formats;
        match (instruction.op, image.format()) {
            (Op::ImageRead, Some(format)) if inline => self.image_read(instruction, &image, format),
            (Op::ImageWrite, Some(format)) if inline => self.image_write(instruction, &image, format),
            (Op::ImageTexelPointer, Some(format)) => self.texel_pointer(instruction, &image, format, 1),
            (Op::ImageQuerySize, _) if image.ty.storage => self.image_size(instruction, &image),
            _ => self.texture_instruction(instruction, &image),
        }
    }

    /// The first operand: a loaded image with or without its sampler, or a pointer to one.
    fn image(&mut self, instruction: &Instruction<'a>) -> Result<Image, CompileError> {
        let pointer = self.pointer(instruction, instruction.operand(0)?)?;
        self.image_at(instruction, pointer)
    }

    /// The image that a pointer is of.
    fn image_at(&mut self, instruction: &Instruction<'a>, pointer: Pointer) -> Result<Image, CompileError> {
        self.check_root(instruction, &pointer)?;
        let pointer = self.descriptor_at(pointer, false);
        match (self.types.kind(pointer.ty), pointer.root) {
            (Kind::Image(ty) | Kind::SampledImage(ty), Root::Buffer { set, slot, .. }) => {
                Ok(Image { set, slot, ty })
            }
            _ => Err(instruction.error("the operand is no image")),
        }
    }

    fn image_read(
        &mut self,
        instruction: &Instruction<'a>,
        image: &Image,
        format: TexelFormat,
    ) -> Result<(), CompileError> {
        self.note_typed(image);
        let texel = self.texel_of(instruction, image, format, 2)?;
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

    fn image_write(
        &mut self,
        instruction: &Instruction<'a>,
        image: &Image,
        format: TexelFormat,
    ) -> Result<(), CompileError> {
        self.note_typed(image);
        let texel = self.texel_of(instruction, image, format, 3)?;
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

    /// Remembers that the image's format is built in. Which descriptor of an array or a heap it is, nobody knows before it runs.
    fn note_typed(&mut self, image: &Image) {
        let slot = self.builder.constant_bits(image.slot).filter(|_| image.set < MAX_SETS as u32);
        if let Some(slot) = slot {
            let typed = TypedImage { set: image.set, slot: slot as u32, format: image.ty.format };
            if !self.typed_images.contains(&typed) {
                self.typed_images.push(typed);
            }
        }
    }

    /// `OpUntypedImageTexelPointerEXT`: the image's type stands before the image.
    fn untyped_texel_pointer(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let pointer = self.pointer_to(instruction, 1, instruction.operand(0)?)?;
        let image = self.image_at(instruction, pointer)?;
        let format = image.format().ok_or_else(|| CompileError::unsupported("atomics on such an image"))?;
        self.texel_pointer(instruction, &image, format, 2)
    }

    /// `OpImageTexelPointer`, for atomics. The coordinate is operand `coordinate`.
    fn texel_pointer(
        &mut self,
        instruction: &Instruction<'a>,
        image: &Image,
        format: TexelFormat,
        coordinate: usize,
    ) -> Result<(), CompileError> {
        let Kind::Pointer { pointee, .. } = self.types.kind(instruction.result_type) else {
            return Err(instruction.error("the result type is no pointer"));
        };
        let fits = pointee == 0 || self.types.scalar(pointee) == Some(format.stored());
        if format.components != 1 || !fits {
            return Err(instruction.error("the result does not point at a texel of the image's format"));
        }
        let sample = match image.ty.multisampled {
            true => Some(self.scalar_operand(instruction, coordinate + 1)?),
            false => None,
        };
        let texel = self.texel(instruction, image, format, (coordinate, sample))?;
        let root = Root::Buffer { set: image.set, slot: image.slot, constant: false };
        let pointer = Pointer { dynamic: Some(texel), ..Pointer::new(root, Layout::Natural, pointee) };
        self.define_pointer(instruction.result, pointer);
        Ok(())
    }

    /// `OpImageQuerySize` of a storage image: a cube has no third dimension, an array of cubes one layer for six faces.
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

    /// The offset of the texel that the coordinate and the image operands from `operands` on name.
    fn texel_of(
        &mut self,
        instruction: &Instruction<'a>,
        image: &Image,
        format: TexelFormat,
        operands: usize,
    ) -> Result<Value, CompileError> {
        let sample = match Operands::parse(instruction, operands)?.sample {
            Some(id) if image.ty.multisampled => Some(self.scalar(instruction, id)?),
            _ => None,
        };
        self.texel(instruction, image, format, (1, sample))
    }

    /// The offset of the texel that an operand is the coordinate of; `I64`.
    fn texel(
        &mut self,
        instruction: &Instruction<'a>,
        image: &Image,
        format: TexelFormat,
        (coordinate, sample): (usize, Option<Value>),
    ) -> Result<Value, CompileError> {
        let span = self.operand(instruction, coordinate)?;
        let coordinate = Scalars::from_slice(self.values.slice(span));
        let mut inside = self.builder.bool(true);
        let mut offset = self.builder.constant(Type::I64, 0);
        let logs = self.word(image, Descriptor::BLOCK_LOG2_WORD);
        for (axis, component) in (0..).zip(image.axes()) {
            let Some(component) = component else { continue };
            let index = coordinate.get(component).copied();
            let index = index.filter(|&index| self.builder.type_of(index) == Type::I32);
            let index = index.ok_or_else(|| instruction.error("the coordinate does not fit the image"))?;
            let extent = self.word(image, Descriptor::EXTENT_WORD + axis);
            let within = self.builder.compare(CompareOp::ULt, index, extent);
            inside = self.builder.binary(BinaryOp::And, inside, within);
            let step = if image.ty.dim == Dim::DimBuffer {
                let pitch = self.builder.constant(Type::I64, format.texel_bytes().into());
                self.scaled(index, pitch)
            } else {
                self.step(image, format, axis, index, logs)
            };
            offset = self.builder.binary(BinaryOp::IAdd, offset, step);
        }
        if let Some(sample) = sample {
            let (shift, one) = (self.builder.int(24), self.builder.int(1));
            let log2 = self.builder.binary(BinaryOp::UShr, logs, shift);
            let samples = self.builder.binary(BinaryOp::Shl, one, log2);
            let within = self.builder.compare(CompareOp::ULt, sample, samples);
            inside = self.builder.binary(BinaryOp::And, inside, within);
            let pitch = self.word(image, Descriptor::SAMPLE_PITCH_WORD);
            let pitch = self.resize_unsigned(pitch, Type::I64);
            let step = self.scaled(sample, pitch);
            offset = self.builder.binary(BinaryOp::IAdd, offset, step);
        }
        let outside = self.builder.constant(Type::I64, OUTSIDE);
        Ok(self.builder.select(inside, offset, outside))
    }

    /// What a coordinate adds to the offset: the way inside its block, and the way to the block.
    fn step(&mut self, image: &Image, format: TexelFormat, axis: u32, index: Value, logs: Value) -> Value {
        let (shift, byte, one) = (self.builder.int(axis * 8), self.builder.int(0xff), self.builder.int(1));
        let log2 = self.builder.binary(BinaryOp::UShr, logs, shift);
        let log2 = self.builder.binary(BinaryOp::And, log2, byte);
        let size = self.builder.binary(BinaryOp::Shl, one, log2);
        let mask = self.builder.binary(BinaryOp::ISub, size, one);
        let inner = self.builder.binary(BinaryOp::And, index, mask);
        let outer = self.builder.binary(BinaryOp::UShr, index, log2);
        let (pitch, block_pitch) = match axis {
            0 => {
                let texel = self.builder.constant(Type::I64, format.texel_bytes().into());
                (texel, self.builder.constant(Type::I64, 1 << BLOCK_LOG2))
            }
            1 => {
                let rows = self.word(image, Descriptor::ROW_PITCH_WORD);
                let blocks = self.word(image, Descriptor::BLOCK_ROW_PITCH_WORD);
                (self.resize_unsigned(rows, Type::I64), self.resize_unsigned(blocks, Type::I64))
            }
            _ => {
                let slices = self.word(image, Descriptor::SLICE_PITCH_WORD);
                let low = self.word(image, Descriptor::BLOCK_SLICE_PITCH_WORD);
                let (high, bytes) =
                    (self.word(image, Descriptor::BLOCK_SLICE_PITCH_WORD + 1), self.builder.int(0xffff));
                let high = self.builder.binary(BinaryOp::And, high, bytes);
                (self.resize_unsigned(slices, Type::I64), self.joined_words(Type::I64, &[low, high]))
            }
        };
        let (inner, outer) = (self.scaled(inner, pitch), self.scaled(outer, block_pitch));
        self.builder.binary(BinaryOp::IAdd, inner, outer)
    }

    fn scaled(&mut self, index: Value, pitch: Value) -> Value {
        let index = self.resize_unsigned(index, Type::I64);
        self.builder.binary(BinaryOp::IMul, index, pitch)
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
    pub(super) fn small(&mut self, ty: Type, value: u32) -> Value {
        if ty.is_float() {
            self.builder.float(ty, value.into())
        } else {
            self.builder.constant(ty, value.into())
        }
    }
}
