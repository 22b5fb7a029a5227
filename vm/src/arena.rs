//! Storage by 32-bit index, for parts that link to each other: tree nodes, records, pairs.
//!
//! What callers name (VMs, BOs, regions) is in `slotmap`s, whose keys go stale. Here nobody can hold an index for longer than what it names is there, and
//! two things are needed that a slotmap has not: an index of four bytes without a generation, since each of many million records holds three of them,
//! and promises: as long as no more elements are added than were reserved, by whomever and in whatever order, adding allocates nothing.

use std::ops::{Index, IndexMut};

use crate::advice::{prefetch, use_huge_pages};
use crate::error::Error;

/// The index of nothing.
pub(crate) const NONE: u32 = u32::MAX;

/// Elements of one kind, named by a 32-bit index. Only [`reserve`](Self::reserve) moves what is there, when it doubles the room.
///
/// # Invariants
/// 1. `free` holds the indices below `items.len()` that are not in use, and has room for all there can be.
/// 2. The free indices plus the spare room of `items` are at least `reserved`.
#[derive(Debug)]
pub(crate) struct Arena<T> {
    items: Vec<T>,
    free: Vec<u32>,
    reserved: usize,
}

impl<T> Arena<T> {
    pub(crate) const fn new() -> Self {
        Self { items: Vec::new(), free: Vec::new(), reserved: 0 }
    }

    /// Elements in use.
    pub(crate) const fn len(&self) -> usize {
        self.items.len() - self.free.len()
    }

    /// The element, or whatever is in its place once it is removed; nothing beyond them.
    #[inline]
    pub(crate) fn get(&self, index: u32) -> Option<&T> {
        self.items.get(index as usize)
    }

    /// The element is likely to be needed soon.
    #[inline]
    pub(crate) fn ask_for(&self, index: u32) {
        if let Some(item) = self.get(index) {
            prefetch(item);
        }
    }

    /// The place that the element after `count` others will get is likely to be needed soon.
    #[inline]
    pub(crate) fn ask_for_room(&self, count: usize) {
        if let Some(&index) = self.free.len().checked_sub(count + 1).and_then(|at| self.free.get(at)) {
            self.ask_for(index);
        }
    }

    /// Promises room for `count` more elements on top of what is already promised.
    pub(crate) fn reserve(&mut self, count: usize) -> Result<(), Error> {
        let promised = self.reserved.checked_add(count).ok_or(Error::OutOfMemory)?;
        let more = promised.saturating_sub(self.free.len());
        let total = self.items.len().checked_add(more);
        let total = total.filter(|&total| total < NONE as usize).ok_or(Error::OutOfMemory)?;
        if self.items.capacity() - self.items.len() < more {
            self.widen(more)?;
        }
        if self.free.capacity() < total {
            self.widen_free()?;
        }
        self.reserved = promised;
        Ok(())
    }

    /// Makes room for `more` elements, at least twice as much as there was.
    #[cold]
    fn widen(&mut self, more: usize) -> Result<(), Error> {
        let room = (self.items.len() + more).max(self.items.capacity().saturating_mul(2));
        let mut wider = Vec::new();
        wider.try_reserve_exact(room).map_err(|_| Error::OutOfMemory)?;
        use_huge_pages(wider.spare_capacity_mut());
        wider.append(&mut self.items);
        self.items = wider;
        Ok(())
    }

    /// Makes room for the index of every element. What is never written takes no memory, so it is not copied either.
    #[cold]
    fn widen_free(&mut self) -> Result<(), Error> {
        let mut wider = Vec::new();
        wider.try_reserve_exact(self.items.capacity()).map_err(|_| Error::OutOfMemory)?;
        wider.extend_from_slice(&self.free);
        self.free = wider;
        Ok(())
    }

    /// Takes back a promise made by [`reserve`](Self::reserve).
    pub(crate) fn release(&mut self, count: usize) {
        debug_assert!(count <= self.reserved);
        self.reserved -= count;
    }

    /// Adds an element within what was reserved.
    #[inline]
    pub(crate) fn add(&mut self, item: T) -> u32 {
        match self.free.pop() {
            Some(index) => {
                self[index] = item;
                index
            }
            None => {
                self.items.push(item);
                (self.items.len() - 1) as u32
            }
        }
    }

    /// Gives an element's place back.
    #[inline]
    pub(crate) fn remove(&mut self, index: u32) {
        self.free.push(index);
    }
}

impl<T> Index<u32> for Arena<T> {
    type Output = T;

    #[inline]
    fn index(&self, index: u32) -> &T {
        &self.items[index as usize]
    }
}

impl<T> IndexMut<u32> for Arena<T> {
    #[inline]
    fn index_mut(&mut self, index: u32) -> &mut T {
        &mut self.items[index as usize]
    }
}

/// The number of a key among those in use, from zero; a later key may have it again.
pub(crate) fn number(key: impl slotmap::Key) -> u32 {
    (key.data().as_ffi() as u32).wrapping_sub(1)
}

/// Adds to a map of objects that callers name, where memory may be exhausted.
pub(crate) fn insert<K: slotmap::Key, V>(map: &mut slotmap::SlotMap<K, V>, value: V) -> Result<K, Error> {
    map.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
    Ok(map.insert(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn freed_places_count_towards_a_reservation() {
        let mut arena = Arena::new();
        arena.reserve(4).unwrap();
        let nodes: Vec<u32> = (0..4).map(|i| arena.add(i)).collect();
        arena.release(4);
        for node in nodes {
            arena.remove(node);
        }
        arena.reserve(4).unwrap();
        assert_eq!((arena.items.len(), arena.len()), (4, 0));
    }

    #[test]
    fn what_cannot_be_promised_is_refused() {
        let mut arena = Arena::<u32>::new();
        for count in [usize::MAX, NONE as usize] {
            assert_eq!(arena.reserve(count), Err(Error::OutOfMemory));
        }
        arena.reserve(1).unwrap();
        assert_eq!(arena.reserve(usize::MAX), Err(Error::OutOfMemory));
        assert_eq!(arena.get(2), None);
    }
}
