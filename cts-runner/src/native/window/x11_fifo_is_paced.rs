//! FIFO shows every picture, at most sixty a second; the others are not held up.

use std::time::{Duration, Instant};

use super::{Desk, show};
use crate::native::prelude::*;
use crate::vk::{Presentation, Swapchain};

pub(super) const NEEDS: &[Need] = &[Need::X11, Need::PresentWait];

const PICTURES: u8 = 20;

pub(super) fn run(cx: &Context) -> Outcome {
    let desk = Desk::new(cx, [64, 48], &[])?;
    let paced = Duration::from_secs(1) * u32::from(PICTURES - 1) / 60;
    for mode in [vk::PresentModeKHR::FIFO, vk::PresentModeKHR::FIFO_RELAXED] {
        let taken = time(cx, &desk.swapchain(cx, mode)?)?;
        check!(taken >= paced, "{PICTURES} pictures of {mode:?} took {taken:?}");
    }
    for mode in [vk::PresentModeKHR::MAILBOX, vk::PresentModeKHR::IMMEDIATE] {
        let taken = time(cx, &desk.swapchain(cx, mode)?)?;
        check!(taken < paced, "{PICTURES} pictures of {mode:?} took {taken:?}");
    }
    desk.expect_no_errors()
}

/// From the first picture to when the last one is shown.
fn time(cx: &Context, swapchain: &Swapchain) -> vk::Result<Duration> {
    let begin = Instant::now();
    for number in 1..=PICTURES {
        show(cx, swapchain, number, Presentation { id: number.into(), ..Presentation::default() })?;
    }
    swapchain.wait_for(PICTURES.into(), vk::PATIENCE)?;
    Ok(begin.elapsed())
}
