//! X11 windows, on the application's connection: of XCB, or the one inside an Xlib display.
//!
//! `libxcb` is opened when the first such surface is made. The application has it loaded by then; programs without X11
//! never need it.

use std::ffi::{c_int, c_void};
use std::sync::Arc;

use ash::vk;
use libloading::Library;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{self, ConnectionExt, ImageOrder, Visualid};
use x11rb::xcb_ffi::{XCBConnection, load_libxcb};

use super::x11_canvas::X11Canvas;
use super::{Canvas, Look, Window};
use crate::error::Error;

/// The window of `VK_KHR_xcb_surface` and `VK_KHR_xlib_surface`.
pub struct X11Window {
    /// `None` when the connection was dead when the surface was made.
    connection: Option<Arc<XCBConnection>>,
    window: xproto::Window,
}

impl X11Window {
    /// A window of an XCB connection.
    ///
    /// # Errors
    /// [`Error::Initialization`] where `libxcb` cannot be opened.
    ///
    /// # Safety
    /// `connection` is null or an `xcb_connection_t` that outlives this value.
    pub unsafe fn new(connection: *mut c_void, window: xproto::Window) -> Result<Self, Error> {
        // SAFETY: this function's contract.
        let connection = unsafe { adopt(connection)? };
        Ok(Self { connection: connection.map(Arc::new), window })
    }

    /// A window of an Xlib display.
    ///
    /// # Errors
    /// [`Error::Initialization`] where `libX11-xcb` cannot be opened.
    ///
    /// # Safety
    /// `display` is a `Display` that outlives this value.
    pub unsafe fn of_xlib(display: *mut c_void, window: xproto::Window) -> Result<Self, Error> {
        // SAFETY: this function's contract; the symbol has this type in every version of the library.
        let connection = unsafe {
            let library = Library::new("libX11-xcb.so.1").map_err(no_library)?;
            let get = library.get::<unsafe extern "C" fn(*mut c_void) -> *mut c_void>(b"XGetXCBConnection\0");
            get.map_err(no_library)?(display)
        };
        // SAFETY: the display's connection lives as long as the display.
        unsafe { Self::new(connection, window) }
    }

    fn connection(&self) -> Result<&Arc<XCBConnection>, Error> {
        self.connection.as_ref().ok_or(Error::SurfaceLost)
    }
}

impl Window for X11Window {
    fn look(&self) -> Result<Look, Error> {
        let connection = self.connection()?;
        let geometry = connection.get_geometry(self.window).map_err(lost)?;
        let attributes = connection.get_window_attributes(self.window).map_err(lost)?;
        let geometry = geometry.reply().map_err(lost)?;
        let visual = attributes.reply().map_err(lost)?.visual;
        let inherit = vk::CompositeAlphaFlagsKHR::INHERIT;
        let alpha = match geometry.depth {
            32 => inherit | vk::CompositeAlphaFlagsKHR::PRE_MULTIPLIED,
            _ => inherit | vk::CompositeAlphaFlagsKHR::OPAQUE,
        };
        Ok(Look {
            extent: Some(extent(&geometry)),
            alpha,
            has_formats: takes_bgra(connection.setup(), geometry.depth, visual),
            min_images: 2,
        })
    }

    fn modes(&self) -> &'static [vk::PresentModeKHR] {
        &[
            vk::PresentModeKHR::FIFO,
            vk::PresentModeKHR::FIFO_RELAXED,
            vk::PresentModeKHR::MAILBOX,
            vk::PresentModeKHR::IMMEDIATE,
        ]
    }

    fn canvas(
        &self,
        extent: vk::Extent2D,
        _alpha: vk::CompositeAlphaFlagsKHR,
    ) -> Result<Option<Box<dyn Canvas>>, Error> {
        let canvas = X11Canvas::new(Arc::clone(self.connection()?), self.window, extent)?;
        Ok(Some(Box::new(canvas)))
    }
}

/// A window's size.
pub(super) fn extent(geometry: &xproto::GetGeometryReply) -> vk::Extent2D {
    vk::Extent2D { width: geometry.width.into(), height: geometry.height.into() }
}

/// A request failed: the window or the connection is gone.
pub(super) fn lost(error: impl std::fmt::Display) -> Error {
    log::debug!("X11: {error}");
    Error::SurfaceLost
}

/// Whether pixels of a window are 32 bits, blue first in memory.
fn takes_bgra(setup: &xproto::Setup, depth: u8, visual: Visualid) -> bool {
    let format = setup.pixmap_formats.iter().find(|format| format.depth == depth);
    let mut visuals =
        setup.roots.iter().flat_map(|screen| &screen.allowed_depths).flat_map(|depth| &depth.visuals);
    let masks = visuals.find(|found| found.visual_id == visual);
    matches!(depth, 24 | 32)
        && format.is_some_and(|format| format.bits_per_pixel == 32)
        && masks.is_some_and(|v| [v.red_mask, v.green_mask, v.blue_mask] == [0xff_0000, 0xff00, 0xff])
        && (setup.image_byte_order == ImageOrder::LSB_FIRST) == cfg!(target_endian = "little")
}

/// Wraps the application's connection; `None` when it is null or dead.
///
/// # Safety
/// As [`X11Window::new`].
unsafe fn adopt(connection: *mut c_void) -> Result<Option<XCBConnection>, Error> {
    load_libxcb().map_err(no_library)?;
    // A dead connection has no setup to read; `x11rb` does not check that of connections that it did not make.
    // SAFETY: this function's contract; the symbol has this type in every version of the library.
    let dead = connection.is_null()
        || unsafe {
            let library = Library::new("libxcb.so.1").map_err(no_library)?;
            let has_error =
                library.get::<unsafe extern "C" fn(*mut c_void) -> c_int>(b"xcb_connection_has_error\0");
            has_error.map_err(no_library)?(connection) != 0
        };
    if dead {
        return Ok(None);
    }
    // SAFETY: this function's contract; not dropped with the wrapper.
    match unsafe { XCBConnection::from_raw_xcb_connection(connection, false) } {
        Ok(connection) => Ok(Some(connection)),
        Err(error) => {
            log::warn!("X11: {error}");
            Ok(None)
        }
    }
}

fn no_library(error: impl std::fmt::Display) -> Error {
    log::warn!("a library of X11 cannot be opened: {error}");
    Error::Initialization("a library of X11 is missing")
}
