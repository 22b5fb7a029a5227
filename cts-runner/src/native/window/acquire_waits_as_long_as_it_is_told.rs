//! With all images taken, acquiring asks only, waits its time, or wakes when an image comes free.

use std::time::{Duration, Instant};

use super::headless;
use crate::native::prelude::*;
use crate::vk::{Code, Presentation, Swapchain, SwapchainOptions};

pub(super) const NEEDS: &[Need] = &[Need::HeadlessSurface];

pub(super) fn run(cx: &Context) -> Outcome {
    let surface = headless(cx)?;
    let options = SwapchainOptions { images: 3, ..SwapchainOptions::default() };
    let swapchain = Swapchain::new(&cx.device, &surface, options)?;
    let mut taken: Vec<u32> = Vec::new();
    for _ in &swapchain.images {
        taken.push(swapchain.next()?);
    }
    taken.sort_unstable();
    check_eq!(taken, (0..swapchain.images.len() as u32).collect::<Vec<_>>(), "the images acquired");

    let raw = |timeout| {
        // SAFETY: the swapchain is alive.
        let acquired = unsafe {
            cx.device.swapchain().map(|commands| {
                commands.acquire_next_image(swapchain.handle, timeout, Default::default(), Default::default())
            })
        };
        acquired.map(Result::err)
    };
    check_eq!(raw(0)?, Some(Code::NOT_READY), "a timeout of zero");
    let (begin, wait) = (Instant::now(), Duration::from_millis(20));
    check_eq!(raw(wait.as_nanos() as u64)?, Some(Code::TIMEOUT), "a timeout of 20 ms");
    check!(begin.elapsed() >= wait, "it gave up after {:?}", begin.elapsed());

    cx.run(|r| r.color(swapchain.images[1], [0.0; 4]))?;
    let queue = cx.compute()?;
    std::thread::scope(|scope| {
        let sleeper = scope.spawn(|| swapchain.next());
        std::thread::sleep(wait);
        swapchain.present(queue, 1, Presentation::default())?;
        let woken = sleeper.join().unwrap_or(Err(vk::Error::Hung))?;
        check_eq!(woken, 1, "the image that came free");
        Ok(())
    })
}
