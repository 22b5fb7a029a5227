//! Window systems: surfaces, swapchains, and how a picture gets from an image into a window.
//!
//! ```text
//!   vkAcquireNextImageKHR ◄── free images ◄─────────────────────────────┐
//!                                          Swapchain                    │ pixels taken
//!   vkQueuePresentKHR ──► queue: waits ──► pending pictures ──► presenter ──► Canvas: X11, Wayland
//! ```
//!
//! A window system is a [`Window`] (what a surface is of) that makes a [`Canvas`] (what shows pictures of one swapchain).
//! Everything else is the same for all of them. All showing is done by one thread of the process, the [`presenter`], so
//! that neither queues nor the application wait for a display server.
//!
//! # Invariants
//! 1. The application's connection is only borrowed, from the creation of the surface or swapchain to its destruction.
//! 2. X11 requests are checked: an error becomes a result code, never an event that ends the application.
//! 3. No library is loaded, and nothing is asked of a display server, before a surface of it exists.

pub mod formats;
pub mod headless;
pub mod metronome;
pub mod pixels;
pub mod presenter;
pub mod queue_present;
pub mod shared;
pub mod surface;
pub mod swapchain;
pub mod wayland;
pub mod x11;
mod x11_canvas;

use std::time::Instant;

use ash::vk;

use crate::error::Error;
use pixels::Pixels;

/// What a surface is a surface of.
pub trait Window: Send + Sync {
    /// What it is like now.
    ///
    /// # Errors
    /// [`Error::SurfaceLost`] when the window or its display server is gone.
    fn look(&self) -> Result<Look, Error>;

    /// How pictures can be presented. All of them can be mixed in one swapchain.
    fn modes(&self) -> &'static [vk::PresentModeKHR];

    /// What shows pictures of this size; `None` where nobody looks.
    ///
    /// # Errors
    /// [`Error::SurfaceLost`], [`Error::OutOfHostMemory`].
    fn canvas(
        &self,
        extent: vk::Extent2D,
        alpha: vk::CompositeAlphaFlagsKHR,
    ) -> Result<Option<Box<dyn Canvas>>, Error>;
}

/// The state of a window, as far as swapchains depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Its size; `None` where the pictures decide it.
    pub extent: Option<vk::Extent2D>,
    /// How it can be blended with what is behind it.
    pub alpha: vk::CompositeAlphaFlagsKHR,
    /// Whether it takes 8-bit BGRA pixels; if not, it has no formats.
    pub has_formats: bool,
    /// How many images make progress certain.
    pub min_images: u32,
}

/// What shows the pictures of one swapchain. Dropped before the application may close its connection.
pub trait Canvas: Send {
    /// Whether a picture that was queued at some time can be shown now.
    ///
    /// # Errors
    /// [`Error::SurfaceLost`].
    fn ready(&mut self, mode: vk::PresentModeKHR, queued: Instant) -> Result<Ready, Error>;

    /// Announces a read of the display server's socket, for a canvas that is ready only after events; `None` when some have
    /// come already that [`ready`](Self::ready) has not heard.
    fn listen(&mut self) -> Option<wayland::Reading> {
        None
    }

    /// Whether it can show pictures from the files that they are in.
    fn reads_files(&self) -> bool {
        false
    }

    /// Takes the pixels, or notes where they are.
    ///
    /// # Errors
    /// [`Error::SurfaceLost`], [`Error::OutOfHostMemory`].
    fn load(&mut self, pixels: &Pixels) -> Result<Loaded, Error>;

    /// Shows what was loaded; no memory of the pixels is needed any more afterwards, also if it fails. `damage`, in pixels, is what differs from the picture before; empty means all of it.
    ///
    /// # Errors
    /// [`Error::SurfaceLost`].
    fn show(&mut self, mode: vk::PresentModeKHR, damage: &[vk::Rect2D]) -> Result<Fit, Error>;
}

/// What [`Canvas::load`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loaded {
    /// It copied the pixels: their memory is not needed any more.
    Copied,
    /// The display server will read them where they are.
    Mapped,
}

/// How the pictures fit the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// They have its size.
    Exact,
    /// They do not any more: some of the window stays empty, or some of the pictures is not seen. `VK_SUBOPTIMAL_KHR`.
    Loose,
}

/// When a picture can be shown.
pub enum Ready {
    /// At once.
    Now,
    /// Not before this time.
    At(Instant),
    /// After an event of the display server: ask again when it has been read, or at this time if there is one.
    AfterEvents(Option<Instant>),
}
