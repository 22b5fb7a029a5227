//! What the host copies into an image, the host and the device find there; between images too, and without a queue.

use std::ffi::c_void;

use ash::ext::host_image_copy;

use crate::native::prelude::*;
use crate::rng::Rng;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::Extension("VK_EXT_host_image_copy")];

const SIZE: u32 = 200;

pub(super) fn run(cx: &Context) -> Outcome {
    let shape = ImageShape::flat(vk::Format::R8G8B8A8_UNORM, SIZE, SIZE);
    let info = vk::ImageCreateInfo::default()
        .image_type(shape.dimensions)
        .format(shape.format)
        .extent(vk::Extent3D { width: SIZE, height: SIZE, depth: 1 })
        .mip_levels(1)
        .array_layers(1)
        .samples(vk::SampleCountFlags::TYPE_1)
        .usage(vk::ImageUsageFlags::TRANSFER_SRC | vk::ImageUsageFlags::HOST_TRANSFER_EXT);
    let first = StorageImage::with_info(&cx.device, &info, shape)?;
    let second = StorageImage::with_info(&cx.device, &info, shape)?;
    let host = host_image_copy::Device::new(cx.device.physical.instance.raw(), &cx.device.raw);
    let general = vk::ImageLayout::GENERAL;
    let transitions = [&first, &second].map(|image| {
        vk::HostImageLayoutTransitionInfoEXT::default()
            .image(image.handle)
            .new_layout(general)
            .subresource_range(image.all())
    });
    let mut rng = Rng::new(cx.seed);
    let texels: Vec<u32> = (0..SIZE * SIZE).map(|_| rng.below(u64::from(u32::MAX)) as u32).collect();
    let whole = shape.whole_level(0, 0);
    let up = [vk::MemoryToImageCopyEXT {
        p_host_pointer: texels.as_ptr().cast::<c_void>(),
        image_subresource: whole.image_subresource,
        image_extent: whole.image_extent,
        ..Default::default()
    }];
    let across = [vk::ImageCopy2::default()
        .src_subresource(whole.image_subresource)
        .dst_subresource(whole.image_subresource)
        .extent(whole.image_extent)];
    // A box whose rows lie farther apart in memory than they are long.
    let (width, height, pitch) = (70, 90, 100);
    let mut part = vec![0u32; (pitch * height) as usize];
    let down = [vk::ImageToMemoryCopyEXT {
        p_host_pointer: part.as_mut_ptr().cast::<c_void>(),
        memory_row_length: pitch,
        image_subresource: whole.image_subresource,
        image_offset: vk::Offset3D { x: 100, y: 50, z: 0 },
        image_extent: vk::Extent3D { width, height, depth: 1 },
        ..Default::default()
    }];
    // SAFETY: images and memory are alive, as large as the regions say, and not in use by the device.
    unsafe {
        host.transition_image_layout(&transitions).at("vkTransitionImageLayoutEXT")?;
        let info = vk::CopyMemoryToImageInfoEXT::default()
            .dst_image(first.handle)
            .dst_image_layout(general)
            .regions(&up);
        host.copy_memory_to_image(&info).at("vkCopyMemoryToImageEXT")?;
        let info = vk::CopyImageToImageInfoEXT::default()
            .src_image(first.handle)
            .src_image_layout(general)
            .dst_image(second.handle)
            .dst_image_layout(general)
            .regions(&across);
        host.copy_image_to_image(&info).at("vkCopyImageToImageEXT")?;
        let info = vk::CopyImageToMemoryInfoEXT::default()
            .src_image(second.handle)
            .src_image_layout(general)
            .regions(&down);
        host.copy_image_to_memory(&info).at("vkCopyImageToMemoryEXT")?;
    }
    for (y, row) in part.chunks(pitch as usize).enumerate() {
        let start = (50 + y) * SIZE as usize + 100;
        let wanted = &texels[start..start + width as usize];
        check!(row[..width as usize] == *wanted, "row {y} is {row:?}, not {wanted:?}");
        check!(row[width as usize..].iter().all(|&texel| texel == 0), "row {y} was written beyond its end");
    }
    let result = cx.host(u64::from(SIZE * SIZE) * 4)?;
    cx.run(|r| {
        r.copy_from_image(&second, &result, &[whole]);
        r.barrier();
    })?;
    same("what the device finds", &result.words(), &texels)
}
