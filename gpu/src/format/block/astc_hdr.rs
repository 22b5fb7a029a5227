//! ASTC, the HDR profile: endpoint colors of 12 logarithmic bits.
//!
//! Source: Khronos Data Format specification, "HDR Endpoint Decoding". The encodings spend bits where colors need them: which
//! variable a spare bit belongs to, and how far up, depends on a mode inside the mode.

use super::astc::Rgba;

/// The most that a channel can be.
const MOST: i32 = 0xfff;
/// Alpha where a mode has none: one.
const OPAQUE: i32 = 0x780;

/// The two colors of the modes that have red, green and blue in logarithms; `None` for other modes. Alpha of mode 14 has eight
/// bits, as in the LDR profile.
pub(super) fn endpoint_colors(mode: u32, v: [i32; 8]) -> Option<[Rgba; 2]> {
    let gray = |l: i32| [l, l, l, OPAQUE];
    Some(match mode {
        2 if v[1] >= v[0] => [gray(v[0] << 4), gray(v[1] << 4)],
        2 => [gray((v[1] << 4) + 8), gray((v[0] << 4) - 8)],
        3 => {
            let [low, step] = match v[0] & 0x80 {
                0 => [(v[1] & 0xf0) << 4 | (v[0] & 0x7f) << 1, (v[1] & 0xf) << 1],
                _ => [(v[1] & 0xe0) << 4 | (v[0] & 0x7f) << 2, (v[1] & 0x1f) << 2],
            };
            [gray(low), gray((low + step).min(MOST))]
        }
        7 => base_and_scale(v),
        11 => direct(v).map(|color| with_alpha(color, OPAQUE)),
        14 => {
            let [low, high] = direct(v);
            [with_alpha(low, v[6]), with_alpha(high, v[7])]
        }
        15 => {
            let ([low, high], [first, second]) = (direct(v), alphas(v[6], v[7]));
            [with_alpha(low, first), with_alpha(high, second)]
        }
        _ => return None,
    })
}

fn with_alpha([red, green, blue]: [i32; 3], alpha: i32) -> Rgba {
    [red, green, blue, alpha]
}

/// Bit `n` of a number.
fn bit(value: i32, n: u32) -> i32 {
    value >> n & 1
}

/// Adds spare bits to variables: each goes to the variable and the place that `places` says.
fn scattered<const V: usize, const N: usize>(
    mut variables: [i32; V],
    spare: [i32; N],
    places: [(usize, u32); N],
) -> [i32; V] {
    for (bit, (variable, place)) in spare.into_iter().zip(places) {
        variables[variable] |= bit << place;
    }
    variables
}

/// Red, green and blue with the first exchanged for the one that `major` names.
fn exchanged(mut color: [i32; 3], major: usize) -> [i32; 3] {
    color.swap(0, major);
    color
}

fn clamped(color: [i32; 3]) -> [i32; 3] {
    color.map(|channel| channel.clamp(0, MOST))
}

/// Mode 7: a color, and how much darker the other one is.
fn base_and_scale(v: [i32; 8]) -> [Rgba; 2] {
    const R: usize = 0;
    const G: usize = 1;
    const B: usize = 2;
    const S: usize = 3;
    const PLACES: [[(usize, u32); 7]; 6] = [
        [(R, 9), (R, 8), (R, 7), (R, 10), (R, 6), (S, 6), (S, 5)],
        [(R, 8), (G, 5), (R, 7), (B, 5), (R, 6), (R, 10), (R, 9)],
        [(R, 9), (R, 8), (R, 7), (R, 6), (S, 7), (S, 6), (S, 5)],
        [(R, 8), (G, 5), (R, 7), (B, 5), (R, 6), (S, 6), (S, 5)],
        [(G, 6), (G, 5), (B, 6), (B, 5), (R, 6), (R, 7), (S, 5)],
        [(G, 6), (G, 5), (B, 6), (B, 5), (R, 6), (S, 6), (S, 5)],
    ];
    const SHIFTS: [u32; 6] = [1, 1, 2, 3, 4, 5];
    let (low, high) = ((bit(v[1], 7) | bit(v[2], 7) << 1) as usize, (v[0] >> 6 & 3) as usize);
    let (major, mode) = match (low, high) {
        (3, 3) => (0, 5),
        (3, major) => (major, 4),
        (major, mode) => (major, mode),
    };
    let spare =
        [bit(v[1], 6), bit(v[1], 5), bit(v[2], 6), bit(v[2], 5), bit(v[3], 7), bit(v[3], 6), bit(v[3], 5)];
    let variables = [v[0] & 0x3f, v[1] & 0x1f, v[2] & 0x1f, v[3] & 0x1f];
    let [red, green, blue, scale] = scattered(variables, spare, PLACES[mode]).map(|n| n << SHIFTS[mode]);
    // The last mode has the channels themselves, the others how far they are below red.
    let color = if mode == 5 { [red, green, blue] } else { [red, red - green, red - blue] };
    let color = exchanged(color, major);
    [color.map(|channel| channel - scale), color].map(|color| with_alpha(clamped(color), OPAQUE))
}

/// Modes 11, 14 and 15: two colors, as a maximum and differences from it.
fn direct(v: [i32; 8]) -> [[i32; 3]; 2] {
    const A: usize = 0;
    const B0: usize = 1;
    const B1: usize = 2;
    const C: usize = 3;
    const D0: usize = 4;
    const D1: usize = 5;
    const PLACES: [[(usize, u32); 6]; 8] = [
        [(B0, 6), (B1, 6), (D0, 6), (D1, 6), (D0, 5), (D1, 5)],
        [(B0, 6), (B1, 6), (B0, 7), (B1, 7), (D0, 5), (D1, 5)],
        [(A, 9), (C, 6), (D0, 6), (D1, 6), (D0, 5), (D1, 5)],
        [(B0, 6), (B1, 6), (A, 9), (C, 6), (D0, 5), (D1, 5)],
        [(B0, 6), (B1, 6), (B0, 7), (B1, 7), (A, 9), (A, 10)],
        [(A, 9), (A, 10), (C, 7), (C, 6), (D0, 5), (D1, 5)],
        [(B0, 6), (B1, 6), (A, 11), (C, 6), (A, 9), (A, 10)],
        [(A, 9), (A, 10), (A, 11), (C, 6), (D0, 5), (D1, 5)],
    ];
    const SIGNED_BITS: [u32; 8] = [7, 6, 7, 6, 5, 6, 5, 6];
    let major = (bit(v[4], 7) | bit(v[5], 7) << 1) as usize;
    if major == 3 {
        let color = |first: usize| [v[first] << 4, v[first + 2] << 4, (v[first + 4] & 0x7f) << 5];
        return [color(0), color(1)];
    }
    let mode = (bit(v[1], 7) | bit(v[2], 7) << 1 | bit(v[3], 7) << 2) as usize;
    let spare = [bit(v[2], 6), bit(v[3], 6), bit(v[4], 6), bit(v[5], 6), bit(v[4], 5), bit(v[5], 5)];
    let variables =
        [bit(v[1], 6) << 8 | v[0], v[2] & 0x3f, v[3] & 0x3f, v[1] & 0x3f, v[4] & 0x1f, v[5] & 0x1f];
    let shift = (mode as u32 >> 1) ^ 3;
    let unused = 32 - SIGNED_BITS[mode];
    let mut found = scattered(variables, spare, PLACES[mode]);
    for signed in [D0, D1] {
        found[signed] = found[signed] << unused >> unused;
    }
    let [a, b0, b1, c, d0, d1] = found.map(|n| n << shift);
    let (low, high) = ([a - c, a - b0 - c - d0, a - b1 - c - d1], [a, a - b0, a - b1]);
    [low, high].map(|color| exchanged(clamped(color), major))
}

/// The alphas of mode 15.
fn alphas(first: i32, second: i32) -> [i32; 2] {
    let mode = bit(first, 7) | bit(second, 7) << 1;
    let (first, second) = (first & 0x7f, second & 0x7f);
    if mode == 3 {
        return [first << 5, second << 5];
    }
    let base = first | second << (mode + 1) & 0x780;
    let sign = 0x20 >> mode;
    let step = (second & 0x3f >> mode ^ sign) - sign;
    let (base, step) = (base << (4 - mode), step << (4 - mode));
    [base, (base + step).clamp(0, MOST)]
}

/// The half float that a logarithm of 16 bits stands for; never infinite.
pub(super) fn half(logarithm: u32) -> u32 {
    let (exponent, mantissa) = (logarithm >> 11, logarithm & 0x7ff);
    let linear = match mantissa {
        0..512 => 3 * mantissa,
        512..1536 => 4 * mantissa - 512,
        _ => 5 * mantissa - 2048,
    };
    (exponent << 10 | linear >> 3).min(0x7bff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_become_halves() {
        // One is 0x3c00: exponent 15, no mantissa.
        assert_eq!(half(15 << 11), 0x3c00);
        assert_eq!(half(OPAQUE as u32 * 16), 0x3c00);
        assert_eq!(half(0), 0);
        assert_eq!(half(0xffff), 0x7bff);
        assert_eq!([511, 512, 1535, 1536].map(|m| half(m) & 0x3ff), [191, 192, 703, 704]);
    }

    #[test]
    fn gray_modes_order_their_colors() {
        assert_eq!(
            endpoint_colors(2, [1, 2, 0, 0, 0, 0, 0, 0]),
            Some([[16, 16, 16, 0x780], [32, 32, 32, 0x780]])
        );
        assert_eq!(
            endpoint_colors(2, [2, 1, 0, 0, 0, 0, 0, 0]),
            Some([[24, 24, 24, 0x780], [24, 24, 24, 0x780]])
        );
        let [low, high] = endpoint_colors(3, [0x85, 0xff, 0, 0, 0, 0, 0, 0]).unwrap();
        assert_eq!((low[0], high[0]), (0xe14, 0xe90));
        assert_eq!(endpoint_colors(8, [0; 8]), None);
    }

    #[test]
    fn direct_colors_are_shifted_where_no_channel_is_the_largest() {
        let [low, high] = endpoint_colors(11, [1, 2, 3, 4, 0x85, 0x86, 0, 0]).unwrap();
        assert_eq!((low, high), ([16, 48, 160, 0x780], [32, 64, 192, 0x780]));
    }

    #[test]
    fn no_values_leave_twelve_bits() {
        let mut seed = 1u32;
        for _ in 0..20_000 {
            let v = std::array::from_fn(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 24) as i32
            });
            for mode in [2, 3, 7, 11, 14, 15] {
                let colors = endpoint_colors(mode, v).unwrap();
                assert!(colors.iter().flatten().all(|channel| (0..=MOST).contains(channel)), "{mode} {v:?}");
            }
        }
    }
}
