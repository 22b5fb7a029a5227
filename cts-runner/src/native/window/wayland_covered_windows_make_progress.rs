//! A compositor that does not refresh a window, since nobody sees it, holds an application up but does not stop it.

use super::{Screen, show};
use crate::native::prelude::*;
use crate::vk::{Presentation, Swapchain, SwapchainOptions};

pub(super) const NEEDS: &[Need] = &[Need::Wayland, Need::PresentWait];

const PICTURES: u8 = 6;

pub(super) fn run(cx: &Context) -> Outcome {
    let screen = Screen::new(cx)?;
    screen.compositor.cover();
    // The second one begins while the last refresh of the first is still to come.
    for round in 1..=2 {
        let options = SwapchainOptions { mode: vk::PresentModeKHR::FIFO, ..SwapchainOptions::default() };
        let swapchain = Swapchain::new(&cx.device, &screen.surface, options)?;
        for number in 1..=PICTURES {
            show(cx, &swapchain, number, Presentation { id: number.into(), ..Presentation::default() })?;
        }
        check!(swapchain.wait_for(PICTURES.into(), vk::PATIENCE)?, "round {round}: a picture was never sent");
        screen.window.settle()?;
        check_eq!(screen.compositor.seen().commits, round * u32::from(PICTURES), "pictures that were sent");
    }
    Ok(())
}
