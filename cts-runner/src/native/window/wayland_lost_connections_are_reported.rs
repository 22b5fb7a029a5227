//! When the compositor ends, surfaces are lost; the process goes on.

use super::{Screen, failed_with, show};
use crate::native::prelude::*;
use crate::vk::{Code, Presentation, Swapchain, SwapchainOptions};

pub(super) const NEEDS: &[Need] = &[Need::Wayland];

pub(super) fn run(cx: &Context) -> Outcome {
    let mut screen = Screen::new(cx)?;
    let swapchain = Swapchain::new(&cx.device, &screen.surface, SwapchainOptions::default())?;
    show(cx, &swapchain, 1, Presentation::default())?;
    screen.compositor.kill();
    let mut said = None;
    for number in 0..100 {
        said = show(cx, &swapchain, number, Presentation::default()).err().and_then(|error| error.code());
        if said.is_some() {
            break;
        }
    }
    check_eq!(said, Some(Code::ERROR_SURFACE_LOST_KHR), "acquiring and presenting without a compositor");
    drop(swapchain);
    let swapchain = Swapchain::new(&cx.device, &screen.surface, SwapchainOptions::default());
    check!(failed_with(swapchain, Code::ERROR_SURFACE_LOST_KHR), "a lost surface has a swapchain");
    Ok(())
}
