//! Servers that share no memory get their pictures all the same.

use super::{Desk, x11_pictures_reach_the_window};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::X11, Need::PresentWait];

pub(super) fn run(cx: &Context) -> Outcome {
    let desk = Desk::new(cx, [123, 77], &["-extension", "MIT-SHM"])?;
    let formats = desk.surface.formats(&cx.device)?;
    x11_pictures_reach_the_window::round(cx, &desk, formats[0].format, vk::PresentModeKHR::IMMEDIATE)?;
    desk.expect_no_errors()
}
