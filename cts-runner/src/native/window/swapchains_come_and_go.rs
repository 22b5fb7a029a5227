//! Swapchains that are made, used and destroyed many times leave no memory behind.

use super::{headless, show};
use crate::native::prelude::*;
use crate::vk::{Presentation, Swapchain, SwapchainOptions};

pub(super) const NEEDS: &[Need] = &[Need::HeadlessSurface];

pub(super) fn run(cx: &Context) -> Outcome {
    let round = || -> Outcome {
        let surface = headless(cx)?;
        let options = SwapchainOptions { extent: [512, 512], ..SwapchainOptions::default() };
        let swapchain = Swapchain::new(&cx.device, &surface, options)?;
        Ok((0..3).try_for_each(|blue| show(cx, &swapchain, blue, Presentation::default()).map(drop))?)
    };
    (0..20).try_for_each(|_| round())?;
    let before = resident_bytes();
    (0..200).try_for_each(|_| round())?;
    let grown = resident_bytes().saturating_sub(before);
    // One swapchain has 2 MiB of images.
    check!(grown < 16 << 20, "{grown} bytes more than before");
    Ok(())
}

fn resident_bytes() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: Option<u64> = text.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    pages.unwrap_or(0) * 4096
}
