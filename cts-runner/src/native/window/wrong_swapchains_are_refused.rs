//! Swapchains that a surface does not offer are refused, without harm.

use super::headless;
use crate::native::prelude::*;
use crate::vk::Swapchain;

pub(super) const NEEDS: &[Need] = &[Need::HeadlessSurface];

pub(super) fn run(cx: &Context) -> Outcome {
    let surface = headless(cx)?;
    let formats = surface.formats(&cx.device)?;
    let right = vk::SwapchainCreateInfoKHR::default()
        .surface(surface.handle)
        .min_image_count(2)
        .image_format(formats[0].format)
        .image_color_space(formats[0].color_space)
        .image_extent(vk::Extent2D { width: 16, height: 16 })
        .image_array_layers(1)
        .image_usage(vk::ImageUsageFlags::TRANSFER_DST)
        .pre_transform(vk::SurfaceTransformFlagsKHR::IDENTITY)
        .composite_alpha(vk::CompositeAlphaFlagsKHR::OPAQUE)
        .present_mode(vk::PresentModeKHR::FIFO);
    let wrong = [
        ("no extent", right.image_extent(vk::Extent2D { width: 0, height: 16 })),
        ("a giant extent", right.image_extent(vk::Extent2D { width: u32::MAX, height: u32::MAX })),
        ("a format that no window has", right.image_format(vk::Format::D32_SFLOAT)),
        ("no format", right.image_format(vk::Format::UNDEFINED)),
        ("a color space that no window has", right.image_color_space(vk::ColorSpaceKHR::HDR10_ST2084_EXT)),
        ("a mode that does not exist", right.present_mode(vk::PresentModeKHR::from_raw(77))),
        ("no usage", right.image_usage(vk::ImageUsageFlags::empty())),
        ("a usage of depth", right.image_usage(vk::ImageUsageFlags::DEPTH_STENCIL_ATTACHMENT)),
        ("seven layers", right.image_array_layers(7)),
    ];
    for (what, info) in wrong {
        check!(Swapchain::with_info(&cx.device, &info).is_err(), "{what} was accepted");
    }
    Swapchain::with_info(&cx.device, &right)?;
    Ok(())
}
