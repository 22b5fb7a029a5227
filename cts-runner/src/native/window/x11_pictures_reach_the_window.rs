//! What is presented is what the window shows, pixel by pixel, in every format and mode.

use super::Desk;
use crate::native::prelude::*;
use crate::vk::{Presentation, Swapchain, SwapchainOptions};

pub(super) const NEEDS: &[Need] = &[Need::X11, Need::PresentWait];

const SIZE: [u16; 2] = [123, 77];

pub(super) fn run(cx: &Context) -> Outcome {
    let desk = Desk::new(cx, SIZE, &[])?;
    for format in desk.surface.formats(&cx.device)? {
        for mode in desk.surface.modes(&cx.device)? {
            round(cx, &desk, format.format, mode)?;
        }
    }
    desk.expect_no_errors()
}

/// Presents three pictures of numbered pixels; the last one stays.
pub(super) fn round(cx: &Context, desk: &Desk, format: vk::Format, mode: vk::PresentModeKHR) -> Outcome {
    let options = SwapchainOptions { format: Some(format), mode, ..SwapchainOptions::default() };
    let swapchain = Swapchain::new(&cx.device, &desk.surface, options)?;
    let pixels = u32::from(SIZE[0]) * u32::from(SIZE[1]);
    let is_rgba = matches!(format, vk::Format::R8G8B8A8_UNORM | vk::Format::R8G8B8A8_SRGB);
    for number in 1..=3 {
        let wanted: Vec<u32> =
            (0..pixels).map(|at| at.wrapping_mul(0x9e37_79b9).wrapping_add(number) & 0xff_ffff).collect();
        let bytes = wanted.iter().map(|pixel| if is_rgba { pixel.swap_bytes() >> 8 } else { *pixel });
        let buffer = HostBuffer::of(&cx.device, &bytes.collect::<Vec<u32>>())?;
        let index = swapchain.next()?;
        cx.run(|r| r.draw_from(&buffer, swapchain.images[index as usize], swapchain.extent))?;
        let id = u64::from(number);
        swapchain.present(cx.compute()?, index, Presentation { id, ..Presentation::default() })?;
        check!(swapchain.wait_for(id, vk::PATIENCE)?, "picture {number} was never shown");
        same(
            &format!("{format:?}, {mode:?}, picture {number}"),
            &desk.window.pixels(SIZE[0], SIZE[1])?,
            &wanted,
        )?;
    }
    Ok(())
}
