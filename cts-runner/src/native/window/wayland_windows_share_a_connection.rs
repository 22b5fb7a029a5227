//! Two windows of one connection are presented to in turn, FIFO, and the application hears events of its own meanwhile.

use super::{Screen, show};
use crate::native::prelude::*;
use crate::vk::{Presentation, Surface, Swapchain, SwapchainOptions};

pub(super) const NEEDS: &[Need] = &[Need::Wayland, Need::PresentWait];

const PICTURES: u8 = 30;

pub(super) fn run(cx: &Context) -> Outcome {
    let screen = Screen::new(cx)?;
    let window = screen.window.another()?;
    let surface = Surface::wayland(&cx.device.physical.instance, &window)?;
    let options = || SwapchainOptions { mode: vk::PresentModeKHR::FIFO, ..SwapchainOptions::default() };
    let swapchains = [
        Swapchain::new(&cx.device, &screen.surface, options())?,
        Swapchain::new(&cx.device, &surface, options())?,
    ];
    for number in 1..=PICTURES {
        for swapchain in &swapchains {
            show(cx, swapchain, number, Presentation { id: number.into(), ..Presentation::default() })?;
        }
        screen.window.settle()?;
    }
    for swapchain in &swapchains {
        check!(swapchain.wait_for(PICTURES.into(), vk::PATIENCE)?, "a picture was never shown");
    }
    window.settle()?;
    check_eq!(screen.compositor.seen().commits, 2 * u32::from(PICTURES), "pictures that were shown");
    Ok(())
}
