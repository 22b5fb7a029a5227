//! Pictures in an X11 window: `MIT-SHM` where the server can reach our memory, `PutImage` elsewhere.
//!
//! Where the server can, it maps the images themselves. Pictures whose pixels it would not understand are copied to memory that it
//! has mapped, too.
//!
//! A picture is shown with one round trip, which is also when the server is done with the memory and how the window's size
//! is learnt.

use std::os::fd::BorrowedFd;
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
use super::{Canvas, Fit, Loaded, Ready};
use crate::error::Error;

/// See the [module](self).
pub(super) struct X11Canvas {
    connection: Arc<XCBConnection>,
    window: Window,
    depth: u8,
    extent: vk::Extent2D,
    context: Gcontext,
    staging: Staging,
    /// Whether the server maps images.
    maps_images: bool,
    /// Those that it has mapped.
    mapped: SmallVec<[Segment; 4]>,
    /// What is shown next, if it was not copied.
    loaded: Option<Segment>,
    metronome: Metronome,
    /// The beat of the picture that is being shown.
    due: Option<Instant>,
}

/// An image in memory that the server has mapped.
#[derive(Clone, Copy)]
struct Segment {
    /// Address of its first pixel in this process: which image it is.
    image: usize,
    id: shm::Seg,
    /// Bytes to the first pixel.
    offset: u32,
    /// Pixels from one row to the next.
    pitch: u16,
}

/// Where the server gets copied pixels from.
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
        Ok(Self {
            connection,
            window,
            depth,
            extent,
            context,
            maps_images: matches!(staging, Staging::Shared(..)),
            staging,
            mapped: SmallVec::new(),
            loaded: None,
            metronome,
            due: None,
        })
    }

    /// Sends the picture.
    fn put(&self) -> Result<Cookies<'_>, Error> {
        match (&self.loaded, &self.staging) {
            (Some(segment), _) => self.put_segment(segment),
            (None, &Staging::Shared(id, _)) => {
                self.put_segment(&Segment { image: 0, id, offset: 0, pitch: self.extent.width as u16 })
            }
            (None, Staging::Sent(bytes)) => self.send(bytes, self.extent.width as u16),
        }
    }

    fn put_segment(&self, &Segment { id, offset, pitch, .. }: &Segment) -> Result<Cookies<'_>, Error> {
        let (width, height) = (self.extent.width as u16, self.extent.height as u16);
        let (window, context, depth) = (self.window, self.context, self.depth);
        let format = ImageFormat::Z_PIXMAP.into();
        let put = self.connection.shm_put_image(
            window, context, pitch, height, 0, 0, width, height, 0, 0, depth, format, false, id, offset,
        );
        Ok(Cookies::from([put.map_err(lost)?]))
    }

    /// The segment that is the image, which the server maps when it is shown for the first time.
    fn map(&mut self, pixels: &Pixels) -> Result<Option<Segment>, Error> {
        let Some(file) = pixels.file().filter(|_| self.maps_images) else { return Ok(None) };
        if let Some(known) = self.mapped.iter().find(|segment| segment.image == pixels.address()) {
            return Ok(Some(*known));
        }
        let (offset, pitch) = (u32::try_from(file.offset), u16::try_from(file.pitch / PIXEL));
        let (Ok(offset), Ok(pitch), 0) = (offset, pitch, file.pitch % PIXEL) else { return Ok(None) };
        let Some(id) = attach(&self.connection, file.file)? else {
            self.maps_images = false;
            return Ok(None);
        };
        let segment = Segment { image: pixels.address(), id, offset, pitch };
        self.mapped.push(segment);
        Ok(Some(segment))
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

    fn reads_files(&self) -> bool {
        self.maps_images
    }

    fn load(&mut self, pixels: &Pixels) -> Result<Loaded, Error> {
        self.loaded = self.map(pixels)?;
        if self.loaded.is_some() {
            return Ok(Loaded::Mapped);
        }
        let copied = match &mut self.staging {
            Staging::Shared(_, memory) => pixels.copy_to(memory.bytes_mut()),
            Staging::Sent(bytes) => pixels.copy_to(bytes),
        };
        let failed = Error::Internal("a picture of another size than its swapchain");
        copied.then_some(Loaded::Copied).ok_or(failed)
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
            for segment in &self.mapped {
                check(self.connection.shm_detach(segment.id).map_err(lost)?)?;
            }
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
    let segment = attach(connection, memory.file())?;
    Ok(segment.map(|segment| (segment, memory)))
}

/// Lets the server map a file, to read it. `None` if it does not, or there are no file descriptors left.
fn attach(connection: &XCBConnection, file: BorrowedFd<'_>) -> Result<Option<shm::Seg>, Error> {
    let Ok(file) = file.try_clone_to_owned() else { return Ok(None) };
    let segment = connection.generate_id().map_err(lost)?;
    let attached = connection.shm_attach_fd(segment, file, true).map_err(lost)?.check();
    if let Err(error) = &attached {
        log::debug!("X11: no shared memory: {error}");
    }
    Ok(attached.is_ok().then_some(segment))
}

fn check(cookie: VoidCookie<'_, impl RequestConnection>) -> Result<(), Error> {
    cookie.check().map_err(lost)
}
