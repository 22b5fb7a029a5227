//! Two texels side by side with one pair of color differences: green is luma, blue and red belong to both.

use super::{Block, Decoder};

/// `BITS` in the high part of each of four words of one or two bytes; `BLUE_FIRST`: blue, green, red, green, else green first.
pub(crate) struct Packed422<const BITS: u32, const BLUE_FIRST: bool>;

impl<const BITS: u32, const BLUE_FIRST: bool> Decoder for Packed422<BITS, BLUE_FIRST> {
    const BYTES: usize = if BITS == 8 { 4 } else { 8 };
    const EXTENT: [u32; 2] = [2, 1];

    fn decode(from: &[u8], block: &mut Block) {
        let words: [f32; 4] = std::array::from_fn(|i| {
            let (code, most) = if BITS == 8 {
                (u32::from(from[i]), 255)
            } else {
                let word = u16::from_le_bytes([from[2 * i], from[2 * i + 1]]);
                (u32::from(word) >> (16 - BITS), (1 << BITS) - 1)
            };
            code as f32 / most as f32
        });
        let [first, second, third, fourth] = words;
        let ([green, other], blue, red) =
            if BLUE_FIRST { ([second, fourth], first, third) } else { ([first, third], second, fourth) };
        for (to, green) in block.iter_mut().zip([green, other]) {
            *to = [red, green, blue, 1.0].map(f32::to_bits);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::block::MAX_TEXELS;

    #[test]
    fn both_texels_share_red_and_blue() {
        let mut block = [[0; 4]; MAX_TEXELS];
        Packed422::<8, false>::decode(&[255, 0, 51, 102], &mut block);
        assert_eq!(block[0].map(f32::from_bits), [0.4, 1.0, 0.0, 1.0]);
        assert_eq!(block[1].map(f32::from_bits), [0.4, 0.2, 0.0, 1.0]);
        Packed422::<10, true>::decode(&[0xc0, 0xff, 0, 0, 0, 0, 0xff, 0xff], &mut block);
        assert_eq!(block[0].map(f32::from_bits), [0.0, 0.0, 1.0, 1.0]);
        assert_eq!(block[1].map(f32::from_bits), [0.0, 1.0, 1.0, 1.0]);
    }
}
