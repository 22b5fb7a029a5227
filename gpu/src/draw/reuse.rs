//! Vertices that were shaded before: a small cache from vertex index to number.

/// Entries; a power of two.
const SIZE: usize = 2048;

/// A direct-mapped cache.
#[derive(Debug)]
pub(super) struct Reuse {
    /// Generation in the upper half, index in the lower.
    tags: Box<[u64]>,
    numbers: Box<[u32]>,
    generation: u32,
}

impl Default for Reuse {
    fn default() -> Self {
        Self { tags: vec![0; SIZE].into(), numbers: vec![0; SIZE].into(), generation: 0 }
    }
}

impl Reuse {
    /// Forgets everything.
    pub(super) fn forget(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        if self.generation == 0 {
            self.tags.fill(0);
            self.generation = 1;
        }
    }

    /// The number of a vertex: the one it had, or a new one.
    #[inline(always)]
    pub(super) fn number(&mut self, vertex: u32, new: impl FnOnce() -> u32) -> u32 {
        let entry = vertex as usize % SIZE;
        let tag = u64::from(self.generation) << 32 | u64::from(vertex);
        if self.tags[entry] != tag {
            self.tags[entry] = tag;
            self.numbers[entry] = new();
        }
        self.numbers[entry]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vertex_has_one_number_until_it_is_forgotten() {
        let mut reuse = Reuse::default();
        reuse.forget();
        let mut next = 0;
        let mut number = |reuse: &mut Reuse, vertex| {
            reuse.number(vertex, || {
                next += 1;
                next
            })
        };
        assert_eq!([5, 6, 5, 6].map(|vertex| number(&mut reuse, vertex)), [1, 2, 1, 2]);
        assert_eq!(number(&mut reuse, 5 + SIZE as u32), 3, "another vertex of the same entry");
        assert_eq!(number(&mut reuse, 5), 4);
        reuse.forget();
        assert_eq!(number(&mut reuse, 6), 5);
    }
}
