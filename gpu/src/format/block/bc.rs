//! BC1 to BC7, by `bcdec_rs`.

use super::{Block, Decoder, from_bytes};
use crate::format::small_float::half_to_f32;

/// Texels of a block.
const TEXELS: usize = 16;

/// Three colors and black or transparency, or four colors.
pub(crate) struct Bc1<const SRGB: bool, const ALPHA: bool>;
/// As BC1 with four bits of alpha.
pub(crate) struct Bc2<const SRGB: bool>;
/// As BC1 with interpolated alpha.
pub(crate) struct Bc3<const SRGB: bool>;
/// One interpolated channel.
pub(crate) struct Bc4<const SIGNED: bool>;
/// Two interpolated channels.
pub(crate) struct Bc5<const SIGNED: bool>;
/// Three halves.
pub(crate) struct Bc6<const SIGNED: bool>;
/// Four channels, many modes.
pub(crate) struct Bc7<const SRGB: bool>;

type DecodeBytes = fn(&[u8], &mut [u8], usize);

fn bytes(decode: DecodeBytes, from: &[u8], block: &mut Block, is_srgb: bool, opaque: bool) {
    let mut texels = [0; TEXELS * 4];
    decode(from, &mut texels, 16);
    for (to, texel) in block.iter_mut().zip(texels.as_chunks::<4>().0) {
        let [red, green, blue, alpha] = *texel;
        *to = from_bytes([red, green, blue, if opaque { 255 } else { alpha }], is_srgb);
    }
}

impl<const SRGB: bool, const ALPHA: bool> Decoder for Bc1<SRGB, ALPHA> {
    const BYTES: usize = 8;

    fn decode(from: &[u8], block: &mut Block) {
        bytes(bcdec_rs::bc1, from, block, SRGB, !ALPHA);
    }
}

impl<const SRGB: bool> Decoder for Bc2<SRGB> {
    const BYTES: usize = 16;

    fn decode(from: &[u8], block: &mut Block) {
        bytes(bcdec_rs::bc2, from, block, SRGB, false);
    }
}

impl<const SRGB: bool> Decoder for Bc3<SRGB> {
    const BYTES: usize = 16;

    fn decode(from: &[u8], block: &mut Block) {
        bytes(bcdec_rs::bc3, from, block, SRGB, false);
    }
}

impl<const SIGNED: bool> Decoder for Bc4<SIGNED> {
    const BYTES: usize = 8;

    fn decode(from: &[u8], block: &mut Block) {
        let mut texels = [0.0; TEXELS];
        bcdec_rs::bc4_float(from, &mut texels, 4, SIGNED);
        for (to, red) in block.iter_mut().zip(texels) {
            *to = [red, 0.0, 0.0, 1.0].map(f32::to_bits);
        }
    }
}

impl<const SIGNED: bool> Decoder for Bc5<SIGNED> {
    const BYTES: usize = 16;

    fn decode(from: &[u8], block: &mut Block) {
        let mut texels = [0.0; TEXELS * 2];
        bcdec_rs::bc5_float(from, &mut texels, 8, SIGNED);
        for (to, [red, green]) in block.iter_mut().zip(texels.as_chunks::<2>().0) {
            *to = [*red, *green, 0.0, 1.0].map(f32::to_bits);
        }
    }
}

impl<const SIGNED: bool> Decoder for Bc6<SIGNED> {
    const BYTES: usize = 16;

    fn decode(from: &[u8], block: &mut Block) {
        let mut texels = [0; TEXELS * 3];
        bcdec_rs::bc6h_half(from, &mut texels, 12, SIGNED);
        for (to, texel) in block.iter_mut().zip(texels.as_chunks::<3>().0) {
            let [red, green, blue] = texel.map(|half| half_to_f32(half.into()));
            *to = [red, green, blue, 1.0].map(f32::to_bits);
        }
    }
}

impl<const SRGB: bool> Decoder for Bc7<SRGB> {
    const BYTES: usize = 16;

    fn decode(from: &[u8], block: &mut Block) {
        bytes(bcdec_rs::bc7, from, block, SRGB, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::block::MAX_TEXELS;

    fn decode<D: Decoder>(bytes: &[u8]) -> [[f32; 4]; 16] {
        assert_eq!(bytes.len(), D::BYTES);
        let mut block = [[0; 4]; MAX_TEXELS];
        D::decode(bytes, &mut block);
        std::array::from_fn(|i| block[i].map(f32::from_bits))
    }

    #[test]
    fn the_fourth_color_of_bc1_is_transparent_or_black() {
        // Both colors red, the first not greater: index 3 in the last texel of the first row.
        let bytes = [0x00, 0xf8, 0x00, 0xf8, 0b1100_0000, 0, 0, 0];
        let texels = decode::<Bc1<false, true>>(&bytes);
        assert_eq!((texels[0], texels[3]), ([1.0, 0.0, 0.0, 1.0], [0.0; 4]));
        assert_eq!(decode::<Bc1<false, false>>(&bytes)[3], [0.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn signed_channels_reach_minus_one() {
        let mut bytes = [0; 8];
        (bytes[0], bytes[1]) = (0x81, 0x7f);
        bytes[2] = 0b000_001;
        let texels = decode::<Bc4<true>>(&bytes);
        assert_eq!((texels[0][0], texels[1]), (1.0, [-1.0, 0.0, 0.0, 1.0]));
    }
}
