//! Texels of four bytes: from colors to bytes and back, eight at a time.

use ash::vk;

use super::blend::Colors;
use super::lanes::{N, lanes, limit};
use crate::format::srgb::{self, Tables};

/// How four bytes are a color.
#[derive(Clone, Copy, Debug)]
pub(super) struct Encoding {
    /// Red is byte 2.
    pub(super) is_swapped: bool,
    /// What is looked up if red, green and blue are encoded.
    pub(super) srgb: Option<&'static Tables>,
}

impl Encoding {
    /// That of a format, if its texels are four bytes.
    pub(super) fn of(format: vk::Format) -> Option<Self> {
        let (is_swapped, is_srgb) = match format {
            vk::Format::R8G8B8A8_UNORM | vk::Format::A8B8G8R8_UNORM_PACK32 => (false, false),
            vk::Format::B8G8R8A8_UNORM => (true, false),
            vk::Format::R8G8B8A8_SRGB | vk::Format::A8B8G8R8_SRGB_PACK32 => (false, true),
            vk::Format::B8G8R8A8_SRGB => (true, true),
            _ => return None,
        };
        Some(Self { is_swapped, srgb: is_srgb.then(srgb::tables) })
    }
}

/// What eight bits of a normalized format stand for.
#[inline(always)]
pub(super) fn from_byte(byte: u32) -> f32 {
    byte as i32 as f32 * (1.0 / 255.0)
}

/// The nearest eight bits.
#[inline(always)]
pub(super) fn to_byte(value: f32) -> u32 {
    // Floats of this size count ones in their low bits.
    const ONES: f32 = 8_388_608.0;
    (limit(value, 0.0, 1.0) * 255.0 + ONES).to_bits() & 0xff
}

#[inline(always)]
pub(super) fn unpack(texels: &[u32; N], encoding: Encoding) -> Colors {
    let byte = |shift: u32| lanes(|lane| from_byte(texels[lane] >> shift & 0xff));
    let channel = |shift: u32| match encoding.srgb {
        Some(tables) => lanes(|lane| tables.linear[(texels[lane] >> shift & 0xff) as usize]),
        None => byte(shift),
    };
    let (low, green, high, alpha) = (channel(0), channel(8), channel(16), byte(24));
    if encoding.is_swapped { [high, green, low, alpha] } else { [low, green, high, alpha] }
}

#[inline(always)]
pub(super) fn pack(colors: &Colors, encoding: Encoding) -> [u32; N] {
    let byte = |n: usize| lanes(|lane| to_byte(colors[n][lane]));
    let channel = |n: usize| match encoding.srgb {
        Some(_) => lanes(|lane| srgb::encode(colors[n][lane]).into()),
        None => byte(n),
    };
    let (r, g, b, a) = (channel(0), channel(1), channel(2), byte(3));
    let (low, high) = if encoding.is_swapped { (b, r) } else { (r, b) };
    lanes(|lane| low[lane] | g[lane] << 8 | high[lane] << 16 | a[lane] << 24)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Format;

    #[test]
    fn bytes_are_packed_as_the_codec_does_it() {
        for name in [
            vk::Format::R8G8B8A8_UNORM,
            vk::Format::B8G8R8A8_UNORM,
            vk::Format::R8G8B8A8_SRGB,
            vk::Format::B8G8R8A8_SRGB,
        ] {
            let codec = Format::find(name).unwrap().codec();
            let encoding = Encoding::of(name).unwrap();
            for step in -10..600 {
                let value = step as f32 / 512.0;
                let channels = [value, 1.0 - value, value * 0.5, f32::NAN];
                let mut bytes = [0; 4];
                // SAFETY: four bytes are a texel.
                unsafe { (codec.store)(bytes.as_mut_ptr(), channels.map(f32::to_bits)) };
                let packed = pack(&channels.map(|channel| [channel; N]), encoding)[3];
                assert_eq!(packed.to_le_bytes(), bytes, "{channels:?}");
                let unpacked = unpack(&[packed; N], encoding).map(|channel| channel[0].to_bits());
                // SAFETY: as above.
                let loaded = unsafe { (codec.load)(bytes.as_ptr()) };
                for (one, other) in unpacked.iter().zip(loaded) {
                    assert!((f32::from_bits(*one) - f32::from_bits(other)).abs() < 1e-7);
                }
            }
        }
    }
}
