//! What is done for each packet, in AVX2: inputs, the depth test, and colors of four bytes.
//!
//! The compiler makes vectors of four from loops over eight lanes once they are long, and moves them through memory; here every
//! operation is one instruction. Results are to the last bit those of the loops, which other processors run: no multiplication
//! is fused. A test holds both against each other.
#![expect(unsafe_code, reason = "moves vectors from memory")]

mod blend;
mod bytes;
mod depth;
mod inputs;
mod srgb;

use core::arch::x86_64::*;

use super::lanes::{ALL, SELECT};

pub(super) use self::bytes::{Packet, Way, write};
pub(super) use self::depth::{Depths, test};
pub(super) use self::inputs::interpolate;

/// Eight floats.
type F = __m256;
/// Eight integers of 32 bits.
type I = __m256i;
/// Red, green, blue and alpha of eight pixels.
type Color = [F; 4];

/// Lanes of a packet from its two rows, or the other way round.
#[inline]
#[target_feature(enable = "avx2")]
fn crossed(words: I) -> I {
    _mm256_permute4x64_epi64::<0b11_01_10_00>(words)
}

/// All ones in the lanes of a set.
#[inline]
#[target_feature(enable = "avx2")]
fn chosen(set: u32) -> I {
    let words = &SELECT[(set & ALL) as usize];
    // SAFETY: eight words.
    unsafe { _mm256_loadu_si256(words.as_ptr().cast()) }
}
