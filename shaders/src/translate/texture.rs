//! Image instructions for the texture unit: sampling, gathers, fetches, queries, formats that only the view knows.
//!
//! Coordinates come apart into texel or normalized coordinates and the array layer; projections are divided here. A residency
//! code is one if all texels are resident, else zero.

use smallvec::SmallVec;
use spirv::{Dim, ImageOperands, Op};

use super::Translator;
use super::image::Image;
use super::pointer::Root;
use super::value::Scalars;
use crate::CompileError;
use crate::abi::heap;
use crate::abi::stage::{StageBuiltin, slot};
use crate::abi::texture::{LodMode, TextureInstruction, TextureOp};
use crate::ir::{BinaryOp, Builtin, CompareOp, ConvertOp, Place, Side, Texture, TextureOperand, Type, Value};
use crate::spirv::parse::Instruction;
use crate::spirv::types;
use crate::stage::Stage;

/// What an instruction does, and where its operands are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    op: TextureOp,
    /// The level comes from derivatives unless image operands say otherwise.
    implicit: bool,
    compare: bool,
    projective: bool,
    sparse: bool,
    /// Index of the image operands.
    operands: usize,
}

impl Kind {
    /// `None`: no instruction of the texture unit.
    pub(super) fn of(op: Op) -> Option<Self> {
        let kind =
            |op| Self { op, implicit: false, compare: false, projective: false, sparse: false, operands: 2 };
        let sample = kind(TextureOp::Sample);
        let implicit = Self { implicit: true, ..sample };
        let compare = |kind: Self| Self { compare: true, operands: 3, ..kind };
        let projective = |kind: Self| Self { projective: true, ..kind };
        let sparse = |kind: Self| Self { sparse: true, ..kind };
        let gather = Self { operands: 3, ..kind(TextureOp::Gather) };
        let (fetch, read) = (kind(TextureOp::Fetch), kind(TextureOp::Read));
        Some(match op {
            Op::ImageSampleImplicitLod => implicit,
            Op::ImageSampleExplicitLod => sample,
            Op::ImageSampleDrefImplicitLod => compare(implicit),
            Op::ImageSampleDrefExplicitLod => compare(sample),
            Op::ImageSampleProjImplicitLod => projective(implicit),
            Op::ImageSampleProjExplicitLod => projective(sample),
            Op::ImageSampleProjDrefImplicitLod => projective(compare(implicit)),
            Op::ImageSampleProjDrefExplicitLod => projective(compare(sample)),
            Op::ImageSparseSampleImplicitLod => sparse(implicit),
            Op::ImageSparseSampleExplicitLod => sparse(sample),
            Op::ImageSparseSampleDrefImplicitLod => sparse(compare(implicit)),
            Op::ImageSparseSampleDrefExplicitLod => sparse(compare(sample)),
            Op::ImageGather => gather,
            Op::ImageDrefGather => compare(gather),
            Op::ImageSparseGather => sparse(gather),
            Op::ImageSparseDrefGather => sparse(compare(gather)),
            Op::ImageFetch => fetch,
            Op::ImageSparseFetch => sparse(fetch),
            Op::ImageRead => read,
            Op::ImageSparseRead => sparse(read),
            Op::ImageWrite => Self { operands: 3, ..kind(TextureOp::Write) },
            Op::ImageQueryLod => Self { implicit: true, ..kind(TextureOp::QueryLod) },
            Op::ImageQuerySize | Op::ImageQuerySizeLod => kind(TextureOp::QuerySize),
            Op::ImageQueryLevels | Op::ImageQuerySamples => kind(TextureOp::QueryLevels),
            _ => return None,
        })
    }

    fn samples(self) -> bool {
        matches!(self.op, TextureOp::Sample | TextureOp::Gather | TextureOp::QueryLod)
    }
}

/// Ids of the optional image operands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Operands {
    bias: Option<u32>,
    lod: Option<u32>,
    gradients: Option<[u32; 2]>,
    /// Constant or not.
    offset: Option<u32>,
    /// An array of four.
    offsets: Option<u32>,
    pub(super) sample: Option<u32>,
    min_lod: Option<u32>,
}

impl Operands {
    /// The image operands of an instruction from `first` on. All accesses are coherent, so those that ask for that are met.
    pub(super) fn parse(instruction: &Instruction<'_>, first: usize) -> Result<Self, CompileError> {
        let mut all = Self::default();
        let Some(&bits) = instruction.operands.get(first) else { return Ok(all) };
        let mut left = bits;
        let mut next = first + 1;
        while left != 0 {
            let bit = left & left.wrapping_neg();
            left ^= bit;
            let mut id = || {
                next += 1;
                instruction.operand(next - 1)
            };
            match ImageOperands::from_bits(bit) {
                Some(ImageOperands::BIAS) => all.bias = Some(id()?),
                Some(ImageOperands::LOD) => all.lod = Some(id()?),
                Some(ImageOperands::GRAD) => all.gradients = Some([id()?, id()?]),
                Some(ImageOperands::CONST_OFFSET | ImageOperands::OFFSET) => all.offset = Some(id()?),
                Some(ImageOperands::CONST_OFFSETS) => all.offsets = Some(id()?),
                Some(ImageOperands::SAMPLE) => all.sample = Some(id()?),
                Some(ImageOperands::MIN_LOD) => all.min_lod = Some(id()?),
                Some(ImageOperands::MAKE_TEXEL_AVAILABLE | ImageOperands::MAKE_TEXEL_VISIBLE) => {
                    id()?;
                }
                Some(
                    ImageOperands::NON_PRIVATE_TEXEL
                    | ImageOperands::VOLATILE_TEXEL
                    | ImageOperands::SIGN_EXTEND
                    | ImageOperands::ZERO_EXTEND
                    | ImageOperands::NONTEMPORAL,
                ) => {}
                _ => return Err(CompileError::unsupported("an image operand")),
            }
        }
        Ok(all)
    }
}

/// Operands on their way to the frame.
type List = SmallVec<[(TextureOperand, Value); 8]>;

impl<'a> Translator<'a> {
    /// `OpSampledImage`: the image with another sampler.
    pub(super) fn sampled_image(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let mut image = self.pointer(instruction, instruction.operand(0)?)?;
        let sampler = self.pointer(instruction, instruction.operand(1)?)?;
        let kinds = (self.types.kind(image.ty), self.types.kind(sampler.ty));
        if !matches!(kinds, (types::Kind::Image(_), types::Kind::Sampler)) {
            return Err(instruction.error("the operands are no image and sampler"));
        }
        self.check_root(instruction, &sampler)?;
        image.ty = instruction.result_type;
        if !matches!((self.types.kind(image.ty), kinds.0), (types::Kind::SampledImage(a), types::Kind::Image(b)) if a == b)
        {
            return Err(instruction.error("the result is no sampled image of the image's type"));
        }
        self.samplers.insert(instruction.result, sampler);
        self.define_pointer(instruction.result, image);
        Ok(())
    }

    /// `OpImage`: the image of a sampled image.
    pub(super) fn image_of(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let mut image = self.pointer(instruction, instruction.operand(0)?)?;
        let kinds = (self.types.kind(image.ty), self.types.kind(instruction.result_type));
        if !matches!(kinds, (types::Kind::SampledImage(a), types::Kind::Image(b)) if a == b) {
            return Err(instruction.error("the operand is no sampled image of the result's type"));
        }
        image.ty = instruction.result_type;
        self.define_pointer(instruction.result, image);
        Ok(())
    }

    /// `OpImageSparseTexelsResident`.
    pub(super) fn texels_resident(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let code = self.scalar_operand(instruction, 0)?;
        if self.builder.type_of(code) != Type::I32 {
            return Err(instruction.error("the operand is no residency code"));
        }
        let zero = self.builder.int(0);
        let resident = self.builder.compare(CompareOp::INe, code, zero);
        self.define(instruction, &[resident])
    }

    /// An instruction for the texture unit.
    pub(super) fn texture_instruction(
        &mut self,
        instruction: &Instruction<'a>,
        image: &Image,
    ) -> Result<(), CompileError> {
        let kind = Kind::of(instruction.op).ok_or_else(|| instruction.unsupported())?;
        let mut sampler = if kind.samples() { Some(self.sampler(instruction)?) } else { None };
        let mut list = List::new();
        let mut unit = TextureInstruction { compare: kind.compare, ..TextureInstruction::new(kind.op) };
        if let Some((heap::EMBEDDED, address)) = sampler {
            unit.embedded_sampler = self.builder.constant_bits(address).unwrap_or(0);
            sampler = None;
        }
        self.coordinate(instruction, image, kind, &mut list)?;
        if kind.op == TextureOp::Write {
            self.written(instruction, &mut list)?;
        }
        if let (TextureOp::Gather, false) = (kind.op, kind.compare) {
            let component = self.constant_operand(instruction.operand(2)?);
            let component = component.filter(|&component| component < 4);
            unit.component =
                component.ok_or_else(|| instruction.error("the component is no constant below 4"))? as u8;
        }
        let has_operands =
            !matches!(kind.op, TextureOp::QueryLod | TextureOp::QuerySize | TextureOp::QueryLevels);
        let operands =
            if has_operands { Operands::parse(instruction, kind.operands)? } else { Operands::default() };
        self.level(instruction, image, kind, &operands, &mut unit, &mut list)?;
        self.offsets(instruction, &operands, &mut unit, &mut list)?;
        if let Some(sample) = operands.sample {
            let sample = self.word_operand(instruction, sample, Type::I32)?;
            list.push((TextureOperand::Sample, sample));
        }
        let texture = Texture { instruction: unit, image: (image.set, image.slot), sampler, operands: list };
        self.finish_texture(instruction, image, kind, texture)
    }

    /// The sampler of the first operand.
    fn sampler(&mut self, instruction: &Instruction<'a>) -> Result<(u32, Value), CompileError> {
        let id = instruction.operand(0)?;
        let pointer = match self.samplers.get(&id) {
            Some(&sampler) => sampler,
            None => self.pointer(instruction, id)?,
        };
        let sampled = self.pointer(instruction, id)?;
        match (self.types.kind(sampled.ty), pointer.root) {
            (types::Kind::SampledImage(_), Root::Buffer { set, slot, .. }) => {
                Ok(pointer.sampler.unwrap_or((set, slot)))
            }
            _ => Err(instruction.error("the operand is no sampled image")),
        }
    }

    /// An id that is one scalar of a type.
    fn word_operand(
        &mut self,
        instruction: &Instruction<'a>,
        id: u32,
        ty: Type,
    ) -> Result<Value, CompileError> {
        let value = self.scalar(instruction, id)?;
        if self.builder.type_of(value) == ty {
            Ok(value)
        } else {
            Err(instruction.error("an image operand is of the wrong type"))
        }
    }

    fn coordinate(
        &mut self,
        instruction: &Instruction<'a>,
        image: &Image,
        kind: Kind,
        list: &mut List,
    ) -> Result<(), CompileError> {
        if matches!(kind.op, TextureOp::QuerySize | TextureOp::QueryLevels) {
            return Ok(());
        }
        let span = self.operand(instruction, 1)?;
        let mut coordinate = Scalars::from_slice(self.values.slice(span));
        let ty = if kind.samples() { Type::F32 } else { Type::I32 };
        if coordinate.iter().any(|&value| self.builder.type_of(value) != ty) {
            return Err(instruction.error("the coordinate is of the wrong type"));
        }
        if image.ty.dim == Dim::DimSubpassData {
            coordinate = self.subpass_coordinate(instruction, &coordinate)?;
        }
        // A direction has three components; a cube without sampler x, y and the face.
        let direction = image.ty.dim == Dim::DimCube && kind.samples();
        let dimensions = if direction { 3 } else { image.dimensions() };
        let layered = image.ty.arrayed
            || image.ty.dim == Dim::DimSubpassData
            || (image.ty.dim == Dim::DimCube && !direction);
        let layered = layered && kind.op != TextureOp::QueryLod;
        let wanted = dimensions + usize::from(layered || kind.projective);
        if coordinate.len() < wanted {
            return Err(instruction.error("the coordinate has too few components"));
        }
        let mut reference = if kind.compare {
            let id = instruction.operand(2)?;
            Some(self.word_operand(instruction, id, Type::F32)?)
        } else {
            None
        };
        if kind.projective {
            let q = coordinate[dimensions];
            for value in coordinate.iter_mut().take(dimensions).chain(&mut reference) {
                *value = self.builder.binary(BinaryOp::FDiv, *value, q);
            }
        }
        for (axis, &value) in coordinate.iter().enumerate().take(dimensions) {
            list.push((TextureOperand::Coordinate(axis as u8), value));
        }
        if layered {
            list.push((TextureOperand::Layer, coordinate[dimensions]));
        }
        list.extend(reference.map(|reference| (TextureOperand::Reference, reference)));
        Ok(())
    }

    /// An input attachment is read at the fragment, plus the coordinate, which is zero; of its layer or view.
    fn subpass_coordinate(
        &mut self,
        instruction: &Instruction<'a>,
        coordinate: &[Value],
    ) -> Result<Scalars, CompileError> {
        let &[dx, dy, ..] = coordinate else {
            return Err(instruction.error("the coordinate has too few components"));
        };
        if self.source.stage != Some(Stage::Fragment) {
            return Err(CompileError::unsupported("input attachments outside of fragment shaders"));
        }
        let mut at = |builtin, delta| {
            let bits = self.builder.builtin(Builtin::Stage(builtin));
            let float = self.builder.convert(ConvertOp::Bitcast, bits, Type::F32);
            let pixel = self.builder.convert(ConvertOp::FloatToSigned, float, Type::I32);
            self.builder.binary(BinaryOp::IAdd, pixel, delta)
        };
        let (x, y) = (at(StageBuiltin::FragCoordX, dx), at(StageBuiltin::FragCoordY, dy));
        // With several views it is that of the view.
        let (vertex, slot) = (self.builder.int(0), self.builder.int(slot::LAYER));
        let layer =
            self.builder.load_constant(Type::I32, Place::Interface { side: Side::Input, vertex, slot });
        Ok(Scalars::from_slice(&[x, y, layer]))
    }

    /// The texel of a write.
    fn written(&mut self, instruction: &Instruction<'a>, list: &mut List) -> Result<(), CompileError> {
        let span = self.operand(instruction, 2)?;
        let texel = Scalars::from_slice(self.values.slice(span));
        let ty = texel.first().map_or(Type::I32, |&first| self.builder.type_of(first));
        let mut words = match (ty, texel.first()) {
            // Formats with 64 bits have one channel.
            (Type::I64, Some(&value)) => self.words_of(value, ty, false),
            (Type::I32 | Type::F32, _) => texel,
            _ => return Err(CompileError::unsupported("texels of this type")),
        };
        words.truncate(4);
        for (i, &word) in words.iter().enumerate() {
            list.push((TextureOperand::Texel(i as u8), word));
        }
        Ok(())
    }

    /// Where the level of detail comes from.
    fn level(
        &mut self,
        instruction: &Instruction<'a>,
        image: &Image,
        kind: Kind,
        operands: &Operands,
        unit: &mut TextureInstruction,
        list: &mut List,
    ) -> Result<(), CompileError> {
        if let Some([x, y]) = operands.gradients {
            unit.lod = LodMode::Gradient;
            let dimensions = if image.ty.dim == Dim::DimCube { 3 } else { image.dimensions() };
            for (direction, id) in (0..).zip([x, y]) {
                let span = self.span(instruction, id)?;
                let gradient = Scalars::from_slice(self.values.slice(span));
                let fits = gradient.len() >= dimensions
                    && gradient.iter().all(|&value| self.builder.type_of(value) == Type::F32);
                if !fits {
                    return Err(instruction.error("a gradient does not fit the image"));
                }
                for (axis, &value) in gradient.iter().enumerate().take(dimensions) {
                    list.push((TextureOperand::Gradient(direction, axis as u8), value));
                }
            }
            // Dimensions that the image lacks have no texels to cross, but must be numbers.
            let zero = self.builder.float(Type::F32, 0.0);
            for (direction, axis) in (0..2).flat_map(|d| (dimensions..3).map(move |axis| (d, axis))) {
                list.push((TextureOperand::Gradient(direction, axis as u8), zero));
            }
        } else if kind.implicit && self.source.stage == Some(Stage::Fragment) {
            unit.lod = LodMode::Quad;
            let bias = match operands.bias {
                Some(id) => self.word_operand(instruction, id, Type::F32)?,
                None => self.builder.float(Type::F32, 0.0),
            };
            list.push((TextureOperand::Lod, bias));
            let zero = self.builder.float(Type::F32, 0.0);
            let dimensions = if image.ty.dim == Dim::DimCube { 3 } else { image.dimensions() };
            list.extend((dimensions..3).map(|axis| (TextureOperand::Coordinate(axis as u8), zero)));
        } else {
            let lod = match (instruction.op, operands.lod) {
                (Op::ImageQuerySizeLod, _) => Some(instruction.operand(1)?),
                (_, lod) => lod,
            };
            if let Some(id) = lod {
                unit.lod = LodMode::Explicit;
                let ty = if kind.samples() { Type::F32 } else { Type::I32 };
                list.push((TextureOperand::Lod, self.word_operand(instruction, id, ty)?));
            }
        }
        if let Some(id) = operands.min_lod {
            unit.min_lod = true;
            list.push((TextureOperand::MinLod, self.word_operand(instruction, id, Type::F32)?));
        }
        Ok(())
    }

    fn offsets(
        &mut self,
        instruction: &Instruction<'a>,
        operands: &Operands,
        unit: &mut TextureInstruction,
        list: &mut List,
    ) -> Result<(), CompileError> {
        if let Some(id) = operands.offsets {
            let span = self.span(instruction, id)?;
            let scalars = Scalars::from_slice(self.values.slice(span));
            for (i, &value) in scalars.iter().enumerate().take(8) {
                let bits = self.builder.constant_bits(value);
                let bits = bits.and_then(|bits| i8::try_from(bits as u32 as i32).ok());
                unit.offsets[i / 2][i % 2] =
                    bits.ok_or_else(|| instruction.error("an offset is no small constant"))?;
            }
        }
        let Some(id) = operands.offset else { return Ok(()) };
        let span = self.span(instruction, id)?;
        let offset = Scalars::from_slice(self.values.slice(span));
        let constant = |&value: &Value| {
            let bits = self.builder.constant_bits(value)? as u32 as i32;
            i8::try_from(bits).ok()
        };
        let constants: Option<SmallVec<[i8; 4]>> = offset.iter().map(constant).collect();
        if let Some(constants) = constants {
            constants.iter().take(3).enumerate().for_each(|(axis, &value)| unit.offsets[0][axis] = value);
            return Ok(());
        }
        unit.dynamic_offset = true;
        let zero = self.builder.int(0);
        for axis in 0..3 {
            let value = offset.get(axis).copied().unwrap_or(zero);
            if self.builder.type_of(value) != Type::I32 {
                return Err(instruction.error("an offset is no integer"));
            }
            list.push((TextureOperand::Offset(axis as u8), value));
        }
        Ok(())
    }

    /// Makes the instruction and records its result.
    fn finish_texture(
        &mut self,
        instruction: &Instruction<'a>,
        image: &Image,
        kind: Kind,
        texture: Texture,
    ) -> Result<(), CompileError> {
        let query = matches!(kind.op, TextureOp::QuerySize | TextureOp::QueryLevels);
        let ty = match kind.op {
            TextureOp::QueryLod => Type::F32,
            _ if query || image.ty.component == Type::I64 => Type::I32,
            _ => image.ty.component,
        };
        if !matches!(ty, Type::I32 | Type::F32) {
            return Err(CompileError::unsupported("images of this sampled type"));
        }
        let types = if kind.op == TextureOp::Write { &[][..] } else { &[ty; 4][..] };
        let is_wide = image.ty.component == Type::I64;
        let gather = (is_wide && kind.op == TextureOp::Gather).then(|| texture.clone());
        let (resident, words) = self.builder.texture(texture, types);
        if kind.op == TextureOp::Write {
            return Ok(());
        }
        let mut scalars = Scalars::new();
        let mut count = self.types.scalars(instruction.result_type) as usize;
        if kind.sparse {
            scalars.push(resident);
            count = count.saturating_sub(1);
        }
        match instruction.op {
            Op::ImageQuerySize | Op::ImageQuerySizeLod => {
                scalars.extend_from_slice(&words[..image.dimensions()]);
                scalars.extend(image.ty.arrayed.then(|| words[3]));
            }
            Op::ImageQuerySamples => scalars.push(words[1]),
            _ if is_wide => {
                let texels = match gather {
                    Some(gather) => self.wide_gather(gather, &words),
                    None => self.wide_texel(&words),
                };
                scalars.extend(texels.into_iter().take(count));
            }
            _ => scalars.extend(words.into_iter().take(count)),
        }
        self.define(instruction, &scalars)
    }
}
