//! Eight numbers at once, in quad order, and sets of lanes as bits.
//!
//! Arithmetic is plain loops over arrays, which the compiler turns into vectors; here is what it does not find by itself. It
//! does not find `map` and `from_fn` of arrays: hot code uses [`lanes`].
#![expect(unsafe_code, reason = "vector instructions that every x86-64 has")]

use lacuna_shaders::abi::LANES;

pub(super) const N: usize = LANES as usize;
/// One float of each lane.
pub(super) type Floats = [f32; N];
/// All lanes.
pub(super) const ALL: u32 = (1 << N) - 1;

/// Columns of the lanes of a packet.
pub(super) const COLUMN: [i32; N] = [0, 1, 0, 1, 2, 3, 2, 3];
/// Rows of the lanes of a packet.
pub(super) const ROW: [i32; N] = [0, 0, 1, 1, 0, 0, 1, 1];

/// For each set of lanes all ones in those that are in it.
pub(super) static SELECT: [[u32; N]; 256] = {
    let mut table = [[0; N]; 256];
    let mut set = 0;
    while set < 256 {
        let mut lane = 0;
        while lane < N {
            if set >> lane & 1 != 0 {
                table[set][lane] = u32::MAX;
            }
            lane += 1;
        }
        set += 1;
    }
    table
};

/// A value for each lane.
#[inline(always)]
pub(super) fn lanes<T: Copy + Default>(value: impl Fn(usize) -> T) -> [T; N] {
    let mut all = [T::default(); N];
    for (lane, own) in all.iter_mut().enumerate() {
        *own = value(lane);
    }
    all
}

/// In the lanes of a set the first, in the others the second.
#[inline(always)]
pub(super) fn select(set: u32, yes: &[u32; N], no: &[u32; N]) -> [u32; N] {
    let bits = &SELECT[(set & ALL) as usize];
    lanes(|lane| (yes[lane] & bits[lane]) | (no[lane] & !bits[lane]))
}

/// Lanes whose highest bit is clear.
#[inline(always)]
pub(super) fn not_negative(values: &[i32; N]) -> u32 {
    Integers::load(values).not_negative()
}

/// An integer for each lane, where it must be vectors.
#[derive(Clone, Copy)]
pub(super) struct Integers {
    #[cfg(target_arch = "x86_64")]
    halves: [core::arch::x86_64::__m128i; 2],
    #[cfg(not(target_arch = "x86_64"))]
    all: [i32; N],
}

#[cfg(target_arch = "x86_64")]
impl Integers {
    #[inline(always)]
    fn load(values: &[i32; N]) -> Self {
        let half = |n: usize| {
            // SAFETY: SSE2 is part of the architecture; the load is inside of the array and needs no alignment.
            unsafe { core::arch::x86_64::_mm_loadu_si128(values.as_ptr().add(4 * n).cast()) }
        };
        Self { halves: [half(0), half(1)] }
    }

    /// The same in all lanes.
    #[inline(always)]
    pub(super) fn splat(value: i32) -> Self {
        // SAFETY: SSE2 is part of the architecture.
        Self { halves: [unsafe { core::arch::x86_64::_mm_set1_epi32(value) }; 2] }
    }

    /// What grows by `a` from column to column and by `b` from row to row.
    #[inline(always)]
    pub(super) fn slope(a: i32, b: i32) -> Self {
        // SAFETY: SSE2 is part of the architecture.
        unsafe {
            use core::arch::x86_64::{_mm_add_epi32, _mm_set_epi32, _mm_set1_epi32};
            let left = _mm_set_epi32(a.wrapping_add(b), b, a, 0);
            Self { halves: [left, _mm_add_epi32(left, _mm_set1_epi32(a.wrapping_mul(2)))] }
        }
    }

    #[inline(always)]
    pub(super) fn plus(self, other: Self) -> Self {
        let add = |n: usize| {
            // SAFETY: SSE2 is part of the architecture.
            unsafe { core::arch::x86_64::_mm_add_epi32(self.halves[n], other.halves[n]) }
        };
        Self { halves: [add(0), add(1)] }
    }

    #[inline(always)]
    pub(super) fn or(self, other: Self) -> Self {
        let or = |n: usize| {
            // SAFETY: SSE2 is part of the architecture.
            unsafe { core::arch::x86_64::_mm_or_si128(self.halves[n], other.halves[n]) }
        };
        Self { halves: [or(0), or(1)] }
    }

    /// Lanes whose highest bit is clear.
    #[inline(always)]
    pub(super) fn not_negative(self) -> u32 {
        let signs = |n: usize| {
            // SAFETY: SSE2 is part of the architecture.
            unsafe {
                use core::arch::x86_64::{_mm_castsi128_ps, _mm_movemask_ps};
                _mm_movemask_ps(_mm_castsi128_ps(self.halves[n]))
            }
        };
        !(signs(0) | signs(1) << 4) as u32 & ALL
    }
}

#[cfg(not(target_arch = "x86_64"))]
impl Integers {
    fn load(values: &[i32; N]) -> Self {
        Self { all: *values }
    }

    pub(super) fn splat(value: i32) -> Self {
        Self { all: [value; N] }
    }

    pub(super) fn slope(a: i32, b: i32) -> Self {
        Self { all: lanes(|lane| a.wrapping_mul(COLUMN[lane]).wrapping_add(b.wrapping_mul(ROW[lane]))) }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self { all: lanes(|lane| self.all[lane].wrapping_add(other.all[lane])) }
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self { all: lanes(|lane| self.all[lane] | other.all[lane]) }
    }

    pub(super) fn not_negative(self) -> u32 {
        self.all.iter().enumerate().fold(0, |set, (lane, &value)| set | u32::from(value >= 0) << lane)
    }
}

/// Lanes for which something holds.
#[inline(always)]
pub(super) fn set_of(is_in: impl Fn(usize) -> bool) -> u32 {
    not_negative(&lanes(|lane| i32::from(is_in(lane)) - 1))
}

/// The lanes of a set.
pub(super) fn lanes_of(mut set: u32) -> impl Iterator<Item = usize> {
    core::iter::from_fn(move || {
        let lane = set.trailing_zeros();
        set &= set.wrapping_sub(1);
        (lane < 32).then_some(lane as usize)
    })
}

/// Quads of a set, whole: the lanes that must run so that the set's derivatives are known.
#[inline(always)]
pub(super) fn whole_quads(set: u32) -> u32 {
    (if set & 0x0f != 0 { 0x0f } else { 0 }) | (if set & 0xf0 != 0 { 0xf0 } else { 0 })
}

/// Between two limits; what is not a number is the lower one.
#[inline(always)]
pub(super) fn limit(value: f32, low: f32, high: f32) -> f32 {
    // Written so that it is two instructions.
    let raised = if value > low { value } else { low };
    if raised < high { raised } else { high }
}

#[inline(always)]
pub(super) fn to_bits(values: Floats) -> [u32; N] {
    lanes(|lane| values[lane].to_bits())
}

#[inline(always)]
pub(super) fn from_bits(values: [u32; N]) -> Floats {
    lanes(|lane| f32::from_bits(values[lane]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_and_lanes_are_the_same_thing() {
        for set in 0..256u32 {
            let values: [i32; N] = core::array::from_fn(|lane| if set >> lane & 1 != 0 { 5 } else { -5 });
            assert_eq!(not_negative(&values), set);
            assert_eq!(set_of(|lane| values[lane] > 0), set);
            assert_eq!(lanes_of(set).fold(0, |all, lane| all | 1 << lane), set);
            let picked = select(set, &[1; N], &[0; N]);
            assert!((0..N).all(|lane| picked[lane] == set >> lane & 1));
        }
        assert_eq!([0, 1, 0x10, 0x88].map(whole_quads), [0, 0xf, 0xf0, 0xff]);
    }

    #[test]
    fn integers_of_vectors_are_those_of_lanes() {
        for (start, a, b) in [(0i32, 1i32, -1i32), (-7, 3, 2), (100, -40, 7), (i32::MAX, 1, i32::MIN)] {
            let one = lanes(|lane| {
                start.wrapping_add(a.wrapping_mul(COLUMN[lane])).wrapping_add(b.wrapping_mul(ROW[lane]))
            });
            let sum = Integers::splat(start).plus(Integers::slope(a, b));
            assert_eq!(sum.not_negative(), not_negative(&one));
            let other = Integers::slope(-1, 2);
            let both = lanes(|lane| one[lane] | (2 * ROW[lane] - COLUMN[lane]));
            assert_eq!(sum.or(other).not_negative(), not_negative(&both));
        }
    }
}
