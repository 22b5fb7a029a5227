//! A Wayland compositor of our own, in a thread of this process, and a client's connection to it: what tests of Wayland
//! surfaces present to and look at.
//!
//! It knows what swapchains need: `wl_compositor` and `wl_shm`. A surface needs no role to be shown. Sixty times a second it
//! answers frame callbacks; it keeps a buffer until the next one comes, as compositors do.

use std::ffi::c_void;
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use wayland_client as client;
use wayland_client::Proxy as _;
use wayland_server::backend::ClientData;
use wayland_server::protocol::wl_buffer::{self, WlBuffer};
use wayland_server::protocol::wl_callback::{self, WlCallback};
use wayland_server::protocol::wl_compositor::{self, WlCompositor};
use wayland_server::protocol::wl_region::{self, WlRegion};
use wayland_server::protocol::wl_shm::{self, WlShm};
use wayland_server::protocol::wl_shm_pool::{self, WlShmPool};
use wayland_server::protocol::wl_surface::{self, WlSurface};
use wayland_server::{Client, DataInit, Dispatch, Display, DisplayHandle, GlobalDispatch, New, Resource};

/// Time between two refreshes.
pub const PERIOD: Duration = Duration::from_nanos(1_000_000_000 / 60);

/// Why there is no compositor, or no connection to it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Sockets or threads.
    #[error(transparent)]
    System(#[from] std::io::Error),
    /// `libwayland-client` cannot be opened.
    #[error("libwayland-client is not installed")]
    NoLibrary,
    /// The two sides do not understand each other.
    #[error("Wayland: {0}")]
    Protocol(String),
}

/// What the compositor has seen.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Pixels `0xAARRGGBB` of the buffer that was committed last, row by row.
    pub pixels: Vec<u32>,
    /// How many buffers were committed.
    pub commits: u32,
}

/// A running compositor with one client. Ends with this value.
pub struct Compositor {
    seen: Arc<Mutex<Seen>>,
    covered: Arc<AtomicBool>,
    end: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Compositor {
    /// Starts a compositor and connects to it.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn start() -> Result<(Self, Surface), Error> {
        let (ours, theirs) = UnixStream::pair()?;
        let (seen, covered, end) = (Arc::default(), Arc::default(), Arc::new(AtomicBool::new(false)));
        let state = State { seen: Arc::clone(&seen), covered: Arc::clone(&covered), frames: Vec::new() };
        let ended = Arc::clone(&end);
        let thread = thread::Builder::new().name("compositor".into()).spawn(move || {
            if let Err(error) = serve(state, ours, &ended) {
                log::warn!("the compositor ended: {error}");
            }
        })?;
        let compositor = Self { seen, covered, end, thread: Some(thread) };
        Ok((compositor, Surface::connect(theirs)?))
    }

    /// What was seen up to now.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on no frame callback is answered, as when another window is in front.
    pub fn cover(&self) {
        self.covered.store(true, Ordering::Relaxed);
    }

    /// Ends it, as when a user logs out.
    pub fn kill(&mut self) {
        self.end.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It says itself why it ended.
            let _ = thread.join();
        }
    }
}

impl Drop for Compositor {
    fn drop(&mut self) {
        self.kill();
    }
}

fn serve(mut state: State, socket: UnixStream, end: &AtomicBool) -> Result<(), Error> {
    let protocol = |error: &dyn std::fmt::Display| Error::Protocol(error.to_string());
    let mut display = Display::<State>::new().map_err(|error| protocol(&error))?;
    let mut handle = display.handle();
    handle.create_global::<State, WlCompositor, ()>(4, ());
    handle.create_global::<State, WlShm, ()>(1, ());
    let _client = handle.insert_client(socket, Arc::new(Nobody))?;
    let mut refresh = Instant::now() + PERIOD;
    while !end.load(Ordering::Relaxed) {
        display.dispatch_clients(&mut state)?;
        if Instant::now() >= refresh {
            if !state.covered.load(Ordering::Relaxed) {
                state.frames.drain(..).for_each(|frame| frame.done(0));
            }
            refresh += PERIOD;
        }
        display.flush_clients()?;
        // Far below a refresh, far above what a loop costs.
        thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

struct Nobody;
impl ClientData for Nobody {}

struct State {
    seen: Arc<Mutex<Seen>>,
    covered: Arc<AtomicBool>,
    /// Callbacks to call at the next refresh.
    frames: Vec<WlCallback>,
}

/// The user data of a surface.
#[derive(Default)]
struct Attached {
    next: Mutex<Option<WlBuffer>>,
    shown: Mutex<Option<WlBuffer>>,
    /// Asked for, for the next commit.
    frames: Mutex<Vec<WlCallback>>,
}

/// The user data of a buffer.
struct Pixels {
    file: Arc<File>,
    offset: u64,
    size: [usize; 2],
    pitch: u64,
}

impl Pixels {
    fn read(&self) -> std::io::Result<Vec<u32>> {
        let mut pixels = Vec::new();
        let mut row = vec![0; self.size[0] * 4];
        for y in 0..self.size[1] as u64 {
            self.file.read_exact_at(&mut row, self.offset + y * self.pitch)?;
            pixels.extend(row.chunks_exact(4).map(|p| u32::from_le_bytes([p[0], p[1], p[2], p[3]])));
        }
        Ok(pixels)
    }
}

impl State {
    fn commit(&mut self, surface: &Attached) {
        let lock = |buffer: &'_ Mutex<Option<WlBuffer>>| {
            let mut buffer = buffer.lock().unwrap_or_else(PoisonError::into_inner);
            buffer.take()
        };
        self.frames.append(&mut surface.frames.lock().unwrap_or_else(PoisonError::into_inner));
        let Some(next) = lock(&surface.next) else { return };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.commits += 1;
        if let Some(pixels) = next.data::<Pixels>().and_then(|pixels| pixels.read().ok()) {
            seen.pixels = pixels;
        }
        if let Some(shown) = lock(&surface.shown) {
            shown.release();
        }
        *surface.shown.lock().unwrap_or_else(PoisonError::into_inner) = Some(next);
    }
}

/// Both traits with their parameters, which are the same everywhere.
macro_rules! requests {
    ($interface:ty, $request:ty, $data:ty, |$state:ident, $resource:ident, $message:ident, $own:ident, $init:ident| $body:expr) => {
        impl Dispatch<$interface, $data> for State {
            fn request(
                $state: &mut Self,
                _: &Client,
                $resource: &$interface,
                $message: $request,
                $own: &$data,
                _: &DisplayHandle,
                $init: &mut DataInit<'_, Self>,
            ) {
                let _ = (&$state, &$resource, &$message, &$own, &$init);
                $body
            }
        }
    };
}

macro_rules! global {
    ($interface:ty, |$resource:ident| $greet:expr) => {
        impl GlobalDispatch<$interface, ()> for State {
            fn bind(
                _: &mut Self,
                _: &DisplayHandle,
                _: &Client,
                new: New<$interface>,
                _: &(),
                init: &mut DataInit<'_, Self>,
            ) {
                let $resource = init.init(new, ());
                $greet
            }
        }
    };
}

global!(WlCompositor, |_compositor| {});
global!(WlShm, |shm| {
    shm.format(wl_shm::Format::Argb8888);
    shm.format(wl_shm::Format::Xrgb8888);
});

requests!(WlCompositor, wl_compositor::Request, (), |state, compositor, message, own, init| match message {
    wl_compositor::Request::CreateSurface { id } => drop(init.init(id, Attached::default())),
    wl_compositor::Request::CreateRegion { id } => drop(init.init(id, ())),
    _ => {}
});
requests!(WlRegion, wl_region::Request, (), |state, region, message, own, init| {});
requests!(WlCallback, wl_callback::Request, (), |state, callback, message, own, init| {});
requests!(WlBuffer, wl_buffer::Request, Pixels, |state, buffer, message, own, init| {});
requests!(WlShm, wl_shm::Request, (), |state, shm, message, own, init| {
    if let wl_shm::Request::CreatePool { id, fd, .. } = message {
        init.init(id, Arc::new(File::from(fd)));
    }
});
requests!(WlShmPool, wl_shm_pool::Request, Arc<File>, |state, pool, message, own, init| {
    if let wl_shm_pool::Request::CreateBuffer { id, offset, width, height, stride, .. } = message {
        init.init(
            id,
            Pixels {
                file: Arc::clone(own),
                offset: offset as u64,
                size: [width as usize, height as usize],
                pitch: stride as u64,
            },
        );
    }
});
requests!(WlSurface, wl_surface::Request, Attached, |state, surface, message, own, init| match message {
    wl_surface::Request::Attach { buffer, .. } => {
        *own.next.lock().unwrap_or_else(PoisonError::into_inner) = buffer;
    }
    wl_surface::Request::Frame { callback } => {
        own.frames.lock().unwrap_or_else(PoisonError::into_inner).push(init.init(callback, ()));
    }
    wl_surface::Request::Commit => state.commit(own),
    _ => {}
});

/// A surface on a client's connection.
pub struct Surface {
    connection: client::Connection,
    surface: client::protocol::wl_surface::WlSurface,
}

impl Surface {
    fn connect(socket: UnixStream) -> Result<Self, Error> {
        let connection = client::Connection::from_socket(socket).map_err(|error| match error {
            client::ConnectError::NoWaylandLib => Error::NoLibrary,
            other => Error::Protocol(other.to_string()),
        })?;
        Self::new(connection)
    }

    /// One more surface on the same connection.
    ///
    /// # Errors
    /// [`Error::Protocol`].
    pub fn another(&self) -> Result<Self, Error> {
        Self::new(self.connection.clone())
    }

    fn new(connection: client::Connection) -> Result<Self, Error> {
        let protocol = |error: &dyn std::fmt::Display| Error::Protocol(error.to_string());
        let (globals, queue) = client::globals::registry_queue_init::<Application>(&connection)
            .map_err(|error| protocol(&error))?;
        let compositor: client::protocol::wl_compositor::WlCompositor =
            globals.bind(&queue.handle(), 4..=4, ()).map_err(|error| protocol(&error))?;
        let surface = compositor.create_surface(&queue.handle(), ());
        Ok(Self { connection, surface })
    }

    /// The `wl_display`.
    #[must_use]
    pub fn raw_display(&self) -> *mut c_void {
        self.connection.backend().display_ptr().cast()
    }

    /// The `wl_surface`.
    #[must_use]
    pub fn raw_surface(&self) -> *mut c_void {
        self.surface.id().as_ptr().cast()
    }

    /// Waits until the compositor has seen everything that was sent.
    ///
    /// # Errors
    /// [`Error::Protocol`].
    pub fn settle(&self) -> Result<(), Error> {
        self.connection.roundtrip().map(drop).map_err(|error| Error::Protocol(error.to_string()))
    }
}

struct Application;

impl client::Dispatch<client::protocol::wl_registry::WlRegistry, client::globals::GlobalListContents>
    for Application
{
    fn event(
        _: &mut Self,
        _: &client::protocol::wl_registry::WlRegistry,
        _: client::protocol::wl_registry::Event,
        _: &client::globals::GlobalListContents,
        _: &client::Connection,
        _: &client::QueueHandle<Self>,
    ) {
    }
}
client::delegate_noop!(Application: ignore client::protocol::wl_compositor::WlCompositor);
client::delegate_noop!(Application: ignore client::protocol::wl_surface::WlSurface);
