//! What each operation means: one scalar operation on bits, computed.
//!
//! Called by the [builder](super::builder) to fold constants and by the [interpreter](super::interp), so that the two
//! cannot disagree. Values are the low bits of an `u64`, zeros above; booleans are 0 or 1.
//!
//! Narrow floats are computed in `f64` and rounded once: 53 bits are enough that rounding twice gives the right result
//! for one addition, multiplication, division or square root of at most 24 bits.

use super::{BinaryOp, CompareOp, ConvertOp, MathOp, Type, UnaryOp, half};
use crate::runtime::elementary;

/// Width in bits; one for `Bool`.
pub const fn width(ty: Type) -> u32 {
    match ty {
        Type::Bool => 1,
        _ => ty.bytes() * 8,
    }
}

/// The low bits that a value of the type has.
pub const fn mask(ty: Type) -> u64 {
    u64::MAX >> (64 - width(ty))
}

/// The value as a signed integer.
pub const fn signed(ty: Type, bits: u64) -> i64 {
    let unused = 64 - width(ty);
    (bits << unused) as i64 >> unused
}

/// The bits as a number; integers do not belong here and read as unsigned.
pub fn float(ty: Type, bits: u64) -> f64 {
    match ty {
        Type::F16 => half::to_f64(bits as u16),
        Type::F32 => f64::from(f32::from_bits(bits as u32)),
        Type::F64 => f64::from_bits(bits),
        _ => bits as f64,
    }
}

/// The bits of a number rounded to the type, to nearest even.
pub fn float_bits(ty: Type, value: f64) -> u64 {
    match ty {
        Type::F16 => u64::from(half::from_f64(value)),
        Type::F32 => u64::from((value as f32).to_bits()),
        _ => value.to_bits(),
    }
}

/// Whether two values are equal as numbers.
pub fn equal(ty: Type, a: u64, b: u64) -> bool {
    compare(if ty.is_float() { CompareOp::FEq } else { CompareOp::IEq }, ty, a, b)
}

/// What changes nothing when the operation is applied to it.
pub fn identity(op: BinaryOp, ty: Type) -> u64 {
    let ones = mask(ty);
    match op {
        BinaryOp::IMul => 1,
        BinaryOp::And | BinaryOp::UMin => ones,
        BinaryOp::SMin => ones >> 1,
        BinaryOp::SMax => (ones >> 1) + 1,
        BinaryOp::FAdd => float_bits(ty, -0.0),
        BinaryOp::FMul => float_bits(ty, 1.0),
        BinaryOp::FMin => float_bits(ty, f64::INFINITY),
        BinaryOp::FMax => float_bits(ty, f64::NEG_INFINITY),
        _ => 0,
    }
}

/// [`Op::Unary`](super::Op::Unary).
pub fn unary(op: UnaryOp, ty: Type, a: u64) -> u64 {
    let sign = 1 << (width(ty) - 1);
    match op {
        UnaryOp::INeg => a.wrapping_neg() & mask(ty),
        UnaryOp::Not => !a & mask(ty),
        UnaryOp::FNeg => a ^ sign,
        UnaryOp::IsNan => u64::from(float(ty, a).is_nan()),
        UnaryOp::IsInf => u64::from(float(ty, a).is_infinite()),
        UnaryOp::BitCount => u64::from(a.count_ones()),
        UnaryOp::BitReverse => a.reverse_bits() >> (64 - width(ty)),
    }
}

/// [`Op::Binary`](super::Op::Binary).
pub fn binary(op: BinaryOp, ty: Type, a: u64, b: u64) -> u64 {
    let (sa, sb) = (signed(ty, a), signed(ty, b));
    let shift = (b % u64::from(width(ty).max(1))) as u32;
    let bits = match op {
        BinaryOp::IAdd => a.wrapping_add(b),
        BinaryOp::ISub => a.wrapping_sub(b),
        BinaryOp::IMul => a.wrapping_mul(b),
        BinaryOp::UMulHigh => ((u128::from(a) * u128::from(b)) >> width(ty)) as u64,
        BinaryOp::SMulHigh => ((i128::from(sa) * i128::from(sb)) >> width(ty)) as u64,
        BinaryOp::UDiv => a.checked_div(b).unwrap_or(u64::MAX),
        BinaryOp::SDiv => {
            if sb == 0 {
                u64::MAX
            } else {
                sa.wrapping_div(sb) as u64
            }
        }
        BinaryOp::URem => a.checked_rem(b).unwrap_or(a),
        BinaryOp::SRem => {
            if sb == 0 {
                a
            } else {
                sa.wrapping_rem(sb) as u64
            }
        }
        BinaryOp::SMod => {
            if sb == 0 {
                a
            } else {
                let rest = sa.wrapping_rem(sb);
                (if rest != 0 && (rest < 0) != (sb < 0) { rest + sb } else { rest }) as u64
            }
        }
        BinaryOp::UMin => a.min(b),
        BinaryOp::UMax => a.max(b),
        BinaryOp::SMin => sa.min(sb) as u64,
        BinaryOp::SMax => sa.max(sb) as u64,
        BinaryOp::And => a & b,
        BinaryOp::Or => a | b,
        BinaryOp::Xor => a ^ b,
        BinaryOp::Shl => a << shift,
        BinaryOp::UShr => a >> shift,
        BinaryOp::SShr => (sa >> shift) as u64,
        _ => float_bits(ty, float_binary(op, float(ty, a), float(ty, b))),
    };
    bits & mask(ty)
}

fn float_binary(op: BinaryOp, a: f64, b: f64) -> f64 {
    match op {
        BinaryOp::FAdd => a + b,
        BinaryOp::FSub => a - b,
        BinaryOp::FMul => a * b,
        BinaryOp::FDiv => a / b,
        BinaryOp::FRem => a % b,
        BinaryOp::FMod => {
            let rest = a % b;
            if rest != 0.0 && (rest < 0.0) != (b < 0.0) { rest + b } else { rest }
        }
        BinaryOp::FMin => a.min(b),
        BinaryOp::FMax => a.max(b),
        _ => f64::NAN,
    }
}

/// [`Op::Compare`](super::Op::Compare).
pub fn compare(op: CompareOp, ty: Type, a: u64, b: u64) -> bool {
    let (sa, sb) = (signed(ty, a), signed(ty, b));
    let (fa, fb) = (float(ty, a), float(ty, b));
    let unordered = fa.is_nan() || fb.is_nan();
    match op {
        CompareOp::IEq => a == b,
        CompareOp::INe => a != b,
        CompareOp::ULt => a < b,
        CompareOp::ULe => a <= b,
        CompareOp::UGt => a > b,
        CompareOp::UGe => a >= b,
        CompareOp::SLt => sa < sb,
        CompareOp::SLe => sa <= sb,
        CompareOp::SGt => sa > sb,
        CompareOp::SGe => sa >= sb,
        CompareOp::FEq => fa == fb,
        CompareOp::FNe => !unordered && fa != fb,
        CompareOp::FLt => fa < fb,
        CompareOp::FLe => fa <= fb,
        CompareOp::FGt => fa > fb,
        CompareOp::FGe => fa >= fb,
        CompareOp::FUEq => unordered || fa == fb,
        CompareOp::FUNe => unordered || fa != fb,
        CompareOp::FULt => unordered || fa < fb,
        CompareOp::FULe => unordered || fa <= fb,
        CompareOp::FUGt => unordered || fa > fb,
        CompareOp::FUGe => unordered || fa >= fb,
    }
}

/// [`Op::Convert`](super::Op::Convert).
pub fn convert(op: ConvertOp, from: Type, to: Type, a: u64) -> u64 {
    let bits = match op {
        ConvertOp::Truncate | ConvertOp::ZeroExtend | ConvertOp::Bitcast => a,
        ConvertOp::SignExtend | ConvertOp::ExtendIndex => signed(from, a) as u64,
        ConvertOp::FloatToFloat => float_bits(to, float(from, a)),
        ConvertOp::FloatToSigned => {
            let limit = (mask(to) >> 1) as i64;
            (float(from, a) as i64).clamp(-limit - 1, limit) as u64
        }
        ConvertOp::FloatToUnsigned => (float(from, a) as u64).min(mask(to)),
        ConvertOp::SignedToFloat => int_to_float(to, i128::from(signed(from, a))),
        ConvertOp::UnsignedToFloat => int_to_float(to, i128::from(a)),
    };
    bits & mask(to)
}

/// Straight to the type: through `f64` a 64-bit integer would be rounded twice.
fn int_to_float(to: Type, value: i128) -> u64 {
    match to {
        Type::F32 => u64::from((value as f32).to_bits()),
        _ => float_bits(to, value as f64),
    }
}

/// [`Op::Math`](super::Op::Math); `ty` is the type of the first operand. Missing operands count as zero.
pub fn math(op: MathOp, ty: Type, operands: &[u64]) -> u64 {
    let operand = |i: usize| operands.get(i).copied().unwrap_or(0);
    let (a, b, c) = (operand(0), operand(1), operand(2));
    match op {
        MathOp::SAbs => signed(ty, a).unsigned_abs() & mask(ty),
        MathOp::SSign => signed(ty, a).signum() as u64 & mask(ty),
        MathOp::FAbs => a & (mask(ty) >> 1),
        MathOp::FindILsb if a == 0 => mask(ty),
        MathOp::FindILsb => u64::from(a.trailing_zeros()),
        MathOp::FindUMsb => highest_bit(a) & mask(ty),
        MathOp::FindSMsb => highest_bit(if signed(ty, a) < 0 { !a & mask(ty) } else { a }) & mask(ty),
        MathOp::BitFieldUExtract => field(a, b, c),
        MathOp::BitFieldSExtract => {
            let count = c.min(64) as u32;
            if count == 0 {
                return 0;
            }
            let unused = 64 - count;
            ((field(a, b, c) << unused) as i64 >> unused) as u64 & mask(ty)
        }
        MathOp::BitFieldInsert => {
            let (offset, count) = (c.min(63), operand(3));
            let place = field(u64::MAX, 0, count) << offset;
            ((a & !place) | ((b << offset) & place)) & mask(ty)
        }
        MathOp::Ldexp => float_bits(ty, scale(float(ty, a), signed(Type::I32, b))),
        MathOp::FrexpExponent => frexp(float(ty, a)).1 as u32 as u64,
        MathOp::Fma if ty == Type::F32 => {
            let [x, y, z] = [a, b, c].map(|bits| f32::from_bits(bits as u32));
            u64::from(x.mul_add(y, z).to_bits())
        }
        MathOp::Sinh | MathOp::Cosh => {
            // Vulkan defines them by `exp`: where that overflows, they do.
            let x = float(ty, a);
            let grown = float(ty, float_bits(ty, x.abs().exp()));
            let sign = if op == MathOp::Sinh { x } else { 1.0 };
            let result = if grown.is_infinite() { grown.copysign(sign) } else { float_math(op, x, 0.0, 0.0) };
            float_bits(ty, result)
        }
        MathOp::Sin | MathOp::Cos | MathOp::Exp | MathOp::Exp2 | MathOp::Log | MathOp::Log2 | MathOp::Pow
            if ty == Type::F32 =>
        {
            let [x, y] = [a, b].map(|bits| f32::from_bits(bits as u32));
            u64::from(elementary::scalar(op, x, y).unwrap_or(f32::NAN).to_bits())
        }
        _ => float_bits(ty, float_math(op, float(ty, a), float(ty, b), float(ty, c))),
    }
}

fn highest_bit(a: u64) -> u64 {
    u64::from(a.checked_ilog2().unwrap_or(u32::MAX)) | if a == 0 { u64::MAX << 32 } else { 0 }
}

fn field(bits: u64, offset: u64, count: u64) -> u64 {
    let mask = if count >= 64 { u64::MAX } else { (1 << count) - 1 };
    if offset >= 64 { 0 } else { bits >> offset & mask }
}

fn scale(x: f64, exponent: i64) -> f64 {
    // In two steps, so that a denormal result comes from a normal intermediate.
    let exponent = exponent.clamp(-2200, 2200) as i32;
    let half = exponent / 2;
    x * 2f64.powi(half) * 2f64.powi(exponent - half)
}

fn frexp(x: f64) -> (f64, i32) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let (x, bias) = if x.abs() < f64::MIN_POSITIVE { (x * 2f64.powi(64), -64) } else { (x, 0) };
    let exponent = ((x.to_bits() >> 52) & 0x7ff) as i32 - 1022;
    let significand = f64::from_bits((x.to_bits() & !(0x7ff << 52)) | (1022 << 52));
    (significand, exponent + bias)
}

fn float_math(op: MathOp, a: f64, b: f64, c: f64) -> f64 {
    match op {
        MathOp::Round | MathOp::RoundEven => a.round_ties_even(),
        MathOp::Trunc => a.trunc(),
        MathOp::Floor => a.floor(),
        MathOp::Ceil => a.ceil(),
        MathOp::Fract => a - a.floor(),
        MathOp::FSign if a > 0.0 => 1.0,
        MathOp::FSign if a < 0.0 => -1.0,
        MathOp::FSign => 0.0,
        MathOp::Sin => a.sin(),
        MathOp::Cos => a.cos(),
        MathOp::Tan => a.tan(),
        MathOp::Asin => a.asin(),
        MathOp::Acos => a.acos(),
        MathOp::Atan => a.atan(),
        MathOp::Sinh => a.sinh(),
        MathOp::Cosh => a.cosh(),
        MathOp::Tanh => a.tanh(),
        MathOp::Asinh => a.asinh(),
        MathOp::Acosh => a.acosh(),
        MathOp::Atanh => a.atanh(),
        MathOp::Atan2 => a.atan2(b),
        MathOp::Pow => a.powf(b),
        MathOp::Exp => a.exp(),
        MathOp::Log => a.ln(),
        MathOp::Exp2 => a.exp2(),
        MathOp::Log2 => a.log2(),
        MathOp::Sqrt => a.sqrt(),
        MathOp::InverseSqrt => 1.0 / a.sqrt(),
        MathOp::Fma => a.mul_add(b, c),
        MathOp::FrexpSignificand => frexp(a).0,
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_by_zero_and_overflow_do_not_trap() {
        assert_eq!(binary(BinaryOp::UDiv, Type::I32, 7, 0), 0xffff_ffff);
        assert_eq!(binary(BinaryOp::SDiv, Type::I32, 0x8000_0000, 0xffff_ffff), 0x8000_0000);
        assert_eq!(binary(BinaryOp::SDiv, Type::I64, 1 << 63, u64::MAX), 1 << 63);
        assert_eq!(binary(BinaryOp::SMod, Type::I64, 1 << 63, u64::MAX), 0);
    }

    #[test]
    fn remainders_take_the_sign_that_their_names_say() {
        let minus = |x: i32| u64::from(-x as u32);
        assert_eq!(binary(BinaryOp::SRem, Type::I32, minus(7), 3), minus(1));
        assert_eq!(binary(BinaryOp::SMod, Type::I32, minus(7), 3), 2);
        assert_eq!(binary(BinaryOp::SMod, Type::I32, 7, minus(3)), minus(2));
    }

    #[test]
    fn hyperbolic_functions_overflow_with_exp() {
        let of = |op, x: f32| f32::from_bits(math(op, Type::F32, &[x.to_bits().into()]) as u32);
        assert_eq!(of(MathOp::Cosh, -89.4), f32::INFINITY);
        assert_eq!(of(MathOp::Sinh, -89.4), f32::NEG_INFINITY);
        assert!(of(MathOp::Cosh, 88.7).is_finite() && of(MathOp::Sinh, 88.7).is_finite());
        assert_eq!(of(MathOp::Cosh, 0.0), 1.0);
    }

    #[test]
    fn bit_fields_at_the_edges() {
        assert_eq!(math(MathOp::BitFieldUExtract, Type::I32, &[0xffff_ffff, 0, 32]), 0xffff_ffff);
        assert_eq!(math(MathOp::BitFieldSExtract, Type::I32, &[0xf0, 4, 4]), 0xffff_ffff);
        assert_eq!(math(MathOp::BitFieldInsert, Type::I32, &[0, 0xffff_ffff, 8, 8]), 0xff00);
        assert_eq!(math(MathOp::FindUMsb, Type::I32, &[0]), 0xffff_ffff);
        assert_eq!(math(MathOp::FindSMsb, Type::I32, &[0xffff_fffe]), 0);
    }

    #[test]
    fn float_to_integer_saturates() {
        let nan = u64::from(f32::NAN.to_bits());
        let big = u64::from(1e20f32.to_bits());
        assert_eq!(convert(ConvertOp::FloatToSigned, Type::F32, Type::I32, nan), 0);
        assert_eq!(convert(ConvertOp::FloatToSigned, Type::F32, Type::I32, big), 0x7fff_ffff);
        assert_eq!(convert(ConvertOp::FloatToUnsigned, Type::F32, Type::I16, big), 0xffff);
    }

    #[test]
    fn frexp_and_ldexp_are_inverse() {
        for x in [1.0f32, 0.3, -17.5, 1e-40] {
            let bits = u64::from(x.to_bits());
            let significand = math(MathOp::FrexpSignificand, Type::F32, &[bits]);
            let exponent = math(MathOp::FrexpExponent, Type::F32, &[bits]);
            assert_eq!(math(MathOp::Ldexp, Type::F32, &[significand, exponent]), bits);
        }
    }
}
