//! A presentation happens after its semaphores, and the image is not free before.

use super::headless;
use crate::native::prelude::*;
use crate::vk::{Presentation, Swapchain, SwapchainOptions};

pub(super) const NEEDS: &[Need] = &[Need::HeadlessSurface, Need::Timeline, Need::PresentWait];

const SOON: u64 = 20_000_000;

pub(super) fn run(cx: &Context) -> Outcome {
    let surface = headless(cx)?;
    let swapchain = Swapchain::new(&cx.device, &surface, SwapchainOptions::default())?;
    let (queue, index) = (cx.compute()?, swapchain.next()?);
    for _ in 1..swapchain.images.len() {
        swapchain.next()?;
    }
    let (start, drawn) = (Semaphore::timeline(&cx.device, 0)?, Semaphore::binary(&cx.device)?);
    let paint =
        Commands::record(&cx.device, queue.family, |r| r.color(swapchain.images[index as usize], [0.0; 4]))?;
    let submit = Submit { commands: &[&paint], waits: &[(&start, 1)], signals: &[(&drawn, 0)] };
    queue.submit(&cx.device, &[submit], None)?;
    swapchain.present(queue, index, Presentation { waits: &[&drawn], id: 7, ..Presentation::default() })?;

    check!(!swapchain.wait_for(7, SOON)?, "presented before its semaphore");
    check!(swapchain.acquire(SOON, None, None)?.is_none(), "free before it was presented");
    start.signal(1)?;
    check!(swapchain.wait_for(7, vk::PATIENCE)?, "never presented");
    check!(!swapchain.wait_for(8, 0)?, "a picture was shown that nobody presented");
    check_eq!(swapchain.next()?, index, "the image that came free");
    Ok(())
}
