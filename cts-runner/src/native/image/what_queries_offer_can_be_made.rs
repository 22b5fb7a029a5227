//! `vkCreateImage` makes what `vkGetPhysicalDeviceImageFormatProperties` offers, and its memory requirements make sense.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::StorageImage(vk::Format::R32_UINT)];

pub(super) fn run(cx: &Context) -> Outcome {
    let physical = &cx.device.physical;
    for (format, kind) in [
        (vk::Format::R32_UINT, vk::ImageType::TYPE_2D),
        (vk::Format::R16G16B16A16_SFLOAT, vk::ImageType::TYPE_3D),
        (vk::Format::R8_SNORM, vk::ImageType::TYPE_1D),
    ] {
        let tiling = vk::ImageTiling::OPTIMAL;
        let flags = vk::ImageCreateFlags::empty();
        // SAFETY: the physical device is one of the live instance's.
        let found = unsafe {
            physical.instance.raw().get_physical_device_image_format_properties(
                physical.handle,
                format,
                kind,
                tiling,
                StorageImage::USAGE,
                flags,
            )
        };
        let Ok(limits) = found else { continue };
        check!(limits.sample_counts.contains(vk::SampleCountFlags::TYPE_1), "{format:?}: no single sample");
        let most = limits.max_extent;
        let small = vk::Extent3D { width: most.width.min(64), height: most.height.min(64), depth: 1 };
        let info = vk::ImageCreateInfo::default()
            .image_type(kind)
            .format(format)
            .extent(small)
            .mip_levels(1)
            .array_layers(limits.max_array_layers.min(3))
            .samples(vk::SampleCountFlags::TYPE_1)
            .usage(StorageImage::USAGE);
        // SAFETY: `info` outlives the call; the image is destroyed right away.
        unsafe {
            let image = cx.device.raw.create_image(&info, None).at("vkCreateImage")?;
            let needs = cx.device.raw.get_image_memory_requirements(image);
            check!(needs.size > 0 && needs.alignment.is_power_of_two(), "{format:?}: {needs:?}");
            cx.device.raw.destroy_image(image, None);
        }
    }
    Ok(())
}
