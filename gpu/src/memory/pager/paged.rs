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
    /// Jobs that used it while it was away.
    pub(super) uses: u32,
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
        written.inspect_err(|_| slot.clear().unwrap_or_else(|error| log::warn!("swap file: {error}")))?;
        let (file, offset) = slot.place();
        // SAFETY: as above.
        if let Err(error) = unsafe { os::replace_by_file(base, size, file, offset) } {
            // The kernel may have taken away what was there before it failed.
            // SAFETY: as above; the slot has all bytes.
            unsafe { os::replace_by_memory(base, size)? };
            // SAFETY: as above.
            unsafe { slot.read(base, size)? };
            slot.clear()?;
            return Err(error);
        }
        os::keep_from_children(base, size);
        self.place = Place::File;
        self.uses = 0;
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
        if let Err(error) = moved {
            let (file, offset) = slot.place();
            // SAFETY: as above; the file still has the bytes.
            unsafe { os::replace_by_file(base, size, file, offset)? };
            os::keep_from_children(base, size);
            return Err(error);
        }
        if let Err(error) = slot.clear() {
            // Old bytes would show through where zeros are not written.
            log::warn!("a part of the swap file is lost: {error}");
            self.slot = None;
        }
        self.place = Place::Memory;
        self.set_faulting(false);
        Ok(())
    }
}
