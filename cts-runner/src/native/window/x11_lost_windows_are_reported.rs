//! When the window ends, the surface is lost; the application's connection lives on, and no error event reaches it.

use super::{Desk, failed_with, show};
use crate::native::prelude::*;
use crate::vk::{Code, Presentation};

pub(super) const NEEDS: &[Need] = &[Need::X11];

pub(super) fn run(cx: &Context) -> Outcome {
    let desk = Desk::new(cx, [64, 48], &[])?;
    let swapchain = desk.swapchain(cx, vk::PresentModeKHR::IMMEDIATE)?;
    show(cx, &swapchain, 1, Presentation::default())?;
    desk.window.destroy()?;
    let mut said = None;
    for number in 0..100 {
        said = show(cx, &swapchain, number, Presentation::default()).err().and_then(|error| error.code());
        if said.is_some() {
            break;
        }
    }
    check_eq!(said, Some(Code::ERROR_SURFACE_LOST_KHR), "acquiring and presenting without a window");
    let capabilities = desk.surface.capabilities(&cx.device);
    check!(failed_with(capabilities, Code::ERROR_SURFACE_LOST_KHR), "a lost surface has capabilities");
    drop(swapchain);
    desk.expect_no_errors()
}
