//! What a surface says of itself can be used: FIFO, formats that images can have, a queue that presents.

use super::headless;
use crate::native::prelude::*;
use crate::vk::{Swapchain, SwapchainOptions};

pub(super) const NEEDS: &[Need] = &[Need::HeadlessSurface];

pub(super) fn run(cx: &Context) -> Outcome {
    let surface = headless(cx)?;
    let capabilities = surface.capabilities(&cx.device)?;
    check!(capabilities.min_image_count >= 1, "no images");
    check!(
        capabilities.max_image_count == 0 || capabilities.max_image_count >= capabilities.min_image_count,
        "fewer images at most than at least"
    );
    check!(surface.modes(&cx.device)?.contains(&vk::PresentModeKHR::FIFO), "no FIFO");
    check!(surface.supports(&cx.device, cx.compute()?.family)?, "no queue presents");
    let formats = surface.formats(&cx.device)?;
    check!(!formats.is_empty(), "no formats");
    for usage in (0..u32::BITS).map(|bit| capabilities.supported_usage_flags.as_raw() & (1 << bit)) {
        let usage = vk::ImageUsageFlags::from_raw(usage);
        let offered = formats.iter().any(|format| can_be(cx, format.format, usage));
        check!(usage.is_empty() || offered, "images of no format can be {usage:?}");
    }
    for offered in formats {
        let format = Some(offered.format);
        check!(can_be(cx, offered.format, vk::ImageUsageFlags::TRANSFER_DST), "no {format:?} images");
        for mode in surface.modes(&cx.device)? {
            let options = SwapchainOptions { format, mode, images: 4, ..SwapchainOptions::default() };
            let swapchain = Swapchain::new(&cx.device, &surface, options)?;
            check!(swapchain.images.len() >= 4, "fewer images than asked for");
        }
    }
    Ok(())
}

fn can_be(cx: &Context, format: vk::Format, usage: vk::ImageUsageFlags) -> bool {
    let physical = &cx.device.physical;
    let (kind, tiling) = (vk::ImageType::TYPE_2D, vk::ImageTiling::OPTIMAL);
    let (raw, flags) = (physical.instance.raw(), vk::ImageCreateFlags::empty());
    // SAFETY: the physical device is of this instance.
    let found = unsafe {
        raw.get_physical_device_image_format_properties(physical.handle, format, kind, tiling, usage, flags)
    };
    found.is_ok()
}
