//! From operations to the entries that change: nothing is written that stays as it is.
//!
//! A visitor of [`split::walk`](crate::split): old mappings that the request keeps leave gaps in what is written for the new one.
//! What a map replaces is not cleared first; its entries are overwritten.

use std::convert::Infallible;
use std::ops::AddAssign;

use super::PageTable;
use crate::bo::{Pairs, Residency};
use crate::mapping::Piece;
use crate::mutation;
use crate::request::Step;
use crate::split::{Old, Visit};
use crate::tree::Span;
use crate::units::PAGE_SHIFT;

/// What running a job did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BindStats {
    /// Map operations.
    pub maps: u64,
    /// Unmap operations.
    pub unmaps: u64,
    /// Remap operations.
    pub remaps: u64,
    /// Merge operations.
    pub merges: u64,
    /// Page table entries written.
    pub entries_written: u64,
    /// Entries that a map left alone because they were right already.
    pub entries_kept: u64,
}

impl AddAssign for BindStats {
    fn add_assign(&mut self, other: Self) {
        self.maps += other.maps;
        self.unmaps += other.unmaps;
        self.remaps += other.remaps;
        self.merges += other.merges;
        self.entries_written += other.entries_written;
        self.entries_kept += other.entries_kept;
    }
}

/// Writes entries and keeps account of it.
pub(crate) struct Writer<'a, P: ?Sized> {
    table: &'a mut P,
    /// Number of the VM's first page.
    base: u64,
    /// All pages changed lie in here.
    dirty: Span,
    pub(crate) stats: BindStats,
}

impl<'a, P: PageTable + ?Sized> Writer<'a, P> {
    pub(crate) fn new(table: &'a mut P, base: u64) -> Self {
        Self { table, base, dirty: Span::new(u32::MAX, 0), stats: BindStats::default() }
    }

    #[inline]
    fn touch(&mut self, start: u32, end: u32) -> (u64, u64) {
        self.dirty = Span::new(self.dirty.start.min(start), self.dirty.end.max(end));
        let count = u64::from(end - start);
        self.stats.entries_written += count;
        (self.base + u64::from(start), count)
    }

    /// The page's entry is likely to be written soon.
    #[inline]
    pub(crate) fn expect(&self, page: u32) {
        self.table.expect(self.base + u64::from(page));
    }

    #[inline]
    pub(crate) fn unmap(&mut self, start: u32, end: u32) {
        if mutation::is("unbind_leaves_entries") {
            return;
        }
        let (first, count) = self.touch(start, end);
        let left = u64::from(mutation::is("unbind_leaves_last_page"));
        self.table.unmap_pages(first, count - left);
    }

    /// Writes what pages `start..end` of `piece` have to be.
    #[inline]
    pub(crate) fn write(&mut self, piece: &Piece, backing: Backing, start: u32, end: u32) {
        let (first, count) = self.touch(start, end);
        let address = |host| host + (u64::from(piece.bo_page_at(start)) << PAGE_SHIFT);
        match backing {
            Backing::Null => self.table.set_null(first, count),
            Backing::Evicted(host) => self.table.set_fault(first, count, address(host), piece.flags),
            Backing::At(host) => {
                let address = if mutation::is("bind_ignores_memory_offset") { host } else { address(host) };
                let left = u64::from(mutation::is("bind_leaves_last_page") && count > 1);
                self.table.map_pages(first, count - left, address, piece.flags);
            }
        }
    }

    /// Makes all changes visible.
    pub(crate) fn finish(self) -> BindStats {
        if !self.dirty.is_empty() {
            self.table.invalidate(self.base + u64::from(self.dirty.start), u64::from(self.dirty.len()));
        }
        self.stats
    }
}

/// What is behind a mapping.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Backing {
    Null,
    /// Memory that is not there now; the BO begins at this host address.
    Evicted(u64),
    /// Memory; the BO begins at this host address.
    At(u64),
}

impl Backing {
    #[inline]
    pub(crate) fn of(pairs: &Pairs, piece: &Piece) -> Self {
        if piece.is_null() {
            return Self::Null;
        }
        let pair = &pairs.vm_bos[piece.vm_bo];
        if pair.residency == Residency::Resident { Self::At(pair.host) } else { Self::Evicted(pair.host) }
    }
}

/// Writes the entries of one step.
pub(crate) struct Delta<'w, 'a, P: ?Sized> {
    writer: &'w mut Writer<'a, P>,
    backing: Backing,
    /// Entries before this page are right.
    done: u32,
}

impl<'w, 'a, P: PageTable + ?Sized> Delta<'w, 'a, P> {
    #[inline]
    pub(crate) fn new(writer: &'w mut Writer<'a, P>, pairs: &Pairs, step: &Step) -> Self {
        Self { writer, backing: Backing::of(pairs, &step.piece), done: step.piece.start }
    }
}

impl<P: PageTable + ?Sized> Visit for Delta<'_, '_, P> {
    type Refusal = Infallible;

    #[inline]
    fn cut(&mut self, step: &Step, old: Old<'_>, keep: bool) -> Result<(), Infallible> {
        let (start, end) = (old.start.max(step.piece.start), old.end.min(step.piece.end));
        if old.start < start || end < old.end {
            self.writer.stats.remaps += 1;
        } else {
            self.writer.stats.unmaps += 1;
        }
        if keep {
            if self.done < start && !mutation::is("kept_pages_hide_new_ones") {
                self.writer.write(&step.piece, self.backing, self.done, start);
            }
            self.writer.stats.entries_kept += u64::from(end - start);
            self.done = end;
        } else if !step.map {
            self.writer.unmap(start, end);
        }
        Ok(())
    }

    #[inline]
    fn map(&mut self, new: &Piece) -> Result<(), Infallible> {
        self.writer.stats.maps += 1;
        if self.done < new.end {
            self.writer.write(new, self.backing, self.done, new.end);
        }
        Ok(())
    }

    #[inline]
    fn merge(&mut self, _: &Piece, _: &Piece) -> Result<(), Infallible> {
        self.writer.stats.merges += 1;
        Ok(())
    }
}
