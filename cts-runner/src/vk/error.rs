//! What can go wrong between this client and a driver.

use ash::vk;

/// The result of everything in [`crate::vk`].
pub type Result<T> = std::result::Result<T, Error>;

/// An error of the loader, the driver, or a missing capability.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `libvulkan.so.1` is not installed or not loadable.
    #[error("cannot load the Vulkan loader libvulkan.so.1 ({0}); install it: apt-get install libvulkan1")]
    Loader(#[from] ash::LoadingError),
    /// A Vulkan command returned an error code.
    #[error("{call} returned {result:?}")]
    Call {
        /// Name of the command.
        call: &'static str,
        /// What it returned.
        result: vk::Result,
    },
    /// The driver says honestly that it cannot do this; not a failure of the driver.
    #[error("not supported: {0}")]
    NotSupported(String),
    /// The loader found no physical device.
    #[error(
        "the driver lists no physical device (is the path of the ICD manifest right? try VK_LOADER_DEBUG=error)"
    )]
    NoPhysicalDevice,
    /// No memory type has the wanted properties among those that the resource allows.
    #[error("no memory type with {wanted:?} in the mask {bits:#x}")]
    NoMemoryType {
        /// `VkMemoryRequirements::memoryTypeBits`.
        bits: u32,
        /// Properties asked for.
        wanted: vk::MemoryPropertyFlags,
    },
    /// Submitted work did not end in time.
    #[error("the submitted work did not finish within {} s", super::PATIENCE / 1_000_000_000)]
    Hung,
}

impl Error {
    /// The error code, when a Vulkan command returned one.
    #[must_use]
    pub fn code(&self) -> Option<vk::Result> {
        match self {
            Error::Call { result, .. } => Some(*result),
            _ => None,
        }
    }
}

/// Names the Vulkan command in an error.
pub trait Check<T> {
    /// `result`, with the command's name in its error.
    fn at(self, call: &'static str) -> Result<T>;
}

impl<T> Check<T> for std::result::Result<T, vk::Result> {
    fn at(self, call: &'static str) -> Result<T> {
        self.map_err(|result| Error::Call { call, result })
    }
}
