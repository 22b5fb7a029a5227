//! Linear numbers of many codes at once, by AVX-512's permutations of bytes.
//!
//! A gather reads one number after the other; a permutation looks up 64 bytes in a table of 128. So each of the four bytes of the
//! numbers has a table of its own, in two halves. What comes out is what [`Tables`](super::Tables) has, to the last bit.
#![expect(unsafe_code, reason = "reads tables as vectors")]

use core::arch::x86_64::*;
use std::sync::LazyLock;

use super::tables;

/// The bytes of the linear numbers of all codes: first the lowest of each, then the next ones.
#[derive(Debug)]
#[repr(align(64))]
pub(crate) struct Decoder {
    planes: [[u8; 256]; 4],
}

static DECODER: LazyLock<Decoder> = LazyLock::new(|| {
    let linear = &tables().linear;
    Decoder { planes: std::array::from_fn(|byte| linear.map(|number| number.to_le_bytes()[byte])) }
});

impl Decoder {
    /// There is none where the processor does not have the instructions.
    pub(crate) fn find() -> Option<&'static Self> {
        let has = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vbmi");
        has.then(|| &*DECODER)
    }

    /// One byte of the number of each code.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi")]
    fn plane(&self, byte: usize, codes: __m512i, upper: __mmask64) -> __m512i {
        let start = self.planes[byte & 3].as_ptr();
        // SAFETY: 256 bytes are four vectors.
        let quarter = |n: usize| unsafe { _mm512_loadu_si512(start.add(n * 64).cast()) };
        let low = _mm512_permutex2var_epi8(quarter(0), codes, quarter(1));
        let high = _mm512_permutex2var_epi8(quarter(2), codes, quarter(3));
        _mm512_mask_blend_epi8(upper, low, high)
    }

    /// The numbers of 64 codes: in each part of 128 bits, those of its codes 0 to 3, then 4 to 7, 8 to 11 and 12 to 15.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi")]
    pub(crate) fn all(&self, codes: __m512i) -> [__m512; 4] {
        let upper = _mm512_movepi8_mask(codes);
        let [a, b] = [self.plane(0, codes, upper), self.plane(1, codes, upper)];
        let [c, d] = [self.plane(2, codes, upper), self.plane(3, codes, upper)];
        let (low, high) = (_mm512_unpacklo_epi8(a, b), _mm512_unpacklo_epi8(c, d));
        let (more_low, more_high) = (_mm512_unpackhi_epi8(a, b), _mm512_unpackhi_epi8(c, d));
        [
            _mm512_castsi512_ps(_mm512_unpacklo_epi16(low, high)),
            _mm512_castsi512_ps(_mm512_unpackhi_epi16(low, high)),
            _mm512_castsi512_ps(_mm512_unpacklo_epi16(more_low, more_high)),
            _mm512_castsi512_ps(_mm512_unpackhi_epi16(more_low, more_high)),
        ]
    }

    /// The numbers of the lower three bytes of eight words: of the lowest ones, then of the next ones.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi")]
    pub(crate) fn three(&self, words: __m256i) -> [__m256; 3] {
        let order =
            _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
        let codes = _mm512_castsi256_si512(_mm256_shuffle_epi8(words, order));
        let [a, b, c, _] = self.all(codes);
        [_mm512_castps512_ps256(a), _mm512_castps512_ps256(b), _mm512_castps512_ps256(c)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi")]
    fn numbers(decoder: &Decoder, codes: &[u8; 64]) -> [[f32; 16]; 4] {
        // SAFETY: 64 bytes; sixteen floats.
        unsafe {
            let all = decoder.all(_mm512_loadu_si512(codes.as_ptr().cast()));
            all.map(|numbers| core::mem::transmute::<__m512, [f32; 16]>(numbers))
        }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi")]
    fn of_words(decoder: &Decoder, words: [u32; 8]) -> [[f32; 8]; 3] {
        // SAFETY: eight words, eight floats.
        unsafe {
            let three = decoder.three(core::mem::transmute::<[u32; 8], __m256i>(words));
            three.map(|numbers| core::mem::transmute::<__m256, [f32; 8]>(numbers))
        }
    }

    #[test]
    fn each_code_has_the_number_of_the_table() {
        let Some(decoder) = Decoder::find() else { return };
        let linear = &tables().linear;
        for first in 0..=255u8 {
            let codes: [u8; 64] = std::array::from_fn(|n| first.wrapping_add((n as u8).wrapping_mul(37)));
            // SAFETY: there is a decoder.
            let found = unsafe { numbers(decoder, &codes) };
            for (n, &code) in codes.iter().enumerate() {
                assert_eq!(found[n % 16 / 4][n / 16 * 4 + n % 4], linear[usize::from(code)], "code {n}");
            }
            let words =
                std::array::from_fn(|lane| (lane as u32 * 0x0123_4567) ^ (u32::from(first) * 0x0101_0101));
            // SAFETY: as above.
            let found = unsafe { of_words(decoder, words) };
            for (lane, word) in words.iter().enumerate() {
                let expected = [0, 8, 16].map(|shift| linear[(word >> shift & 0xff) as usize]);
                assert_eq!(found.map(|numbers| numbers[lane]), expected);
            }
        }
    }
}
