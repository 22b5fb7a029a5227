//! An X11 server of our own, and windows on it: what tests of windows present to and read back.

use std::ffi::c_void;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    ConfigureWindowAux, ConnectionExt as _, CreateWindowAux, ImageFormat, WindowClass,
};
use x11rb::xcb_ffi::XCBConnection;

/// Why there is no server, or no window on it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `Xvfb` did not start.
    #[error("Xvfb does not start: {0}")]
    Start(#[from] std::io::Error),
    /// `Xvfb` ended before it had a display.
    #[error("Xvfb offers no display")]
    NoDisplay,
    /// The connection or a request failed.
    #[error("X11: {0}")]
    Protocol(String),
}

/// Whether `Xvfb` can be started.
#[must_use]
pub fn is_installed() -> bool {
    let found = Command::new("Xvfb").arg("-help").stdout(Stdio::null()).stderr(Stdio::null()).status();
    found.is_ok()
}

/// A running `Xvfb`. It ends with this value, and by itself when the last connection to it ends.
pub struct Server {
    process: Child,
    /// What `DISPLAY` is to be.
    pub display: String,
}

impl Server {
    /// Starts a server with one screen of this size, 24 bits deep.
    ///
    /// # Errors
    /// [`Error::Start`], [`Error::NoDisplay`].
    pub fn start(width: u32, height: u32, arguments: &[&str]) -> Result<Self, Error> {
        let mut process = Command::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp", "-noreset", "-terminate"])
            .args(["-screen", "0", &format!("{width}x{height}x24")])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut number = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut number)?;
        }
        if number.trim().is_empty() {
            // It is ending already.
            let _ = process.wait();
            return Err(Error::NoDisplay);
        }
        Ok(Self { process, display: format!(":{}", number.trim()) })
    }

    /// Stops it: nobody is answered until it goes on.
    ///
    /// # Errors
    /// [`Error::Start`] when it has ended.
    pub fn hold(&self, hold: bool) -> Result<(), Error> {
        Ok(crate::hold::hold(&self.process, hold)?)
    }

    /// Ends the server, as when a user logs out.
    pub fn kill(&mut self) {
        // Both fail only when it has ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A mapped window on a connection of its own.
pub struct Window {
    connection: XCBConnection,
    id: u32,
}

impl Window {
    /// Opens a window in the upper left corner of the screen.
    ///
    /// # Errors
    /// [`Error::Protocol`]; likewise below.
    pub fn open(server: &Server, width: u16, height: u16) -> Result<Self, Error> {
        let name = std::ffi::CString::new(server.display.as_str()).map_err(protocol)?;
        let (connection, screen) = XCBConnection::connect(Some(&name)).map_err(protocol)?;
        let root = &connection.setup().roots[screen];
        let id = connection.generate_id().map_err(protocol)?;
        let settings = CreateWindowAux::new().override_redirect(1);
        let (class, visual) = (WindowClass::INPUT_OUTPUT, root.root_visual);
        connection
            .create_window(root.root_depth, id, root.root, 0, 0, width, height, 0, class, visual, &settings)
            .map_err(protocol)?
            .check()
            .map_err(protocol)?;
        connection.map_window(id).map_err(protocol)?.check().map_err(protocol)?;
        Ok(Self { connection, id })
    }

    /// The window's name on its connection.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The `xcb_connection_t`.
    #[must_use]
    pub fn raw_connection(&self) -> *mut c_void {
        self.connection.get_raw_xcb_connection()
    }

    /// Changes its size.
    ///
    /// # Errors
    /// As [`Window::open`].
    pub fn resize(&self, width: u16, height: u16) -> Result<(), Error> {
        let size = ConfigureWindowAux::new().width(u32::from(width)).height(u32::from(height));
        self.connection.configure_window(self.id, &size).map_err(protocol)?.check().map_err(protocol)
    }

    /// Ends the window; the connection stays.
    ///
    /// # Errors
    /// As [`Window::open`].
    pub fn destroy(&self) -> Result<(), Error> {
        self.connection.destroy_window(self.id).map_err(protocol)?.check().map_err(protocol)
    }

    /// What the screen shows of it: pixels `0xRRGGBB`, row by row.
    ///
    /// # Errors
    /// As [`Window::open`].
    pub fn pixels(&self, width: u16, height: u16) -> Result<Vec<u32>, Error> {
        let image = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, self.id, 0, 0, width, height, u32::MAX)
            .map_err(protocol)?
            .reply()
            .map_err(protocol)?;
        let pixels = image.data.chunks_exact(4).map(|p| u32::from_le_bytes([p[0], p[1], p[2], 0]));
        Ok(pixels.collect())
    }

    /// Events and errors that came to the application; there should be no errors.
    ///
    /// # Errors
    /// As [`Window::open`].
    pub fn errors(&self) -> Result<Vec<String>, Error> {
        let mut errors = Vec::new();
        while let Some(event) = self.connection.poll_for_event().map_err(protocol)? {
            if let x11rb::protocol::Event::Error(error) = event {
                errors.push(format!("{error:?}"));
            }
        }
        Ok(errors)
    }
}

fn protocol(error: impl std::fmt::Display) -> Error {
    Error::Protocol(error.to_string())
}
