//! A swapchain of a window that changes its size is out of date; one of the new size fits.

use super::{Desk, show};
use crate::native::prelude::*;
use crate::vk::{Code, Presentation, Swapchain, SwapchainOptions};

pub(super) const NEEDS: &[Need] = &[Need::X11];

pub(super) fn run(cx: &Context) -> Outcome {
    let desk = Desk::new(cx, [64, 48], &[])?;
    let mode = vk::PresentModeKHR::IMMEDIATE;
    let old = desk.swapchain(cx, mode)?;
    check_eq!((old.extent.width, old.extent.height), (64, 48), "the extent before");
    show(cx, &old, 1, Presentation::default())?;
    desk.window.resize(100, 80)?;
    let mut said = None;
    for number in 0..100 {
        said = show(cx, &old, number, Presentation::default()).err().and_then(|error| error.code());
        if said.is_some() {
            break;
        }
    }
    check_eq!(said, Some(Code::ERROR_OUT_OF_DATE_KHR), "presenting to a window of another size");
    let new = Swapchain::new(
        &cx.device,
        &desk.surface,
        SwapchainOptions { mode, old: Some(&old), ..SwapchainOptions::default() },
    )?;
    check_eq!((new.extent.width, new.extent.height), (100, 80), "the extent after");
    (0..10).try_for_each(|number| show(cx, &new, number, Presentation::default()))?;
    desk.expect_no_errors()
}
