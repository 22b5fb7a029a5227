//! Storage by 32-bit index: [`Arena`] for parts that link to each other, [`Table`] for objects that callers name.
//!
//! Both keep freed places for reuse and never move an element to another index. An [`Arena`] can promise room: as long as no more
//! elements are added than were reserved, adding allocates nothing and cannot fail.

use std::ops::{Index, IndexMut};

use crate::error::Error;
use crate::prefetch::prefetch;

/// The index of nothing.
pub(crate) const NONE: u32 = u32::MAX;

/// Elements of one kind, named by a 32-bit index.
///
/// # Invariants
/// 1. `free` holds the indices that are not in use, and has room for all of them.
/// 2. The free indices plus the spare capacity of `items` are at least `reserved`.
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

    /// Promises room for `count` more elements on top of what is already promised.
    pub(crate) fn reserve(&mut self, count: usize) -> Result<(), Error> {
        let promised = self.reserved.checked_add(count).ok_or(Error::OutOfMemory)?;
        let fresh = promised.saturating_sub(self.free.len());
        if self.items.len().checked_add(fresh).is_none_or(|total| total >= NONE as usize) {
            return Err(Error::OutOfMemory);
        }
        let total = self.items.len() + fresh;
        if total > self.items.capacity() {
            self.items.try_reserve(fresh).map_err(|_| Error::OutOfMemory)?;
        }
        if total > self.free.capacity() {
            // As much as there may be elements: memory that is not used is not there.
            let more = self.items.capacity() - self.free.len();
            self.free.try_reserve_exact(more).map_err(|_| Error::OutOfMemory)?;
        }
        self.reserved = promised;
        Ok(())
    }

    /// Takes back a promise made by [`reserve`](Self::reserve).
    pub(crate) fn release(&mut self, count: usize) {
        debug_assert!(count <= self.reserved);
        self.reserved -= count;
    }
}

impl<T> Arena<T> {
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
}

impl<T> Arena<T> {
    /// Adds an element. Allocates only when nothing was reserved.
    #[inline]
    pub(crate) fn add(&mut self, item: T) -> u32 {
        if let Some(index) = self.free.pop() {
            self.items[index as usize] = item;
            return index;
        }
        debug_assert!(self.items.len() < NONE as usize);
        self.items.push(item);
        (self.items.len() - 1) as u32
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

/// A name for an element of a [`Table`] that is never reused for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    pub(crate) index: u32,
    generation: u32,
}

/// Objects that callers hold names of: a stale name finds nothing instead of somebody else's object.
#[derive(Debug)]
pub(crate) struct Table<T> {
    slots: Vec<(u32, Option<T>)>,
    free: Vec<u32>,
}

impl<T> Table<T> {
    pub(crate) const fn new() -> Self {
        Self { slots: Vec::new(), free: Vec::new() }
    }

    pub(crate) fn insert(&mut self, item: T) -> Result<Key, Error> {
        if let Some(index) = self.free.pop() {
            let slot = &mut self.slots[index as usize];
            slot.1 = Some(item);
            return Ok(Key { index, generation: slot.0 });
        }
        let index = u32::try_from(self.slots.len()).map_err(|_| Error::OutOfMemory)?;
        self.slots.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
        // Room for every index, so that `remove` never allocates.
        self.free.try_reserve(self.slots.len() + 1).map_err(|_| Error::OutOfMemory)?;
        self.slots.push((0, Some(item)));
        Ok(Key { index, generation: 0 })
    }

    pub(crate) fn remove(&mut self, key: Key) -> Option<T> {
        let slot = self.slots.get_mut(key.index as usize).filter(|slot| slot.0 == key.generation)?;
        let item = slot.1.take()?;
        slot.0 = slot.0.wrapping_add(1);
        self.free.push(key.index);
        Some(item)
    }

    #[inline]
    pub(crate) fn get(&self, key: Key) -> Option<&T> {
        let slot = self.slots.get(key.index as usize)?;
        if slot.0 == key.generation { slot.1.as_ref() } else { None }
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        let slot = self.slots.get_mut(key.index as usize)?;
        if slot.0 == key.generation { slot.1.as_mut() } else { None }
    }

    /// All objects with their names, in the order of their indices.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Key, &T)> {
        self.slots.iter().enumerate().filter_map(|(index, (generation, item))| {
            let key = Key { index: index as u32, generation: *generation };
            item.as_ref().map(|item| (key, item))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_key_finds_nothing() {
        let mut table = Table::new();
        let old = table.insert(1).unwrap();
        assert_eq!(table.remove(old), Some(1));
        let new = table.insert(2).unwrap();
        assert_eq!((table.get(old), table.get(new)), (None, Some(&2)));
        assert_eq!(table.remove(old), None);
    }

    #[test]
    fn freed_places_count_towards_a_reservation() {
        let mut arena = Arena::new();
        arena.reserve(4).unwrap();
        let capacity = arena.items.capacity();
        let nodes: Vec<u32> = (0..4).map(|i| arena.add(i)).collect();
        arena.release(4);
        for node in nodes {
            arena.remove(node);
        }
        arena.reserve(4).unwrap();
        assert_eq!((arena.items.capacity(), arena.len()), (capacity, 0));
    }
}
