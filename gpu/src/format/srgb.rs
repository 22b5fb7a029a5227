//! The sRGB transfer function for 8-bit channels: exact in both directions.

use std::sync::LazyLock;

/// Singles whose exponent is below this one's are dark enough to be zero.
const FIRST_BUCKET: u32 = (127 - 13) << 4;
/// Sixteen buckets for each power of two from there to one.
const BUCKETS: usize = 13 * 16;

/// What both directions look up.
pub struct Tables {
    /// The linear number of each code.
    pub linear: [f32; 256],
    /// The smallest linear number that is encoded as each code.
    thresholds: [f32; 256],
    /// The code of the smallest number of each bucket.
    first: [u8; BUCKETS],
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let linear = std::array::from_fn(|code| to_linear(code as f64 / 255.0) as f32);
    let thresholds: [f32; 256] =
        std::array::from_fn(
            |code| if code == 0 { 0.0 } else { to_linear((code as f64 - 0.5) / 255.0) as f32 },
        );
    let first = std::array::from_fn(|bucket| {
        let start = f32::from_bits((FIRST_BUCKET + bucket as u32) << 19);
        (thresholds.partition_point(|&threshold| threshold <= start) - 1) as u8
    });
    Tables { linear, thresholds, first }
});

/// The tables, for loops that look up often.
pub fn tables() -> &'static Tables {
    &TABLES
}

/// From code (0 to 1) to linear, by the definition.
fn to_linear(encoded: f64) -> f64 {
    if encoded <= 0.04045 { encoded / 12.92 } else { ((encoded + 0.055) / 1.055).powf(2.4) }
}

/// The linear number of a code.
#[inline(always)]
pub fn decode(code: u8) -> f32 {
    TABLES.linear[usize::from(code)]
}

/// The code nearest to a linear number, which is clamped to 0 to 1.
#[inline]
pub fn encode(linear: f32) -> u8 {
    let bits = linear.to_bits();
    if linear >= 1.0 {
        return 255;
    }
    if linear.is_nan() || linear.is_sign_negative() || bits >> 19 < FIRST_BUCKET {
        return 0;
    }
    let tables = &*TABLES;
    let mut code = tables.first[((bits >> 19) - FIRST_BUCKET) as usize];
    while code < 255 && linear >= tables.thresholds[usize::from(code) + 1] {
        code += 1;
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_round_trip() {
        for code in 0..=255 {
            assert_eq!(encode(decode(code)), code);
        }
    }

    #[test]
    fn encoding_finds_the_nearest_code() {
        for i in 0..=100_000u32 {
            let linear = f64::from(i) / 100_000.0;
            let exact =
                if linear <= 0.0031308 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
            let found = f64::from(encode(linear as f32));
            assert!((found - exact * 255.0).abs() <= 0.501, "{linear}");
        }
        assert_eq!([-1.0, 2.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY].map(encode), [0, 255, 0, 255, 0]);
    }
}
