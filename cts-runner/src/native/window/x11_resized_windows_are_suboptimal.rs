//! A swapchain of a window that changes its size is suboptimal and goes on working; one of the new size fits.

use super::{Desk, show};
use crate::native::prelude::*;
use crate::vk::{Presentation, Swapchain, SwapchainOptions};

pub(super) const NEEDS: &[Need] = &[Need::X11];

pub(super) fn run(cx: &Context) -> Outcome {
    let desk = Desk::new(cx, [64, 48], &[])?;
    let mode = vk::PresentModeKHR::IMMEDIATE;
    let old = desk.swapchain(cx, mode)?;
    check_eq!((old.extent.width, old.extent.height), (64, 48), "the extent before");
    show(cx, &old, 1, Presentation::default())?;
    desk.window.resize(100, 80)?;
    let mut loose = false;
    for number in 0..100 {
        loose |= show(cx, &old, number, Presentation::default())?;
    }
    check!(loose, "nobody noticed that the window has another size");
    let new = Swapchain::new(
        &cx.device,
        &desk.surface,
        SwapchainOptions { mode, old: Some(&old), ..SwapchainOptions::default() },
    )?;
    check_eq!((new.extent.width, new.extent.height), (100, 80), "the extent after");
    for number in 0..10 {
        check!(
            !show(cx, &new, number, Presentation::default())?,
            "a swapchain of the window's size is suboptimal"
        );
    }
    desk.expect_no_errors()
}
