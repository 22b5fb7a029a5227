//! FIFO shows every picture, one a refresh; MAILBOX is not held up.

use std::time::{Duration, Instant};

use super::{Screen, show};
use crate::native::prelude::*;
use crate::vk::{Presentation, Swapchain, SwapchainOptions};
use crate::wayland::PERIOD;

pub(super) const NEEDS: &[Need] = &[Need::Wayland, Need::PresentWait];

const PICTURES: u8 = 20;

pub(super) fn run(cx: &Context) -> Outcome {
    let screen = Screen::new(cx)?;
    // The first two need not wait.
    let paced = PERIOD * u32::from(PICTURES - 2);
    let taken = time(cx, &screen, vk::PresentModeKHR::FIFO)?;
    check!(taken >= paced, "{PICTURES} pictures took {taken:?}");
    screen.window.settle()?;
    check_eq!(screen.compositor.seen().commits, u32::from(PICTURES), "pictures that were shown");
    let taken = time(cx, &screen, vk::PresentModeKHR::MAILBOX)?;
    check!(taken < paced, "{PICTURES} pictures of MAILBOX took {taken:?}");
    Ok(())
}

/// From the first picture to when the last one is shown.
fn time(cx: &Context, screen: &Screen, mode: vk::PresentModeKHR) -> vk::Result<Duration> {
    let options = SwapchainOptions { mode, ..SwapchainOptions::default() };
    let swapchain = Swapchain::new(&cx.device, &screen.surface, options)?;
    let begin = Instant::now();
    for number in 1..=PICTURES {
        show(cx, &swapchain, number, Presentation { id: number.into(), ..Presentation::default() })?;
    }
    swapchain.wait_for(PICTURES.into(), vk::PATIENCE)?;
    Ok(begin.elapsed())
}
