//! Sine, cosine, exponentials and logarithms in single precision, for processors that multiply and add in one step.
//!
//! Each function stands here once and is used twice: with [`Number`]s it is the definition that the interpreter and constant
//! folding know, with the code generator it is the machine code that computes the same bits (`lower/elementary.rs`).
//! Results are within two units of the last place (an angle's absolutely, as Vulkan has it): better than Vulkan asks for.
//! The polynomials are minimax for the reduced arguments, evaluated in pairs side by side: what counts is how long a result
//! is waited for.

use crate::ir::MathOp;

/// What the functions are made of.
pub(crate) trait Arithmetic {
    /// Floats.
    type Float: Copy;
    /// Their bits, as integers.
    type Bits: Copy;

    /// A constant.
    fn float(&mut self, value: f32) -> Self::Float;
    /// `a + b`.
    fn add(&mut self, a: Self::Float, b: Self::Float) -> Self::Float;
    /// `a - b`.
    fn sub(&mut self, a: Self::Float, b: Self::Float) -> Self::Float;
    /// `a b`.
    fn mul(&mut self, a: Self::Float, b: Self::Float) -> Self::Float;
    /// `a b + c`, rounded once.
    fn fma(&mut self, a: Self::Float, b: Self::Float, c: Self::Float) -> Self::Float;
    /// The smaller one of two numbers.
    fn min(&mut self, a: Self::Float, b: Self::Float) -> Self::Float;
    /// The larger one of two numbers.
    fn max(&mut self, a: Self::Float, b: Self::Float) -> Self::Float;
    /// A signed integer's value.
    fn int_value(&mut self, a: Self::Bits) -> Self::Float;
    /// The bits of a float.
    fn bits(&mut self, a: Self::Float) -> Self::Bits;
    /// The float of these bits.
    fn float_of(&mut self, a: Self::Bits) -> Self::Float;
    /// A constant.
    fn int(&mut self, value: u32) -> Self::Bits;
    /// Sum, wrapping.
    fn add_int(&mut self, a: Self::Bits, b: Self::Bits) -> Self::Bits;
    /// Difference, wrapping.
    fn sub_int(&mut self, a: Self::Bits, b: Self::Bits) -> Self::Bits;
    /// Bits that are in both.
    fn and(&mut self, a: Self::Bits, b: Self::Bits) -> Self::Bits;
    /// Bits that are in one of both.
    fn xor(&mut self, a: Self::Bits, b: Self::Bits) -> Self::Bits;
    /// Shifted to the left.
    fn shl(&mut self, a: Self::Bits, by: u8) -> Self::Bits;
    /// Shifted to the right, keeping the sign.
    fn sar(&mut self, a: Self::Bits, by: u8) -> Self::Bits;
}

/// Arguments that a function is made for; all others go to the standard library.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Domain {
    /// Up to that magnitude.
    Magnitude(f32),
    /// Positive, not infinite, not denormal.
    PositiveNormal,
}

impl Domain {
    /// Where the function is computed here, if it is one of these.
    pub(crate) fn of(op: MathOp) -> Option<Self> {
        Some(match op {
            MathOp::Sin | MathOp::Cos => Self::Magnitude(1_000_000.0),
            // Results are normal numbers.
            MathOp::Exp => Self::Magnitude(87.0),
            MathOp::Exp2 => Self::Magnitude(126.0),
            MathOp::Log | MathOp::Log2 => Self::PositiveNormal,
            _ => return None,
        })
    }

    fn has(self, x: f32) -> bool {
        match self {
            Self::Magnitude(most) => x.abs() <= most,
            Self::PositiveNormal => (f32::MIN_POSITIVE..f32::INFINITY).contains(&x),
        }
    }
}

/// Adding it to a number below 2^22 leaves the nearest integer in the low bits.
const ROUND: f32 = 12_582_912.0;

/// The function of an argument in its [`Domain`].
pub(crate) fn compute<A: Arithmetic>(a: &mut A, op: MathOp, x: A::Float) -> A::Float {
    match op {
        MathOp::Sin => sin(a, x),
        MathOp::Cos => cos(a, x),
        MathOp::Exp => exp(a, x),
        MathOp::Exp2 => exp2(a, x),
        MathOp::Log => log(a, x),
        MathOp::Log2 => log2(a, x),
        _ => x,
    }
}

/// Whether this processor multiplies and adds in one step.
pub(crate) fn are_used() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    return cfg!(target_arch = "aarch64");
}

/// The function of any number; `None` where it is not computed here.
pub(crate) fn scalar(op: MathOp, x: f32) -> Option<f32> {
    Domain::of(op)?.has(x).then(|| compute(&mut Number, op, x))
}

fn sin<A: Arithmetic>(a: &mut A, x: A::Float) -> A::Float {
    let (inverse, round) = (a.float(std::f32::consts::FRAC_1_PI), a.float(ROUND));
    let shifted = a.fma(x, inverse, round);
    let n = a.sub(shifted, round);
    half_turns(a, x, n, shifted)
}

/// A sine that begins half a turn away: `cos(r + (n + 1/2) pi) = -sin(r + n pi)`.
fn cos<A: Arithmetic>(a: &mut A, x: A::Float) -> A::Float {
    let (inverse, round, half) = (a.float(std::f32::consts::FRAC_1_PI), a.float(ROUND), a.float(0.5));
    let minus_half = a.float(-0.5);
    let turns = a.fma(x, inverse, minus_half);
    let shifted = a.add(turns, round);
    let n = a.sub(shifted, round);
    let n = a.add(n, half);
    let bits = a.bits(shifted);
    let one = a.int(1);
    let opposite = a.xor(bits, one);
    let opposite = a.float_of(opposite);
    half_turns(a, x, n, opposite)
}

/// The sine of `x - n pi`, negated where the lowest bit of `parity` is set.
fn half_turns<A: Arithmetic>(a: &mut A, x: A::Float, n: A::Float, parity: A::Float) -> A::Float {
    const PI_HIGH: f32 = std::f32::consts::PI;
    const PI_LOW: f32 = -8.742_278e-8;
    let (high, low) = (a.float(-PI_HIGH), a.float(-PI_LOW));
    let r = a.fma(n, high, x);
    let r = a.fma(n, low, r);
    let parity = a.bits(parity);
    let sign = a.shl(parity, 31);
    let bits = a.bits(r);
    let signed = a.xor(bits, sign);
    let signed = a.float_of(signed);

    let square = a.mul(r, r);
    let c = [-0.166_666_6, 0.008_333_066_5, -0.000_198_095_9, 2.605_750_8e-6].map(|c| a.float(c));
    let sum = polynomial(a, c, square);
    let cube = a.mul(square, signed);
    let sine = a.fma(cube, sum, signed);
    // The last rounding may lead beyond one, which is no sine.
    let (most, least) = (a.float(1.0), a.float(-1.0));
    let sine = a.min(sine, most);
    a.max(sine, least)
}

fn exp<A: Arithmetic>(a: &mut A, x: A::Float) -> A::Float {
    const LN_2_HIGH: f32 = std::f32::consts::LN_2;
    const LN_2_LOW: f32 = -1.904_654_2e-9;
    let (log2_e, round) = (a.float(std::f32::consts::LOG2_E), a.float(ROUND));
    let shifted = a.fma(x, log2_e, round);
    let n = a.sub(shifted, round);
    let (high, low) = (a.float(-LN_2_HIGH), a.float(-LN_2_LOW));
    let r = a.fma(n, high, x);
    let r = a.fma(n, low, r);
    scaled(a, r, shifted)
}

fn exp2<A: Arithmetic>(a: &mut A, x: A::Float) -> A::Float {
    let (ln_2, round) = (a.float(std::f32::consts::LN_2), a.float(ROUND));
    let shifted = a.add(x, round);
    let n = a.sub(shifted, round);
    let rest = a.sub(x, n);
    let r = a.mul(rest, ln_2);
    scaled(a, r, shifted)
}

/// `e^r 2^n`, for `r` up to half the logarithm of two and `n` in the low bits of `shifted`.
fn scaled<A: Arithmetic>(a: &mut A, r: A::Float, shifted: A::Float) -> A::Float {
    let c = [0.499_999_94, 0.166_665_2, 0.041_668_393, 0.008_368_781, 0.001_381_447].map(|c| a.float(c));
    let one = a.float(1.0);
    let square = a.mul(r, r);
    let first = a.add(r, one);
    let low = a.fma(c[1], r, c[0]);
    let low = a.fma(low, square, first);
    let high = a.fma(c[3], r, c[2]);
    let high = a.fma(c[4], square, high);
    let fourth = a.mul(square, square);
    let power = a.fma(high, fourth, low);
    let (power, n) = (a.bits(power), a.bits(shifted));
    let exponent = a.shl(n, 23);
    let result = a.add_int(power, exponent);
    a.float_of(result)
}

fn log<A: Arithmetic>(a: &mut A, x: A::Float) -> A::Float {
    const LN_2_HIGH: f32 = std::f32::consts::LN_2;
    const LN_2_LOW: f32 = -1.904_654_2e-9;
    let (exponent, f) = split(a, x);
    let low = a.float(LN_2_LOW);
    let small = a.mul(exponent, low);
    let sum = logarithm(a, f, small);
    let high = a.float(LN_2_HIGH);
    a.fma(exponent, high, sum)
}

fn log2<A: Arithmetic>(a: &mut A, x: A::Float) -> A::Float {
    let (exponent, f) = split(a, x);
    let zero = a.float(0.0);
    let sum = logarithm(a, f, zero);
    let log2_e = a.float(std::f32::consts::LOG2_E);
    a.fma(sum, log2_e, exponent)
}

/// Exponent, and significand less one: between the roots of 1/2 and 2.
fn split<A: Arithmetic>(a: &mut A, x: A::Float) -> (A::Float, A::Float) {
    let root = a.int(std::f32::consts::FRAC_1_SQRT_2.to_bits());
    let bits = a.bits(x);
    let above = a.sub_int(bits, root);
    let exponent = a.sar(above, 23);
    let exponent = a.int_value(exponent);
    let mask = a.int(0xff80_0000);
    let exponent_bits = a.and(above, mask);
    let significand = a.sub_int(bits, exponent_bits);
    let significand = a.float_of(significand);
    let one = a.float(1.0);
    (exponent, a.sub(significand, one))
}

/// `c[0] + c[1] * x + c[2] * x^2 + c[3] * x^3`, in two halves that do not wait for each other.
fn polynomial<A: Arithmetic>(a: &mut A, c: [A::Float; 4], x: A::Float) -> A::Float {
    let low = a.fma(c[1], x, c[0]);
    let high = a.fma(c[3], x, c[2]);
    let square = a.mul(x, x);
    a.fma(high, square, low)
}

/// `log(1 + f) + small`.
fn logarithm<A: Arithmetic>(a: &mut A, f: A::Float, small: A::Float) -> A::Float {
    let c = [
        0.333_333_3,
        -0.250_008_23,
        0.200_012_28,
        -0.166_233_36,
        0.142_017_16,
        -0.131_603_6,
        0.127_619_79,
        -0.076_345_18,
    ]
    .map(|c| a.float(c));
    let minus_half = a.float(-0.5);
    let square = a.mul(f, f);
    let mut pair = |k: usize| a.fma(c[k + 1], f, c[k]);
    let pairs = [pair(0), pair(2), pair(4), pair(6)];
    let sum = polynomial(a, pairs, square);
    let cube = a.mul(square, f);
    let rest = a.fma(minus_half, square, small);
    let rest = a.fma(cube, sum, rest);
    a.add(f, rest)
}

/// One number.
struct Number;

impl Arithmetic for Number {
    type Float = f32;
    type Bits = u32;

    fn float(&mut self, value: f32) -> f32 {
        value
    }
    fn add(&mut self, a: f32, b: f32) -> f32 {
        a + b
    }
    fn sub(&mut self, a: f32, b: f32) -> f32 {
        a - b
    }
    fn mul(&mut self, a: f32, b: f32) -> f32 {
        a * b
    }
    fn fma(&mut self, a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }
    fn min(&mut self, a: f32, b: f32) -> f32 {
        if a < b { a } else { b }
    }
    fn max(&mut self, a: f32, b: f32) -> f32 {
        if b < a { a } else { b }
    }
    fn int_value(&mut self, a: u32) -> f32 {
        a as i32 as f32
    }
    fn bits(&mut self, a: f32) -> u32 {
        a.to_bits()
    }
    fn float_of(&mut self, a: u32) -> f32 {
        f32::from_bits(a)
    }
    fn int(&mut self, value: u32) -> u32 {
        value
    }
    fn add_int(&mut self, a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }
    fn sub_int(&mut self, a: u32, b: u32) -> u32 {
        a.wrapping_sub(b)
    }
    fn and(&mut self, a: u32, b: u32) -> u32 {
        a & b
    }
    fn xor(&mut self, a: u32, b: u32) -> u32 {
        a ^ b
    }
    fn shl(&mut self, a: u32, by: u8) -> u32 {
        a << by
    }
    fn sar(&mut self, a: u32, by: u8) -> u32 {
        (a as i32 >> by) as u32
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    /// The largest error over singles of all magnitudes, in units that `unit` makes of the exact result.
    fn worst(op: MathOp, exact: fn(f64) -> f64, unit: impl Fn(f64, f64) -> f64) -> f64 {
        let inputs = (0..=u32::MAX).step_by(4999).map(f32::from_bits);
        let errors = inputs.filter_map(|x| {
            let (result, exact) = (f64::from(scalar(op, x)?), exact(f64::from(x)));
            Some((result - exact).abs() / unit(f64::from(x), exact))
        });
        errors.fold(0.0, f64::max)
    }

    fn last_place(_: f64, exact: f64) -> f64 {
        2f64.powi(exact.abs().max(f64::from(f32::MIN_POSITIVE)).log2().floor() as i32 - 23)
    }

    #[test]
    fn exponentials_and_logarithms_are_within_two_units() {
        for (op, exact) in [
            (MathOp::Exp, f64::exp as fn(f64) -> f64),
            (MathOp::Exp2, f64::exp2),
            (MathOp::Log, f64::ln),
            (MathOp::Log2, f64::log2),
        ] {
            let error = worst(op, exact, last_place);
            assert!(error < 2.0, "{op:?}: {error} ulp");
        }
    }

    #[test]
    fn angles_are_within_two_units_of_one() {
        for (op, exact) in [(MathOp::Sin, f64::sin as fn(f64) -> f64), (MathOp::Cos, f64::cos)] {
            let error = worst(op, exact, |_, _| f64::from(f32::EPSILON));
            assert!(error < 2.0, "{op:?}: {error}");
        }
        // A small angle is its own sine.
        let small = worst(MathOp::Sin, f64::sin, |x, exact| {
            if x.abs() < 3.0 { last_place(x, exact) } else { f64::from(f32::EPSILON) }
        });
        assert!(small < 2.0, "{small}");
        // The sign of zero is lost, as Vulkan allows.
        assert_eq!(scalar(MathOp::Sin, -0.0), Some(0.0));
    }

    #[test]
    fn sines_are_not_beyond_one() {
        let inputs = (0..=u32::MAX).step_by(997).map(f32::from_bits);
        for x in inputs.filter(|x| x.is_finite()) {
            for op in [MathOp::Sin, MathOp::Cos] {
                assert!(scalar(op, x).is_none_or(|y| y.abs() <= 1.0), "{op:?} of {x}");
            }
        }
    }

    #[test]
    fn exact_results_are_exact() {
        for (op, x, result) in [
            (MathOp::Exp, 0.0, 1.0),
            (MathOp::Exp2, 10.0, 1024.0),
            (MathOp::Exp2, -126.0, f32::MIN_POSITIVE),
            (MathOp::Log, 1.0, 0.0),
            (MathOp::Log2, 8.0, 3.0),
            (MathOp::Log2, 1.0, 0.0),
            (MathOp::Cos, 0.0, 1.0),
        ] {
            assert_eq!(scalar(op, x), Some(result), "{op:?} of {x}");
        }
    }
}
