//! A small seeded random generator (SplitMix64): the same seed gives the same run on every machine.

/// The generator's state.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// A generator that starts at `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `0..bound`; zero when `bound` is zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u64
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// Puts the elements into random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u64 + 1) as usize);
        }
    }

    /// `count` different numbers in `0..bound`, in random order. `count` must not exceed `bound`.
    pub fn distinct(&mut self, count: usize, bound: u64) -> Vec<u64> {
        assert!(count as u64 <= bound, "{count} different numbers below {bound}");
        let mut seen = std::collections::HashSet::with_capacity(count);
        let mut picked = Vec::with_capacity(count);
        // Floyd's algorithm: no retries, however dense the choice.
        for top in bound - count as u64..bound {
            let candidate = self.below(top + 1);
            let number = if seen.insert(candidate) { candidate } else { top };
            seen.insert(number);
            picked.push(number);
        }
        self.shuffle(&mut picked);
        picked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinct_numbers_are_distinct_and_in_range() {
        let mut numbers = Rng::new(1).distinct(90, 100);
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 90);
        assert!(numbers.iter().all(|&n| n < 100));
    }

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let (mut a, mut b) = (Rng::new(7), Rng::new(7));
        assert!((0..100).all(|_| a.bits() == b.bits()));
    }
}
