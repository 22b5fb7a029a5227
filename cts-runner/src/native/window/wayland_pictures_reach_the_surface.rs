//! What is presented is what the compositor gets, pixel by pixel, in every mode, and buffers are not overwritten.

use super::Screen;
use crate::native::prelude::*;
use crate::vk::{Presentation, Swapchain, SwapchainOptions};

pub(super) const NEEDS: &[Need] = &[Need::Wayland, Need::PresentWait];

const SIZE: [u32; 2] = [123, 77];

pub(super) fn run(cx: &Context) -> Outcome {
    let screen = Screen::new(cx)?;
    for mode in screen.surface.modes(&cx.device)? {
        let options = SwapchainOptions { extent: SIZE, mode, ..SwapchainOptions::default() };
        let swapchain = Swapchain::new(&cx.device, &screen.surface, options)?;
        let is_rgba = matches!(swapchain.format, vk::Format::R8G8B8A8_UNORM | vk::Format::R8G8B8A8_SRGB);
        for number in 1..=10 {
            let pixels =
                (0..SIZE[0] * SIZE[1]).map(|at| at.wrapping_mul(0x9e37_79b9) & 0xff_ffff | number << 24);
            let pixels: Vec<u32> = pixels.collect();
            let swap = |pixel: &u32| if is_rgba { pixel.swap_bytes().rotate_right(8) } else { *pixel };
            let buffer = HostBuffer::of(&cx.device, &pixels.iter().map(swap).collect::<Vec<u32>>())?;
            let index = swapchain.next()?;
            cx.run(|r| r.draw_from(&buffer, swapchain.images[index as usize], swapchain.extent))?;
            let id = u64::from(number);
            swapchain.present(cx.compute()?, index, Presentation { id, ..Presentation::default() })?;
            check!(swapchain.wait_for(id, vk::PATIENCE)?, "picture {number} was never shown");
            screen.window.settle()?;
            same(&format!("{mode:?}, picture {number}"), &screen.compositor.seen().pixels, &pixels)?;
        }
    }
    Ok(())
}
