//! The swap file: where the bytes of evicted BOs are.
//!
//! One file for the process, made when memory first runs short, without a name: nothing is left behind, however the process
//! ends. A BO has a `Slot` of its own size in it. The file system promises the slot's blocks when the slot is made
//! (`fallocate`), so that a full disk shows then, as an error, and not when a page is written back, as a signal.
//!
//! Pages of zeros are neither written nor read: a slot reads as zero where nothing was written to it.
//!
//! # Invariants
//! 1. Slots are disjoint, and inside the file.
//! 2. Where no BO's bytes are, a slot reads as zero.
//! 3. A child of `fork` changes nothing: the file is its parent's.
#![expect(unsafe_code, reason = "looks at device memory as bytes")]

use core::ptr::NonNull;
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lacuna_vm::tree::{RangeTree, Span};
use lacuna_vm::units::PAGE_SHIFT;
use parking_lot::Mutex;
use rustix::fd::{AsFd as _, BorrowedFd};
use rustix::fs::{FallocateFlags, Mode, OFlags, SeekFrom, fallocate, fstatvfs, ftruncate, seek};
use rustix::io::Errno;

use super::fail;

/// What the kernel's page tables, and our look at zeros, go by.
const SMALL_PAGE: usize = 4096;
/// Entries of the kernel's page map that are read at a time.
const ENTRIES: usize = 512;
/// A page that is in memory, or in the kernel's own swap: bits 63 and 62 of an entry of the page map.
const TOUCHED: u64 = 3 << 62;

/// Where swap files go, and how large they get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwapOptions {
    /// An existing directory, better not in memory.
    pub directory: PathBuf,
    /// The most bytes of slots; half of what is free in the file system if not given.
    pub bytes: Option<u64>,
}

/// See the [module](self).
#[derive(Debug)]
pub(super) struct SwapFile {
    file: File,
    limit: u64,
    /// Slots end here. Farther than the limit, so that gaps between slots do no harm.
    reach: u64,
    /// Who made it.
    owner: u32,
    /// Which pages of this process were ever touched; `None` where the system does not say.
    page_map: Option<File>,
    slots: Mutex<Slots>,
}

#[derive(Debug, Default)]
struct Slots {
    /// In pages of [`PAGE_SIZE`](lacuna_vm::PAGE_SIZE).
    taken: RangeTree<()>,
    pages: u64,
    /// Length of the file, as far as this process knows.
    length: u64,
}

/// A part of the swap file, given back when dropped.
#[derive(Debug)]
pub(super) struct Slot {
    file: Arc<SwapFile>,
    span: Span,
}

impl SwapFile {
    pub(super) fn open(options: &SwapOptions) -> Result<Self, Errno> {
        if fail::is_refused() {
            return Err(Errno::NOSPC);
        }
        let file = File::from(nameless(&options.directory)?);
        let limit = match options.bytes {
            Some(bytes) => bytes,
            None => {
                let system = fstatvfs(&file)?;
                system.f_bavail.saturating_mul(system.f_frsize) / 2
            }
        };
        let most = longest_file();
        let page_map = File::open("/proc/self/pagemap").ok();
        let (limit, reach) = (limit.min(most), limit.saturating_mul(8).min(most));
        Ok(Self { file, limit, reach, owner: std::process::id(), page_map, slots: Mutex::default() })
    }

    /// A slot for `size` bytes, a multiple of [`PAGE_SIZE`](lacuna_vm::PAGE_SIZE).
    ///
    /// # Errors
    /// `NOSPC` when the limit is reached or the file system is full; what the system says otherwise.
    pub(super) fn reserve(self: &Arc<Self>, size: u64) -> Result<Slot, Errno> {
        self.check_owner()?;
        if fail::is_refused() {
            return Err(Errno::NOSPC);
        }
        let count = u32::try_from(size >> PAGE_SHIFT).map_err(|_| Errno::NOSPC)?;
        let mut slots = self.slots.lock();
        if (slots.pages + u64::from(count)) << PAGE_SHIFT > self.limit {
            return Err(Errno::NOSPC);
        }
        let reach = u32::try_from(self.reach >> PAGE_SHIFT).unwrap_or(u32::MAX);
        let span = slots.taken.gap_bottom_up(Span::new(0, reach), count, 1).ok_or(Errno::NOSPC)?;
        let (offset, end) = (u64::from(span.start) << PAGE_SHIFT, u64::from(span.end) << PAGE_SHIFT);
        match fallocate(&self.file, FallocateFlags::empty(), offset, size) {
            Err(Errno::OPNOTSUPP) if slots.length < end => ftruncate(&self.file, end)?,
            Err(Errno::OPNOTSUPP) => {}
            result => result?,
        }
        slots.taken.insert(span, ()).map_err(|_| Errno::NOSPC)?;
        slots.pages += u64::from(count);
        slots.length = slots.length.max(end);
        Ok(Slot { file: Arc::clone(self), span })
    }

    fn check_owner(&self) -> Result<(), Errno> {
        if std::process::id() == self.owner { Ok(()) } else { Err(Errno::CHILD) }
    }

    /// Calls `with` for the parts of a range of memory that may hold something else than zeros.
    fn touched(
        &self,
        base: NonNull<u8>,
        size: usize,
        mut with: impl FnMut(usize, usize) -> Result<(), Errno>,
    ) -> Result<(), Errno> {
        let step = ENTRIES * SMALL_PAGE;
        let mut entries = [0_u8; ENTRIES * size_of::<u64>()];
        for start in (0..size).step_by(step) {
            let pages = (size - start).min(step) / SMALL_PAGE;
            let first = (base.as_ptr() as usize + start) / SMALL_PAGE * size_of::<u64>();
            let entries = &mut entries[..pages * size_of::<u64>()];
            let known =
                self.page_map.as_ref().is_some_and(|map| map.read_exact_at(entries, first as u64).is_ok());
            let is_touched = |entry: &[u8]| {
                !known
                    || entry.try_into().is_ok_and(|entry: [u8; 8]| u64::from_ne_bytes(entry) & TOUCHED != 0)
            };
            for (page, entry) in entries.chunks_exact(size_of::<u64>()).enumerate() {
                if is_touched(entry) {
                    with(start + page * SMALL_PAGE, SMALL_PAGE)?;
                }
            }
        }
        Ok(())
    }
}

impl Slot {
    fn offset(&self) -> u64 {
        u64::from(self.span.start) << PAGE_SHIFT
    }

    /// The file and where the slot begins in it.
    pub(super) fn place(&self) -> (BorrowedFd<'_>, u64) {
        (self.file.file.as_fd(), self.offset())
    }

    /// Writes memory to the slot, which reads as zero before. The system writes it back at its own pace, and then can take its
    /// pages away; asking it to begin at once would wait for the disk. Gives how many bytes were no zeros, in whole pages.
    ///
    /// # Safety
    /// `size` bytes from `base` on are memory that nobody writes now; the slot is as large.
    pub(super) unsafe fn write(&self, base: NonNull<u8>, size: usize) -> Result<usize, Errno> {
        self.file.check_owner()?;
        // SAFETY: this function's contract.
        let bytes = unsafe { core::slice::from_raw_parts(base.as_ptr(), size) };
        let (mut run, mut written) = (0..0, 0);
        let write = |run: core::ops::Range<usize>| {
            let offset = self.offset() + run.start as u64;
            self.file
                .file
                .write_all_at(&bytes[run], offset)
                .map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))
        };
        self.file.touched(base, size, |start, length| {
            if is_zero(&bytes[start..start + length]) {
                return Ok(());
            }
            if run.end != start {
                write(std::mem::replace(&mut run, start..start))?;
            }
            run.end = start + length;
            written += length;
            Ok(())
        })?;
        write(run)?;
        Ok(written)
    }

    /// Reads the slot into memory that is zero. Gives how many bytes there were to read.
    ///
    /// # Safety
    /// `size` bytes from `base` on are zeroed memory at which nobody looks now; the slot is as large.
    pub(super) unsafe fn read(&self, base: NonNull<u8>, size: usize) -> Result<u64, Errno> {
        let file = &self.file.file;
        let (start, end) = (self.offset(), self.offset() + size as u64);
        let (mut at, mut count) = (start, 0);
        while at < end {
            let data = match seek(file, SeekFrom::Data(at)) {
                Ok(data) if data < end => data,
                // Nothing but zeros up to the end of the file, or of the slot.
                Ok(_) | Err(Errno::NXIO) => break,
                // File systems that know no holes.
                Err(_) => at,
            };
            let hole = seek(file, SeekFrom::Hole(data)).unwrap_or(end).min(end);
            // SAFETY: `data..hole` is inside of the slot; the rest is this function's contract.
            let part = unsafe {
                let first = base.as_ptr().add((data - start) as usize);
                core::slice::from_raw_parts_mut(first, (hole - data) as usize)
            };
            file.read_exact_at(part, data)
                .map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
            count += hole - data;
            at = hole;
        }
        Ok(count)
    }

    /// Makes it read as zero again; its blocks stay promised.
    pub(super) fn clear(&self) -> Result<(), Errno> {
        self.file.check_owner()?;
        let size = u64::from(self.span.len()) << PAGE_SHIFT;
        let keep = FallocateFlags::KEEP_SIZE;
        if fallocate(&self.file.file, FallocateFlags::ZERO_RANGE | keep, self.offset(), size).is_ok() {
            return Ok(());
        }
        fallocate(&self.file.file, FallocateFlags::PUNCH_HOLE | keep, self.offset(), size)?;
        fallocate(&self.file.file, FallocateFlags::empty(), self.offset(), size)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if self.file.check_owner().is_err() {
            return;
        }
        let size = u64::from(self.span.len()) << PAGE_SHIFT;
        let hole = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        if let Err(error) = fallocate(&self.file.file, hole, self.offset(), size) {
            // Its next owner would find old bytes in it: nobody gets it.
            log::warn!("a part of the swap file cannot be given back: {error}");
            return;
        }
        let mut slots = self.file.slots.lock();
        if slots.taken.remove(self.span).is_some() {
            slots.pages -= u64::from(self.span.len());
        }
    }
}

/// A file that nobody else can open.
fn nameless(directory: &Path) -> Result<rustix::fd::OwnedFd, Errno> {
    let (flags, mode) = (OFlags::RDWR | OFlags::CLOEXEC | OFlags::NOFOLLOW, Mode::RUSR | Mode::WUSR);
    match rustix::fs::open(
        directory,
        flags.difference(OFlags::NOFOLLOW) | OFlags::TMPFILE | OFlags::EXCL,
        mode,
    ) {
        Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL) => {
            let path = directory.join(format!("lacuna-swap-{}", std::process::id()));
            let file = rustix::fs::open(&path, flags | OFlags::CREATE | OFlags::EXCL, mode)?;
            rustix::fs::unlink(&path)?;
            Ok(file)
        }
        result => result,
    }
}

/// `RLIMIT_FSIZE`: a file that grows beyond it would end the process with a signal.
fn longest_file() -> u64 {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max file size"));
    // "unlimited" is no number.
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(u64::MAX)
}

fn is_zero(bytes: &[u8]) -> bool {
    // SAFETY: any bytes are a number.
    let (before, words, after) = unsafe { bytes.align_to::<u128>() };
    words.iter().all(|&word| word == 0) && before.iter().chain(after).all(|&byte| byte == 0)
}

#[cfg(test)]
mod tests {
    use lacuna_vm::units::PAGE_SIZE;

    use super::super::os::{self, Mapping};
    use super::*;

    fn file(pages: u64) -> Arc<SwapFile> {
        let directory = std::env::temp_dir();
        Arc::new(SwapFile::open(&SwapOptions { directory, bytes: Some(pages * PAGE_SIZE) }).unwrap())
    }

    /// Bytes that the file takes on disk.
    fn blocks(file: &SwapFile) -> u64 {
        rustix::fs::fstat(&file.file).unwrap().st_blocks as u64 * 512
    }

    #[test]
    fn what_is_written_is_read_and_zeros_stay_zeros() {
        let file = file(8);
        let slot = file.reserve(4 * PAGE_SIZE).unwrap();
        let memory = Mapping::new(4 * PAGE_SIZE).unwrap();
        let size = memory.size() as usize;
        // SAFETY: the mapping is this test's own.
        unsafe {
            let bytes = core::slice::from_raw_parts_mut(memory.base().as_ptr(), size);
            (bytes[0], bytes[5 * SMALL_PAGE + 17], bytes[size - 1]) = (1, 2, 3);
            slot.write(memory.base(), size).unwrap();
            os::replace_by_memory(memory.base(), size).unwrap();
            slot.read(memory.base(), size).unwrap();
            let bytes = core::slice::from_raw_parts(memory.base().as_ptr(), size);
            assert_eq!((bytes[0], bytes[5 * SMALL_PAGE + 17], bytes[size - 1]), (1, 2, 3));
            assert_eq!(bytes.iter().filter(|&&byte| byte != 0).count(), 3);

            slot.clear().unwrap();
            os::replace_by_memory(memory.base(), size).unwrap();
            slot.read(memory.base(), size).unwrap();
            assert!(is_zero(core::slice::from_raw_parts(memory.base().as_ptr(), size)));
        }
    }

    #[test]
    fn the_limit_is_kept_and_slots_come_back_empty() {
        let file = file(4);
        let first = file.reserve(3 * PAGE_SIZE).unwrap();
        assert_eq!(file.reserve(2 * PAGE_SIZE).unwrap_err(), Errno::NOSPC);
        let second = file.reserve(PAGE_SIZE).unwrap();
        assert_eq!(blocks(&file), 4 * PAGE_SIZE, "blocks are promised before they are written");
        drop(first);
        assert_eq!(blocks(&file), PAGE_SIZE);
        drop((file.reserve(3 * PAGE_SIZE).unwrap(), second));
        assert_eq!(blocks(&file), 0);
    }

    #[test]
    fn nobody_finds_the_file_and_nothing_is_left_behind() {
        let directory = std::env::temp_dir().join(format!("lacuna-swap-test-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let options = SwapOptions { directory: directory.clone(), bytes: Some(PAGE_SIZE) };
        let file = Arc::new(SwapFile::open(&options).unwrap());
        let slot = file.reserve(PAGE_SIZE).unwrap();
        assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 0);
        drop((slot, file));
        // Fails if anything is in it.
        std::fs::remove_dir(&directory).unwrap();
    }

    #[test]
    fn directories_that_are_not_there_are_refused() {
        let options = SwapOptions { directory: "/nonexistent".into(), bytes: None };
        assert_eq!(SwapFile::open(&options).unwrap_err(), Errno::NOENT);
    }
}
