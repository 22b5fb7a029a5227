//! The sRGB transfer function for 8-bit channels: exact in both directions.

#[cfg(target_arch = "x86_64")]
pub(crate) mod decoder;

use std::sync::LazyLock;

/// Bits of a single that say where in its bucket it is.
pub const OFFSET_BITS: u32 = 15;
/// Singles below the first bucket are dark enough to be zero.
pub const FIRST_BUCKET: u32 = (127 - 13) << 8;
/// So many buckets for each power of two, up to one, that no two codes begin in the same one.
const BUCKETS: usize = 13 << 8;

/// What both directions look up.
#[derive(Debug)]
pub struct Tables {
    /// The linear number of each code.
    pub linear: [f32; 256],
    /// Of each bucket: the code of its smallest number, and in the lower half the offset at which the next code begins; beyond all
    /// offsets where it begins in another bucket.
    pub buckets: [u32; BUCKETS],
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let linear = std::array::from_fn(|code| to_linear(code as f64 / 255.0) as f32);
    // The smallest linear number that is encoded as each code.
    let thresholds: [f32; 256] =
        std::array::from_fn(
            |code| if code == 0 { 0.0 } else { to_linear((code as f64 - 0.5) / 255.0) as f32 },
        );
    let buckets = std::array::from_fn(|bucket| {
        let start = (FIRST_BUCKET + bucket as u32) << OFFSET_BITS;
        let code = thresholds.partition_point(|threshold| threshold.to_bits() <= start) - 1;
        let next = thresholds.get(code + 1).map_or(u32::MAX, |threshold| threshold.to_bits());
        (code as u32) << 16 | (next - start).min(1 << OFFSET_BITS)
    });
    Tables { linear, buckets }
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
    if linear.is_nan() || linear.is_sign_negative() || bits >> OFFSET_BITS < FIRST_BUCKET {
        return 0;
    }
    let bucket = TABLES.buckets[((bits >> OFFSET_BITS) - FIRST_BUCKET) as usize];
    let is_next = bits & ((1 << OFFSET_BITS) - 1) >= bucket & 0xffff;
    (bucket >> 16) as u8 + u8::from(is_next)
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

    #[test]
    fn codes_begin_where_the_definition_says() {
        for code in 1..=255u8 {
            let threshold = to_linear((f64::from(code) - 0.5) / 255.0) as f32;
            assert_eq!((encode(threshold), encode(threshold.next_down())), (code, code - 1));
        }
    }
}
