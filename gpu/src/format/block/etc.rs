//! ETC2 and EAC.
//!
//! Source: Khronos Data Format specification, "ETC2 Compressed Texture Image Formats". A block is a big-endian word; bits are
//! counted from its least significant one, texels from the top left, columns first.

use super::{Block, Decoder, from_bytes};

/// Three channels.
pub(crate) struct Etc2<const SRGB: bool>;
/// Three channels, texels may be transparent.
pub(crate) struct Etc2A1<const SRGB: bool>;
/// Three channels and EAC alpha.
pub(crate) struct Etc2A8<const SRGB: bool>;
/// One or two channels of eleven bits.
pub(crate) struct Eac<const CHANNELS: usize, const SIGNED: bool>;

const MODIFIERS: [[i32; 2]; 8] =
    [[2, 8], [5, 17], [9, 29], [13, 42], [18, 60], [24, 80], [33, 106], [47, 183]];
const DISTANCES: [i32; 8] = [3, 6, 11, 16, 23, 32, 41, 64];
const EAC_MODIFIERS: [[i32; 8]; 16] = [
    [-3, -6, -9, -15, 2, 5, 8, 14],
    [-3, -7, -10, -13, 2, 6, 9, 12],
    [-2, -5, -8, -13, 1, 4, 7, 12],
    [-2, -4, -6, -13, 1, 3, 5, 12],
    [-3, -6, -8, -12, 2, 5, 7, 11],
    [-3, -7, -9, -11, 2, 6, 8, 10],
    [-4, -7, -8, -11, 3, 6, 7, 10],
    [-3, -5, -8, -11, 2, 4, 7, 10],
    [-2, -6, -8, -10, 1, 5, 7, 9],
    [-2, -5, -8, -10, 1, 4, 7, 9],
    [-2, -4, -8, -10, 1, 3, 7, 9],
    [-2, -5, -7, -10, 1, 4, 6, 9],
    [-3, -4, -7, -10, 2, 3, 6, 9],
    [-1, -2, -3, -10, 0, 1, 2, 9],
    [-4, -6, -8, -9, 3, 5, 7, 8],
    [-3, -5, -7, -9, 2, 4, 6, 8],
];

type Color = [i32; 3];

fn word(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).fold(0, |word, &byte| word << 8 | u64::from(byte))
}

/// The bits from `high` down to `low`.
fn bits(word: u64, high: u32, low: u32) -> i32 {
    (word >> low & ((1 << (high - low + 1)) - 1)) as i32
}

/// A number of `count` bits, its high ones repeated below.
fn extend(value: i32, count: u32) -> i32 {
    value << (8 - count) | value >> (2 * count - 8)
}

/// A difference of three bits.
fn signed3(value: i32) -> i32 {
    (value ^ 4) - 4
}

fn moved(color: Color, by: i32) -> Color {
    color.map(|channel| channel + by)
}

/// Column and row of a texel, and its two-bit index.
fn texels(word: u64) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..16).map(move |i: usize| {
        let index = (word >> (16 + i) & 1) << 1 | word >> i & 1;
        (i / 4, i % 4, index as usize)
    })
}

fn put(block: &mut [[u8; 4]; 16], x: usize, y: usize, color: Color, alpha: u8) {
    let [red, green, blue] = color.map(|channel| channel.clamp(0, 255) as u8);
    block[y * 4 + x] = [red, green, blue, alpha];
}

/// The colors of a block; with `PUNCH` bit 33 says whether all texels are opaque.
fn colors<const PUNCH: bool>(word: u64, block: &mut [[u8; 4]; 16]) {
    let flag = bits(word, 33, 33) != 0;
    let opaque = !PUNCH || flag;
    if !PUNCH && !flag {
        let pair = |low: u32| [extend(bits(word, low + 7, low + 4), 4), extend(bits(word, low + 3, low), 4)];
        let [[r, r2], [g, g2], [b, b2]] = [56, 48, 40].map(pair);
        return halves(word, [[r, g, b], [r2, g2, b2]], true, block);
    }
    let base = [59, 51, 43].map(|low| bits(word, low + 4, low));
    let difference = [56, 48, 40].map(|low| signed3(bits(word, low + 2, low)));
    let other: Color = std::array::from_fn(|c| base[c] + difference[c]);
    match other.map(|channel| (0..32).contains(&channel)) {
        [false, _, _] => t_mode(word, opaque, block),
        [_, false, _] => h_mode(word, opaque, block),
        [_, _, false] => planar(word, block),
        _ => {
            let wide = |color: Color| color.map(|channel| extend(channel, 5));
            halves(word, [wide(base), wide(other)], opaque, block);
        }
    }
}

/// Two halves with a color each, which texels are brighter or darker than.
fn halves(word: u64, colors: [Color; 2], opaque: bool, block: &mut [[u8; 4]; 16]) {
    let tables = [bits(word, 39, 37), bits(word, 36, 34)];
    let flipped = bits(word, 32, 32) != 0;
    for (x, y, index) in texels(word) {
        let half = usize::from(if flipped { y >= 2 } else { x >= 2 });
        let [small, large] = MODIFIERS[tables[half] as usize];
        if !opaque && index == 2 {
            put(block, x, y, [0; 3], 0);
            continue;
        }
        let small = if opaque { small } else { 0 };
        put(block, x, y, moved(colors[half], [small, large, -small, -large][index]), 255);
    }
}

fn painted(word: u64, paint: [Color; 4], opaque: bool, block: &mut [[u8; 4]; 16]) {
    for (x, y, index) in texels(word) {
        if !opaque && index == 2 {
            put(block, x, y, [0; 3], 0);
        } else {
            put(block, x, y, paint[index], 255);
        }
    }
}

fn t_mode(word: u64, opaque: bool, block: &mut [[u8; 4]; 16]) {
    let red = bits(word, 60, 59) << 2 | bits(word, 57, 56);
    let first = [red, bits(word, 55, 52), bits(word, 51, 48)].map(|channel| extend(channel, 4));
    let second =
        [bits(word, 47, 44), bits(word, 43, 40), bits(word, 39, 36)].map(|channel| extend(channel, 4));
    let distance = DISTANCES[(bits(word, 35, 34) << 1 | bits(word, 32, 32)) as usize];
    painted(word, [first, moved(second, distance), second, moved(second, -distance)], opaque, block);
}

fn h_mode(word: u64, opaque: bool, block: &mut [[u8; 4]; 16]) {
    let green = bits(word, 58, 56) << 1 | bits(word, 52, 52);
    let blue = bits(word, 51, 51) << 3 | bits(word, 49, 47);
    let first = [bits(word, 62, 59), green, blue];
    let second = [bits(word, 46, 43), bits(word, 42, 39), bits(word, 38, 35)];
    // The order of the two colors is a bit of the distance.
    let order = i32::from(first >= second);
    let distance = DISTANCES[(bits(word, 34, 34) << 2 | bits(word, 32, 32) << 1 | order) as usize];
    let [first, second] = [first, second].map(|color| color.map(|channel| extend(channel, 4)));
    let paint =
        [moved(first, distance), moved(first, -distance), moved(second, distance), moved(second, -distance)];
    painted(word, paint, opaque, block);
}

fn planar(word: u64, block: &mut [[u8; 4]; 16]) {
    let green = bits(word, 56, 56) << 6 | bits(word, 54, 49);
    let blue = bits(word, 48, 48) << 5 | bits(word, 44, 43) << 3 | bits(word, 41, 39);
    let red = bits(word, 38, 34) << 1 | bits(word, 32, 32);
    let wide = |[red, green, blue]: Color| [extend(red, 6), extend(green, 7), extend(blue, 6)];
    let origin = wide([bits(word, 62, 57), green, blue]);
    let right = wide([red, bits(word, 31, 25), bits(word, 24, 19)]);
    let down = wide([bits(word, 18, 13), bits(word, 12, 6), bits(word, 5, 0)]);
    for (y, x) in (0..4).flat_map(|y| (0..4).map(move |x| (y, x))) {
        let color = std::array::from_fn(|c| {
            let (o, h, v) = (origin[c], right[c], down[c]);
            (x as i32 * (h - o) + y as i32 * (v - o) + 4 * o + 2) >> 2
        });
        put(block, x, y, color, 255);
    }
}

/// Calls with column, row, base, multiplier and modifier of each texel.
fn eac(word: u64, mut visit: impl FnMut(usize, usize, i32, i32, i32)) {
    let (base, multiplier) = (bits(word, 63, 56), bits(word, 55, 52));
    let table = EAC_MODIFIERS[bits(word, 51, 48) as usize];
    for i in 0..16usize {
        let low = 45 - 3 * i as u32;
        visit(i / 4, i % 4, base, multiplier, table[bits(word, low + 2, low) as usize]);
    }
}

fn finish(texels: &[[u8; 4]; 16], block: &mut Block, is_srgb: bool) {
    for (to, texel) in block.iter_mut().zip(texels) {
        *to = from_bytes(*texel, is_srgb);
    }
}

impl<const SRGB: bool> Decoder for Etc2<SRGB> {
    const BYTES: usize = 8;

    fn decode(from: &[u8], block: &mut Block) {
        let mut texels = [[0; 4]; 16];
        colors::<false>(word(from), &mut texels);
        finish(&texels, block, SRGB);
    }
}

impl<const SRGB: bool> Decoder for Etc2A1<SRGB> {
    const BYTES: usize = 8;

    fn decode(from: &[u8], block: &mut Block) {
        let mut texels = [[0; 4]; 16];
        colors::<true>(word(from), &mut texels);
        finish(&texels, block, SRGB);
    }
}

impl<const SRGB: bool> Decoder for Etc2A8<SRGB> {
    const BYTES: usize = 16;

    fn decode(from: &[u8], block: &mut Block) {
        let mut texels = [[0; 4]; 16];
        colors::<false>(word(&from[8..]), &mut texels);
        eac(word(from), |x, y, base, multiplier, modifier| {
            texels[y * 4 + x][3] = (base + modifier * multiplier).clamp(0, 255) as u8;
        });
        finish(&texels, block, SRGB);
    }
}

impl<const CHANNELS: usize, const SIGNED: bool> Decoder for Eac<CHANNELS, SIGNED> {
    const BYTES: usize = CHANNELS * 8;

    fn decode(from: &[u8], block: &mut Block) {
        block[..16].fill([0, 0, 0, 1f32.to_bits()]);
        for (channel, bytes) in from.as_chunks::<8>().0.iter().enumerate() {
            eac(word(bytes), |x, y, base, multiplier, modifier| {
                let by = if multiplier == 0 { modifier } else { modifier * multiplier * 8 };
                let value = if SIGNED {
                    let base = i32::from(base as u8 as i8).max(-127);
                    (base * 8 + by).clamp(-1023, 1023) as f32 / 1023.0
                } else {
                    (base * 8 + 4 + by).clamp(0, 2047) as f32 / 2047.0
                };
                block[y * 4 + x][channel] = value.to_bits();
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode<const PUNCH: bool>(word: u64) -> [[u8; 4]; 16] {
        let mut block = [[0; 4]; 16];
        colors::<PUNCH>(word, &mut block);
        block
    }

    #[test]
    fn halves_are_brighter_or_darker_than_their_color() {
        // Individual mode: 8 and 4 in red, table 0 for both; texel (0, 1) has index 1, texel (3, 0) index 3.
        let word = 0x84 << 56 | (1 << 12 | 1 << 28) | 1 << 1;
        let block = decode::<false>(word);
        assert_eq!(block[0], [0x88 + 2, 2, 2, 255]);
        assert_eq!(block[4], [0x88 + 8, 8, 8, 255]);
        assert_eq!(block[3], [0x44 - 8, 0, 0, 255]);
    }

    #[test]
    fn transparent_texels_are_index_two_unless_the_block_is_opaque() {
        let word = 0x80 << 56 | 1 << 16;
        assert_eq!(decode::<true>(word)[0], [0; 4]);
        assert_eq!(decode::<true>(word)[1], [0x84, 0, 0, 255]);
        assert_eq!(decode::<true>(word | 1 << 33)[0][3], 255);
    }

    #[test]
    fn planes_run_from_the_origin_to_the_right_and_down() {
        // Blue 31 plus 3 does not fit: planar. The origin has no red, the right all.
        let word = 0b1111_1011u64 << 40 | 0x1f << 34 | 1 << 33 | 1 << 32;
        let block = decode::<false>(word);
        let reds: Vec<u8> = (0..4).map(|x| block[x][0]).collect();
        assert_eq!(reds, [0, 64, 128, 191]);
        assert_eq!(block[12][0], 0);
    }

    #[test]
    fn eleven_bits_reach_both_ends() {
        let mut block = [[0; 4]; crate::format::block::MAX_TEXELS];
        let most = (255u64 << 56 | 1 << 52 | 0xffff_ffff_ffff).to_be_bytes();
        Eac::<1, false>::decode(&most, &mut block);
        assert_eq!(f32::from_bits(block[15][0]), 1.0);
        let least = (0x80u64 << 56 | 15 << 52 | 3 << 45).to_be_bytes();
        Eac::<1, true>::decode(&least, &mut block);
        assert_eq!(f32::from_bits(block[0][0]), -1.0);
        assert_eq!(f32::from_bits(block[0][3]), 1.0);
    }
}
