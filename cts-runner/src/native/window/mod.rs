//! Surfaces and swapchains: headless, on an X11 server of our own, and on Wayland.

mod a_new_swapchain_retires_the_old;
mod acquire_signals_semaphore_and_fence;
mod acquire_waits_as_long_as_it_is_told;
mod images_alias_swapchain_images;
mod immediate_is_not_paced;
mod modes_and_fences_of_single_presents;
mod presents_of_foreign_images_are_refused;
mod presents_wait_for_semaphores;
mod released_images_are_free;
mod surface_queries_make_sense;
mod swapchains_come_and_go;
mod wayland_covered_windows_make_progress;
mod wayland_fifo_is_paced;
mod wayland_lost_connections_are_reported;
mod wayland_pictures_reach_the_surface;
mod wayland_windows_share_a_connection;
mod wrong_swapchains_are_refused;
mod x11_fifo_is_paced;
mod x11_lost_connections_are_reported;
mod x11_lost_windows_are_reported;
mod x11_pictures_do_not_change_before_they_are_shown;
mod x11_pictures_reach_the_window;
mod x11_resized_windows_are_suboptimal;
mod x11_without_shared_memory;

super::cases!("window":
    a_new_swapchain_retires_the_old,
    acquire_signals_semaphore_and_fence,
    acquire_waits_as_long_as_it_is_told,
    images_alias_swapchain_images,
    immediate_is_not_paced,
    modes_and_fences_of_single_presents,
    presents_of_foreign_images_are_refused,
    presents_wait_for_semaphores,
    released_images_are_free,
    surface_queries_make_sense,
    swapchains_come_and_go,
    wayland_covered_windows_make_progress,
    wayland_fifo_is_paced,
    wayland_lost_connections_are_reported,
    wayland_pictures_reach_the_surface,
    wayland_windows_share_a_connection,
    wrong_swapchains_are_refused,
    x11_fifo_is_paced,
    x11_lost_connections_are_reported,
    x11_lost_windows_are_reported,
    x11_pictures_do_not_change_before_they_are_shown,
    x11_pictures_reach_the_window,
    x11_resized_windows_are_suboptimal,
    x11_without_shared_memory,
);

// --- shared ---
use super::{Context, Failure, Outcome};
use crate::vk::{self, Presentation, Surface, Swapchain, SwapchainOptions};
use crate::{wayland, x11};

/// A headless surface.
fn headless(cx: &Context) -> vk::Result<Surface> {
    Surface::headless(&cx.device.physical.instance)
}

/// A window of an X11 server of its own. Fields are dropped in order: swapchains must be gone before.
struct Desk {
    surface: Surface,
    window: x11::Window,
    server: x11::Server,
}

impl Desk {
    fn new(cx: &Context, [width, height]: [u16; 2], arguments: &[&str]) -> Result<Self, Failure> {
        let server = x11::Server::start(640, 480, arguments)?;
        let window = x11::Window::open(&server, width, height)?;
        let surface = Surface::x11(&cx.device.physical.instance, &window)?;
        Ok(Self { surface, window, server })
    }

    fn swapchain(&self, cx: &Context, mode: vk::PresentModeKHR) -> vk::Result<Swapchain> {
        Swapchain::new(&cx.device, &self.surface, SwapchainOptions { mode, ..SwapchainOptions::default() })
    }

    /// Nothing that the driver asked for came back to the application as an error.
    fn expect_no_errors(&self) -> Outcome {
        let errors = self.window.errors()?;
        if errors.is_empty() { Ok(()) } else { Err(Failure::Wrong(format!("X11 errors: {errors:?}"))) }
    }
}

/// A surface of a Wayland compositor of its own. Fields are dropped in order: swapchains must be gone before.
struct Screen {
    surface: Surface,
    window: wayland::Surface,
    compositor: wayland::Compositor,
}

impl Screen {
    fn new(cx: &Context) -> Result<Self, Failure> {
        let (compositor, window) = wayland::Compositor::start()?;
        let surface = Surface::wayland(&cx.device.physical.instance, &window)?;
        Ok(Self { surface, window, compositor })
    }
}

/// Paints the next image and presents it; blue in 255ths tells pictures apart. Whether the swapchain is suboptimal.
fn show(cx: &Context, swapchain: &Swapchain, blue: u8, how: Presentation<'_>) -> vk::Result<bool> {
    let index = swapchain.next()?;
    let color = [1.0, 0.0, f32::from(blue) / 255.0, 1.0];
    cx.run(|r| r.color(swapchain.images[index as usize], color))?;
    swapchain.present(cx.compute()?, index, how)
}

/// Whether a command failed with that code.
fn failed_with<T>(result: vk::Result<T>, code: vk::Code) -> bool {
    result.err().and_then(|error| error.code()) == Some(code)
}
