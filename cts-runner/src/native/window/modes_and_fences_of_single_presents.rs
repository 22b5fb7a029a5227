//! Each presentation can have its own mode, and a fence that tells when it is over.

use super::headless;
use crate::native::prelude::*;
use crate::vk::{Presentation, Swapchain, SwapchainOptions};

pub(super) const NEEDS: &[Need] = &[Need::HeadlessSurface, Need::SwapchainMaintenance1];

pub(super) fn run(cx: &Context) -> Outcome {
    let surface = headless(cx)?;
    let swapchain = Swapchain::new(&cx.device, &surface, SwapchainOptions::default())?;
    for mode in surface.modes(&cx.device)? {
        let index = swapchain.next()?;
        cx.run(|r| r.color(swapchain.images[index as usize], [0.5; 4]))?;
        let fence = Fence::new(&cx.device, false)?;
        let how = Presentation { fence: Some(&fence), mode: Some(mode), ..Presentation::default() };
        swapchain.present(cx.compute()?, index, how)?;
        fence.wait()?;
    }
    Ok(())
}
