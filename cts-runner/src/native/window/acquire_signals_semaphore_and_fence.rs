//! An acquired image's fence is signalled, and work that waits for its semaphore runs.

use super::headless;
use crate::native::prelude::*;
use crate::vk::{Swapchain, SwapchainOptions};

pub(super) const NEEDS: &[Need] = &[Need::HeadlessSurface];

pub(super) fn run(cx: &Context) -> Outcome {
    let surface = headless(cx)?;
    let swapchain = Swapchain::new(&cx.device, &surface, SwapchainOptions::default())?;
    let (acquired, done) = (Fence::new(&cx.device, false)?, Fence::new(&cx.device, false)?);
    let semaphore = Semaphore::binary(&cx.device)?;
    let index = swapchain.acquire(vk::PATIENCE, Some(&semaphore), Some(&acquired))?;
    check!(index.is_some(), "no image");
    acquired.wait()?;
    let submit = Submit { waits: &[(&semaphore, 0)], ..Submit::default() };
    cx.compute()?.submit(&cx.device, &[submit], Some(&done))?;
    Ok(done.wait()?)
}
