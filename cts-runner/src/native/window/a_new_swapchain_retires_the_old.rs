//! A window has one swapchain; a new one takes over, and what was acquired from the old one can still be presented.

use super::{failed_with, headless};
use crate::native::prelude::*;
use crate::vk::{Code, Presentation, Swapchain, SwapchainOptions};

pub(super) const NEEDS: &[Need] = &[Need::HeadlessSurface];

pub(super) fn run(cx: &Context) -> Outcome {
    let surface = headless(cx)?;
    let old = Swapchain::new(&cx.device, &surface, SwapchainOptions::default())?;
    let second = Swapchain::new(&cx.device, &surface, SwapchainOptions::default());
    check!(failed_with(second, Code::ERROR_NATIVE_WINDOW_IN_USE_KHR), "a second swapchain was not refused");

    let index = old.next()?;
    let options = SwapchainOptions { old: Some(&old), ..SwapchainOptions::default() };
    let new = Swapchain::new(&cx.device, &surface, options)?;
    check!(
        failed_with(old.acquire(0, None, None), Code::ERROR_OUT_OF_DATE_KHR),
        "a retired swapchain gave an image"
    );
    cx.run(|r| r.color(old.images[index as usize], [0.0; 4]))?;
    old.present(cx.compute()?, index, Presentation::default())?;
    check!(new.acquire(0, None, None)?.is_some(), "the new swapchain gave no image");

    drop((old, new));
    Swapchain::new(&cx.device, &surface, SwapchainOptions::default())?;
    Ok(())
}
