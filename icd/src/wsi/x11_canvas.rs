//! Pictures in an X11 window: `MIT-SHM` where the server can reach our memory, `PutImage` elsewhere.
//!
//! A picture is shown with one round trip, which is also when the server is done with the memory and how the window's size
//! is learnt.

use std::sync::Arc;
use std::time::Instant;

use ash::vk;
use rustix::net::AddressFamily;
use smallvec::SmallVec;
use x11rb::connection::{Connection, RequestConnection};
use x11rb::cookie::VoidCookie;
use x11rb::protocol::shm::{self, ConnectionExt as _};
use x11rb::protocol::xproto::{ConnectionExt, CreateGCAux, Gcontext, ImageFormat, Window};
use x11rb::xcb_ffi::XCBConnection;

use super::metronome::Metronome;
use super::pixels::{PIXEL, Pixels};
use super::shared::Shared;
use super::x11::{extent, lost};
use super::{Canvas, Fit, Ready};
use crate::error::Error;

/// See the [module](self).
pub(super) struct X11Canvas {
    connection: Arc<XCBConnection>,
    window: Window,
    depth: u8,
    extent: vk::Extent2D,
    context: Gcontext,
    staging: Staging,
    metronome: Metronome,
    /// The beat of the picture that is being shown.
    due: Option<Instant>,
}

/// Where the server gets the pixels from.
enum Staging {
    /// Memory that it has mapped too.
    Shared(shm::Seg, Shared),
    /// Memory of ours, sent in pieces.
    Sent(Vec<u8>),
}

impl X11Canvas {
    pub(super) fn new(
        connection: Arc<XCBConnection>,
        window: Window,
        extent: vk::Extent2D,
    ) -> Result<Self, Error> {
        let geometry = connection.get_geometry(window).map_err(lost)?.reply().map_err(lost)?;
        let context = connection.generate_id().map_err(lost)?;
        let settings = CreateGCAux::new().graphics_exposures(0);
        check(connection.create_gc(context, window, &settings).map_err(lost)?)?;
        let size = extent.width as usize * extent.height as usize * PIXEL;
        let staging = match share(&connection, size)? {
            Some((segment, memory)) => Staging::Shared(segment, memory),
            None => Staging::Sent(vec![0; size]),
        };
        let (depth, metronome) = (geometry.depth, Metronome::default());
        Ok(Self { connection, window, depth, extent, context, staging, metronome, due: None })
    }

    /// Sends the picture.
    fn put(&self) -> Result<Cookies<'_>, Error> {
        let vk::Extent2D { width, height } = self.extent;
        let (wide, high) = (width as u16, height as u16);
        match &self.staging {
            Staging::Shared(segment, _) => {
                let put = self.connection.shm_put_image(
                    self.window,
                    self.context,
                    wide,
                    high,
                    0,
                    0,
                    wide,
                    high,
                    0,
                    0,
                    self.depth,
                    ImageFormat::Z_PIXMAP.into(),
                    false,
                    *segment,
                    0,
                );
                Ok(Cookies::from([put.map_err(lost)?]))
            }
            Staging::Sent(bytes) => self.send(bytes, wide),
        }
    }

    /// Rows in pieces that fit a request.
    fn send(&self, bytes: &[u8], width: u16) -> Result<Cookies<'_>, Error> {
        const HEADER: usize = 64;
        let row = usize::from(width) * PIXEL;
        let rows = (self.connection.maximum_request_bytes().saturating_sub(HEADER) / row).max(1);
        let send = |(index, piece): (usize, &[u8])| {
            let (height, y) = ((piece.len() / row) as u16, (index * rows) as i16);
            let (format, depth) = (ImageFormat::Z_PIXMAP, self.depth);
            self.connection
                .put_image(format, self.window, self.context, width, height, 0, y, 0, depth, piece)
                .map_err(lost)
        };
        bytes.chunks(rows * row).enumerate().map(send).collect()
    }
}

/// Requests whose errors are still to come.
type Cookies<'a> = SmallVec<[VoidCookie<'a, Arc<XCBConnection>>; 1]>;

impl Canvas for X11Canvas {
    fn ready(&mut self, mode: vk::PresentModeKHR, queued: Instant) -> Result<Ready, Error> {
        self.due = self.metronome.due(mode, queued);
        Ok(match self.due {
            Some(due) if due > Instant::now() => Ready::At(due),
            _ => Ready::Now,
        })
    }

    fn load(&mut self, pixels: &Pixels) -> Result<(), Error> {
        let copied = match &mut self.staging {
            Staging::Shared(_, memory) => pixels.copy_to(memory.bytes_mut()),
            Staging::Sent(bytes) => pixels.copy_to(bytes),
        };
        if copied { Ok(()) } else { Err(Error::Internal("a picture of another size than its swapchain")) }
    }

    fn show(&mut self, _mode: vk::PresentModeKHR, _damage: &[vk::Rect2D]) -> Result<Fit, Error> {
        let put = self.put()?;
        // With the answer to the later request, what became of the earlier ones is known.
        let geometry = self.connection.get_geometry(self.window).map_err(lost)?.reply();
        put.into_iter().try_for_each(check)?;
        self.metronome.shown(self.due, Instant::now());
        let now = extent(&geometry.map_err(lost)?);
        Ok(if now == self.extent { Fit::Exact } else { Fit::Loose })
    }
}

impl Drop for X11Canvas {
    fn drop(&mut self) {
        let end = || -> Result<(), Error> {
            if let Staging::Shared(segment, _) = &self.staging {
                check(self.connection.shm_detach(*segment).map_err(lost)?)?;
            }
            check(self.connection.free_gc(self.context).map_err(lost)?)
        };
        // A dead connection has nothing left to free.
        let _ = end();
    }
}

/// Shared memory that the server has attached; `None` where it cannot: it is on another machine, or old.
fn share(connection: &XCBConnection, size: usize) -> Result<Option<(shm::Seg, Shared)>, Error> {
    // Sending a file descriptor over anything else would end the application's connection.
    let local =
        rustix::net::getsockname(connection).is_ok_and(|end| end.address_family() == AddressFamily::UNIX);
    if !local || connection.extension_information(shm::X11_EXTENSION_NAME).map_err(lost)?.is_none() {
        return Ok(None);
    }
    let version = connection.shm_query_version().map_err(lost)?.reply().map_err(lost)?;
    if (version.major_version, version.minor_version) < (1, 2) {
        return Ok(None);
    }
    let memory = Shared::new(size)?;
    let file = memory.file().try_clone_to_owned().map_err(|error| {
        log::warn!("no file descriptor for shared memory: {error}");
        Error::OutOfHostMemory
    })?;
    let segment = connection.generate_id().map_err(lost)?;
    let attached = connection.shm_attach_fd(segment, file, true).map_err(lost)?.check();
    if let Err(error) = &attached {
        log::debug!("X11: no shared memory, sending pictures: {error}");
    }
    Ok(attached.is_ok().then_some((segment, memory)))
}

fn check(cookie: VoidCookie<'_, impl RequestConnection>) -> Result<(), Error> {
    cookie.check().map_err(lost)
}
