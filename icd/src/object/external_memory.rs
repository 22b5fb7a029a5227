//! Where an allocation's bytes come from: new memory, a file that processes share, or memory of the application's.
//!
//! An opaque file descriptor is a memfd: whoever has one maps the same pages. Such memory stays where it is, as does what the
//! application owns.

use std::ffi::c_void;
use std::os::fd::{AsFd as _, BorrowedFd, FromRawFd as _, IntoRawFd as _, OwnedFd, RawFd};
use std::ptr::NonNull;

use ash::vk;
use lacuna_gpu::Bo;
use lacuna_gpu::memory::Placement;
use lacuna_vm::PAGE_SIZE;
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, fstat, ftruncate, memfd_create};

use crate::error::Error;
use crate::pnext;

const OPAQUE_FD: vk::ExternalMemoryHandleTypeFlags = vk::ExternalMemoryHandleTypeFlags::OPAQUE_FD;
const HOST_ALLOCATION: vk::ExternalMemoryHandleTypeFlags =
    vk::ExternalMemoryHandleTypeFlags::HOST_ALLOCATION_EXT;
const HOST_FOREIGN: vk::ExternalMemoryHandleTypeFlags =
    vk::ExternalMemoryHandleTypeFlags::HOST_MAPPED_FOREIGN_MEMORY_EXT;

/// Where the bytes of an allocation come from.
pub enum Source {
    /// Zeros of its own.
    New,
    /// Zeros of its own, in a file that can be exported.
    Exported,
    /// An exported file of any process.
    Shared(RawFd),
    /// Memory of the application's.
    Host(NonNull<c_void>),
}

/// A BO, and the file that it is if others may have it.
pub struct Backing {
    /// The bytes.
    pub bo: Bo,
    /// The file behind them.
    pub file: Option<OwnedFd>,
}

impl Source {
    /// What the chain of an allocation asks for.
    ///
    /// # Errors
    /// [`Error::InvalidExternalHandle`] for handles of types that are not supported.
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn of(info: &vk::MemoryAllocateInfo<'_>) -> Result<Self, Error> {
        let chain = info.p_next;
        // SAFETY: this function's contract, three times.
        let (fd, host, export) = unsafe {
            (
                pnext::find::<vk::ImportMemoryFdInfoKHR<'_>>(chain),
                pnext::find::<vk::ImportMemoryHostPointerInfoEXT<'_>>(chain),
                pnext::find::<vk::ExportMemoryAllocateInfo<'_>>(chain),
            )
        };
        if let Some(import) = fd.filter(|import| !import.handle_type.is_empty()) {
            let known = import.handle_type == OPAQUE_FD && import.fd >= 0;
            return if known { Ok(Self::Shared(import.fd)) } else { Err(Error::InvalidExternalHandle) };
        }
        if let Some(import) = host.filter(|import| !import.handle_type.is_empty()) {
            let known = import.handle_type == HOST_ALLOCATION || import.handle_type == HOST_FOREIGN;
            let pointer = NonNull::new(import.p_host_pointer).filter(|_| known);
            return pointer.map(Self::Host).ok_or(Error::InvalidExternalHandle);
        }
        match export.map(|export| export.handle_types) {
            Some(types) if types == OPAQUE_FD => Ok(Self::Exported),
            Some(types) if !types.is_empty() => {
                Err(Error::InvalidUsage("VUID-VkExportMemoryAllocateInfo-handleTypes-00656"))
            }
            _ => Ok(Self::New),
        }
    }

    /// Which addresses the chain of an allocation asks for.
    ///
    /// # Safety
    /// `info` is a valid structure.
    pub unsafe fn placement(info: &vk::MemoryAllocateInfo<'_>) -> Placement {
        // SAFETY: this function's contract, twice.
        let (flags, captured) = unsafe {
            (
                pnext::find::<vk::MemoryAllocateFlagsInfo<'_>>(info.p_next),
                pnext::find::<vk::MemoryOpaqueCaptureAddressAllocateInfo<'_>>(info.p_next),
            )
        };
        let replay = vk::MemoryAllocateFlags::DEVICE_ADDRESS_CAPTURE_REPLAY;
        let is_captured = flags.is_some_and(|info| info.flags.contains(replay));
        placement_of(is_captured, captured.map_or(0, |info| info.opaque_capture_address))
    }

    /// Whether it is memory that this allocation adds to the heap.
    pub fn is_counted(&self) -> bool {
        !matches!(self, Self::Host(_))
    }

    /// Whether its bytes may move.
    pub fn is_movable(&self) -> bool {
        matches!(self, Self::New)
    }

    /// Gives an imported descriptor back to the application, which keeps it when the import fails.
    pub fn refused(&self, file: Option<OwnedFd>, error: Error) -> Error {
        if let (Self::Shared(_), Some(file)) = (self, file) {
            let _ = file.into_raw_fd();
        }
        error
    }

    /// The memory itself. The application's own stays where it is, whatever `placement` says.
    ///
    /// # Errors
    /// [`Error::OutOfDeviceMemory`], [`Error::InvalidCaptureAddress`], [`Error::InvalidExternalHandle`] for files that are too
    /// small and pointers that are not aligned.
    ///
    /// # Safety
    /// Imported handles are what the application says they are.
    pub unsafe fn open(&self, size: u64, placement: Placement) -> Result<Backing, Error> {
        match *self {
            Self::New => Ok(Backing { bo: Bo::allocate_placed(size, placement)?, file: None }),
            Self::Exported => {
                let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
                let file = memfd_create(c"lacuna-memory", flags).map_err(|_| Error::OutOfHostMemory)?;
                let bytes = size.checked_next_multiple_of(PAGE_SIZE).ok_or(Error::OutOfDeviceMemory)?;
                ftruncate(&file, bytes).map_err(|_| Error::OutOfDeviceMemory)?;
                // Nobody can make another one trap by cutting the file.
                let seals = SealFlags::SHRINK | SealFlags::GROW;
                fcntl_add_seals(&file, seals).map_err(|_| Error::OutOfHostMemory)?;
                Ok(Backing { bo: Bo::share(size, file.as_fd(), placement)?, file: Some(file) })
            }
            Self::Shared(fd) => {
                // SAFETY: a descriptor of the application's (VUID-VkImportMemoryFdInfoKHR-handleType-00670).
                let file = unsafe { BorrowedFd::borrow_raw(fd) };
                let length = fstat(file).map_err(|_| Error::InvalidExternalHandle)?.st_size;
                let bytes = size.checked_next_multiple_of(PAGE_SIZE).ok_or(Error::InvalidExternalHandle)?;
                if u64::try_from(length).is_ok_and(|length| length < bytes) {
                    return Err(Error::InvalidExternalHandle);
                }
                let bo = Bo::share(size, file, placement)?;
                // SAFETY: importing gives it to the driver, once the import can no longer fail.
                Ok(Backing { bo, file: Some(unsafe { OwnedFd::from_raw_fd(fd) }) })
            }
            // SAFETY: the pages are mapped for as long as the memory is used (VUID-VkImportMemoryHostPointerInfoEXT-pHostPointer-01750).
            Self::Host(pointer) => match unsafe { Bo::import(pointer.cast(), size) } {
                Ok(bo) => Ok(Backing { bo, file: None }),
                Err(_) => Err(Error::InvalidExternalHandle),
            },
        }
    }
}

/// Where something goes whose address is captured, or was: then it is not zero.
pub fn placement_of(is_captured: bool, address: u64) -> Placement {
    match (is_captured, address) {
        (false, _) => Placement::Anywhere,
        (true, 0) => Placement::Replayable,
        (true, address) => Placement::At(address),
    }
}

/// What `vkGetPhysicalDeviceExternalBufferProperties` and its like for images say of a handle type.
pub fn properties(handle_type: vk::ExternalMemoryHandleTypeFlags) -> vk::ExternalMemoryProperties {
    let (features, export) = match handle_type {
        OPAQUE_FD => (
            vk::ExternalMemoryFeatureFlags::EXPORTABLE | vk::ExternalMemoryFeatureFlags::IMPORTABLE,
            OPAQUE_FD,
        ),
        HOST_ALLOCATION | HOST_FOREIGN => {
            (vk::ExternalMemoryFeatureFlags::IMPORTABLE, vk::ExternalMemoryHandleTypeFlags::empty())
        }
        _ => return vk::ExternalMemoryProperties::default(),
    };
    vk::ExternalMemoryProperties {
        external_memory_features: features,
        export_from_imported_handle_types: export,
        compatible_handle_types: handle_type,
    }
}

/// `vkGetMemoryHostPointerPropertiesEXT`: any page-aligned memory will do.
///
/// # Errors
/// [`Error::InvalidExternalHandle`].
pub fn check_host_pointer(
    handle_type: vk::ExternalMemoryHandleTypeFlags,
    pointer: *const c_void,
) -> Result<(), Error> {
    let known = handle_type == HOST_ALLOCATION || handle_type == HOST_FOREIGN;
    let aligned = !pointer.is_null() && (pointer as u64).is_multiple_of(PAGE_SIZE);
    if known && aligned { Ok(()) } else { Err(Error::InvalidExternalHandle) }
}
