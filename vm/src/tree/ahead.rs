//! Memory that will be needed soon, asked for together.
//!
//! In a large tree a search waits for memory once a level, and the next search only begins when that wait is over. Looking at what a handful of
//! searches need, level by level and without doing anything with it, lets the processor wait for all of them at once; the searches themselves then
//! find it in the cache. Nothing depends on it but the time that it takes.

use std::hint::black_box;

use super::RangeTree;
use crate::arena::NONE;

/// Searches whose memory is asked for together: more than a processor has loads in flight, and little enough for the first cache.
pub(crate) const AHEAD: usize = 16;
/// Keys in a cache line.
const LINE: usize = 16;

impl<T: Copy + Default> RangeTree<T> {
    /// Looks at what searches of `keys` (the first [`AHEAD`] of them) will need, and gives the values that they seem to lead to.
    pub(crate) fn look_ahead(&self, keys: impl Iterator<Item = u32>) -> [T; AHEAD] {
        let mut values = [T::default(); AHEAD];
        if self.root == NONE {
            return values;
        }
        let mut ways = [(0, self.root); AHEAD];
        let mut count = 0;
        for (way, key) in ways.iter_mut().zip(keys) {
            way.0 = key;
            count += 1;
        }
        let ways = &mut ways[..count];
        for _ in 0..self.height {
            for (key, node) in &mut *ways {
                let inner = &self.inners[*node];
                *node = inner.children[inner.search(*key)];
            }
        }
        let mut seen = 0;
        for (_, leaf) in &*ways {
            let leaf = &self.leaves[*leaf];
            seen ^= leaf.starts.iter().step_by(LINE).fold(leaf.len, |seen, start| seen ^ start);
        }
        for ((key, leaf), value) in ways.iter().zip(&mut values) {
            let leaf = &self.leaves[*leaf];
            let index = leaf.search(*key).min(leaf.len as usize - 1);
            *value = leaf.values[index];
        }
        black_box(seen);
        values
    }
}
