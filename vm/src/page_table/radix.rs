//! A page table in levels, for hosts that refuse to reserve a linear one: memory only where something is bound.
//!
//! ```text
//!   page number  | 9 bits | 9 bits | 9 bits | 9 bits |      four levels reach 2^36 pages, 52 bits of address
//!                    |        |        |        |
//!   root node ───> node ──> node ──> leaf ──> entry
//! ```
//!
//! # Growing
//! [`PageTable`]'s methods may not allocate: they run when a job can no longer be refused. So the nodes that a range needs are made in the stage
//! that may fail, with [`grow`](RadixPageTable::grow), before the job is prepared. Writing where no node is leaves the pages unbound, and
//! unbinding there does nothing. Nodes stay until [`shrink`](RadixPageTable::shrink) or the end of the table.
//!
//! # Readers
//! Walk without a lock while others write: a node is published once, whole and zero, by the first who comes, and it goes away only through
//! `&mut self`, when nobody reads. A reader sees an entry's old word or its new one.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering, fence};

use super::{PageTable, pte};
use crate::error::Error;
use crate::mapping::MapFlags;
use crate::units::{PAGE_SHIFT, PAGE_SIZE, VaRange};

/// Bits of the page number that one level translates.
const LEVEL_BITS: u32 = 9;
const FAN_OUT: usize = 1 << LEVEL_BITS;
/// Levels of inner nodes above the leaves.
const INNER_LEVELS: u32 = 3;
/// Page numbers below this are reached.
const PAGES: u64 = 1 << (LEVEL_BITS * (INNER_LEVELS + 1));
/// A page number without the address's tag bit.
const INDEX_MASK: u64 = !(pte::SPARSE_TAG >> PAGE_SHIFT);

#[derive(Debug)]
enum Node {
    Inner(Vec<OnceLock<Node>>),
    Leaf(Vec<AtomicU64>),
}

impl Node {
    /// An empty node, `level` levels above the leaves.
    fn new(level: u32) -> Result<Self, Error> {
        Ok(if level == 0 {
            Self::Leaf(filled(AtomicU64::default)?)
        } else {
            Self::Inner(filled(OnceLock::new)?)
        })
    }

    /// Makes the nodes that pages `first..=last` below this one need.
    fn grow(&self, level: u32, first: u64, last: u64) -> Result<(), Error> {
        let Self::Inner(children) = self else { return Ok(()) };
        let shift = LEVEL_BITS * level;
        for (index, child) in
            children.iter().enumerate().take(index_at(last, level) + 1).skip(index_at(first, level))
        {
            let low = (index as u64) << shift | (first >> shift >> LEVEL_BITS << LEVEL_BITS << shift);
            let high = low | ((1 << shift) - 1);
            if child.get().is_none() {
                // Whoever comes second throws its node away.
                let _ = child.set(Self::new(level - 1)?);
            }
            if let Some(child) = child.get() {
                child.grow(level - 1, first.max(low), last.min(high))?;
            }
        }
        Ok(())
    }

    /// Drops empty nodes below this one; says whether it is empty itself.
    fn shrink(&mut self) -> bool {
        match self {
            Self::Leaf(entries) => entries.iter_mut().all(|entry| *entry.get_mut() == 0),
            Self::Inner(children) => {
                let mut empty = true;
                for child in children {
                    if child.get_mut().is_some_and(Self::shrink) {
                        child.take();
                    }
                    empty &= child.get().is_none();
                }
                empty
            }
        }
    }
}

fn filled<T>(make: impl FnMut() -> T) -> Result<Vec<T>, Error> {
    let mut items = Vec::new();
    items.try_reserve_exact(FAN_OUT).map_err(|_| Error::OutOfMemory)?;
    items.resize_with(FAN_OUT, make);
    Ok(items)
}

/// Which child or entry of a node, `level` levels above the leaves, `page` is under.
const fn index_at(page: u64, level: u32) -> usize {
    (page >> (LEVEL_BITS * level)) as usize % FAN_OUT
}

/// The table. Shared freely, as [`LinearPageTable`](super::LinearPageTable) is: entries are atomic, and the manager's caller sees to it that no two
/// jobs write the same pages at once.
#[derive(Debug)]
pub struct RadixPageTable {
    root: Node,
}

impl RadixPageTable {
    /// Addresses (without the tag) below this have an entry.
    pub const ADDRESS_LIMIT: u64 = PAGES << PAGE_SHIFT;

    /// A table in which nothing is bound.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn new() -> Result<Self, Error> {
        Ok(Self { root: Node::new(INNER_LEVELS)? })
    }

    /// Makes the nodes for a range, so that it can be bound. Others may read, bind and grow meanwhile. Cost: the range's leaves, of 512 pages each.
    ///
    /// # Errors
    /// [`Error::OutsideVm`] if the table does not reach that far; [`Error::OutOfMemory`], with some of the nodes made.
    pub fn grow(&self, range: VaRange) -> Result<(), Error> {
        let first = range.start().page() & INDEX_MASK;
        let pages = ((range.start().0 % PAGE_SIZE) + (range.size() - 1)) >> PAGE_SHIFT;
        match first.checked_add(pages) {
            Some(last) if last < PAGES => self.root.grow(INNER_LEVELS, first, last),
            _ => Err(Error::OutsideVm(range)),
        }
    }

    /// Gives back the nodes in which nothing is bound. What was grown but not bound yet has to be grown again. Cost: all nodes.
    pub fn shrink(&mut self) {
        self.root.shrink();
    }

    /// The entry of a page; zero for pages without a node.
    #[must_use]
    pub fn load(&self, page: u64) -> u64 {
        let page = page & INDEX_MASK;
        self.leaf(page).map_or(0, |entries| entries[index_at(page, 0)].load(Ordering::Acquire))
    }

    /// The entries of the 512 pages around `page`. Where they are missing, how many bits of the page number the missing node would translate.
    #[inline]
    fn leaf(&self, page: u64) -> Result<&[AtomicU64], u32> {
        if page >= PAGES {
            return Err(u64::BITS - 1);
        }
        let mut node = &self.root;
        let mut level = INNER_LEVELS;
        loop {
            match node {
                Node::Leaf(entries) => return Ok(entries),
                Node::Inner(children) => {
                    node = children[index_at(page, level)].get().ok_or(LEVEL_BITS * level)?;
                    level -= 1;
                }
            }
        }
    }

    /// Stores `entry(index of the page in the range)`. Cost: the nodes that are there, and the entries.
    fn store(&self, first: u64, count: u64, entry: impl Fn(u64) -> u64) {
        let mut page = first & INDEX_MASK;
        let (begin, end) = (page, page.saturating_add(count).min(PAGES));
        while page < end {
            match self.leaf(page) {
                Ok(entries) => {
                    let start = index_at(page, 0);
                    let here = (FAN_OUT - start).min((end - page) as usize);
                    for (place, index) in entries[start..start + here].iter().zip(page - begin..) {
                        place.store(entry(index), Ordering::Relaxed);
                    }
                    page += here as u64;
                }
                Err(missing) => page = ((page >> missing) + 1) << missing,
            }
        }
    }
}

impl PageTable for &RadixPageTable {
    fn map_pages(&mut self, first: u64, count: u64, host_address: u64, flags: MapFlags) {
        let entry = pte::valid(host_address, flags);
        self.store(first, count, |index| entry.wrapping_add(index << PAGE_SHIFT));
    }

    fn unmap_pages(&mut self, first: u64, count: u64) {
        self.store(first, count, |_| 0);
    }

    fn set_null(&mut self, first: u64, count: u64) {
        self.store(first, count, |_| pte::NULL);
    }

    fn set_fault(&mut self, first: u64, count: u64, host_address: u64, flags: MapFlags) {
        let entry = pte::fault(host_address, flags);
        self.store(first, count, |index| entry.wrapping_add(index << PAGE_SHIFT));
    }

    fn invalidate(&mut self, _first: u64, _count: u64) {
        // As for the linear table: whoever learns of the bind through an acquire sees the entries.
        fence(Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RecordingPageTable;
    use crate::evict::Chaos;
    use crate::units::Va;

    fn pages(first: u64, count: u64) -> VaRange {
        VaRange::new(Va(first << PAGE_SHIFT), count << PAGE_SHIFT).unwrap()
    }

    #[test]
    fn any_calls_leave_what_the_recording_table_has() {
        const SPACE: u64 = if cfg!(miri) { 24 } else { 4000 };
        // Across a border of nodes on all levels.
        let base = (1 << (3 * LEVEL_BITS)) - SPACE / 2;
        let (table, mut double) = (RadixPageTable::new().unwrap(), RecordingPageTable::new());
        table.grow(pages(base, SPACE)).unwrap();
        let (mut radix, mut chaos) = (&table, Chaos::new(4));
        for _ in 0..if cfg!(miri) { 8 } else { 300 } {
            let first = chaos.choose(SPACE);
            let count = 1 + chaos.choose(SPACE - first);
            let (kind, host) = (chaos.choose(4), (1 + chaos.choose(1 << 20)) << PAGE_SHIFT);
            for table in [&mut radix as &mut dyn PageTable, &mut double] {
                match kind {
                    0 => table.unmap_pages(base + first, count),
                    1 => table.set_null(base + first, count),
                    2 => table.set_fault(base + first, count, host, MapFlags::EMPTY),
                    _ => table.map_pages(base + first, count, host, MapFlags::READ_ONLY),
                }
            }
            for page in base - 1..=base + SPACE {
                assert_eq!(table.load(page), double.load(page));
                assert_eq!(table.load(page), table.load(page | pte::SPARSE_TAG >> PAGE_SHIFT));
            }
        }
    }

    #[test]
    fn pages_without_a_node_stay_unbound() {
        // Some of each kind.
        let seen = || (0..3000).step_by(if cfg!(miri) { 128 } else { 1 });
        let table = RadixPageTable::new().unwrap();
        (&table).map_pages(700, 1000, 1 << 32, MapFlags::EMPTY);
        table.grow(pages(1024, 1)).unwrap();
        assert!(seen().all(|page| table.load(page) == 0));
        (&table).map_pages(700, 1000, 1 << 32, MapFlags::EMPTY);
        assert!(seen().all(|page| (table.load(page) != 0) == (1024..1536).contains(&page)));
        (&table).unmap_pages(0, u64::MAX);
        assert_eq!(table.load(1024), 0);
    }

    #[test]
    fn the_last_page_is_reached_and_none_beyond() {
        let table = RadixPageTable::new().unwrap();
        table.grow(pages(PAGES - 1, 1)).unwrap();
        (&table).set_null(PAGES - 1, 5);
        assert_eq!((table.load(PAGES - 1), table.load(PAGES), table.load(u64::MAX)), (pte::NULL, 0, 0));
        assert_eq!(table.grow(pages(PAGES - 1, 2)), Err(Error::OutsideVm(pages(PAGES - 1, 2))));
        assert_eq!(table.grow(pages(PAGES, 1)), Err(Error::OutsideVm(pages(PAGES, 1))));
    }

    #[test]
    fn shrinking_keeps_what_is_bound() {
        let mut table = RadixPageTable::new().unwrap();
        for page in [0, 600, 1 << 20, 1 << 30] {
            table.grow(pages(page, 1)).unwrap();
        }
        (&table).set_null(600, 1);
        table.shrink();
        assert!([0, 1 << 20, 1 << 30].iter().all(|&page| table.leaf(page).is_err()));
        assert_eq!(table.load(600), pte::NULL);
        (&table).unmap_pages(600, 1);
        table.shrink();
        assert!(table.leaf(600).is_err());
    }

    #[test]
    fn readers_need_no_lock_while_others_grow_and_bind() {
        const COUNT: u64 = if cfg!(miri) { 3 } else { 200 };
        let table = RadixPageTable::new().unwrap();
        std::thread::scope(|scope| {
            for writer in 0..2 {
                let table = &table;
                scope.spawn(move || {
                    for i in 0..COUNT {
                        let page = i * 1024 + writer * 512;
                        table.grow(pages(i * 1024, 1024)).unwrap();
                        (&mut &*table).map_pages(page, 512, page << PAGE_SHIFT, MapFlags::EMPTY);
                    }
                });
            }
            for page in (0..COUNT * 1024).rev().step_by(7) {
                let entry = table.load(page);
                assert!(entry == 0 || entry == page << PAGE_SHIFT | pte::VALID, "{entry:#x}");
            }
        });
        assert!((0..COUNT * 1024).all(|page| table.load(page) == page << PAGE_SHIFT | pte::VALID));
    }
}
