//! One BO of a pager, and how its bytes move.
#![expect(unsafe_code, reason = "moves device memory")]

use core::ptr::NonNull;

use lacuna_vm::evict::Priority;
use rustix::io::Errno;

use super::super::in_flight::Quiet;
use super::super::swap::Slot;
use super::super::{bo, os};
use super::Tenant;

/// A BO.
#[derive(Debug)]
pub(super) struct Paged {
    pub(super) base: NonNull<u8>,
    pub(super) size: u64,
    pub(super) place: Place,
    pub(super) slot: Option<Slot>,
    /// Whether sparse mappings have to fault.
    pub(super) faulting: bool,
    pub(super) pinned: u32,
    pub(super) priority: Priority,
    /// The job that used it last, as far as known.
    pub(super) last_use: u64,
    /// The job that used it before that one.
    pub(super) previous_use: u64,
    /// Whether it is to be judged if it comes back: it was used while it was away.
    pub(super) is_returning: bool,
    /// Whether it was used once.
    pub(super) was_used: bool,
    /// Whether there are other bytes in the slot than zeros, as far as known.
    pub(super) has_bytes: bool,
    /// In order of admission: unlike addresses the same in every run.
    pub(super) number: u64,
    pub(super) tenant: Box<dyn Tenant>,
}

// SAFETY: the address of a BO, which is used under the pager's lock only.
unsafe impl Send for Paged {}

/// Where its bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Memory,
    File,
}

impl Paged {
    fn bytes(&self) -> usize {
        self.size as usize
    }

    /// What it is worth where it is in memory: who is worth least leaves first.
    pub(super) fn worth(&self) -> (Priority, u64) {
        (self.priority, self.last_use)
    }

    /// What it is worth to have it back: who was used since its use before the last one is used as often as it is. So what is
    /// used once and then not for long stays where it is, and pushes nobody out. But what has no bytes is about to get some, and
    /// those are better written to memory, and from there to the file in one go, than to the file page by page.
    pub(super) fn worth_back(&self) -> (Priority, u64) {
        (self.priority, if self.has_bytes { self.previous_use } else { self.last_use })
    }

    /// Maps the slot in place of what is mapped.
    ///
    /// # Safety
    /// Nobody looks at the range, whose bytes are not needed.
    unsafe fn map_slot(&self, slot: &Slot) -> Result<(), Errno> {
        let (file, offset) = slot.place();
        // SAFETY: the range is a BO's; the rest is this function's contract.
        unsafe { os::replace_by_file(self.base, self.bytes(), file, offset)? };
        os::keep_from_children(self.base, self.bytes());
        Ok(())
    }

    /// Memory that nobody ever used to its slot, which was never used either; whether that worked.
    pub(super) fn begin_away(&mut self) -> bool {
        let Some(slot) = &self.slot else { return false };
        // SAFETY: both are zero, and nobody knows the BO yet.
        if let Err(error) = unsafe { self.map_slot(slot) } {
            log::debug!("a BO begins in memory: {error}");
            return false;
        }
        self.place = Place::File;
        self.set_faulting(true);
        true
    }

    /// Tells the tenant, if that is news.
    pub(super) fn set_faulting(&mut self, faulting: bool) {
        if std::mem::replace(&mut self.faulting, faulting) != faulting {
            self.tenant.set_evicted(faulting);
        }
    }

    /// Memory to file. The entries of mappings fault from now on.
    pub(super) fn move_out(&mut self, _quiet: &Quiet) -> Result<(), Errno> {
        let slot = self.slot.as_ref().ok_or(Errno::NOSPC)?;
        let (base, size) = (self.base, self.bytes());
        // SAFETY: the range is a BO's; nobody touches device memory while there is a `Quiet`, and pinned BOs do not get here.
        let written = unsafe { slot.write(base, size) };
        let written =
            written.inspect_err(|_| slot.clear().unwrap_or_else(|error| log::warn!("swap file: {error}")))?;
        // SAFETY: as above.
        if let Err(error) = unsafe { self.map_slot(slot) } {
            // The kernel may have taken away what was there before it failed.
            // SAFETY: as above; the slot has all bytes.
            unsafe { os::replace_by_memory(base, size)? };
            // SAFETY: as above.
            unsafe { slot.read(base, size)? };
            slot.clear()?;
            return Err(error);
        }
        self.place = Place::File;
        self.has_bytes = written > 0;
        self.set_faulting(true);
        Ok(())
    }

    /// File to memory.
    pub(super) fn move_in(&mut self, _quiet: &Quiet) -> Result<(), Errno> {
        let slot = self.slot.as_ref().ok_or(Errno::NOENT)?;
        let (base, size) = (self.base, self.bytes());
        // SAFETY: the range is a BO's; nobody touches device memory while there is a `Quiet`.
        let moved = unsafe {
            os::replace_by_memory(base, size).and_then(|()| {
                bo::prefer_huge_pages(base, size as u64);
                slot.read(base, size)
            })
        };
        let read = moved.or_else(|error| {
            // SAFETY: as above; the file still has the bytes.
            unsafe { self.map_slot(slot)? };
            Err(error)
        })?;
        if read > 0
            && let Err(error) = slot.clear()
        {
            // Old bytes would show through where zeros are not written.
            log::warn!("a part of the swap file is lost: {error}");
            self.slot = None;
        }
        self.place = Place::Memory;
        self.set_faulting(false);
        Ok(())
    }
}
