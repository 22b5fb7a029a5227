//! Sine, cosine, exponentials, logarithms and powers of singles, eight lanes at once.
//!
//! Computed in doubles by polynomials whose errors stay below 2^-30 of the result, so that what is left is the rounding to
//! single: far better than Vulkan asks for ("Precision and Operation of SPIR-V Instructions"). Arguments that the polynomials
//! are not made for (large angles, infinities, powers of negative numbers) go to the standard library.
//!
//! Processors that multiply and add in one step have a faster way for most of them and most arguments:
//! `singles`; what is here remains for the rest.
//!
//! [`scalar`] is the definition, for the interpreter and constant folding too; the functions for machine code compute
//! the same bits, in loops that compilers make vector code of.

use core::f64::consts::{FRAC_1_PI, LN_2, LOG2_E, SQRT_2};

use super::{narrow, singles};
use crate::abi::{LANES, LaneFrame};
use crate::ir::MathOp;

/// Computes `frame.data = f(frame.data, frame.other)` in all lanes, singles.
pub type LanesFn = unsafe extern "C" fn(*mut LaneFrame);

/// Adding it to a number below 2^51 leaves the nearest integer in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// Pi in two parts; the first has 33 bits, so that multiples are exact.
const PI_HIGH: f64 = f64::from_bits(0x4009_21fb_5440_0000);
const PI_LOW: f64 = 1.215_420_101_301_238_4e-10;
/// Angles up to here are reduced by multiples of pi.
const MAX_ANGLE: f32 = 1_000_000.0;
/// Exponents of doubles that are infinite as singles; those below the negated one are zero.
const MAX_EXPONENT: f64 = 1000.0;

/// Pairs of terms side by side (Estrin's scheme): a chain of all terms would be waited for.
#[inline(always)]
fn polynomial(x: f64, c: [f64; 10]) -> f64 {
    let (x2, x4) = (x * x, (x * x) * (x * x));
    let low = (c[0] + c[1] * x) + (c[2] + c[3] * x) * x2;
    let high = (c[4] + c[5] * x) + (c[6] + c[7] * x) * x2;
    low + (high + (c[8] + c[9] * x) * x4) * x4
}

/// The sine of `r + n pi`, given `r` in -pi/2..pi/2 and the bits of `n + ROUND`.
#[inline(always)]
fn sine(r: f64, n: u64) -> f64 {
    const C: [f64; 10] = [
        1.0,
        -1.0 / 6.0,
        1.0 / 120.0,
        -1.0 / 5040.0,
        1.0 / 362_880.0,
        -1.0 / 39_916_800.0,
        1.0 / 6_227_020_800.0,
        -1.0 / 1_307_674_368_000.0,
        1.0 / 355_687_428_096_000.0,
        0.0,
    ];
    f64::from_bits((r * polynomial(r * r, C)).to_bits() ^ (n << 63))
}

#[inline(always)]
fn sin(x: f32, _: f32) -> f32 {
    let x = f64::from(x);
    let shifted = x * FRAC_1_PI + ROUND;
    let n = shifted - ROUND;
    sine(x - n * PI_HIGH - n * PI_LOW, shifted.to_bits()) as f32
}

/// A sine that begins half a turn away: `cos(r + (n + 1/2) pi) = -sin(r + n pi)`.
#[inline(always)]
fn cos(x: f32, _: f32) -> f32 {
    let x = f64::from(x);
    let shifted = (x * FRAC_1_PI - 0.5) + ROUND;
    let n = (shifted - ROUND) + 0.5;
    -sine(x - n * PI_HIGH - n * PI_LOW, shifted.to_bits()) as f32
}

/// `2^x` for an `x` that is a number. What is too large or small for singles need not be right, as long as it is too large or small.
#[inline(always)]
fn power_of_two(x: f64) -> f64 {
    const C: [f64; 10] = {
        let mut c = [1.0; 10];
        let mut i = 1;
        while i < 10 {
            c[i] = c[i - 1] * LN_2 / i as f64;
            i += 1;
        }
        c
    };
    // Written so that it is two instructions.
    let x = if x < MAX_EXPONENT { x } else { MAX_EXPONENT };
    let x = if x > -MAX_EXPONENT { x } else { -MAX_EXPONENT };
    let shifted = x + ROUND;
    let rest = x - (shifted - ROUND);
    f64::from_bits(polynomial(rest, C).to_bits().wrapping_add(shifted.to_bits() << 52))
}

#[inline(always)]
fn binary_logarithm(x: f64) -> f64 {
    const C: [f64; 10] =
        [2.0, 2.0 / 3.0, 2.0 / 5.0, 2.0 / 7.0, 2.0 / 9.0, 2.0 / 11.0, 2.0 / 13.0, 2.0 / 15.0, 0.0, 0.0];
    // The significand between the roots of 1/2 and 2: what is above 2^(1/2) belongs to the next exponent.
    let bits = x.to_bits().wrapping_sub((SQRT_2 / 2.0).to_bits());
    let exponent_bits = bits & !0u64 << 52;
    let significand = f64::from_bits(x.to_bits().wrapping_sub(exponent_bits));
    // The exponent is a small signed number: as the low bits of a number that has `ROUND`'s exponent it is exact.
    let exponent =
        f64::from_bits((exponent_bits >> 52).wrapping_sub((bits >> 63) << 12).wrapping_add(ROUND.to_bits()))
            - ROUND;
    let s = (significand - 1.0) / (significand + 1.0);
    exponent + s * polynomial(s * s, C) * LOG2_E
}

#[inline(always)]
fn exp2(x: f32, _: f32) -> f32 {
    power_of_two(f64::from(x)) as f32
}

#[inline(always)]
fn exp(x: f32, _: f32) -> f32 {
    power_of_two(f64::from(x) * LOG2_E) as f32
}

#[inline(always)]
fn log2(x: f32, _: f32) -> f32 {
    binary_logarithm(f64::from(x)) as f32
}

#[inline(always)]
fn log(x: f32, _: f32) -> f32 {
    (binary_logarithm(f64::from(x)) * LN_2) as f32
}

/// For `x` from zero on, which is what is lit by a light that is behind it.
#[inline(always)]
fn pow(x: f32, y: f32) -> f32 {
    // What is chosen between is there before, so that vectors can choose.
    let logarithm = binary_logarithm(f64::from(x));
    let logarithm = if x == 0.0 { f64::NEG_INFINITY } else { logarithm };
    let exponent = f64::from(y) * logarithm;
    power_of_two(if y == 0.0 { 0.0 } else { exponent }) as f32
}

#[inline(always)]
fn is_angle(x: f32, _: f32) -> bool {
    x.abs() <= MAX_ANGLE
}

#[inline(always)]
fn is_number(x: f32, _: f32) -> bool {
    !x.is_nan()
}

#[inline(always)]
fn is_positive(x: f32, _: f32) -> bool {
    x > 0.0 && x < f32::INFINITY
}

#[inline(always)]
fn is_power(x: f32, y: f32) -> bool {
    x.is_sign_positive() & (x < f32::INFINITY) & y.is_finite()
}

/// The function of one lane, as single; `None` if it is none of these.
pub fn scalar(op: MathOp, a: f32, b: f32) -> Option<f32> {
    let fast = if singles::are_used() { singles::scalar(op, a) } else { None };
    fast.or_else(|| in_doubles(op, a, b))
}

macro_rules! functions {
    ($($op:ident $lanes:ident $fast:ident $is_inside:ident $library:expr;)*) => {
        /// The function of one lane, in doubles.
        fn in_doubles(op: MathOp, a: f32, b: f32) -> Option<f32> {
            let library = |f: fn(f64, f64) -> f64| f(f64::from(a), f64::from(b)) as f32;
            Some(match op {
                $(MathOp::$op => if $is_inside(a, b) { $fast(a, b) } else { library($library) },)*
                _ => return None,
            })
        }

        /// The function for machine code of this processor.
        pub fn function_for(op: MathOp) -> Option<LanesFn> {
            #[cfg(target_arch = "x86_64")]
            if std::arch::is_x86_feature_detected!("avx2") {
                return match op {
                    $(MathOp::$op => Some($lanes::avx2),)*
                    _ => None,
                };
            }
            match op {
                $(MathOp::$op => Some($lanes::any),)*
                _ => None,
            }
        }

        $(
            mod $lanes {
                use super::*;

                /// # Safety
                /// The frame is exclusive to the caller.
                pub(super) unsafe extern "C" fn any(frame: *mut LaneFrame) {
                    // SAFETY: the caller's promise.
                    lanes(unsafe { &mut *frame });
                }

                /// # Safety
                /// As [`any`], and the processor has AVX2.
                #[cfg(target_arch = "x86_64")]
                #[target_feature(enable = "avx2")]
                pub(super) unsafe extern "C" fn avx2(frame: *mut LaneFrame) {
                    // SAFETY: the caller's promise.
                    lanes(unsafe { &mut *frame });
                }

                #[inline(always)]
                fn lanes(frame: &mut LaneFrame) {
                    // Plain loops: a closure would be compiled without the features of the caller.
                    let (a, b) = (*narrow(&mut frame.data), *narrow(&mut frame.other));
                    // What is done elsewhere comes here for the lanes that are not: each goes its own way.
                    let elsewhere = singles::are_used() && singles::Domain::of(MathOp::$op).is_some();
                    let mut inside = !elsewhere;
                    for lane in 0..LANES as usize {
                        inside &= $is_inside(f32::from_bits(a[lane]), f32::from_bits(b[lane]));
                    }
                    let results = narrow(&mut frame.data);
                    if inside {
                        for lane in 0..LANES as usize {
                            let result = $fast(f32::from_bits(a[lane]), f32::from_bits(b[lane]));
                            results[lane] = result.to_bits();
                        }
                    } else {
                        for lane in 0..LANES as usize {
                            let (a, b) = (f32::from_bits(a[lane]), f32::from_bits(b[lane]));
                            results[lane] = scalar(MathOp::$op, a, b).map_or(0, f32::to_bits);
                        }
                    }
                }
            }
        )*
    };
}

functions! {
    Sin sin_lanes sin is_angle |x, _| x.sin();
    Cos cos_lanes cos is_angle |x, _| x.cos();
    Exp exp_lanes exp is_number |x, _| x.exp();
    Exp2 exp2_lanes exp2 is_number |x, _| x.exp2();
    Log log_lanes log is_positive |x, _| x.ln();
    Log2 log2_lanes log2 is_positive |x, _| x.log2();
    Pow pow_lanes pow is_power |x, y| x.powf(y);
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    /// Singles of all magnitudes and signs, and the special ones.
    fn singles() -> impl Iterator<Item = f32> {
        let special = [0.0, -0.0, 1.0, -1.0, f32::INFINITY, -f32::INFINITY, f32::NAN, 1e-45, -1e-45];
        (0..=u32::MAX).step_by(9973).map(f32::from_bits).chain(special)
    }

    /// Distance in units of the last place of the exact result.
    fn ulps(result: f32, exact: f64) -> f64 {
        if exact.is_nan() && result.is_nan() || exact as f32 == result {
            return 0.0;
        }
        let exponent = exact.abs().max(f64::from(f32::MIN_POSITIVE)).log2().floor() as i32;
        (f64::from(result) - exact).abs() / 2f64.powi(exponent - 23)
    }

    fn worst(op: MathOp, inputs: impl Iterator<Item = f32>, exact: impl Fn(f64) -> f64) -> f64 {
        let error = |x: f32| {
            let error = ulps(in_doubles(op, x, 0.0).unwrap(), exact(f64::from(x)));
            if error.is_nan() { f64::INFINITY } else { error }
        };
        inputs.map(error).fold(0.0, f64::max)
    }

    #[test]
    fn functions_are_nearly_correctly_rounded() {
        for (op, exact) in [
            (MathOp::Exp, f64::exp as fn(f64) -> f64),
            (MathOp::Exp2, f64::exp2),
            (MathOp::Log, f64::ln),
            (MathOp::Log2, f64::log2),
        ] {
            let error = worst(op, singles(), exact);
            assert!(error < 0.51, "{op:?}: {error} ulp");
        }
    }

    #[test]
    fn angles_are_reduced_exactly_enough() {
        for (op, exact) in [(MathOp::Sin, f64::sin as fn(f64) -> f64), (MathOp::Cos, f64::cos)] {
            let small = worst(op, singles().filter(|x| !(1e4..1e30).contains(&x.abs())), exact);
            assert!(small < 0.51, "{op:?}: {small} ulp");
            let absolute = singles()
                .filter(|x| x.is_finite())
                .map(|x| (f64::from(in_doubles(op, x, 0.0).unwrap()) - exact(f64::from(x))).abs())
                .fold(0.0, f64::max);
            assert!(absolute < 1.0 / f64::from(1 << 24), "{op:?}: {absolute}");
        }
    }

    #[test]
    fn powers_are_nearly_correctly_rounded() {
        for y in [0.0, 1.0, -1.0, 0.5, 2.0, 2.2, 1.0 / 2.4, -3.5, 100.0, f32::NAN, f32::INFINITY] {
            for x in singles() {
                let (result, exact) = (scalar(MathOp::Pow, x, y).unwrap(), f64::from(x).powf(f64::from(y)));
                assert!(ulps(result, exact) < 0.52, "{x} to the {y}: {result}, not {exact}");
            }
        }
    }

    #[test]
    fn lanes_compute_what_the_definition_says() {
        let inputs: Vec<f32> = singles().step_by(7).collect();
        for op in
            [MathOp::Sin, MathOp::Cos, MathOp::Exp, MathOp::Exp2, MathOp::Log, MathOp::Log2, MathOp::Pow]
        {
            let function = function_for(op).unwrap();
            for (a, b) in inputs.as_chunks::<8>().0.iter().zip(inputs.as_chunks::<8>().0.iter().rev()) {
                let mut frame = LaneFrame { offset: [0; 8], data: [0; 8], other: [0; 8], third: [0; 8] };
                *narrow(&mut frame.data) = a.map(f32::to_bits);
                *narrow(&mut frame.other) = b.map(f32::to_bits);
                // SAFETY: the frame is ours.
                unsafe { function(&mut frame) };
                let results = narrow(&mut frame.data).map(f32::from_bits);
                for lane in 0..8 {
                    let expected = scalar(op, a[lane], b[lane]).unwrap();
                    let same = results[lane].to_bits() == expected.to_bits();
                    assert!(same || results[lane].is_nan() && expected.is_nan(), "{op:?} of {}", a[lane]);
                }
            }
        }
    }
}
