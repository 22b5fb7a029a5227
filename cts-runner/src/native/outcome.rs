//! How a case ends.

use crate::{vk, wayland, x11};

/// What a case returns.
pub type Outcome = Result<(), Failure>;

/// Why a case did not pass.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The driver did something else than Vulkan says.
    #[error("{0}")]
    Wrong(String),
    /// A command failed, or (see [`vk::Error::NotSupported`]) the driver cannot do this.
    #[error(transparent)]
    Vulkan(#[from] vk::Error),
    /// The X11 server of the test did not do its part.
    #[error(transparent)]
    X11(#[from] x11::Error),
    /// Nor did the Wayland compositor.
    #[error(transparent)]
    Wayland(#[from] wayland::Error),
}
