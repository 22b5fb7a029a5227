//! Texels to and from four channels: one generic function for every format that is bit fields in a word.
//!
//! The compiler makes one copy for each format, in which the fields are constants.
#![expect(unsafe_code, reason = "texels are raw memory")]

use super::small_float::{
    f32_to_half, f32_to_shared_exponent, f32_to_unsigned, half_to_f32, shared_exponent_to_f32,
    unsigned_to_f32,
};
use super::{Numeric, srgb};

/// Texels that [`Codec::gather`] takes.
pub const GATHER: usize = 8;

/// How texels of a format are read and written.
///
/// Channels are red, green, blue, alpha; floats as their bits, or integers. Channels that the format lacks are read as 0, 0,
/// 0 and 1 and ignored by stores. Depth and stencil are red. Formats with 64-bit channels give and take the raw words of
/// their first two channels. Pointers need no alignment.
///
/// # Safety
/// Of all functions: the pointers are valid for the bytes of the texels that are read or written.
#[derive(Clone, Copy, Debug)]
pub struct Codec {
    /// Reads one texel.
    pub load: unsafe fn(*const u8) -> [u32; 4],
    /// Writes one texel. All channels saturate, and normalized ones round to the nearest.
    pub store: unsafe fn(*mut u8, [u32; 4]),
    /// Reads texels that lie one behind the other.
    pub load_row: unsafe fn(*const u8, &mut [[u32; 4]]),
    /// Writes texels that lie one behind the other.
    pub store_row: unsafe fn(*mut u8, &[[u32; 4]]),
    /// Reads eight texels from anywhere, channel by channel.
    pub gather: unsafe fn(&[*const u8; GATHER], &mut [[u32; GATHER]; 4]),
}

/// How one texel is read and written.
pub(super) trait Texels {
    const BYTES: usize;
    /// # Safety
    /// As [`Codec`].
    unsafe fn load(from: *const u8) -> [u32; 4];
    /// # Safety
    /// As [`Codec`].
    unsafe fn store(to: *mut u8, channels: [u32; 4]);
}

impl Codec {
    pub(super) const fn of<T: Texels>() -> Self {
        Self {
            load: T::load,
            store: T::store,
            load_row: load_row::<T>,
            store_row: store_row::<T>,
            gather: gather::<T>,
        }
    }
}

unsafe fn load_row<T: Texels>(from: *const u8, to: &mut [[u32; 4]]) {
    for (i, texel) in to.iter_mut().enumerate() {
        // SAFETY: the caller's promise for the whole row.
        *texel = unsafe { T::load(from.add(i * T::BYTES)) };
    }
}

unsafe fn store_row<T: Texels>(to: *mut u8, from: &[[u32; 4]]) {
    for (i, texel) in from.iter().enumerate() {
        // SAFETY: the caller's promise for the whole row.
        unsafe { T::store(to.add(i * T::BYTES), *texel) };
    }
}

unsafe fn gather<T: Texels>(from: &[*const u8; GATHER], to: &mut [[u32; GATHER]; 4]) {
    for (i, &from) in from.iter().enumerate() {
        // SAFETY: the caller's promise for each texel.
        let texel = unsafe { T::load(from) };
        for (lanes, channel) in to.iter_mut().zip(texel) {
            lanes[i] = channel;
        }
    }
}

/// A texel of at most 16 bytes that is a little-endian word of bit fields. `NUMERIC` is a [`Numeric`], `FIELDS` comes from
/// [`fields`].
pub(super) struct Packed<const BYTES: usize, const NUMERIC: u8, const FIELDS: u64>;

/// First bit and number of bits of each channel.
pub(super) const fn fields(fields: [(u8, u8); 4]) -> u64 {
    let [(a, b), (c, d), (e, f), (g, h)] = fields;
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

const fn field(fields: u64, channel: usize) -> (u32, u32) {
    let bytes = fields.to_le_bytes();
    (bytes[channel * 2] as u32, bytes[channel * 2 + 1] as u32)
}

const fn mask(bits: u32) -> u32 {
    ((1u64 << bits) - 1) as u32
}

const fn numeric(code: u8) -> Numeric {
    const ALL: [Numeric; 8] = [
        Numeric::Unorm,
        Numeric::Snorm,
        Numeric::Uscaled,
        Numeric::Sscaled,
        Numeric::Uint,
        Numeric::Sint,
        Numeric::Float,
        Numeric::Srgb,
    ];
    ALL[code as usize]
}

impl<const BYTES: usize, const NUMERIC: u8, const FIELDS: u64> Texels for Packed<BYTES, NUMERIC, FIELDS> {
    const BYTES: usize = BYTES;

    #[inline(always)]
    unsafe fn load(from: *const u8) -> [u32; 4] {
        // SAFETY: the caller's promise; an array of bytes needs no alignment.
        let bytes = unsafe { from.cast::<[u8; BYTES]>().read() };
        let mut word = [0; 16];
        word[..BYTES].copy_from_slice(&bytes);
        let word = u128::from_le_bytes(word);
        let channel = |index: usize| {
            let (shift, bits) = field(FIELDS, index);
            if bits == 0 {
                return missing(numeric(NUMERIC), index);
            }
            decode(channel_numeric(NUMERIC, index), (word >> shift) as u32 & mask(bits), bits)
        };
        [channel(0), channel(1), channel(2), channel(3)]
    }

    #[inline(always)]
    unsafe fn store(to: *mut u8, channels: [u32; 4]) {
        let part = |index: usize| {
            let (shift, bits) = field(FIELDS, index);
            let code = if bits == 0 {
                0
            } else {
                encode(channel_numeric(NUMERIC, index), channels[index], bits) & mask(bits)
            };
            u128::from(code) << shift
        };
        let word = (part(0) | part(1) | part(2) | part(3)).to_le_bytes();
        let mut bytes = [0; BYTES];
        bytes.copy_from_slice(&word[..BYTES]);
        // SAFETY: the caller's promise; an array of bytes needs no alignment.
        unsafe { to.cast::<[u8; BYTES]>().write(bytes) };
    }
}

/// Alpha is never in a transfer function.
const fn channel_numeric(code: u8, channel: usize) -> Numeric {
    match numeric(code) {
        Numeric::Srgb if channel == 3 => Numeric::Unorm,
        other => other,
    }
}

const fn missing(numeric: Numeric, channel: usize) -> u32 {
    match (channel, numeric) {
        (3, Numeric::Uint | Numeric::Sint) => 1,
        (3, _) => 1f32.to_bits(),
        _ => 0,
    }
}

/// What a shader sees of a field.
#[inline(always)]
fn decode(numeric: Numeric, raw: u32, bits: u32) -> u32 {
    let signed = ((raw << (32 - bits)) as i32) >> (32 - bits);
    let float = match numeric {
        Numeric::Uint => return raw,
        Numeric::Sint => return signed as u32,
        Numeric::Uscaled => raw as f32,
        Numeric::Sscaled => signed as f32,
        Numeric::Unorm => raw as i32 as f32 / mask(bits) as f32,
        Numeric::Snorm => (signed as f32 / mask(bits - 1) as f32).max(-1.0),
        Numeric::Srgb => srgb::decode(raw as u8),
        Numeric::Float => match bits {
            32 => return raw,
            16 => half_to_f32(raw),
            11 => unsigned_to_f32::<6>(raw),
            _ => unsigned_to_f32::<5>(raw),
        },
    };
    float.to_bits()
}

/// The field that stands for what a shader gave, with any bits above.
#[inline(always)]
fn encode(numeric: Numeric, channel: u32, bits: u32) -> u32 {
    let float = f32::from_bits(channel);
    match numeric {
        Numeric::Uint => channel.min(mask(bits)),
        Numeric::Sint => {
            let least = i32::MIN >> (32 - bits);
            (channel as i32).clamp(least, !least) as u32
        }
        Numeric::Uscaled => (float as u32).min(mask(bits)),
        Numeric::Sscaled => (float as i32).clamp(-(1 << (bits - 1)), (1 << (bits - 1)) - 1) as u32,
        // What is not a number becomes zero.
        Numeric::Unorm => round(if float > 0.0 { float.min(1.0) } else { 0.0 }, bits, bits),
        Numeric::Snorm => round(if float.is_nan() { 0.0 } else { float.clamp(-1.0, 1.0) }, bits - 1, bits),
        Numeric::Srgb => srgb::encode(float).into(),
        Numeric::Float => match bits {
            32 => channel,
            16 => f32_to_half(float),
            11 => f32_to_unsigned::<6>(float),
            _ => f32_to_unsigned::<5>(float),
        },
    }
}

/// The nearest multiple of one step, ties to even, of which `steps` bits count one: adding a number whose last bit is worth
/// one rounds. Bits above `bits` are not part of the result.
#[inline(always)]
fn round(value: f32, steps: u32, bits: u32) -> u32 {
    if bits <= 16 {
        return (value * mask(steps) as f32 + 12_582_912.0).to_bits();
    }
    (f64::from(value) * f64::from(mask(steps)) + 6_755_399_441_055_744.0).to_bits() as u32
}

/// Three fractions of 9 bits with one exponent.
pub(super) struct SharedExponent;

impl Texels for SharedExponent {
    const BYTES: usize = 4;

    #[inline(always)]
    unsafe fn load(from: *const u8) -> [u32; 4] {
        // SAFETY: the caller's promise.
        let [red, green, blue] = shared_exponent_to_f32(unsafe { from.cast::<u32>().read_unaligned() });
        [red, green, blue, 1.0].map(f32::to_bits)
    }

    #[inline(always)]
    unsafe fn store(to: *mut u8, [red, green, blue, _]: [u32; 4]) {
        let bits = f32_to_shared_exponent([red, green, blue].map(f32::from_bits));
        // SAFETY: the caller's promise.
        unsafe { to.cast::<u32>().write_unaligned(bits) };
    }
}

/// `CHANNELS` channels of 64 bits, of which the first two are seen as words. One alone is followed by 0 and 1.
pub(super) struct Wide<const CHANNELS: usize>;

impl<const CHANNELS: usize> Texels for Wide<CHANNELS> {
    const BYTES: usize = CHANNELS * 8;

    #[inline(always)]
    unsafe fn load(from: *const u8) -> [u32; 4] {
        let from = from.cast::<[u32; 2]>();
        // SAFETY: the caller's promise.
        let [low, high] = unsafe { from.read_unaligned() };
        if CHANNELS == 1 {
            return [low, high, 0, 1];
        }
        // SAFETY: the caller's promise; there is a second channel.
        let [second_low, second_high] = unsafe { from.add(1).read_unaligned() };
        [low, high, second_low, second_high]
    }

    #[inline(always)]
    unsafe fn store(to: *mut u8, channels: [u32; 4]) {
        let [a, b, c, d] = channels;
        let to = to.cast::<[u32; 2]>();
        for channel in 0..CHANNELS {
            let words = [[a, b], [c, d], [0; 2], [0; 2]][channel];
            // SAFETY: the caller's promise.
            unsafe { to.add(channel).write_unaligned(words) };
        }
    }
}

#[cfg(test)]
mod tests {
    use ash::vk;

    use crate::format::{Format, Numeric, NumericClass, TABLE};

    fn load(name: vk::Format, bytes: &[u8]) -> [u32; 4] {
        let format = Format::find(name).unwrap();
        assert_eq!(format.element_bytes() as usize, bytes.len());
        // SAFETY: as many bytes as a texel has.
        unsafe { (format.codec().load)(bytes.as_ptr()) }
    }

    fn floats(name: vk::Format, bytes: &[u8]) -> [f32; 4] {
        load(name, bytes).map(f32::from_bits)
    }

    /// Every code of small texels, some of large ones: what was read is written back as the same bits.
    #[test]
    fn texels_round_trip() {
        for format in TABLE.iter().filter(|format| !format.is_compressed()) {
            let size = format.element_bytes() as usize;
            for seed in (0..=u16::MAX).step_by(if size == 1 { 1 } else { 7 }) {
                let mut bytes = [0u8; 32];
                for (i, byte) in bytes.iter_mut().enumerate() {
                    let mixed = u32::from(seed).wrapping_mul(0x9e37_79b1).rotate_left(i as u32 * 5);
                    *byte = if i < 2 { seed.to_le_bytes()[i] } else { mixed as u8 };
                }
                let mut once = bytes;
                // SAFETY: 32 bytes are at least a texel.
                let again = unsafe {
                    let seen = (format.codec().load)(bytes.as_ptr());
                    (format.codec().store)(once.as_mut_ptr(), seen);
                    (seen, (format.codec().load)(once.as_ptr()))
                };
                if again.0.iter().any(|&bits| f32::from_bits(bits).is_nan()) {
                    continue;
                }
                assert_eq!(again.0, again.1, "{format:?}");
                let exact = format.numeric != Numeric::Snorm
                    && format.channel_bits.iter().map(|&b| u32::from(b)).sum::<u32>() == size as u32 * 8;
                if exact && format.element_bytes() <= 16 {
                    assert_eq!(bytes[..size], once[..size], "{format:?}");
                }
            }
        }
    }

    #[test]
    fn fields_are_where_the_names_say() {
        use vk::Format as F;
        let at = |word: u16| word.to_le_bytes();
        assert_eq!(floats(F::R5G6B5_UNORM_PACK16, &at(0xf800)), [1.0, 0.0, 0.0, 1.0]);
        assert_eq!(floats(F::B5G5R5A1_UNORM_PACK16, &at(0x003f)), [1.0, 0.0, 0.0, 1.0]);
        assert_eq!(floats(F::A1R5G5B5_UNORM_PACK16, &at(0x8000)), [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(floats(F::B8G8R8A8_UNORM, &[255, 0, 51, 0]), [0.2, 0.0, 1.0, 0.0]);
        assert_eq!(load(F::A2B10G10R10_UINT_PACK32, &0xc00f_fc01u32.to_le_bytes()), [1, 1023, 0, 3]);
        assert_eq!(load(F::A2R10G10B10_SINT_PACK32, &0xffff_ffffu32.to_le_bytes()), [u32::MAX; 4]);
        assert_eq!(floats(F::R10X6_UNORM_PACK16, &at(0xffc0)), [1.0, 0.0, 0.0, 1.0]);
        assert_eq!(floats(F::X8_D24_UNORM_PACK32, &[255, 255, 255, 77]), [1.0, 0.0, 0.0, 1.0]);
        assert_eq!(floats(F::A8_UNORM_KHR, &[255]), [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(load(F::R8_SINT, &[0x80]), [-128i32 as u32, 0, 0, 1]);
        assert_eq!(floats(F::R8_SNORM, &[0x80]), [-1.0, 0.0, 0.0, 1.0]);
        assert_eq!(floats(F::R8G8_SSCALED, &[0xff, 3]), [-1.0, 3.0, 0.0, 1.0]);
        assert_eq!(floats(F::R16_SFLOAT, &at(0x3c00)), [1.0, 0.0, 0.0, 1.0]);
        assert_eq!(load(F::R64_UINT, &[1, 0, 0, 0, 2, 0, 0, 0]), [1, 2, 0, 1]);
        assert_eq!(floats(F::R8G8B8A8_SRGB, &[255, 0, 0, 51])[3], 0.2);
        assert!((floats(F::R8_SRGB, &[128])[0] - 0.21586).abs() < 1e-4);
        assert_eq!(
            floats(F::B10G11R11_UFLOAT_PACK32, &(0x3c0u32 | 0x1e0 << 22).to_le_bytes()),
            [1.0, 0.0, 1.0, 1.0]
        );
    }

    #[test]
    fn rows_and_gathers_are_single_loads() {
        let bytes: Vec<u8> = (0..=255).collect();
        for format in TABLE.iter().filter(|format| !format.is_compressed()) {
            let size = format.element_bytes() as usize;
            let mut row = [[0; 4]; 8];
            let mut lanes = [[0; 8]; 4];
            // SAFETY: eight texels of at most 32 bytes are in 256.
            unsafe {
                (format.codec().load_row)(bytes.as_ptr(), &mut row);
                let pointers = std::array::from_fn(|i| bytes.as_ptr().add(i * size));
                (format.codec().gather)(&pointers, &mut lanes);
            }
            for (i, texel) in row.iter().enumerate() {
                assert_eq!(*texel, lanes.map(|lane| lane[i]), "{format:?}");
            }
        }
        assert_eq!(Format::find(vk::Format::R8_SSCALED).unwrap().class(), NumericClass::Float);
    }
}
