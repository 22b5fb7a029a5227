//! IEEE half precision (binary16), which Rust has no stable type for.

/// The number that the bits stand for.
pub fn to_f64(bits: u16) -> f64 {
    let sign = if bits & 0x8000 != 0 { -1.0 } else { 1.0 };
    let exponent = i32::from(bits >> 10 & 0x1f);
    let fraction = f64::from(bits & 0x3ff);
    sign * match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    }
}

/// The nearest half, ties to even.
pub fn from_f64(value: f64) -> u16 {
    let sign = if value.is_sign_negative() { 0x8000 } else { 0 };
    if value.is_nan() {
        return sign | 0x7e00;
    }
    let magnitude = value.abs();
    if magnitude < 2f64.powi(-14) {
        // Denormal: a multiple of 2^-24. 1024 of them are the smallest normal number, whose bits follow on.
        return sign | (magnitude * 2f64.powi(24)).round_ties_even() as u16;
    }
    if magnitude >= 65520.0 {
        return sign | 0x7c00;
    }
    let exponent = ((magnitude.to_bits() >> 52) as i32) - 1023;
    let fraction = (magnitude * 2f64.powi(10 - exponent)).round_ties_even() as i32 - 1024;
    // A fraction that was rounded up to 1024 carries into the exponent by the addition.
    sign | (((exponent + 15) << 10) + fraction) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_survives_the_round_trip() {
        for bits in 0..=u16::MAX {
            let value = to_f64(bits);
            assert!(value.is_nan() || from_f64(value) == bits, "{bits:#x} became {:#x}", from_f64(value));
        }
    }

    #[test]
    fn ties_go_to_even_and_large_numbers_to_infinity() {
        assert_eq!(from_f64(2049.0), from_f64(2048.0));
        assert_eq!(from_f64(2051.0), from_f64(2052.0));
        assert_eq!(from_f64(65519.0), 0x7bff);
        assert_eq!(from_f64(65520.0), 0x7c00);
        assert_eq!(from_f64(-0.0), 0x8000);
    }
}
