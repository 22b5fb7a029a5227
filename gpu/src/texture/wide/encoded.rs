//! Texels of four bytes of which red, green and blue are in the transfer function of sRGB, for processors that look up 64 bytes
//! at once.
//!
//! A texel alone, and texels that a blend has beside each other, become linear numbers in vectors. They are those that the table
//! has, blended in the order that other code blends them: no sample tells which way it went.
#![expect(unsafe_code, reason = "calls code for the processor that was found")]

use core::arch::x86_64::*;

use lacuna_shaders::abi::texture::TextureFrame;

use super::bytes::Pairs;
use super::lanes::{Color, F, I, load_floats};
use super::near::Place;
use super::place::Layers;
use super::texels::{Texels, class, share};
use super::{Request, give, sample_bytes};
use crate::format::srgb::decoder::Decoder;

/// The processor has AVX-512 F, BW, VL and VBMI.
#[derive(Clone, Copy, Debug)]
pub(super) struct Encoded(&'static Decoder);

impl Encoded {
    /// There is none where the processor does not have the instructions.
    pub(super) fn find() -> Option<Self> {
        Decoder::find().map(Self)
    }

    /// Channels, in the order of their bytes, of the texels in words.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn texels(self, words: I) -> Color {
        // SAFETY: there is a decoder only where the processor has the instructions.
        unsafe { texels(self.0, words) }
    }

    /// Blends upper and lower pairs; `across` weighs the right neighbours, `down` the lower pairs.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn blend(self, upper: Pairs, lower: Pairs, across: F, down: F) -> Color {
        // SAFETY: as above.
        unsafe { blend(self.0, upper, lower, across, down) }
    }
}

sample_bytes!(class::SRGB, "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512vbmi", decoded);

impl Texels {
    /// Channels of the texels in words.
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512vbmi")]
    fn decoded(&self, words: I) -> Color {
        match self.encoded {
            Some(Encoded(decoder)) => self.channels(texels(decoder, words)),
            None => self.of_words::<{ class::SRGB }>(&[words; 4]),
        }
    }
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512vbmi")]
fn texels(decoder: &Decoder, words: I) -> Color {
    let [a, b, c] = decoder.three(words);
    [a, b, c, alpha(_mm256_srli_epi32::<24>(words))]
}

/// What bytes of alpha stand for.
#[inline]
#[target_feature(enable = "avx2,fma,f16c")]
fn alpha(bytes: I) -> F {
    share(_mm256_cvtepi32_ps(bytes), 255.0)
}

/// The linear numbers of pairs, and their alpha: of lanes 0 to 3 and 4 to 7, the left ones and then the right ones.
struct Numbers {
    /// Of the left texels, channel by channel, lanes 0 to 3, then 4 to 7; then of the right ones.
    linear: [__m512; 4],
    /// Left and right.
    alpha: [F; 2],
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512vbmi")]
fn numbers(decoder: &Decoder, [some, others]: Pairs) -> Numbers {
    // A lane's eight bytes: each channel of the left texel with that of the right one. Wanted is channel by channel: left ones of
    // lanes 0 to 7, then right ones.
    const START: [u8; 8] = [0, 8, 32, 40, 16, 24, 48, 56];
    const ORDER: [u8; 64] = {
        let mut order = [0; 64];
        let mut n = 0;
        while n < 64 {
            let (channel, side, lane) = (n / 16, n / 8 % 2, n % 8);
            order[n] = START[lane] + (channel * 2 + side) as u8;
            n += 1;
        }
        order
    };
    // SAFETY: 64 bytes.
    let order = unsafe { _mm512_loadu_si512(ORDER.as_ptr().cast()) };
    let bytes = _mm512_inserti64x4::<1>(_mm512_castsi256_si512(some), others);
    let codes = _mm512_permutexvar_epi8(order, bytes);
    let left = _mm512_extracti32x4_epi32::<3>(codes);
    let right = _mm_bsrli_si128::<8>(left);
    Numbers {
        linear: decoder.all(codes),
        alpha: [alpha(_mm256_cvtepu8_epi32(left)), alpha(_mm256_cvtepu8_epi32(right))],
    }
}

/// The upper eight floats.
#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512vbmi")]
fn upper(value: __m512) -> F {
    _mm256_castpd_ps(_mm512_extractf64x4_pd::<1>(_mm512_castps_pd(value)))
}

/// Weights of the first and of the second texel, and these of lanes 0 to 3 and 4 to 7 for each channel.
#[derive(Clone, Copy)]
struct Sides {
    lanes: [F; 2],
    halves: [[__m512; 2]; 2],
}

impl Sides {
    #[inline]
    #[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512vbmi")]
    fn new(weight: F) -> Self {
        let low = _mm512_broadcast_f32x4(_mm256_castps256_ps128(weight));
        let high = _mm512_broadcast_f32x4(_mm256_extractf128_ps::<1>(weight));
        let one = _mm512_set1_ps(1.0);
        Self {
            lanes: [_mm256_sub_ps(_mm256_set1_ps(1.0), weight), weight],
            halves: [[_mm512_sub_ps(one, low), low], [_mm512_sub_ps(one, high), high]],
        }
    }

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512vbmi")]
    fn of_lanes(&self, a: F, b: F) -> F {
        _mm256_fmadd_ps(b, self.lanes[1], _mm256_mul_ps(a, self.lanes[0]))
    }

    #[inline]
    #[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512vbmi")]
    fn of_half<const HALF: usize>(&self, a: __m512, b: __m512) -> __m512 {
        let [one, other] = self.halves[HALF];
        _mm512_fmadd_ps(b, other, _mm512_mul_ps(a, one))
    }
}

#[inline]
#[target_feature(enable = "avx2,fma,f16c,avx512f,avx512bw,avx512vl,avx512vbmi")]
fn blend(decoder: &Decoder, upper_pairs: Pairs, lower_pairs: Pairs, across: F, down: F) -> Color {
    let (above, below) = (numbers(decoder, upper_pairs), numbers(decoder, lower_pairs));
    let (across, down) = (Sides::new(across), Sides::new(down));
    macro_rules! half {
        ($half:literal) => {{
            let top = across.of_half::<$half>(above.linear[$half], above.linear[$half + 2]);
            let bottom = across.of_half::<$half>(below.linear[$half], below.linear[$half + 2]);
            _mm512_castps_pd(down.of_half::<$half>(top, bottom))
        }};
    }
    let (low, high) = (half!(0), half!(1));
    // Lanes 0 to 3 and 4 to 7 of the first channel, then of the second; then of the third.
    let two = _mm512_permutex2var_pd(low, _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), high);
    let third = _mm512_permutex2var_pd(low, _mm512_setr_epi64(4, 5, 12, 13, 4, 5, 12, 13), high);
    let (two, third) = (_mm512_castpd_ps(two), _mm512_castpd_ps(third));
    let alpha = down.of_lanes(
        across.of_lanes(above.alpha[0], above.alpha[1]),
        across.of_lanes(below.alpha[0], below.alpha[1]),
    );
    [_mm512_castps512_ps256(two), upper(two), _mm512_castps512_ps256(third), alpha]
}
