//! Images that are given back without being presented can be acquired again.

use super::headless;
use crate::native::prelude::*;
use crate::vk::{Swapchain, SwapchainOptions};

pub(super) const NEEDS: &[Need] = &[Need::HeadlessSurface, Need::SwapchainMaintenance1];

pub(super) fn run(cx: &Context) -> Outcome {
    let surface = headless(cx)?;
    let swapchain = Swapchain::new(&cx.device, &surface, SwapchainOptions::default())?;
    let mut indices = Vec::new();
    for _ in &swapchain.images {
        indices.push(swapchain.next()?);
    }
    check!(swapchain.acquire(0, None, None)?.is_none(), "more images than there are");
    let info =
        vk::ReleaseSwapchainImagesInfoEXT::default().swapchain(swapchain.handle).image_indices(&indices);
    let release = || {
        let commands = cx.device.swapchain_maintenance1()?;
        // SAFETY: the images were acquired and are not in use; where they were not, a refusal is what is tested.
        unsafe { commands.release_swapchain_images(&info) }.at("vkReleaseSwapchainImagesEXT")
    };
    release()?;
    for _ in &swapchain.images {
        swapchain.next()?;
    }
    release()?;
    check!(release().is_err(), "images were released twice");
    Ok(())
}
