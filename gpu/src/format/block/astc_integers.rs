//! The integers of ASTC blocks: bits, with trits or quints shared by several of them ("Integer Sequence Encoding"), and what
//! they stand for.

/// Numbers from 0 to `base * 2^bits - 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    /// 1, 3 (trits) or 5 (quints).
    base: u32,
    bits: u32,
}

const fn range(base: u32, bits: u32) -> Range {
    Range { base, bits }
}

/// All ranges of colors, largest first.
const COLORS: [Range; 17] = [
    range(1, 8),
    range(3, 6),
    range(5, 5),
    range(1, 7),
    range(3, 5),
    range(5, 4),
    range(1, 6),
    range(3, 4),
    range(5, 3),
    range(1, 5),
    range(3, 3),
    range(5, 2),
    range(1, 4),
    range(3, 2),
    range(5, 1),
    range(1, 3),
    range(3, 1),
];

impl Range {
    /// Bits of a sequence.
    pub(super) fn bits(self, count: u32) -> u32 {
        count * self.bits
            + match self.base {
                3 => (8 * count).div_ceil(5),
                5 => (7 * count).div_ceil(3),
                _ => 0,
            }
    }
}

/// The range of weights of a block mode; `None` where it is reserved.
pub(super) fn weight_range(code: u32, high: bool) -> Option<Range> {
    let low = [range(1, 1), range(3, 0), range(1, 2), range(5, 0), range(3, 1), range(1, 3)];
    let fine = [range(5, 1), range(3, 2), range(1, 4), range(5, 2), range(3, 3), range(1, 5)];
    let list = if high { fine } else { low };
    list.get(code.checked_sub(2)? as usize).copied()
}

/// The largest range of which `count` numbers fit into so many bits.
pub(super) fn color_range(count: u32, bits: u32) -> Option<Range> {
    COLORS.into_iter().find(|range| range.bits(count) <= bits)
}

/// Reads a sequence from bit 0 on: each number is its trit or quint, shifted, and its bits.
pub(super) fn read(word: u128, range: Range, values: &mut [u32]) {
    let mut left = word;
    let length = range.bits(values.len() as u32);
    if length < 128 {
        // Bits behind the end of the sequence count as zero.
        left &= (1 << length) - 1;
    }
    let mut take = |count: u32| {
        let bits = left as u32 & ((1 << count) - 1);
        left >>= count;
        bits
    };
    match range.base {
        3 => {
            for group in values.chunks_mut(5) {
                let (mut packed, mut at) = (0, 0);
                let mut low = [0; 5];
                for (low, count) in low.iter_mut().zip([2, 2, 1, 2, 1]) {
                    *low = take(range.bits);
                    packed |= take(count) << at;
                    at += count;
                }
                for ((value, low), trit) in group.iter_mut().zip(low).zip(trits(packed)) {
                    *value = trit << range.bits | low;
                }
            }
        }
        5 => {
            for group in values.chunks_mut(3) {
                let (mut packed, mut at) = (0, 0);
                let mut low = [0; 3];
                for (low, count) in low.iter_mut().zip([3, 2, 2]) {
                    *low = take(range.bits);
                    packed |= take(count) << at;
                    at += count;
                }
                for ((value, low), quint) in group.iter_mut().zip(low).zip(quints(packed)) {
                    *value = quint << range.bits | low;
                }
            }
        }
        _ => values.iter_mut().for_each(|value| *value = take(range.bits)),
    }
}

fn field(word: u32, high: u32, low: u32) -> u32 {
    word >> low & ((1 << (high - low + 1)) - 1)
}

/// Five trits of eight bits.
fn trits(t: u32) -> [u32; 5] {
    let (c, t4, t3) = if field(t, 4, 2) == 7 {
        (field(t, 7, 5) << 2 | field(t, 1, 0), 2, 2)
    } else if field(t, 6, 5) == 3 {
        (field(t, 4, 0), 2, field(t, 7, 7))
    } else {
        (field(t, 4, 0), field(t, 7, 7), field(t, 6, 5))
    };
    // Two bits, of which the high one excludes the low one.
    let exclusive = |two: u32| two & 2 | two & 1 & !(two >> 1);
    let [t2, t1, t0] = if field(c, 1, 0) == 3 {
        [2, field(c, 4, 4), exclusive(field(c, 3, 2))]
    } else if field(c, 3, 2) == 3 {
        [2, 2, field(c, 1, 0)]
    } else {
        [field(c, 4, 4), field(c, 3, 2), exclusive(field(c, 1, 0))]
    };
    [t0, t1, t2, t3, t4]
}

/// Three quints of seven bits.
fn quints(q: u32) -> [u32; 3] {
    if field(q, 2, 1) == 3 && field(q, 6, 5) == 0 {
        let low = field(q, 0, 0);
        let others = if low == 0 { field(q, 4, 3) } else { 0 };
        return [4, 4, low << 2 | others];
    }
    let (c, q2) = if field(q, 2, 1) == 3 {
        (field(q, 4, 3) << 3 | (field(q, 6, 5) ^ 3) << 1 | field(q, 0, 0), 4)
    } else {
        (field(q, 4, 0), field(q, 6, 5))
    };
    if field(c, 2, 0) == 5 { [field(c, 4, 3), 4, q2] } else { [field(c, 2, 0), field(c, 4, 3), q2] }
}

/// The bits of a number repeated to `width` bits.
fn repeated(value: u32, bits: u32, width: u32) -> u32 {
    let (mut result, mut have) = (0, 0);
    while have < width {
        result = result << bits | value;
        have += bits;
    }
    result >> (have - width)
}

/// A color value from 0 to 255.
pub(super) fn unquantized_color(range: Range, value: u32) -> u32 {
    if range.base == 1 {
        return repeated(value, range.bits, 8);
    }
    let (low, digit) = (value & ((1 << range.bits) - 1), value >> range.bits);
    let lowest = if low & 1 != 0 { 0x1ff } else { 0 };
    let high = low >> 1;
    let (factor, b) = match (range.base, range.bits) {
        (3, 1) => (204, 0),
        (3, 2) => (93, high << 8 | high << 4 | high << 2 | high << 1),
        (3, 3) => (44, high << 7 | high << 2 | high),
        (3, 4) => (22, high << 6 | high),
        (3, 5) => (11, high << 5 | high >> 2),
        (3, _) => (5, high << 4 | high >> 4),
        (_, 1) => (113, 0),
        (_, 2) => (54, high << 8 | high << 3 | high << 2),
        (_, 3) => (26, high << 7 | high << 1 | high >> 1),
        (_, 4) => (13, high << 6 | high >> 1),
        (_, _) => (6, high << 5 | high >> 3),
    };
    let mixed = (digit * factor + b) ^ lowest;
    lowest & 0x80 | mixed >> 2
}

/// A weight from 0 to 64.
pub(super) fn unquantized_weight(range: Range, value: u32) -> u32 {
    let (low, digit) = (value & ((1 << range.bits) - 1), value >> range.bits);
    let lowest = if low & 1 != 0 { 0x7f } else { 0 };
    let high = low >> 1;
    let mixed = |factor: u32, b: u32| {
        let mixed = (digit * factor + b) ^ lowest;
        lowest & 0x20 | mixed >> 2
    };
    let weight = match (range.base, range.bits) {
        (1, bits) => repeated(value, bits, 6),
        (3, 0) => [0, 32, 63][digit as usize % 3],
        (3, 1) => mixed(50, 0),
        (3, 2) => mixed(23, high << 6 | high << 2 | high),
        (3, _) => mixed(11, high << 5 | high),
        (_, 0) => [0, 16, 32, 47, 63][digit as usize % 5],
        (_, 1) => mixed(28, 0),
        (_, _) => mixed(13, high << 6 | high << 1),
    };
    weight + u32::from(weight > 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_of_trits_and_quints_exists() {
        let mut seen = std::collections::BTreeSet::new();
        (0..256).for_each(|packed| {
            assert!(trits(packed).iter().all(|&trit| trit < 3));
            seen.insert(trits(packed));
        });
        assert_eq!(seen.len(), 243);
        let mut seen = std::collections::BTreeSet::new();
        (0..128).for_each(|packed| {
            assert!(quints(packed).iter().all(|&quint| quint < 5));
            seen.insert(quints(packed));
        });
        assert_eq!(seen.len(), 125);
    }

    /// Steps are about equal; of weights, none is 32, so that the step in the middle is one more.
    #[test]
    fn values_are_spread_from_end_to_end() {
        for range in COLORS {
            let count = range.base << range.bits;
            let mut all: Vec<u32> = (0..count).map(|value| unquantized_color(range, value)).collect();
            all.sort_unstable();
            assert_eq!((all[0], all[all.len() - 1]), (0, 255), "{range:?}");
            let step = 255.0 / (count - 1) as f32;
            assert!(all.windows(2).all(|w| ((w[1] - w[0]) as f32 - step).abs() <= 3.0), "{range:?} {all:?}");
        }
        for (code, high) in (2..8).flat_map(|code| [(code, false), (code, true)]) {
            let range = weight_range(code, high).unwrap();
            let count = range.base << range.bits;
            let mut all: Vec<u32> = (0..count).map(|value| unquantized_weight(range, value)).collect();
            all.sort_unstable();
            assert_eq!((all[0], all[all.len() - 1]), (0, 64), "{range:?}");
            let step = 64.0 / (count - 1) as f32;
            assert!(all.windows(2).all(|w| ((w[1] - w[0]) as f32 - step).abs() <= 3.0), "{range:?} {all:?}");
        }
        assert_eq!(weight_range(1, false), None);
    }
}
