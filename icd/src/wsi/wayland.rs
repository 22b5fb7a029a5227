//! Wayland surfaces, on the application's display: pictures go through `wl_shm` buffers, FIFO goes by frame callbacks.
//!
//! Each swapchain has an event queue of its own, so that neither side takes the other's events. A thread that has announced a
//! read of a connection must not finish another one of the same connection: it would wait for itself. `libwayland-client` is
//! opened when the first such surface is made.

use std::ffi::c_void;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ash::vk;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use wayland_backend::client::{Backend, ObjectId, ReadEventsGuard, WaylandError};
use wayland_client::globals::{GlobalListContents, registry_queue_init};
use wayland_client::protocol::wl_buffer::{self, WlBuffer};
use wayland_client::protocol::wl_callback::{self, WlCallback};
use wayland_client::protocol::wl_registry::{self, WlRegistry};
use wayland_client::protocol::wl_shm::{self, WlShm};
use wayland_client::protocol::wl_shm_pool::WlShmPool;
use wayland_client::protocol::wl_surface::WlSurface;
use wayland_client::{Connection, Dispatch, EventQueue, Proxy, QueueHandle, delegate_noop};

use super::pixels::{PIXEL, Pixels};
use super::shared::Shared;
use super::{Canvas, Fit, Loaded, Look, Ready, Window};
use crate::error::Error;

/// Buffers of one swapchain: what the compositor shows, what it will show, what is being filled, and one to spare.
const MOST_BUFFERS: usize = 4;
/// How long FIFO waits for a refresh. Compositors do not refresh windows that are covered or minimized.
const PATIENCE: Duration = Duration::from_millis(100);

/// The window of `VK_KHR_wayland_surface`.
pub struct WaylandWindow {
    display: *mut c_void,
    surface: *mut c_void,
}

// SAFETY: `libwayland-client` may be used from any thread, and both objects outlive this value.
unsafe impl Send for WaylandWindow {}
// SAFETY: as above.
unsafe impl Sync for WaylandWindow {}

impl WaylandWindow {
    /// A surface of the application's.
    ///
    /// # Safety
    /// `display` is a `wl_display` and `surface` a `wl_surface` of it; both outlive this value and its canvases.
    pub unsafe fn new(display: *mut c_void, surface: *mut c_void) -> Self {
        Self { display, surface }
    }
}

impl Window for WaylandWindow {
    fn look(&self) -> Result<Look, Error> {
        Ok(Look {
            extent: None,
            alpha: vk::CompositeAlphaFlagsKHR::OPAQUE | vk::CompositeAlphaFlagsKHR::PRE_MULTIPLIED,
            has_formats: true,
            min_images: 3,
        })
    }

    fn modes(&self) -> &'static [vk::PresentModeKHR] {
        &[vk::PresentModeKHR::FIFO, vk::PresentModeKHR::MAILBOX]
    }

    fn canvas(
        &self,
        extent: vk::Extent2D,
        alpha: vk::CompositeAlphaFlagsKHR,
    ) -> Result<Option<Box<dyn Canvas>>, Error> {
        if !wayland_sys::client::is_lib_available() || self.display.is_null() || self.surface.is_null() {
            return Err(Error::Initialization("libwayland-client is missing"));
        }
        // SAFETY: the contract of `new`.
        let (backend, surface) = unsafe {
            let id = ObjectId::from_ptr(WlSurface::interface(), self.surface.cast()).map_err(lost)?;
            (Backend::from_foreign_display(self.display.cast()), id)
        };
        let canvas = WaylandCanvas::new(Connection::from_backend(backend), surface, extent, alpha)?;
        Ok(Some(Box::new(canvas)))
    }
}

/// A read of the display's socket that was announced: others wait with theirs until it is done or given up.
pub struct Reading(ReadEventsGuard);

impl Reading {
    /// What to poll for input.
    pub fn file(&self) -> BorrowedFd<'_> {
        self.0.connection_fd()
    }

    /// Reads what has come. An error is the backend's last one from then on.
    pub fn finish(self) {
        if let Err(error) = self.0.read() {
            log::debug!("Wayland: {error}");
        }
    }
}

/// What shows the pictures of one swapchain.
struct WaylandCanvas {
    surface: WlSurface,
    shm: WlShm,
    format: wl_shm::Format,
    extent: vk::Extent2D,
    buffers: Vec<Buffer>,
    /// The buffer that was loaded.
    loaded: Option<usize>,
    events: Events,
    /// Last, with the connection: objects above are of them.
    queue: EventQueue<Events>,
    connection: Connection,
}

/// What events have told.
#[derive(Default)]
struct Events {
    /// The refresh that shows the last picture, if it is still to come.
    refresh: Option<Refresh>,
    /// How many refreshes were asked for.
    asked: u64,
}

/// A frame callback that is on its way.
struct Refresh {
    /// The user data of the callback.
    number: u64,
    /// When nobody waits for it any more.
    limit: Instant,
}

struct Buffer {
    proxy: WlBuffer,
    /// The compositor reads it.
    busy: Arc<AtomicBool>,
    memory: Shared,
}

impl WaylandCanvas {
    fn new(
        connection: Connection,
        surface: ObjectId,
        extent: vk::Extent2D,
        alpha: vk::CompositeAlphaFlagsKHR,
    ) -> Result<Self, Error> {
        let (globals, queue) = registry_queue_init::<Events>(&connection).map_err(lost)?;
        let shm = globals.bind::<WlShm, _, _>(&queue.handle(), 1..=1, ()).map_err(lost)?;
        let format = match alpha {
            vk::CompositeAlphaFlagsKHR::PRE_MULTIPLIED => wl_shm::Format::Argb8888,
            _ => wl_shm::Format::Xrgb8888,
        };
        Ok(Self {
            surface: WlSurface::from_id(&connection, surface).map_err(lost)?,
            shm,
            format,
            extent,
            buffers: Vec::new(),
            loaded: None,
            events: Events::default(),
            queue,
            connection,
        })
    }

    /// Hears what has come, without waiting.
    fn hear(&mut self) -> Result<(), Error> {
        if let Some(reading) = self.queue.prepare_read().map(Reading)
            && is_readable(&reading.file())
        {
            reading.finish();
        }
        self.queue.dispatch_pending(&mut self.events).map_err(lost).map(drop)
    }

    fn free_buffer(&self) -> Option<usize> {
        self.buffers.iter().position(|buffer| !buffer.busy.load(Ordering::Relaxed))
    }

    fn new_buffer(&mut self) -> Result<usize, Error> {
        let (width, height) = (self.extent.width as i32, self.extent.height as i32);
        let pitch = width * PIXEL as i32;
        let memory = Shared::new(pitch as usize * height as usize)?;
        let handle = self.queue.handle();
        let pool = self.shm.create_pool(memory.file(), memory.size() as i32, &handle, ());
        let busy = Arc::new(AtomicBool::new(false));
        let proxy = pool.create_buffer(0, width, height, pitch, self.format, &handle, Arc::clone(&busy));
        pool.destroy();
        self.buffers.push(Buffer { proxy, busy, memory });
        Ok(self.buffers.len() - 1)
    }
}

impl Canvas for WaylandCanvas {
    fn ready(&mut self, mode: vk::PresentModeKHR, _queued: Instant) -> Result<Ready, Error> {
        self.hear()?;
        if let Some(error) = self.connection.backend().last_error() {
            return Err(lost(error));
        }
        if self.buffers.len() >= MOST_BUFFERS && self.free_buffer().is_none() {
            return Ok(Ready::AfterEvents(None));
        }
        Ok(match &self.events.refresh {
            Some(refresh) if mode == vk::PresentModeKHR::FIFO && Instant::now() < refresh.limit => {
                Ready::AfterEvents(Some(refresh.limit))
            }
            _ => Ready::Now,
        })
    }

    fn listen(&mut self) -> Option<Reading> {
        self.queue.prepare_read().map(Reading)
    }

    fn load(&mut self, pixels: &Pixels) -> Result<Loaded, Error> {
        let index = match self.free_buffer() {
            Some(index) => index,
            None => self.new_buffer()?,
        };
        if !pixels.copy_to(self.buffers[index].memory.bytes_mut()) {
            return Err(Error::Internal("a picture of another size than its swapchain"));
        }
        self.loaded = Some(index);
        Ok(Loaded::Copied)
    }

    fn show(&mut self, mode: vk::PresentModeKHR, damage: &[vk::Rect2D]) -> Result<Fit, Error> {
        let Some(buffer) = self.loaded.take().and_then(|index| self.buffers.get(index)) else {
            return Err(Error::Internal("nothing was loaded"));
        };
        self.surface.attach(Some(&buffer.proxy), 0, 0);
        buffer.busy.store(true, Ordering::Relaxed);
        // Before version 4, damage is in the surface's own units, which only the application knows.
        if damage.is_empty() || self.surface.version() < 4 {
            self.surface.damage(0, 0, i32::MAX, i32::MAX);
        } else {
            for rect in damage {
                let (offset, extent) = (rect.offset, rect.extent);
                self.surface.damage_buffer(offset.x, offset.y, extent.width as i32, extent.height as i32);
            }
        }
        if mode == vk::PresentModeKHR::FIFO {
            self.events.asked += 1;
            let number = self.events.asked;
            self.surface.frame(&self.queue.handle(), number);
            self.events.refresh = Some(Refresh { number, limit: Instant::now() + PATIENCE });
        }
        self.surface.commit();
        match self.queue.flush() {
            // The rest goes with the next flush, of whoever.
            Err(WaylandError::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(Fit::Exact),
            flushed => flushed.map(|()| Fit::Exact).map_err(lost),
        }
    }
}

impl Drop for WaylandCanvas {
    fn drop(&mut self) {
        for buffer in &self.buffers {
            buffer.proxy.destroy();
        }
        // `wl_shm` has no destructor before version 2. A display that cannot be flushed is gone.
        let _ = self.queue.flush();
    }
}

fn is_readable(file: &BorrowedFd<'_>) -> bool {
    let mut files = [PollFd::new(file, PollFlags::IN)];
    poll(&mut files, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).is_ok_and(|ready| ready > 0)
}

fn lost(error: impl std::fmt::Display) -> Error {
    log::debug!("Wayland: {error}");
    Error::SurfaceLost
}

impl Dispatch<WlRegistry, GlobalListContents> for Events {
    fn event(
        _: &mut Self,
        _: &WlRegistry,
        _: wl_registry::Event,
        _: &GlobalListContents,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        // Globals that come or go later do not matter.
    }
}

impl Dispatch<WlBuffer, Arc<AtomicBool>> for Events {
    fn event(
        _: &mut Self,
        _: &WlBuffer,
        event: wl_buffer::Event,
        busy: &Arc<AtomicBool>,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        if let wl_buffer::Event::Release = event {
            busy.store(false, Ordering::Relaxed);
        }
    }
}

impl Dispatch<WlCallback, u64> for Events {
    fn event(
        events: &mut Self,
        _: &WlCallback,
        event: wl_callback::Event,
        number: &u64,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        if let wl_callback::Event::Done { .. } = event {
            events.refresh.take_if(|refresh| refresh.number == *number);
        }
    }
}

delegate_noop!(Events: ignore WlShm);
delegate_noop!(Events: ignore WlShmPool);
