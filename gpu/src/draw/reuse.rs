//! Vertices that were shaded before: a small cache from vertex index to number.

/// Entries; a power of two.
const SIZE: usize = 1024;

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    vertex: u32,
    /// Counts on from chunk to chunk, so that nothing has to be cleared between them.
    ordinal: u32,
}

/// A direct-mapped cache. Numbers begin with zero for each chunk.
#[derive(Debug)]
pub(super) struct Reuse {
    entries: Box<[Entry]>,
    /// Ordinals of the first vertex of the chunk, of the first one that is not forgotten, and of the next new one.
    first: u32,
    known: u32,
    next: u32,
}

impl Default for Reuse {
    fn default() -> Self {
        Self { entries: vec![Entry::default(); SIZE].into(), first: 1, known: 1, next: 1 }
    }
}

impl Reuse {
    /// Begins a chunk.
    pub(super) fn begin(&mut self) {
        if self.next > u32::MAX / 2 {
            self.entries.fill(Entry::default());
            self.next = 1;
        }
        self.first = self.next;
        self.forget();
    }

    /// Forgets all vertices; numbers go on.
    pub(super) fn forget(&mut self) {
        self.known = self.next;
    }

    /// The number of a vertex: the one it had, or the next one, if it is new.
    #[inline(always)]
    pub(super) fn number(&mut self, vertex: u32, new: impl FnOnce()) -> u32 {
        let entry = &mut self.entries[vertex as usize % SIZE];
        if entry.vertex != vertex || entry.ordinal < self.known {
            *entry = Entry { vertex, ordinal: self.next };
            self.next = self.next.wrapping_add(1);
            new();
        }
        entry.ordinal.wrapping_sub(self.first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vertex_has_one_number_until_it_is_forgotten() {
        let mut reuse = Reuse::default();
        let mut made = Vec::new();
        let mut number = |reuse: &mut Reuse, vertex| reuse.number(vertex, || made.push(vertex));
        reuse.begin();
        assert_eq!([5, 6, 5, 6].map(|vertex| number(&mut reuse, vertex)), [0, 1, 0, 1]);
        assert_eq!(number(&mut reuse, 5 + SIZE as u32), 2, "another vertex of the same entry");
        assert_eq!(number(&mut reuse, 5), 3);
        reuse.forget();
        assert_eq!(number(&mut reuse, 6), 4);
        reuse.begin();
        assert_eq!([6, 0, 6].map(|vertex| number(&mut reuse, vertex)), [0, 1, 0]);
        assert_eq!(made, [5, 6, 5 + SIZE as u32, 5, 6, 6, 0]);
    }

    #[test]
    fn ordinals_begin_again_before_they_are_used_up() {
        let mut reuse = Reuse::default();
        reuse.begin();
        assert_eq!(reuse.number(7, || ()), 0);
        reuse.next = u32::MAX / 2 + 1;
        reuse.begin();
        let mut is_new = false;
        assert_eq!(reuse.number(7, || is_new = true), 0);
        assert!(is_new && reuse.next == 2);
    }
}
