//! ASTC: blocks of 4 × 4 to 12 × 12 texels. What the HDR profile adds is in `astc_hdr`.
//!
//! Source: Khronos Data Format specification, "ASTC Compressed Texture Image Formats". A block is a little-endian number of
//! 128 bits: configuration and endpoint colors from bit 0 upwards, weights from bit 127 downwards.

use super::astc_hdr;
use super::astc_integers::{Range, color_range, read, unquantized_color, unquantized_weight, weight_range};
use super::{Block, Decoder, from_bytes};
use crate::format::small_float::half_to_f32;

/// `WIDTH` times `HEIGHT` texels of the LDR profile.
pub(crate) struct Astc<const WIDTH: u32, const HEIGHT: u32, const SRGB: bool>;

/// `WIDTH` times `HEIGHT` texels of the HDR profile, which has all of the other and more.
pub(crate) struct AstcHdr<const WIDTH: u32, const HEIGHT: u32>;

/// The most weights of a block.
const MAX_WEIGHTS: usize = 64;
/// The most endpoint values of a block.
const MAX_COLORS: usize = 18;

pub(super) type Rgba = [i32; 4];

/// What the format says of a block.
#[derive(Clone, Copy)]
struct Profile {
    width: u32,
    height: u32,
    is_srgb: bool,
    is_hdr: bool,
}

/// The colors between which the texels of a partition are.
#[derive(Clone, Copy)]
struct Endpoints {
    low: Rgba,
    high: Rgba,
    /// Which channels are logarithms of 12 bits; others have 8 bits.
    is_logarithm: [bool; 4],
}

fn bits(word: u128, first: u32, count: u32) -> u32 {
    (word >> first) as u32 & ((1 << count) - 1)
}

/// The grid of weights, from the block mode.
#[derive(Clone, Copy)]
struct Grid {
    width: u32,
    height: u32,
    range: Range,
    planes: u32,
}

impl Grid {
    /// `None` for modes that are reserved.
    fn decode(mode: u32) -> Option<Self> {
        let at = |first: u32, count: u32| bits(mode.into(), first, count);
        let (a, b) = (at(5, 2), at(7, 2));
        let mut planes = 1 + at(10, 1);
        let mut high = at(9, 1);
        let (range, (width, height)) = if at(0, 2) != 0 {
            let size = match at(2, 2) {
                0 => (b + 4, a + 2),
                1 => (b + 8, a + 2),
                2 => (a + 2, b + 8),
                _ if at(8, 1) == 0 => (a + 2, at(7, 1) + 6),
                _ => (at(7, 1) + 2, a + 2),
            };
            (at(0, 2) << 1 | at(4, 1), size)
        } else {
            let size = match b {
                0 => (12, a + 2),
                1 => (a + 2, 12),
                2 => {
                    (planes, high) = (1, 0);
                    (a + 6, at(9, 2) + 6)
                }
                _ if a == 0 => (6, 10),
                _ if a == 1 => (10, 6),
                _ => return None,
            };
            (at(2, 2) << 1 | at(4, 1), size)
        };
        Some(Self { width, height, range: weight_range(range, high != 0)?, planes })
    }

    fn weights(&self) -> u32 {
        self.width * self.height * self.planes
    }
}

/// The color of blocks and partitions that are not valid.
const ERROR: [u8; 4] = [255, 0, 255, 255];

#[inline(always)]
fn decode(profile: Profile, word: u128, block: &mut Block) -> Option<()> {
    let Profile { width, height, is_srgb, is_hdr } = profile;
    if bits(word, 0, 9) == 0x1fc {
        block[..(width * height) as usize].fill(one_color(word, profile)?);
        return Some(());
    }
    let grid = Grid::decode(bits(word, 0, 11))?;
    let weight_bits = grid.range.bits(grid.weights());
    let fits = grid.width <= width && grid.height <= height && grid.weights() <= MAX_WEIGHTS as u32;
    if !fits || !(24..=96).contains(&weight_bits) {
        return None;
    }
    let partitions = 1 + bits(word, 11, 2);
    if partitions == 4 && grid.planes == 2 {
        return None;
    }
    let (modes, extra) = endpoint_modes(word, partitions, 128 - weight_bits);
    let first = if partitions == 1 { 17 } else { 29 };
    let end = (128 - weight_bits).checked_sub(extra + if grid.planes == 2 { 2 } else { 0 })?;
    let modes = &modes[..partitions as usize];
    let count = modes.iter().map(|mode| (mode / 4 + 1) * 2).sum::<u32>();
    if count > MAX_COLORS as u32 {
        return None;
    }
    let range = color_range(count, end.checked_sub(first)?)?;
    let mut values = [0; MAX_COLORS];
    read(word >> first, range, &mut values[..count as usize]);
    let mut rest = &values[..count as usize];
    // `None`: texels of that partition are errors.
    let mut endpoints = [None; 4];
    for (&mode, endpoints) in modes.iter().zip(&mut endpoints) {
        let (own, others) = rest.split_at((mode / 4 + 1) as usize * 2);
        let mut colors = [0; 8];
        for (color, &value) in colors.iter_mut().zip(own) {
            *color = unquantized_color(range, value) as i32;
        }
        *endpoints = endpoints_of(mode, colors, is_hdr);
        rest = others;
    }
    let mut weights = [0; MAX_WEIGHTS];
    read(word.reverse_bits(), grid.range, &mut weights[..grid.weights() as usize]);
    weights.iter_mut().for_each(|weight| *weight = unquantized_weight(grid.range, *weight));
    // The component that the second plane of weights is for.
    let second = (grid.planes == 2).then(|| bits(word, end, 2) as usize);
    for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
        let part = if partitions == 1 {
            0
        } else {
            partition(bits(word, 13, 10), x, y, partitions, width * height < 31)
        };
        let Some(Endpoints { low, high, is_logarithm }) = endpoints[part] else {
            block[(y * width + x) as usize] = from_bytes(ERROR, is_srgb);
            continue;
        };
        let weight = |plane: u32| infilled(&grid, &weights, plane, [x, y], [width, height]);
        let (first, other) = (weight(0), second.map(|component| (component, weight(1))));
        let color: [u32; 4] = std::array::from_fn(|c| {
            let weight = other.filter(|other| other.0 == c).map_or(first, |other| other.1);
            let wide = |channel: i32| match is_logarithm[c] {
                true => (channel as u32) << 4,
                false => (channel as u32) << 8 | if is_srgb { 0x80 } else { channel as u32 },
            };
            (wide(low[c]) * (64 - weight) + wide(high[c]) * weight + 32) >> 6
        });
        let mut texel = shown(color, is_srgb);
        for (c, texel) in texel.iter_mut().enumerate().filter(|&(c, _)| is_logarithm[c]) {
            *texel = half_to_f32(astc_hdr::half(color[c])).to_bits();
        }
        block[(y * width + x) as usize] = texel;
    }
    Some(())
}

/// The color of a block that has but one: of 16 bits each channel, or half floats.
fn one_color(word: u128, profile: Profile) -> Option<[u32; 4]> {
    let [s_low, s_high, t_low, t_high] = [12, 25, 38, 51].map(|first| bits(word, first, 13));
    let everywhere = [s_low, s_high, t_low, t_high] == [0x1fff; 4];
    let is_half = bits(word, 9, 1) != 0;
    let valid = (profile.is_hdr || !is_half) && (everywhere || (s_low < s_high && t_low < t_high));
    let channels = [64, 80, 96, 112].map(|first| (word >> first) as u32 & 0xffff);
    valid.then(|| match is_half {
        true => channels.map(|channel| half_to_f32(channel).to_bits()),
        false => shown(channels, profile.is_srgb),
    })
}

/// Channels from numbers of 16 bits.
fn shown(color: [u32; 4], is_srgb: bool) -> [u32; 4] {
    if is_srgb {
        return from_bytes(color.map(|channel| (channel >> 8) as u8), true);
    }
    color.map(|channel| if channel == 0xffff { 1.0 } else { channel as f32 / 65536.0 }.to_bits())
}

/// The color endpoint modes of all partitions, and how many bits of them lie below the weights.
fn endpoint_modes(word: u128, partitions: u32, below: u32) -> ([u32; 4], u32) {
    if partitions == 1 {
        return ([bits(word, 13, 4); 4], 0);
    }
    let field = bits(word, 23, 6);
    if field & 3 == 0 {
        return ([field >> 2; 4], 0);
    }
    let extra = 3 * partitions - 4;
    let all = field | bits(word, below - extra, extra) << 6;
    let mode = |i: u32| {
        let class = (all & 3) - 1 + (all >> (2 + i) & 1);
        class << 2 | all >> (2 + partitions + 2 * i) & 3
    };
    ([mode(0), mode(1), mode(2), mode(3)], extra)
}

/// The colors of a partition; `None` for modes that the profile does not have.
fn endpoints_of(mode: u32, v: [i32; 8], is_hdr: bool) -> Option<Endpoints> {
    if let Some([low, high]) = endpoint_colors(mode, v) {
        return Some(Endpoints { low, high, is_logarithm: [false; 4] });
    }
    let [low, high] = astc_hdr::endpoint_colors(mode, v).filter(|_| is_hdr)?;
    // Mode 14 has an alpha as in the other profile.
    Some(Endpoints { low, high, is_logarithm: [true, true, true, mode != 14] })
}

/// The two colors of a partition; `None` for modes of the HDR profile.
fn endpoint_colors(mode: u32, v: [i32; 8]) -> Option<[Rgba; 2]> {
    let gray = |l: i32, a: i32| [l, l, l, a];
    let scaled = |a: i32| [(v[0] * v[3]) >> 8, (v[1] * v[3]) >> 8, (v[2] * v[3]) >> 8, a];
    let colors = match mode {
        0 => [gray(v[0], 255), gray(v[1], 255)],
        1 => {
            let low = v[0] >> 2 | v[1] & 0xc0;
            [gray(low, 255), gray(low + (v[1] & 0x3f), 255)]
        }
        4 => [gray(v[0], v[2]), gray(v[1], v[3])],
        5 => {
            let ([l, dl], [a, da]) = (transferred(v[0], v[1]), transferred(v[2], v[3]));
            [gray(l, a), gray(l + dl, a + da)]
        }
        6 => [scaled(255), [v[0], v[1], v[2], 255]],
        10 => [scaled(v[4]), [v[0], v[1], v[2], v[5]]],
        8 | 12 => {
            let (a, b) = if mode == 12 { (v[6], v[7]) } else { (255, 255) };
            let (first, second) = ([v[0], v[2], v[4], a], [v[1], v[3], v[5], b]);
            if v[1] + v[3] + v[5] >= v[0] + v[2] + v[4] {
                [first, second]
            } else {
                [contracted(second), contracted(first)]
            }
        }
        9 | 13 => {
            let [r, dr] = transferred(v[0], v[1]);
            let [g, dg] = transferred(v[2], v[3]);
            let [b, db] = transferred(v[4], v[5]);
            let [a, da] = if mode == 13 { transferred(v[6], v[7]) } else { [255, 0] };
            let (first, second) = ([r, g, b, a], [r + dr, g + dg, b + db, a + da]);
            if dr + dg + db >= 0 { [first, second] } else { [contracted(second), contracted(first)] }
        }
        _ => return None,
    };
    Some(colors.map(|color| color.map(|channel| channel.clamp(0, 255))))
}

/// Base and signed offset, of which the offset lends its high bit to the base.
fn transferred(base: i32, offset: i32) -> [i32; 2] {
    let small = offset >> 1 & 0x3f;
    [base >> 1 | offset & 0x80, if small & 0x20 != 0 { small - 0x40 } else { small }]
}

/// Red and green moved halfway to blue.
fn contracted([red, green, blue, alpha]: Rgba) -> Rgba {
    [(red + blue) >> 1, (green + blue) >> 1, blue, alpha]
}

/// The weight of a texel, from the four of the grid around it.
fn infilled(grid: &Grid, weights: &[u32; MAX_WEIGHTS], plane: u32, at: [u32; 2], size: [u32; 2]) -> u32 {
    let place = |axis: usize, count: u32| {
        let step = (1024 + size[axis] / 2) / (size[axis] - 1);
        let position = (step * at[axis] * (count - 1) + 32) >> 6;
        (position >> 4, position & 15)
    };
    let ((x, fx), (y, fy)) = (place(0, grid.width), place(1, grid.height));
    let both = (fx * fy + 8) >> 4;
    let part = |dx: u32, dy: u32, share: u32| {
        // What has no share may lie beyond the grid.
        let index = ((y + dy) * grid.width + x + dx) * grid.planes + plane;
        if share == 0 { 0 } else { weights.get(index as usize).map_or(0, |weight| weight * share) }
    };
    let sum =
        part(0, 0, 16 + both - fx - fy) + part(1, 0, fx - both) + part(0, 1, fy - both) + part(1, 1, both);
    (sum + 8) >> 4
}

fn hash(seed: u32) -> u32 {
    let mut p = seed;
    p ^= p >> 15;
    p = p.wrapping_sub(p << 17);
    p = p.wrapping_add(p << 7);
    p = p.wrapping_add(p << 4);
    p ^= p >> 5;
    p = p.wrapping_add(p << 16);
    p ^= p >> 7;
    p ^= p >> 3;
    p ^= p << 6;
    p ^ p >> 17
}

/// The partition that a texel is in.
fn partition(seed: u32, x: u32, y: u32, partitions: u32, is_small: bool) -> usize {
    let (x, y) = if is_small { (x << 1, y << 1) } else { (x, y) };
    let seed = seed + (partitions - 1) * 1024;
    let number = hash(seed);
    let (other, three) = (if seed & 2 != 0 { 4 } else { 5 }, if partitions == 3 { 6 } else { 5 });
    let shifts = if seed & 1 != 0 { [other, three] } else { [three, other] };
    let factor = |i: u32| {
        let nibble = number >> (4 * i) & 15;
        (nibble * nibble) >> shifts[i as usize & 1]
    };
    let sum = |i: u32, shift: u32| (factor(i) * x + factor(i + 1) * y).wrapping_add(number >> shift) & 0x3f;
    let a = sum(0, 14);
    let b = sum(2, 10);
    let c = if partitions < 3 { 0 } else { sum(4, 6) };
    let d = if partitions < 4 { 0 } else { sum(6, 2) };
    if a >= b && a >= c && a >= d {
        0
    } else if b >= c && b >= d {
        1
    } else if c >= d {
        2
    } else {
        3
    }
}

impl<const WIDTH: u32, const HEIGHT: u32, const SRGB: bool> Decoder for Astc<WIDTH, HEIGHT, SRGB> {
    const BYTES: usize = 16;
    const EXTENT: [u32; 2] = [WIDTH, HEIGHT];

    fn decode(from: &[u8], block: &mut Block) {
        decode_or_error(Profile { width: WIDTH, height: HEIGHT, is_srgb: SRGB, is_hdr: false }, from, block);
    }
}

impl<const WIDTH: u32, const HEIGHT: u32> Decoder for AstcHdr<WIDTH, HEIGHT> {
    const BYTES: usize = 16;
    const EXTENT: [u32; 2] = [WIDTH, HEIGHT];

    fn decode(from: &[u8], block: &mut Block) {
        decode_or_error(Profile { width: WIDTH, height: HEIGHT, is_srgb: false, is_hdr: true }, from, block);
    }
}

#[inline(always)]
fn decode_or_error(profile: Profile, from: &[u8], block: &mut Block) {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&from[..16]);
    if decode(profile, u128::from_le_bytes(bytes), block).is_none() {
        block.fill(from_bytes(ERROR, profile.is_srgb));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::block::MAX_TEXELS;

    fn texels<D: Decoder>(word: u128) -> Vec<[f32; 4]> {
        let mut block = [[0; 4]; MAX_TEXELS];
        D::decode(&word.to_le_bytes(), &mut block);
        block.iter().map(|texel| texel.map(f32::from_bits)).collect()
    }

    #[test]
    fn blocks_of_one_color_have_sixteen_bits_of_it() {
        let word = 0xffff_0000_8000_4000u128 << 64 | 0xffff_ffff_ffff_fdfc;
        let found = texels::<Astc<6, 5, false>>(word);
        assert_eq!(found[29], [0.25, 0.5, 0.0, 1.0]);
        // Half floats belong to the other profile: 0x4000 is two.
        assert_eq!(texels::<Astc<6, 5, false>>(word | 1 << 9)[0], [1.0, 0.0, 1.0, 1.0]);
        let halves = (word & !(0xffff << 112) | 0x3c00 << 112) | 1 << 9;
        assert_eq!(texels::<AstcHdr<6, 5>>(halves)[0], [2.0, -0.0, 0.0, 1.0]);
        assert_eq!(texels::<AstcHdr<6, 5>>(word)[0], [0.25, 0.5, 0.0, 1.0]);
    }

    /// A grid of 4 × 4 weights of two bits, one partition, luminance from 0 to 255: all color values have eight bits.
    #[test]
    fn weights_go_from_one_endpoint_to_the_other() {
        // Mode: W = B + 4 = 4, H = A + 2 = 4, range 4 (0 to 3).
        let mode = 0b10 | 0b10 << 5;
        let colors = 255u128 << 25;
        let weights = [0u128, 1, 2, 3];
        let mut word = mode | colors;
        for (i, weight) in (0..16).zip(weights.iter().cycle()) {
            // Each weight is reversed, the first on top.
            let reversed = (weight & 1) << 1 | weight >> 1;
            word |= reversed << (126 - 2 * i);
        }
        let found = texels::<Astc<4, 4, false>>(word);
        let row: Vec<f32> = found[..4].iter().map(|texel| texel[0]).collect();
        let expected = [0.0, 21.0 / 64.0, 43.0 / 64.0, 1.0];
        assert!(row.iter().zip(expected).all(|(a, b)| (a - b).abs() < 0.01), "{row:?}");
        assert_eq!(found[0], [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(found[15], [1.0; 4]);
    }

    #[test]
    fn no_block_is_too_strange() {
        let mut word = 0x1234_5678_9abc_def0_0fed_cba9_8765_4321u128;
        for _ in 0..20_000 {
            word = word
                .wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645)
                .wrapping_add(0x5851_f42d_4c95_7f2d);
            let word = word ^ word >> 64;
            for texel in texels::<Astc<12, 10, false>>(word).iter().chain(&texels::<Astc<4, 4, true>>(word)) {
                assert!(texel.iter().all(|channel| (0.0..=1.0).contains(channel)));
            }
            // Half floats of a block of one color may be anything.
            let is_half = word & 0x3ff == 0x3fc;
            let bright = texels::<AstcHdr<8, 8>>(word);
            assert!(is_half || bright.iter().flatten().all(|channel| (0.0..=65504.0).contains(channel)));
        }
    }
}
