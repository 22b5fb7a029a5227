//! Each plane of a disjoint image is where it was bound, and copies find it there.

use crate::native::prelude::*;
use crate::vk::{PLANES, PlanarImage};

pub(super) const NEEDS: &[Need] = &[Need::Compute];

const FORMAT: vk::Format = vk::Format::G8_B8_R8_3PLANE_420_UNORM;
/// Texels of luma; chroma is half of it.
const SIZE: [u32; 2] = [24, 16];

pub(super) fn run(cx: &Context) -> Outcome {
    // SAFETY: the physical device is one of this live instance's.
    let features = unsafe {
        let physical = &cx.device.physical;
        physical.instance.raw().get_physical_device_format_properties(physical.handle, FORMAT)
    };
    let wanted = vk::FormatFeatureFlags::DISJOINT
        | vk::FormatFeatureFlags::TRANSFER_SRC
        | vk::FormatFeatureFlags::TRANSFER_DST;
    if !features.linear_tiling_features.contains(wanted) {
        return Err(vk::Error::NotSupported("disjoint linear images".into()).into());
    }
    let info = vk::ImageCreateInfo::default()
        .flags(vk::ImageCreateFlags::DISJOINT)
        .image_type(vk::ImageType::TYPE_2D)
        .format(FORMAT)
        .extent(vk::Extent3D { width: SIZE[0], height: SIZE[1], depth: 1 })
        .mip_levels(1)
        .array_layers(1)
        .samples(vk::SampleCountFlags::TYPE_1)
        .tiling(vk::ImageTiling::LINEAR)
        .usage(vk::ImageUsageFlags::TRANSFER_SRC | vk::ImageUsageFlags::TRANSFER_DST);
    let mut image = PlanarImage::new(&cx.device, &info)?;
    image.bind_planes(3)?;
    let sizes = [SIZE, SIZE.map(|size| size / 2), SIZE.map(|size| size / 2)];
    let bytes = |plane: usize| -> Vec<u8> {
        (0..sizes[plane][0] * sizes[plane][1]).map(|n| (n as usize * 7 + plane * 64) as u8).collect()
    };
    let sources = [0, 1, 2].map(|plane| HostBuffer::of(&cx.device, &bytes(plane)));
    let [a, b, c] = sources;
    let sources = [a?, b?, c?];
    let results = [cx.host(sources[0].size)?, cx.host(sources[1].size)?, cx.host(sources[2].size)?];
    cx.run(|r| {
        r.planar_general(&image, vk::ImageLayout::UNDEFINED);
        for (plane, source) in sources.iter().enumerate() {
            r.copy_to_plane(source, &image, plane, sizes[plane]);
        }
        r.barrier();
        for (plane, result) in results.iter().enumerate() {
            r.copy_from_plane(&image, result, plane, sizes[plane]);
        }
        r.barrier();
    })?;
    for plane in 0..3 {
        let wanted = bytes(plane);
        let found: Vec<u8> = results[plane].memory.read(0, wanted.len());
        check!(found == wanted, "plane {plane} came back as {found:?}");
        let part = vk::ImageSubresource { aspect_mask: PLANES[plane], mip_level: 0, array_layer: 0 };
        // SAFETY: the image is alive and linear.
        let layout = unsafe { cx.device.raw.get_image_subresource_layout(image.handle, part) };
        for (row, wanted) in wanted.chunks(sizes[plane][0] as usize).enumerate() {
            let start = layout.offset + row as u64 * layout.row_pitch;
            let found: Vec<u8> = image.memory(plane).read(start, wanted.len());
            check!(found == wanted, "row {row} of plane {plane} is not in its memory: {found:?}");
        }
    }
    Ok(())
}
