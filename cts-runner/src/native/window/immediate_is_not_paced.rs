//! Nobody waits for the refresh of a surface that has none.

use std::time::{Duration, Instant};

use super::{headless, show};
use crate::native::prelude::*;
use crate::vk::{Presentation, Swapchain, SwapchainOptions};

pub(super) const NEEDS: &[Need] = &[Need::HeadlessSurface];

pub(super) fn run(cx: &Context) -> Outcome {
    const PICTURES: u32 = 600;
    let surface = headless(cx)?;
    let mode = vk::PresentModeKHR::IMMEDIATE;
    check!(surface.modes(&cx.device)?.contains(&mode), "no IMMEDIATE");
    let swapchain =
        Swapchain::new(&cx.device, &surface, SwapchainOptions { mode, ..SwapchainOptions::default() })?;
    let begin = Instant::now();
    for number in 0..PICTURES {
        show(cx, &swapchain, number as u8, Presentation::default())?;
    }
    let paced = Duration::from_secs(1) * PICTURES / 60;
    check!(begin.elapsed() < paced / 2, "{PICTURES} pictures took {:?}", begin.elapsed());
    Ok(())
}
