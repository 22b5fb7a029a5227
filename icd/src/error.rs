//! The one error type of the driver, and what an application sees of it.
//!
//! Variants say whose fault it is: limits of memory, a request for something that is not advertised, or misuse that
//! the driver noticed. Conversions from the errors of the crates below live here, so that `?` works everywhere.

use ash::vk;
use lacuna_gpu::MemoryError;

/// Why a command did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The operating system gave no memory for the driver's own use.
    #[error("out of host memory")]
    OutOfHostMemory,
    /// A heap, the sparse address space or a page table is full.
    #[error("out of device memory")]
    OutOfDeviceMemory,
    /// A descriptor pool is exhausted.
    #[error("descriptor pool exhausted")]
    OutOfPoolMemory,
    /// A device group, queue or similar is in a state from which it does not recover.
    #[error("device lost: {0}")]
    DeviceLost(&'static str),
    /// `vkMapMemory` of memory that cannot be mapped.
    #[error("memory cannot be mapped: {0}")]
    MemoryMapFailed(&'static str),
    /// A handle of another process, or memory of the application's, that cannot be imported.
    #[error("invalid external handle")]
    InvalidExternalHandle,
    /// A captured address that somebody has.
    #[error("invalid opaque capture address")]
    InvalidCaptureAddress,
    /// The process has no file descriptor left.
    #[error("too many objects")]
    TooManyObjects,
    /// A layer was asked for; drivers have none.
    #[error("layer not present")]
    LayerNotPresent,
    /// An extension that is not listed was asked for.
    #[error("extension not present: {0}")]
    ExtensionNotPresent(String),
    /// A feature that is not advertised was asked for.
    #[error("feature not present: {0}")]
    FeatureNotPresent(&'static str),
    /// A priority that no queue has was asked for.
    #[error("not permitted: queues are served alike")]
    NotPermitted,
    /// No resource of this format can be made.
    #[error("format not supported")]
    FormatNotSupported,
    /// A shader that uses what is not advertised, or is not valid SPIR-V.
    #[error("shader refused: {0}")]
    InvalidShader(String),
    /// A pipeline that was only to be made if nothing had to be compiled for it.
    #[error("compilation required")]
    CompileRequired,
    /// A binary of a shader object that this driver did not make, or not for this stage.
    #[error("incompatible shader binary")]
    IncompatibleBinary,
    /// A window, or its display server, is gone.
    #[error("surface lost")]
    SurfaceLost,
    /// A window has changed so that a swapchain does not fit it any more, or another swapchain took over.
    #[error("swapchain out of date")]
    OutOfDate,
    /// A window has another swapchain.
    #[error("window in use by another swapchain")]
    NativeWindowInUse,
    /// Something outside of the driver that a command needs is missing.
    #[error("initialization failed: {0}")]
    Initialization(&'static str),
    /// A handle that should be valid is null or was destroyed.
    #[error("null or destroyed handle")]
    InvalidHandle,
    /// The application broke a rule, named by its valid-usage identifier or in words, that the driver had to check
    /// to stay safe.
    #[error("invalid usage: {0}")]
    InvalidUsage(&'static str),
    /// A panic was caught, or an invariant of the driver broke: a bug in the driver.
    #[error("driver bug: {0}")]
    Internal(&'static str),
}

impl Error {
    /// The code that the application gets.
    pub fn code(&self) -> vk::Result {
        match self {
            Self::OutOfHostMemory => vk::Result::ERROR_OUT_OF_HOST_MEMORY,
            Self::OutOfDeviceMemory => vk::Result::ERROR_OUT_OF_DEVICE_MEMORY,
            Self::OutOfPoolMemory => vk::Result::ERROR_OUT_OF_POOL_MEMORY,
            Self::DeviceLost(_) => vk::Result::ERROR_DEVICE_LOST,
            Self::MemoryMapFailed(_) => vk::Result::ERROR_MEMORY_MAP_FAILED,
            Self::InvalidExternalHandle => vk::Result::ERROR_INVALID_EXTERNAL_HANDLE,
            Self::InvalidCaptureAddress => vk::Result::ERROR_INVALID_OPAQUE_CAPTURE_ADDRESS,
            Self::TooManyObjects => vk::Result::ERROR_TOO_MANY_OBJECTS,
            Self::LayerNotPresent => vk::Result::ERROR_LAYER_NOT_PRESENT,
            Self::ExtensionNotPresent(_) => vk::Result::ERROR_EXTENSION_NOT_PRESENT,
            Self::FeatureNotPresent(_) => vk::Result::ERROR_FEATURE_NOT_PRESENT,
            Self::NotPermitted => vk::Result::ERROR_NOT_PERMITTED_KHR,
            Self::FormatNotSupported => vk::Result::ERROR_FORMAT_NOT_SUPPORTED,
            Self::InvalidShader(_) => vk::Result::ERROR_INVALID_SHADER_NV,
            Self::CompileRequired => vk::Result::PIPELINE_COMPILE_REQUIRED,
            Self::IncompatibleBinary => vk::Result::INCOMPATIBLE_SHADER_BINARY_EXT,
            Self::SurfaceLost => vk::Result::ERROR_SURFACE_LOST_KHR,
            Self::OutOfDate => vk::Result::ERROR_OUT_OF_DATE_KHR,
            Self::NativeWindowInUse => vk::Result::ERROR_NATIVE_WINDOW_IN_USE_KHR,
            Self::Initialization(_) => vk::Result::ERROR_INITIALIZATION_FAILED,
            // "invalid usage was detected by the implementation or a validation layer"
            Self::InvalidHandle | Self::InvalidUsage(_) => vk::Result::ERROR_VALIDATION_FAILED_EXT,
            Self::Internal(_) => vk::Result::ERROR_UNKNOWN,
        }
    }

    /// How loudly it is reported: ordinary refusals are quiet, misuse and bugs are not.
    pub fn level(&self) -> log::Level {
        match self {
            Self::InvalidHandle | Self::InvalidUsage(_) | Self::InvalidShader(_) => log::Level::Warn,
            Self::DeviceLost(_) | Self::Internal(_) => log::Level::Error,
            _ => log::Level::Debug,
        }
    }
}

impl From<lacuna_gpu::JobPanicked> for Error {
    fn from(_: lacuna_gpu::JobPanicked) -> Self {
        Self::Internal("a job of the worker pool panicked")
    }
}

impl From<MemoryError> for Error {
    fn from(error: MemoryError) -> Self {
        match error {
            MemoryError::AddressTaken { .. } => Self::InvalidCaptureAddress,
            MemoryError::NoPageTable => Self::OutOfHostMemory,
            MemoryError::OutOfMemory { .. } | MemoryError::OutOfAddresses { .. } => Self::OutOfDeviceMemory,
        }
    }
}

impl From<lacuna_vm::Error> for Error {
    /// What an application can get wrong is checked before the VA manager sees it, except ranges and offsets of binds.
    fn from(error: lacuna_vm::Error) -> Self {
        match error {
            lacuna_vm::Error::OutOfMemory => Self::OutOfHostMemory,
            lacuna_vm::Error::TooLarge(_) => Self::OutOfDeviceMemory,
            lacuna_vm::Error::Empty
            | lacuna_vm::Error::Overflow { .. }
            | lacuna_vm::Error::Misaligned(_)
            | lacuna_vm::Error::OutsideVm(_)
            | lacuna_vm::Error::OutsideRegion(_)
            | lacuna_vm::Error::OutsideBo { .. } => Self::InvalidUsage("a bind's range or offset"),
            _ => Self::Internal("the VA manager refused what the driver asked for"),
        }
    }
}
