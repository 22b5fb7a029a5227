//! The display servers that programs get, started when the first one needs them.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat, MapState};
use x11rb::rust_connection::RustConnection;

use super::Failure;
use super::picture::Picture;
use crate::x11;

/// Which window system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `Xvfb`.
    X11,
    /// `weston` without a screen.
    Wayland,
}

/// The running servers.
#[derive(Default)]
pub struct Desktops {
    x11: Option<X11>,
    weston: Option<Weston>,
}

struct X11 {
    server: x11::Server,
    /// Keeps the server: it ends with its last connection.
    connection: RustConnection,
    screen: usize,
}

impl Desktops {
    /// The environment of programs; starts the server.
    ///
    /// # Errors
    /// [`Failure::NotInstalled`], [`Failure::System`].
    pub fn environment(&mut self, kind: Kind) -> Result<Vec<(&'static str, String)>, Failure> {
        Ok(match kind {
            Kind::X11 => vec![("DISPLAY", self.x11()?.server.display.clone())],
            Kind::Wayland => {
                let folder = self.weston()?.folder.display().to_string();
                vec![("XDG_RUNTIME_DIR", folder), ("WAYLAND_DISPLAY", SOCKET.into())]
            }
        })
    }

    /// What the largest window of the screen shows; blank while there is none.
    ///
    /// # Errors
    /// [`Failure::Picture`].
    pub fn screenshot(&self, kind: Kind) -> Result<Picture, Failure> {
        match (kind, &self.x11) {
            (Kind::X11, Some(x11)) => x11.screenshot(),
            _ => Err(Failure::Picture("no pictures of this desktop".into())),
        }
    }

    fn x11(&mut self) -> Result<&X11, Failure> {
        let x11 = match self.x11.take() {
            Some(x11) => x11,
            None => X11::start()?,
        };
        Ok(self.x11.insert(x11))
    }

    fn weston(&mut self) -> Result<&Weston, Failure> {
        let weston = match self.weston.take() {
            Some(weston) => weston,
            None => Weston::start()?,
        };
        Ok(self.weston.insert(weston))
    }
}

impl X11 {
    fn start() -> Result<Self, Failure> {
        if !x11::is_installed() {
            return Err(Failure::NotInstalled("Xvfb".into()));
        }
        let failed = |error: &dyn std::fmt::Display| Failure::Ended(format!("Xvfb: {error}"));
        let server = x11::Server::start(1280, 1024, &[]).map_err(|error| failed(&error))?;
        let (connection, screen) =
            RustConnection::connect(Some(&server.display)).map_err(|error| failed(&error))?;
        Ok(Self { server, connection, screen })
    }

    fn screenshot(&self) -> Result<Picture, Failure> {
        self.try_screenshot().map_err(|error| Failure::Picture(format!("no screenshot: {error}")))
    }

    fn try_screenshot(&self) -> Result<Picture, x11rb::errors::ReplyError> {
        let root = self.connection.setup().roots[self.screen].root;
        let mut picture = Picture { size: [0, 0], pixels: Vec::new() };
        for window in self.connection.query_tree(root)?.reply()?.children {
            // A window may end between any two requests.
            let Ok(attributes) = self.connection.get_window_attributes(window)?.reply() else { continue };
            let Ok(place) = self.connection.get_geometry(window)?.reply() else { continue };
            let size = [u32::from(place.width), u32::from(place.height)];
            if attributes.map_state != MapState::VIEWABLE
                || size[0] * size[1] <= picture.size[0] * picture.size[1]
            {
                continue;
            }
            let (format, (width, height)) = (ImageFormat::Z_PIXMAP, (place.width, place.height));
            let image = self.connection.get_image(format, window, 0, 0, width, height, u32::MAX)?.reply();
            let Ok(image) = image else { continue };
            let pixels =
                image.data.chunks_exact(4).map(|p| u32::from_le_bytes([p[0], p[1], p[2], 0])).collect();
            picture = Picture { size, pixels };
        }
        Ok(picture)
    }
}

/// The compositor's socket in its runtime folder.
const SOCKET: &str = "wayland-smoke";

struct Weston {
    process: Child,
    folder: PathBuf,
}

impl Weston {
    fn start() -> Result<Self, Failure> {
        let folder = std::env::temp_dir().join(format!("cts-runner-weston-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        let process = Command::new("weston")
            .args(["--backend=headless-backend.so", "--no-config", "--idle-time=0"])
            .arg(format!("--socket={SOCKET}"))
            .env("XDG_RUNTIME_DIR", &folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => Failure::NotInstalled("weston".into()),
                _ => error.into(),
            })?;
        let weston = Self { process, folder };
        let begun = Instant::now();
        while !weston.folder.join(SOCKET).exists() {
            if begun.elapsed() > Duration::from_secs(20) {
                return Err(Failure::Ended("weston offers no socket".into()));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(weston)
    }
}

impl Drop for Weston {
    fn drop(&mut self) {
        // Fails only when it has ended, or somebody removed the folder.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
