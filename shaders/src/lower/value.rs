//! How the lanes of one IR value are held in machine values.
//!
//! ```text
//!   uniform, affine    one scalar, the value of lane 0
//!   varying  32 bit    2 x i32x4 / f32x4      lanes 0-3, 4-7
//!            64 bit    4 x i64x2 / f64x2      lanes 0-1, 2-3, 4-5, 6-7
//!            8, 16 bit as 32 bit, zeros above
//!            half      its 16 bits, as an integer of 16 bits
//!            bool      2 x i32x4, all ones or zeros; uniform: an i8, 1 or 0
//! ```

use cranelift_codegen::ir::{self as clif, InstBuilder, types};
use cranelift_frontend::FunctionBuilder;

use crate::abi::LANES;
use crate::ir::Type;

/// The parts of a varying value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts {
    parts: [clif::Value; 4],
    count: u8,
}

impl Parts {
    pub(super) fn new(parts: &[clif::Value]) -> Self {
        let mut array = [parts[0]; 4];
        array[..parts.len()].copy_from_slice(parts);
        Self { parts: array, count: parts.len() as u8 }
    }

    /// Applies `f` to each part.
    pub(super) fn map(self, f: impl FnMut(clif::Value) -> clif::Value) -> Self {
        let parts: smallvec::SmallVec<[clif::Value; 4]> = self.iter().copied().map(f).collect();
        Self::new(&parts)
    }

    /// Applies `f` to each pair of parts.
    pub(super) fn zip(self, other: Self, mut f: impl FnMut(clif::Value, clif::Value) -> clif::Value) -> Self {
        let parts: smallvec::SmallVec<[clif::Value; 4]> =
            self.iter().zip(other.iter()).map(|(&a, &b)| f(a, b)).collect();
        Self::new(&parts)
    }
}

impl std::ops::Deref for Parts {
    type Target = [clif::Value];

    fn deref(&self) -> &Self::Target {
        &self.parts[..usize::from(self.count)]
    }
}

/// A lowered value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operand {
    /// Lane `i` holds `base + i * stride`.
    Scalar {
        base: clif::Value,
        stride: i64,
    },
    Vector(Parts),
}

impl Operand {
    pub(super) fn uniform(base: clif::Value) -> Self {
        Self::Scalar { base, stride: 0 }
    }

    /// The value that all lanes share.
    pub(super) fn as_uniform(self) -> Option<clif::Value> {
        match self {
            Self::Scalar { base, stride: 0 } => Some(base),
            _ => None,
        }
    }
}

/// The machine type of a uniform value.
pub(super) fn scalar_type(ty: Type) -> clif::Type {
    match ty {
        Type::Bool => types::I8,
        Type::I8 | Type::I16 | Type::I32 | Type::F16 => types::I32,
        Type::I64 => types::I64,
        Type::F32 => types::F32,
        Type::F64 => types::F64,
    }
}

/// The machine type of one part of a varying value.
pub(super) fn part_type(ty: Type) -> clif::Type {
    match ty {
        Type::Bool | Type::I8 | Type::I16 | Type::I32 | Type::F16 => types::I32X4,
        Type::I64 => types::I64X2,
        Type::F32 => types::F32X4,
        Type::F64 => types::F64X2,
    }
}

/// Whether the type takes 64 bits of a lane.
pub(super) fn is_wide(ty: Type) -> bool {
    ty.bytes() == 8
}

/// Parts of a varying value.
pub(crate) fn part_count(ty: Type) -> usize {
    if is_wide(ty) { 4 } else { 2 }
}

/// The integer vector of the same size.
fn int_vector(ty: clif::Type) -> clif::Type {
    if ty.lane_bits() == 64 { types::I64X2 } else { types::I32X4 }
}

/// Reinterprets a vector.
pub(super) fn cast(b: &mut FunctionBuilder<'_>, to: clif::Type, value: clif::Value) -> clif::Value {
    if b.func.dfg.value_type(value) == to {
        return value;
    }
    let flags = clif::MemFlagsData::new().with_endianness(clif::Endianness::Little);
    b.ins().bitcast(to, flags, value)
}

/// `mask ? a : b` lane by lane; the mask has lanes as wide as the values.
pub(super) fn blend(
    b: &mut FunctionBuilder<'_>,
    mask: clif::Value,
    x: clif::Value,
    y: clif::Value,
) -> clif::Value {
    let ty = b.func.dfg.value_type(x);
    let mask = cast(b, ty, mask);
    b.ins().bitselect(mask, x, y)
}

/// A constant vector.
pub(super) fn vector_constant(b: &mut FunctionBuilder<'_>, ty: clif::Type, bytes: [u8; 16]) -> clif::Value {
    let constant = b.func.dfg.constants.insert(bytes.to_vec().into());
    b.ins().vconst(ty, constant)
}

/// Picks 32-bit words out of two vectors of any type: 0-3 of the first, 4-7 of the second.
pub(super) fn shuffle_words(
    b: &mut FunctionBuilder<'_>,
    x: clif::Value,
    y: clif::Value,
    words: [u8; 4],
) -> clif::Value {
    let (x, y) = (cast(b, types::I8X16, x), cast(b, types::I8X16, y));
    let bytes: Vec<u8> = words.iter().flat_map(|word| (0..4).map(move |byte| word * 4 + byte)).collect();
    let mask = b.func.dfg.immediates.push(bytes.into());
    let shuffled = b.ins().shuffle(x, y, mask);
    cast(b, types::I32X4, shuffled)
}

/// A 32-bit lane mask for values with 64-bit lanes.
pub(super) fn widen_mask(b: &mut FunctionBuilder<'_>, mask: Parts) -> Parts {
    let parts: smallvec::SmallVec<[clif::Value; 4]> =
        mask.iter().flat_map(|&half| [b.ins().swiden_low(half), b.ins().swiden_high(half)]).collect();
    Parts::new(&parts)
}

/// The other way: one 32-bit lane mask from masks with 64-bit lanes.
pub(super) fn narrow_mask(b: &mut FunctionBuilder<'_>, mask: Parts) -> Parts {
    Parts::new(&[
        shuffle_words(b, mask[0], mask[1], [0, 2, 4, 6]),
        shuffle_words(b, mask[2], mask[3], [0, 2, 4, 6]),
    ])
}

/// A vector that repeats a scalar; a boolean becomes a mask.
pub(super) fn splat(b: &mut FunctionBuilder<'_>, ty: Type, value: clif::Value) -> Parts {
    let value = if ty == Type::Bool {
        let wide = b.ins().uextend(types::I32, value);
        b.ins().ineg(wide)
    } else {
        value
    };
    let part = b.ins().splat(part_type(ty), value);
    Parts::new(&[part; 4][..part_count(ty)])
}

/// A constant in all lanes: a vector in memory, which instructions can take as it is.
pub(super) fn repeated(b: &mut FunctionBuilder<'_>, ty: Type, bits: u64) -> Parts {
    let bits = if ty == Type::Bool { bits.wrapping_neg() } else { bits };
    let lane = if is_wide(ty) { bits } else { bits & 0xffff_ffff | bits << 32 };
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&lane.to_le_bytes());
    bytes[8..].copy_from_slice(&lane.to_le_bytes());
    let part = vector_constant(b, part_type(ty), bytes);
    Parts::new(&[part; 4][..part_count(ty)])
}

/// The lanes of an operand as vectors.
pub(super) fn vector(b: &mut FunctionBuilder<'_>, ty: Type, operand: Operand) -> Parts {
    match operand {
        Operand::Vector(parts) => parts,
        Operand::Scalar { base, stride: 0 } => splat(b, ty, base),
        Operand::Scalar { base, stride } => {
            let bases = splat(b, ty, base);
            let steps = steps(b, ty, stride);
            bases.zip(steps, |base, step| b.ins().iadd(base, step))
        }
    }
}

/// `lane * stride` in each lane.
pub(super) fn steps(b: &mut FunctionBuilder<'_>, ty: Type, stride: i64) -> Parts {
    let size = if is_wide(ty) { 8 } else { 4 };
    let bytes: Vec<u8> = (0..i64::from(LANES))
        .flat_map(|lane| stride.wrapping_mul(lane).to_le_bytes().into_iter().take(size))
        .collect();
    let parts: Vec<clif::Value> = bytes
        .as_chunks::<16>()
        .0
        .iter()
        .map(|&bytes| vector_constant(b, int_vector(part_type(ty)), bytes))
        .collect();
    Parts::new(&parts)
}

/// The scalar in one lane.
pub(super) fn lane(b: &mut FunctionBuilder<'_>, parts: Parts, lane: u8) -> clif::Value {
    let per_part = LANES as u8 / parts.count;
    b.ins().extractlane(parts[usize::from(lane / per_part)], lane % per_part)
}

/// A vector from the scalars of eight lanes.
pub(super) fn from_lanes(b: &mut FunctionBuilder<'_>, ty: Type, lanes: &[clif::Value; 8]) -> Parts {
    let per_part = lanes.len() / part_count(ty);
    let parts: smallvec::SmallVec<[clif::Value; 4]> = lanes
        .chunks(per_part)
        .map(|lanes| {
            let first = b.ins().splat(part_type(ty), lanes[0]);
            (1..).zip(&lanes[1..]).fold(first, |part, (i, &lane)| b.ins().insertlane(part, lane, i as u8))
        })
        .collect();
    Parts::new(&parts)
}

/// A vector that repeats a 32-bit constant.
pub(super) fn splat_constant(b: &mut FunctionBuilder<'_>, constant: u32) -> clif::Value {
    let scalar = b.ins().iconst(types::I32, i64::from(constant));
    b.ins().splat(types::I32X4, scalar)
}
