//! [`Cursor`]: walking a tree and changing it on the way.
//!
//! A cursor stands at an entry, or where one could be, knows its way down from the root and steps to neighbours without going back there. It
//! survives its own writes and nobody else's: while it lives, the borrow checker keeps everybody else out.
//!
//! ```text
//!   store [2,5) B     [0        A        8)          walk: one descent, one step per entry in the way
//!                     [0 A 2)[2 B 5)[5 A 8)          write: one replacement in the leaf
//! ```

use super::{Entry, Place, RangeTree, Reserve, Span};
use crate::error::Error;

/// Entries that one store can add at most: the new one and a second remnant of one that is split.
const STORE: usize = 2;

/// A place in a tree, within bounds. See [`RangeTree::cursor`].
#[derive(Debug)]
pub struct Cursor<'a, T> {
    tree: &'a mut RangeTree<T>,
    within: Span,
    place: Place,
    /// The entry at `place` has been handed out.
    visited: bool,
}

impl<T: Copy + Default> RangeTree<T> {
    /// A cursor before the first entry that intersects `within`.
    ///
    /// ```
    /// # use lacuna_vm::tree::{RangeTree, Span};
    /// let mut tree = RangeTree::new();
    /// tree.insert(Span::new(0, 8), 'a')?;
    /// let mut cursor = tree.cursor(Span::new(0, 100));
    /// cursor.store(Span::new(2, 5), Some('b'), |value, _| value)?;
    /// assert_eq!(cursor.next().map(|entry| (entry.start, entry.end, entry.value)), Some((5, 8, 'a')));
    /// assert_eq!(cursor.erase().map(|entry| entry.start), Some(5));
    /// assert_eq!(cursor.prev().map(|entry| entry.value), Some('b'));
    /// assert_eq!(tree.len(), 2);
    /// # Ok::<(), lacuna_vm::Error>(())
    /// ```
    pub fn cursor(&mut self, within: Span) -> Cursor<'_, T> {
        let place = self.seek(within.start);
        Cursor { tree: self, within, place, visited: false }
    }
}

impl<T: Copy + Default> Cursor<'_, T> {
    /// Goes before the first entry that ends after `key`.
    pub fn seek(&mut self, key: u32) {
        self.place = self.tree.seek(key);
        self.visited = false;
    }

    /// The entry at the place, if it is within the bounds.
    fn here(&self) -> Option<Entry<T>> {
        let entry = self.tree.from(&self.place).next()?;
        Span::new(entry.start, entry.end).intersects(self.within).then_some(entry)
    }

    /// The entry that [`next`](Self::next) or [`prev`](Self::prev) gave last, unless it is erased.
    #[must_use]
    pub fn entry(&self) -> Option<Entry<T>> {
        self.here().filter(|_| self.visited)
    }

    /// Steps to the next entry within the bounds.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator could not be written through between two steps"
    )]
    pub fn next(&mut self) -> Option<Entry<T>> {
        self.tree.settle(&mut self.place);
        if self.visited && self.tree.from(&self.place).next().is_some() {
            self.place.index += 1;
            self.tree.settle(&mut self.place);
        }
        if self.tree.from(&self.place).next().is_some_and(|entry| entry.end <= self.within.start) {
            self.place = self.tree.seek(self.within.start);
        }
        let entry = self.here();
        self.visited = entry.is_some();
        entry
    }

    /// Steps to the entry before, within the bounds.
    pub fn prev(&mut self) -> Option<Entry<T>> {
        let mut before = self.tree.before(&self.place)?;
        if before.start >= self.within.end {
            self.place = self.tree.seek(self.within.end.checked_sub(1)?);
            self.tree.settle(&mut self.place);
            if let Some(last) = self.here() {
                self.visited = true;
                return Some(last);
            }
            before = self.tree.before(&self.place)?;
        }
        if !Span::new(before.start, before.end).intersects(self.within) {
            return None;
        }
        self.place = self.tree.step_back(&self.place);
        self.visited = true;
        Some(before)
    }

    /// Removes the entry that was given last and stands before the one after it.
    pub fn erase(&mut self) -> Option<Entry<T>> {
        let entry = self.entry()?;
        self.replace(entry.start, 1, &[], 0);
        self.visited = false;
        Some(entry)
    }

    /// Splits the entry that was given last in two at `at`, which lies inside it, and stands at the lower half. `part` is as for [`store`](Self::store).
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn split(&mut self, at: u32, part: impl Fn(T, u32) -> T) -> Result<bool, Error> {
        let Some(Entry { start, end, value }) = self.entry().filter(|e| e.start < at && at < e.end) else {
            return Ok(false);
        };
        let reserve = self.tree.reserve(1)?;
        let upper = Entry { start: at, end, value: part(value, at - start) };
        self.replace(start, 1, &[Entry { start, end: at, value }, upper], 0);
        self.tree.release(reserve);
        Ok(true)
    }

    /// Makes `span` hold `value`, or nothing, whatever is there, and stands at what it stored. What sticks out on either side stays; `part(value, n)` is the
    /// value of what remains of an entry from its `n`th unit on.
    ///
    /// # Errors
    /// [`Error::Empty`]; [`Error::OutOfMemory`].
    pub fn store(&mut self, span: Span, value: Option<T>, part: impl Fn(T, u32) -> T) -> Result<(), Error> {
        let mut reserve = self.tree.reserve(STORE)?;
        let stored = self.store_reserved(&mut reserve, span, value, part);
        self.tree.release(reserve);
        stored
    }

    /// As [`store`](Self::store), within what was reserved: allocates nothing. Each call takes two of the reserved inserts.
    ///
    /// # Errors
    /// [`Error::Empty`]; [`Error::OutOfMemory`] if the reservation is used up.
    pub fn store_reserved(
        &mut self,
        reserve: &mut Reserve,
        span: Span,
        value: Option<T>,
        part: impl Fn(T, u32) -> T,
    ) -> Result<(), Error> {
        if span.is_empty() {
            return Err(Error::Empty);
        }
        reserve.inserts = reserve.inserts.checked_sub(STORE).ok_or(Error::OutOfMemory)?;
        self.place = self.tree.seek(span.start);
        let (mut touched, mut head, mut tail) = (0, None, None);
        for entry in self.tree.from(&self.place).take_while(|entry| entry.start < span.end) {
            if entry.start < span.start {
                head = Some(Entry { end: span.start, ..entry });
            }
            if span.end < entry.end {
                tail = Some(Entry {
                    start: span.end,
                    end: entry.end,
                    value: part(entry.value, span.end - entry.start),
                });
            }
            touched += 1;
        }
        let new = value.map(|value| Entry { start: span.start, end: span.end, value });
        let mut entries = [Entry { start: 0, end: 0, value: T::default() }; 3];
        let mut count = 0;
        for entry in [head, new, tail].into_iter().flatten() {
            entries[count] = entry;
            count += 1;
        }
        self.replace(span.start, touched, &entries[..count], u32::from(head.is_some()));
        self.visited = value.is_some();
        Ok(())
    }

    /// Replaces `remove` entries from the place on, and stands at entry `stand` of the new ones, which is the first that ends after `key`.
    fn replace(&mut self, key: u32, remove: usize, insert: &[Entry<T>], stand: u32) {
        if self.tree.splice(&self.place, remove, insert) {
            self.place.index += stand;
        } else {
            self.place = self.tree.seek(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evict::Chaos;

    /// A value that says where its unit 0 is: parts of an entry keep saying so.
    const fn part(value: u32, by: u32) -> u32 {
        value + by
    }

    #[test]
    fn stores_agree_with_an_array() {
        const SPACE: usize = if cfg!(miri) { 60 } else { 600 };
        let (mut tree, mut model, mut chaos) = (RangeTree::new(), vec![None; SPACE], Chaos::new(8));
        for round in 0..if cfg!(miri) { 60 } else { 20_000_u32 } {
            let start = chaos.choose(SPACE as u64) as u32;
            // Rarely long, so that the tree has several leaves.
            let most = if chaos.choose(50) == 0 { SPACE as u64 } else { 5 };
            let span =
                Span::new(start, start + 1 + chaos.choose(most.min(SPACE as u64 - u64::from(start))) as u32);
            let value = (chaos.choose(4) > 0).then_some(round * 1000);
            let mut cursor = tree.cursor(Span::new(0, SPACE as u32));
            cursor.store(span, value, part).unwrap();
            assert_eq!(
                cursor.entry().map(|e| (e.start, e.end, Some(e.value))),
                value.map(|_| (span.start, span.end, value))
            );
            for unit in span.start..span.end {
                model[unit as usize] = value.map(|value| value + unit - span.start);
            }
            if round % 16 == 0 {
                let mut found = vec![None; SPACE];
                for entry in tree.iter() {
                    (entry.start..entry.end)
                        .for_each(|unit| found[unit as usize] = Some(entry.value + unit - entry.start));
                }
                assert_eq!(found, model);
            }
        }
    }

    #[test]
    fn a_walk_survives_its_own_writes() {
        let mut tree = RangeTree::new();
        for i in 0..200 {
            tree.insert(Span::new(4 * i, 4 * i + 4), i).unwrap();
        }
        let mut cursor = tree.cursor(Span::new(6, 790));
        let mut seen = Vec::new();
        while let Some(entry) = cursor.next() {
            seen.push(entry.value);
            match entry.value % 4 {
                0 => assert_eq!(cursor.erase(), Some(entry)),
                1 => {
                    assert!(cursor.split(entry.start + 1, |value, _| value).unwrap());
                    // The upper half comes next.
                    assert_eq!(
                        cursor.next().map(|upper| (upper.start, upper.value)),
                        Some((entry.start + 1, entry.value))
                    );
                }
                2 => cursor.store(Span::new(entry.start, entry.end), Some(entry.value), part).unwrap(),
                _ => {}
            }
        }
        assert!(seen.iter().copied().eq(1..198), "{seen:?}");
        assert_eq!(cursor.next(), None);
        let mut back = 0;
        cursor.seek(u32::MAX - 1);
        while let Some(entry) = cursor.prev() {
            assert!(entry.start < 790 && entry.end > 6);
            back += 1;
        }
        let expected = tree.intersecting(Span::new(6, 790)).count();
        assert_eq!(back, expected);
    }

    #[test]
    fn nothing_is_split_or_erased_before_the_first_step() {
        let mut tree = RangeTree::new();
        tree.insert(Span::new(4, 6), 0).unwrap();
        let mut cursor = tree.cursor(Span::new(0, 10));
        assert_eq!((cursor.entry(), cursor.erase(), cursor.split(5, part)), (None, None, Ok(false)));
        assert_eq!(cursor.next().map(|entry| entry.start), Some(4));
        assert_eq!(cursor.split(4, part), Ok(false));
        assert_eq!(cursor.store(Span::new(5, 5), None, part), Err(Error::Empty));
    }

    #[test]
    fn a_reservation_ends() {
        let mut tree = RangeTree::new();
        let mut reserve = tree.reserve(4).unwrap();
        let mut cursor = tree.cursor(Span::new(0, 100));
        for (start, result) in [(0, Ok(())), (2, Ok(())), (4, Err(Error::OutOfMemory))] {
            assert_eq!(
                cursor.store_reserved(&mut reserve, Span::new(start, start + 1), Some(1), part),
                result
            );
        }
        tree.release(reserve);
        assert_eq!(tree.len(), 2);
    }
}
