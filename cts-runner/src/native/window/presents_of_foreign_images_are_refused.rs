//! An image that was not acquired, or does not exist, is not presented, and acquiring goes on working.

use super::headless;
use crate::native::prelude::*;
use crate::vk::{Presentation, Swapchain, SwapchainOptions};

pub(super) const NEEDS: &[Need] = &[Need::HeadlessSurface];

pub(super) fn run(cx: &Context) -> Outcome {
    let surface = headless(cx)?;
    let swapchain = Swapchain::new(&cx.device, &surface, SwapchainOptions::default())?;
    let (queue, index) = (cx.compute()?, swapchain.next()?);
    let other = (index + 1) % swapchain.images.len() as u32;
    for wrong in [other, swapchain.images.len() as u32, u32::MAX] {
        let presented = swapchain.present(queue, wrong, Presentation::default());
        check!(presented.is_err(), "image {wrong} was presented");
    }
    cx.run(|r| r.color(swapchain.images[index as usize], [0.0; 4]))?;
    swapchain.present(queue, index, Presentation::default())?;
    check!(swapchain.present(queue, index, Presentation::default()).is_err(), "presented twice");
    for _ in &swapchain.images {
        swapchain.next()?;
    }
    check!(swapchain.acquire(0, None, None)?.is_none(), "more images than there are");
    Ok(())
}
