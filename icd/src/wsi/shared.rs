//! Memory that a display server reads too.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::ptr::{NonNull, null_mut};

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, ftruncate, memfd_create};
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

use crate::error::Error;

/// An anonymous file, mapped.
pub struct Shared {
    start: NonNull<u8>,
    size: usize,
    file: OwnedFd,
}

// SAFETY: the mapping belongs to the process, not to a thread, and is written through `&mut self` only.
unsafe impl Send for Shared {}

impl Shared {
    /// A file of `size` bytes, all zero.
    ///
    /// # Errors
    /// [`Error::OutOfHostMemory`].
    pub fn new(size: usize) -> Result<Self, Error> {
        Self::map(size).map_err(|error| {
            log::warn!("no shared memory of {size} bytes: {error}");
            Error::OutOfHostMemory
        })
    }

    fn map(size: usize) -> rustix::io::Result<Self> {
        let file = memfd_create("lacuna-window", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
        ftruncate(&file, size as u64)?;
        // Neither side can make the other one trap by cutting the file.
        fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW)?;
        let protection = ProtFlags::READ | ProtFlags::WRITE;
        // SAFETY: without `MAP_FIXED`, a new mapping overlaps nothing.
        let start = unsafe { mmap(null_mut(), size, protection, MapFlags::SHARED, &file, 0)? };
        let start = NonNull::new(start.cast()).ok_or(rustix::io::Errno::NOMEM)?;
        Ok(Self { start, size, file })
    }

    /// The file, for whoever shall read it.
    pub fn file(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// Bytes.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The bytes. The other side only reads them; what it sees while they change is its picture of that moment.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: mapped for `size` bytes until drop, and borrowed as this value is.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.size) }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: mapped in `map`, and nobody has a reference to it any more.
        if let Err(error) = unsafe { munmap(self.start.as_ptr().cast(), self.size) } {
            log::warn!("munmap of shared memory: {error}");
        }
    }
}
