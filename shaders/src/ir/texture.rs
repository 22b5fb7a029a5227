//! Image instructions that the texture unit does.

use smallvec::SmallVec;

use super::builder::{Builder, Def};
use super::{Op, Type, Value};
use crate::abi::texture::{TextureFrame, TextureInstruction, TextureOp};

/// Which field of the [`TextureFrame`] an operand is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the fields")]
pub enum TextureOperand {
    Coordinate(u8),
    Layer,
    Reference,
    Lod,
    MinLod,
    /// To the right or downwards, and which axis.
    Gradient(u8, u8),
    Offset(u8),
    Sample,
    Texel(u8),
}

impl TextureOperand {
    /// Where its first lane is in the frame.
    pub fn offset(self) -> usize {
        use core::mem::offset_of;
        let lanes = size_of::<crate::abi::stage::Lanes>();
        match self {
            Self::Coordinate(axis) => offset_of!(TextureFrame, coordinates) + usize::from(axis) * lanes,
            Self::Layer => offset_of!(TextureFrame, layer),
            Self::Reference => offset_of!(TextureFrame, reference),
            Self::Lod => offset_of!(TextureFrame, lod),
            Self::MinLod => offset_of!(TextureFrame, min_lod),
            Self::Gradient(direction, axis) => {
                offset_of!(TextureFrame, gradients) + usize::from(direction * 3 + axis) * lanes
            }
            Self::Offset(axis) => offset_of!(TextureFrame, offset) + usize::from(axis) * lanes,
            Self::Sample => offset_of!(TextureFrame, sample),
            Self::Texel(word) => offset_of!(TextureFrame, texel) + usize::from(word) * lanes,
        }
    }

    /// Whether it names a field.
    pub(super) fn exists(self) -> bool {
        match self {
            Self::Coordinate(axis) | Self::Offset(axis) => axis < 3,
            Self::Gradient(direction, axis) => direction < 2 && axis < 3,
            Self::Texel(word) => word < 4,
            _ => true,
        }
    }
}

impl TextureFrame {
    /// The lanes of an operand, which must name a field.
    pub fn operand_mut(&mut self, operand: TextureOperand) -> &mut crate::abi::stage::Lanes {
        match operand {
            TextureOperand::Coordinate(axis) => &mut self.coordinates[usize::from(axis)],
            TextureOperand::Layer => &mut self.layer,
            TextureOperand::Reference => &mut self.reference,
            TextureOperand::Lod => &mut self.lod,
            TextureOperand::MinLod => &mut self.min_lod,
            TextureOperand::Gradient(direction, axis) => {
                &mut self.gradients[usize::from(direction)][usize::from(axis)]
            }
            TextureOperand::Offset(axis) => &mut self.offset[usize::from(axis)],
            TextureOperand::Sample => &mut self.sample,
            TextureOperand::Texel(word) => &mut self.texel[usize::from(word)],
        }
    }
}

/// One image instruction.
#[derive(Clone, Debug, PartialEq)]
pub struct Texture {
    /// What it does. Which descriptors are uniform is found out later.
    pub instruction: TextureInstruction,
    /// Descriptor set and index (`I32`) of the image.
    pub image: (u32, Value),
    /// The same of the sampler, where there is one.
    pub sampler: Option<(u32, Value)>,
    /// Values of 32 bits.
    pub operands: SmallVec<[(TextureOperand, Value); 8]>,
}

impl Texture {
    /// Whether memory is written.
    pub fn writes(&self) -> bool {
        self.instruction.op == TextureOp::Write
    }

    /// Calls `f` with every value that it reads.
    pub fn for_each_operand(&self, mut f: impl FnMut(Value)) {
        f(self.image.1);
        self.sampler.iter().for_each(|&(_, slot)| f(slot));
        self.operands.iter().for_each(|&(_, value)| f(value));
    }

    pub(super) fn operands_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        let sampler = self.sampler.iter_mut().map(|(_, slot)| slot);
        let operands = self.operands.iter_mut().map(|(_, value)| value);
        [&mut self.image.1].into_iter().chain(sampler).chain(operands)
    }
}

impl Builder {
    /// An image instruction: residency, and as many words of the result as asked for.
    pub fn texture(&mut self, mut texture: Texture, types: &[Type]) -> (Value, SmallVec<[Value; 4]>) {
        texture.image.1 = self.visible(texture.image.1);
        if let Some((_, slot)) = &mut texture.sampler {
            *slot = self.visible(*slot);
        }
        for (_, value) in &mut texture.operands {
            *value = self.visible(*value);
        }
        let guarded = self.keep_helpers_away(texture.writes());
        let of = self.define(Type::I32, Def::Other, Op::Texture(Box::new(texture)));
        let word = |(word, &ty): (usize, &Type)| {
            self.define(ty, Def::Other, Op::TextureResult { of, word: word as u8, ty })
        };
        let results = types.iter().enumerate().map(word).collect();
        self.let_helpers_back(guarded);
        (of, results)
    }
}
