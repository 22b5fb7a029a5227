//! What operations and places read: listed, and replaced.

use smallvec::{SmallVec, smallvec};

use super::{Op, Place, Value};

type Operands<'a> = SmallVec<[&'a mut Value; 8]>;

impl Op {
    /// Calls `f` with every value that the operation reads.
    pub fn for_each_operand(&self, mut f: impl FnMut(Value)) {
        match self {
            Self::Constant(..) | Self::Get(_) | Self::Builtin(_) | Self::Helper => {}
            Self::Interpolate { x, y, .. } => [*x, *y].into_iter().for_each(f),
            Self::Unary(_, a) | Self::Convert(_, a, _) => f(*a),
            Self::Binary(_, a, b) | Self::Compare(_, a, b) => [*a, *b].into_iter().for_each(f),
            Self::Select(c, a, b) => [*c, *a, *b].into_iter().for_each(f),
            Self::Texture(texture) => texture.for_each_operand(f),
            Self::TextureResult { of, .. } => f(*of),
            Self::Print(print) => print.values.iter().copied().for_each(f),
            Self::Math(_, operands) => operands.iter().copied().for_each(f),
            Self::Group(_, operands) => operands.iter().copied().for_each(f),
            Self::Load(_, place) => place.for_each_operand(f),
            Self::BufferSize { slot, .. } | Self::DescriptorWord { slot, .. } => f(*slot),
            Self::Atomic { place, value, comparator, .. } => {
                place.for_each_operand(&mut f);
                f(*value);
                comparator.iter().copied().for_each(f);
            }
        }
    }
}

impl Op {
    /// The same operation on other values.
    #[must_use]
    pub fn with_operands(&self, replacement: impl Fn(Value) -> Value) -> Self {
        let mut op = self.clone();
        op.operands_mut().into_iter().for_each(|operand| *operand = replacement(*operand));
        op
    }

    fn operands_mut(&mut self) -> Operands<'_> {
        match self {
            Self::Constant(..) | Self::Get(_) | Self::Builtin(_) | Self::Helper => smallvec![],
            Self::Interpolate { x, y, .. } => smallvec![x, y],
            Self::Unary(_, a) | Self::Convert(_, a, _) => smallvec![a],
            Self::Binary(_, a, b) | Self::Compare(_, a, b) => smallvec![a, b],
            Self::Select(c, a, b) => smallvec![c, a, b],
            Self::Texture(texture) => texture.operands_mut().collect(),
            Self::TextureResult { of, .. } => smallvec![of],
            Self::Print(print) => print.values.iter_mut().collect(),
            Self::Math(_, operands) => operands.iter_mut().collect(),
            Self::Group(_, operands) => operands.iter_mut().collect(),
            Self::Load(_, place) => place.operands_mut(),
            Self::BufferSize { slot, .. } | Self::DescriptorWord { slot, .. } => smallvec![slot],
            Self::Atomic { place, value, comparator, .. } => {
                let mut operands = place.operands_mut();
                operands.push(value);
                operands.extend(comparator);
                operands
            }
        }
    }
}

impl Place {
    /// The same place by other values.
    #[must_use]
    pub fn with_operands(&self, replacement: impl Fn(Value) -> Value) -> Self {
        let mut place = *self;
        place.operands_mut().into_iter().for_each(|operand| *operand = replacement(*operand));
        place
    }

    fn operands_mut(&mut self) -> Operands<'_> {
        match self {
            Self::Buffer { slot, offset, .. } => smallvec![slot, offset],
            Self::Global { address } => smallvec![address],
            Self::Interface { vertex, slot, .. } => smallvec![vertex, slot],
            Self::Shared { offset } | Self::Local { offset, .. } | Self::PushConstant { offset } => {
                smallvec![offset]
            }
        }
    }

    /// Calls `f` with every value that the place is made of.
    pub fn for_each_operand(&self, mut f: impl FnMut(Value)) {
        match *self {
            Self::Buffer { slot, offset, .. } => {
                f(slot);
                f(offset);
            }
            Self::Global { address } => f(address),
            Self::Interface { vertex, slot, .. } => {
                f(vertex);
                f(slot);
            }
            Self::Shared { offset } | Self::Local { offset, .. } | Self::PushConstant { offset } => f(offset),
        }
    }
}
