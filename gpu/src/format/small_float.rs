//! Floats of 16, 11 and 10 bits and those that share an exponent, to and from singles.
//!
//! Source: Khronos Data Format specification, "Floating-point formats"; Vulkan specification, "Shared Exponent to RGB".

/// A half as a single; exact.
#[inline(always)]
pub fn half_to_f32(bits: u32) -> f32 {
    let sign = (bits & 0x8000) << 16;
    f32::from_bits(widen::<10>(bits & 0x7fff).to_bits() | sign)
}

/// The nearest half, ties to even; what is too large is infinite.
#[inline(always)]
pub fn f32_to_half(value: f32) -> u32 {
    let sign = (value.to_bits() >> 16) & 0x8000;
    let magnitude = value.abs();
    sign | if magnitude.is_nan() {
        0x7e00
    } else if magnitude >= 65520.0 {
        0x7c00
    } else {
        narrow::<10>(magnitude)
    }
}

/// A float without sign of 5 bits of exponent and `FRACTION` bits of fraction; exact.
#[inline(always)]
pub fn unsigned_to_f32<const FRACTION: u32>(bits: u32) -> f32 {
    widen::<FRACTION>(bits & ((32 << FRACTION) - 1))
}

/// The nearest float without sign; what is finite stays finite, what is negative becomes zero.
#[inline(always)]
pub fn f32_to_unsigned<const FRACTION: u32>(value: f32) -> u32 {
    let infinity = 31 << FRACTION;
    if value.is_nan() {
        infinity | 1
    } else if value == f32::INFINITY {
        infinity
    } else {
        narrow::<FRACTION>(value.clamp(0.0, 65536.0)).min(infinity - 1)
    }
}

/// Moves fraction and exponent to where a single has them, then corrects the exponent's bias by a multiplication, which
/// normalizes what is denormal.
#[inline(always)]
fn widen<const FRACTION: u32>(bits: u32) -> f32 {
    let shifted = bits << (23 - FRACTION);
    if bits >> FRACTION == 31 {
        // Infinite, or not a number.
        return f32::from_bits(shifted | 0x7f80_0000);
    }
    f32::from_bits(shifted) * f32::from_bits((254 - 15) << 23)
}

/// The nearest number of `FRACTION` bits of fraction to one that is not negative and small enough.
#[inline(always)]
fn narrow<const FRACTION: u32>(magnitude: f32) -> u32 {
    if magnitude < f32::from_bits((127 - 14) << 23) {
        // Denormal: multiples of 2^-(14 + FRACTION). Adding a number whose last bit is worth that rounds.
        let shift = f32::from_bits((127 + 23 - 14 - FRACTION) << 23);
        return (magnitude + shift).to_bits() - shift.to_bits();
    }
    let drop = 23 - FRACTION;
    let bits = magnitude.to_bits() - ((127 - 15) << 23);
    let odd = (bits >> drop) & 1;
    (bits + ((1 << (drop - 1)) - 1) + odd) >> drop
}

/// Red, green and blue of `E5B9G9R9`.
#[inline(always)]
pub fn shared_exponent_to_f32(bits: u32) -> [f32; 3] {
    let scale = f32::from_bits((127 - 15 - 9 + (bits >> 27)) << 23);
    [0, 9, 18].map(|shift| (bits >> shift & 0x1ff) as f32 * scale)
}

/// The nearest `E5B9G9R9`.
pub fn f32_to_shared_exponent(color: [f32; 3]) -> u32 {
    const MAX: f32 = 65408.0;
    let color = color.map(|channel| if channel > 0.0 { channel.min(MAX) } else { 0.0 });
    let largest = color[0].max(color[1]).max(color[2]);
    // floor(log2) from the exponent's bits; zero and denormals are below the smallest shared exponent anyway.
    let preliminary = ((largest.to_bits() >> 23) as i32 - 127).max(-16) + 16;
    let steps = |channel: f32, exponent: i32| {
        let scaled = channel * f32::from_bits(((127 + 15 + 9 - exponent) as u32) << 23);
        (scaled + 0.5).floor() as u32
    };
    let exponent = preliminary + i32::from(steps(largest, preliminary) == 512);
    let [red, green, blue] = color.map(|channel| steps(channel, exponent));
    red | green << 9 | blue << 18 | (exponent as u32) << 27
}

#[cfg(test)]
mod tests {
    use lacuna_shaders::ir::half;

    use super::*;

    #[test]
    fn halves_agree_with_the_slow_conversion() {
        for bits in 0..=u16::MAX {
            let exact = half::to_f64(bits);
            let found = half_to_f32(bits.into());
            assert!(exact as f32 == found || (exact.is_nan() && found.is_nan()), "{bits:#x}");
            for value in [found, found * 1.0004, f32::from_bits(found.to_bits().wrapping_add(0x1000))] {
                let wanted = half::from_f64(value.into());
                let narrow = f32_to_half(value);
                assert!(narrow == wanted.into() || value.is_nan(), "{value} {narrow:#x} {wanted:#x}");
            }
        }
    }

    #[test]
    fn unsigned_floats_round_trip_and_saturate() {
        fn check<const FRACTION: u32>(largest: f32) {
            for bits in 0..31 << FRACTION {
                assert_eq!(f32_to_unsigned::<FRACTION>(unsigned_to_f32::<FRACTION>(bits)), bits);
            }
            assert_eq!(unsigned_to_f32::<FRACTION>((31 << FRACTION) - 1), largest);
            assert_eq!(f32_to_unsigned::<FRACTION>(1e9), (31 << FRACTION) - 1);
            assert_eq!(f32_to_unsigned::<FRACTION>(-3.0), 0);
            assert!(unsigned_to_f32::<FRACTION>(f32_to_unsigned::<FRACTION>(f32::NAN)).is_nan());
            assert_eq!(
                unsigned_to_f32::<FRACTION>(f32_to_unsigned::<FRACTION>(f32::INFINITY)),
                f32::INFINITY
            );
        }
        check::<6>(65024.0);
        check::<5>(64512.0);
    }

    #[test]
    fn shared_exponents_round_trip() {
        for color in [[0.0; 3], [1.0, 0.5, 0.25], [65408.0, 128.0, 0.0], [511.0, 1.0, 3.0], [1e-5, 0.0, 0.0]]
        {
            let bits = f32_to_shared_exponent(color);
            let back = shared_exponent_to_f32(bits);
            let unit = f32::from_bits((127 - 24 + (bits >> 27)) << 23);
            for (a, b) in color.iter().zip(back) {
                assert!((a - b).abs() <= unit / 2.0, "{color:?} {back:?}");
            }
        }
        assert_eq!(
            shared_exponent_to_f32(f32_to_shared_exponent([1e9, -1.0, f32::NAN])),
            [65408.0, 0.0, 0.0]
        );
    }
}
