//! An image made for a swapchain and bound to one of its images is that image.

use super::headless;
use crate::native::prelude::*;
use crate::vk::{Swapchain, SwapchainOptions};

pub(super) const NEEDS: &[Need] = &[Need::HeadlessSurface, Need::Extension("VK_KHR_bind_memory2")];

pub(super) fn run(cx: &Context) -> Outcome {
    let surface = headless(cx)?;
    let swapchain = Swapchain::new(&cx.device, &surface, SwapchainOptions::default())?;
    let mut made_for = vk::ImageSwapchainCreateInfoKHR::default().swapchain(swapchain.handle);
    let vk::Extent2D { width, height } = swapchain.extent;
    let info = vk::ImageCreateInfo::default()
        .image_type(vk::ImageType::TYPE_2D)
        .format(swapchain.format)
        .extent(vk::Extent3D { width, height, depth: 1 })
        .mip_levels(1)
        .array_layers(1)
        .samples(vk::SampleCountFlags::TYPE_1)
        .usage(vk::ImageUsageFlags::TRANSFER_DST | vk::ImageUsageFlags::TRANSFER_SRC)
        .push_next(&mut made_for);
    let raw = &cx.device.raw;
    // SAFETY: `info` outlives the call.
    let alias = unsafe { raw.create_image(&info, None) }.at("vkCreateImage")?;
    let index = swapchain.next()?;
    let mut place =
        vk::BindImageMemorySwapchainInfoKHR::default().swapchain(swapchain.handle).image_index(index);
    let bind = vk::BindImageMemoryInfo::default().image(alias).push_next(&mut place);
    let commands = ash::khr::bind_memory2::Device::new(cx.device.physical.instance.raw(), raw);
    // SAFETY: image and swapchain are alive.
    let bound = unsafe { (commands.fp().bind_image_memory2_khr)(raw.handle(), 1, &bind) };
    bound.result().at("vkBindImageMemory2KHR")?;

    let pixels = u64::from(width * height);
    let numbers: Vec<u32> = (0..pixels as u32).collect();
    let (from, to) = (HostBuffer::of(&cx.device, &numbers)?, cx.host(pixels * 4)?);
    let region = vk::BufferImageCopy::default()
        .image_subresource(vk::ImageSubresourceLayers {
            aspect_mask: vk::ImageAspectFlags::COLOR,
            layer_count: 1,
            ..Default::default()
        })
        .image_extent(vk::Extent3D { width, height, depth: 1 });
    cx.run(|r| {
        r.draw_from(&from, alias, swapchain.extent);
        let (image, layout) = (swapchain.images[index as usize], vk::ImageLayout::GENERAL);
        // SAFETY: recording; image and buffer are alive.
        unsafe { raw.cmd_copy_image_to_buffer(r.handle, image, layout, to.handle, &[region]) };
        r.barrier();
    })?;
    // SAFETY: the queue is idle.
    unsafe { raw.destroy_image(alias, None) };
    same("the swapchain's image", &to.words(), &numbers)
}
