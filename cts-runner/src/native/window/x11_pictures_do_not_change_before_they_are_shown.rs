//! An image that is acquired is one that the X server has read: what is drawn then is not in the picture before.

use std::thread;
use std::time::{Duration, Instant};

use super::{Desk, show};
use crate::native::prelude::*;
use crate::vk::Presentation;

pub(super) const NEEDS: &[Need] = &[Need::X11, Need::PresentWait];

/// For so long the server does not read anything.
const HELD: Duration = Duration::from_millis(300);

pub(super) fn run(cx: &Context) -> Outcome {
    let desk = Desk::new(cx, [64, 64], &[])?;
    let swapchain = desk.swapchain(cx, vk::PresentModeKHR::IMMEDIATE)?;
    // Whatever is done for an image once has been done.
    let count = swapchain.images.len() as u64;
    for id in 1..=count {
        show(cx, &swapchain, 0, Presentation { id, ..Presentation::default() })?;
        check!(swapchain.wait_for(id, vk::PATIENCE)?, "picture {id} was never shown");
    }
    let id = count + 1;
    let begin = Instant::now();
    desk.server.hold(true)?;
    thread::scope(|scope| -> Outcome {
        let waker = scope.spawn(|| {
            thread::sleep(HELD);
            desk.server.hold(false)
        });
        show(cx, &swapchain, 0xff, Presentation { id, ..Presentation::default() })?;
        while begin.elapsed() < HELD {
            if let Some(index) = swapchain.acquire(HELD.as_nanos() as u64 / 10, None, None)? {
                cx.run(|r| r.color(swapchain.images[index as usize], [0.0; 4]))?;
            }
        }
        waker.join().unwrap_or(Ok(()))?;
        Ok(())
    })?;
    check!(swapchain.wait_for(id, vk::PATIENCE)?, "the last picture was never shown");
    let pixels = desk.window.pixels(64, 64)?;
    check!(pixels.iter().all(|&pixel| pixel == 0x00ff_00ff), "it shows {:06x}", pixels[0]);
    desk.expect_no_errors()
}
