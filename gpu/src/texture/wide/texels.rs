//! What the texels of a view are, and how eight of them become components.
#![expect(unsafe_code, reason = "reads texels")]

use core::arch::x86_64::*;

use ash::vk;

use super::bytes;
use super::encoded::Encoded;
use super::lanes::{Color, F, I, vector};
use super::near::Near;
use super::place::Eight;
use super::{Routine, encoded, sample};
use crate::format::{Codec, Format, Numeric, srgb};
use crate::gather;
use crate::texture::view::{Mip, ONE, ZERO};

/// Kinds of texels; each has code of its own.
pub(super) mod class {
    /// Four channels of eight bits.
    pub(in super::super) const BYTES: u8 = 0;
    /// The same, of which red, green and blue are in the transfer function of sRGB.
    pub(in super::super) const SRGB: u8 = 1;
    /// Bit fields that stand for 0 to 1.
    pub(in super::super) const FIELDS: u8 = 2;
    /// Floats of 16 bits.
    pub(in super::super) const HALVES: u8 = 3;
    /// Floats of 32 bits.
    pub(in super::super) const FLOATS: u8 = 4;
    /// All else, by the format's codec.
    pub(in super::super) const CODEC: u8 = 5;

    /// Whether those of the class are four bytes, one for each channel.
    pub(in super::super) const fn are_bytes(class: u8) -> bool {
        matches!(class, BYTES | SRGB)
    }
}

/// How the texels of a view are read.
#[derive(Clone, Debug)]
pub(in super::super) struct Texels {
    /// What does samples of them.
    pub(super) routine: Routine,
    /// Which channel, or constant, each component is. What the format lacks is a constant.
    pub(super) order: [u8; 4],
    /// Channels that some component is, as bits.
    used: u8,
    shifts: [u8; 4],
    bits: [u8; 4],
    pub(super) bytes: u32,
    codec: &'static Codec,
    /// What decodes texels that are bytes and encoded, where the processor can.
    pub(super) encoded: Option<Encoded>,
    /// By level, of texels that are bytes, and of encoded ones that are decoded in vectors.
    pub(super) near: Box<[Near]>,
}

impl Texels {
    /// Of texels of a format whose channels go where `swizzle` says.
    pub(super) fn new(format: Format, swizzle: [u8; 4], mips: &[Mip]) -> Self {
        let shifts = format.channel_shifts.unwrap_or_default();
        let class = class_of(format);
        let missing = |channel: u8| format.channel_bits[usize::from(channel)] == 0;
        let order = swizzle.map(|source| match source {
            3 if missing(3) => ONE,
            0..4 if missing(source) => ZERO,
            _ => source,
        });
        let encoded = if class == class::SRGB { Encoded::find() } else { None };
        let has_near = class == class::BYTES || encoded.is_some();
        let routine = match class {
            class::BYTES => bytes::sample,
            class::SRGB if encoded.is_some() => encoded::sample,
            class::SRGB => sample::<{ class::SRGB }>,
            class::FIELDS => sample::<{ class::FIELDS }>,
            class::HALVES => sample::<{ class::HALVES }>,
            class::FLOATS => sample::<{ class::FLOATS }>,
            _ => sample::<{ class::CODEC }>,
        };
        Self {
            routine,
            order,
            used: order.iter().filter(|&&source| source < 4).fold(0, |set, source| set | 1 << source),
            shifts,
            bits: format.channel_bits,
            bytes: format.element_bytes(),
            codec: format.codec(),
            encoded,
            near: mips.iter().filter(|_| has_near).map(Near::new).collect(),
        }
    }

    /// Decodes as other processors do; gives whether that is another way.
    #[cfg(test)]
    pub(in super::super) fn forget_permutations(&mut self) -> bool {
        if self.encoded.take().is_none() {
            return false;
        }
        (self.near, self.routine) = (Box::default(), sample::<{ class::SRGB }>);
        true
    }

    /// The channels of texels that are bytes, from their order in memory.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn channels(&self, [a, b, c, d]: Color) -> Color {
        if self.shifts[0] != 0 { [c, b, a, d] } else { [a, b, c, d] }
    }
}

fn class_of(format: Format) -> u8 {
    let Some(shifts) = format.channel_shifts else { return class::CODEC };
    let channels = || shifts.iter().zip(&format.channel_bits).filter(|(_, bits)| **bits != 0);
    let all = |size: u8| channels().all(|(_, &bits)| bits == size);
    // No channel lies in two words, and floats hold its numbers.
    let fits = channels().all(|(&shift, &bits)| shift % 32 + bits <= 32 && bits <= 24);
    let four = format.element_bytes() == 4
        && all(8)
        && channels().count() == 4
        && (shifts == [0, 8, 16, 24] || shifts == [16, 8, 0, 24]);
    match format.numeric {
        Numeric::Unorm if four => class::BYTES,
        Numeric::Srgb if four => class::SRGB,
        Numeric::Unorm if fits => class::FIELDS,
        Numeric::Float if all(16) => class::HALVES,
        Numeric::Float if all(32) => class::FLOATS,
        _ => class::CODEC,
    }
}

/// `x / most`, rounded as a division is.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn share(x: F, most: f32) -> F {
    let inverse = _mm256_set1_ps(1.0 / most);
    let close = _mm256_mul_ps(x, inverse);
    let rest = _mm256_fnmadd_ps(close, _mm256_set1_ps(most), x);
    _mm256_fmadd_ps(rest, inverse, close)
}

/// The bits of a channel of the words that it is in, from bit 0 on.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn field(words: I, shift: u8, bits: u8) -> I {
    let down = _mm_cvtsi32_si128((u32::from(shift) % 32).cast_signed());
    let mask = _mm256_set1_epi32((u32::MAX >> (32 - u32::from(bits).clamp(1, 32))).cast_signed());
    _mm256_and_si256(_mm256_srl_epi32(words, down), mask)
}

/// Sixteen bits of each lane as floats.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn halves(field: I) -> F {
    let packed = _mm256_packus_epi32(field, field);
    let packed = _mm256_permute4x64_epi64::<0b00_00_10_00>(packed);
    _mm256_cvtph_ps(_mm256_castsi256_si128(packed))
}

impl Texels {
    /// Components from channels.
    #[inline(never)]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn ordered(&self, channels: Color) -> Color {
        let mut components = [_mm256_setzero_ps(); 4];
        for (component, &source) in components.iter_mut().zip(&self.order) {
            *component = match source {
                ZERO => _mm256_setzero_ps(),
                ONE => _mm256_set1_ps(1.0),
                _ => channels[usize::from(source) & 3],
            };
        }
        components
    }

    /// The channels that count of eight texels; others are zero.
    ///
    /// # Safety
    /// They are texels of the view, whose class this is, or zeros.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) unsafe fn read<const CLASS: u8>(&self, texels: &Eight) -> Color {
        if CLASS == class::CODEC {
            let mut bits = [[0; 8]; 4];
            // SAFETY: the caller's promise.
            unsafe { (self.codec.gather)(&texels.pointers(), &mut bits) };
            return bits.map(|bits| _mm256_castsi256_ps(vector(&bits)));
        }
        // SAFETY: the caller's promise: those of four bytes are words.
        let words = unsafe {
            match *texels {
                Eight::Near(base, offsets) if class::are_bytes(CLASS) => [bytes::texels(base, offsets); 4],
                _ => texels.words(self.bytes),
            }
        };
        self.of_words::<CLASS>(&words)
    }

    /// The same of texels whose words are given.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn of_words<const CLASS: u8>(&self, words: &[I; 4]) -> Color {
        if CLASS == class::SRGB
            && let Some(encoded) = self.encoded
        {
            return self.channels(encoded.texels(words[0]));
        }
        let mut color = [_mm256_setzero_ps(); 4];
        for (channel, lanes) in color.iter_mut().enumerate() {
            if self.is_used(channel) {
                let word =
                    if class::are_bytes(CLASS) { 0 } else { usize::from(self.shifts[channel] / 32) & 3 };
                *lanes = self.channel::<CLASS>(words[word], channel);
            }
        }
        color
    }

    /// Whether some component is the channel.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn is_used(&self, channel: usize) -> bool {
        self.used >> channel & 1 != 0
    }

    /// A channel of texels, from the words that it is in.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn channel<const CLASS: u8>(&self, words: I, channel: usize) -> F {
        let (shift, bits) = (self.shifts[channel & 3], self.bits[channel & 3]);
        match CLASS {
            class::FLOATS => _mm256_castsi256_ps(words),
            class::HALVES => halves(field(words, shift, 16)),
            class::SRGB if channel != 3 => {
                let table = &srgb::tables().linear;
                // SAFETY: eight bits number the entries of the table.
                unsafe { _mm256_castsi256_ps(gather::entries(table.as_ptr().cast(), field(words, shift, 8))) }
            }
            class::BYTES | class::SRGB => share(_mm256_cvtepi32_ps(field(words, shift, 8)), 255.0),
            _ => {
                let most = (1u32 << (bits & 31)) - 1;
                share(_mm256_cvtepi32_ps(field(words, shift, bits)), most as f32)
            }
        }
    }
}

/// Whether the texels of a format are read here at all.
pub(super) fn are_known(format: Format) -> bool {
    use crate::format::NumericClass;
    format.class() == NumericClass::Float
        && !format.is_compressed()
        && format.planes().len() == 1
        && format.element_bytes().is_power_of_two()
        && format.name != vk::Format::R64_SFLOAT
}
