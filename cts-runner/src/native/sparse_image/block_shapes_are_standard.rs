//! Where the device says that blocks have the standard shapes they have them, in queries and in requirements.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::SparseImages];

pub(super) fn run(cx: &Context) -> Outcome {
    let physical = &cx.device.physical;
    // SAFETY: the physical device is one of the live instance's.
    let said =
        unsafe { physical.instance.raw().get_physical_device_properties(physical.handle) }.sparse_properties;
    if said.residency_standard2_d_block_shape == vk::FALSE
        || said.residency_standard3_d_block_shape == vk::FALSE
    {
        return Err(vk::Error::NotSupported("standard block shapes".into()).into());
    }
    for (format, flat, solid) in [
        (vk::Format::R8_UINT, [256, 256, 1], [64, 32, 32]),
        (vk::Format::R16_UINT, [256, 128, 1], [32, 32, 32]),
        (vk::Format::R32_UINT, [128, 128, 1], [32, 32, 16]),
        (vk::Format::R32G32_UINT, [128, 64, 1], [32, 16, 16]),
        (vk::Format::R32G32B32A32_UINT, [64, 64, 1], [16, 16, 16]),
    ] {
        for (shape, expected) in
            [(ImageShape::flat(format, 512, 512), flat), (ImageShape::solid(format, [128, 128, 64]), solid)]
        {
            let image = SparseImage::new(&cx.device, shape, Default::default())?;
            check_eq!(image.block(), expected, "{format:?} {:?}", shape.dimensions);
            check_eq!(image.page(), 1 << 16, "{format:?}: bytes of a block");
            // SAFETY: as above.
            let found = unsafe {
                physical.instance.raw().get_physical_device_sparse_image_format_properties(
                    physical.handle,
                    format,
                    shape.dimensions,
                    vk::SampleCountFlags::TYPE_1,
                    StorageImage::USAGE,
                    vk::ImageTiling::OPTIMAL,
                )
            };
            let blocks: Vec<_> = found.iter().map(|f| f.image_granularity).collect();
            let vk::Extent3D { width, height, depth } = blocks[0];
            check_eq!([width, height, depth], expected, "{format:?}: queried");
        }
    }
    Ok(())
}
