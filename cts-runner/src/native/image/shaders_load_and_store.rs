//! A compute shader mirrors one image into another, whose sizes are no multiples of a workgroup.

use crate::native::prelude::*;

use super::super::context::IMAGE;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::StorageImage(vk::Format::R32_UINT)];

pub(super) fn run(cx: &Context) -> Outcome {
    const BUFFER: (vk::DescriptorType, u32) = (vk::DescriptorType::STORAGE_BUFFER, 1);
    let kernel = cx.kernel_with(vk::IMAGE_MIRROR, &[IMAGE, IMAGE, BUFFER])?;
    for (width, height) in [(1, 1), (37, 21), (64, 8), (300, 3)] {
        let shape = ImageShape::flat(vk::Format::R32_UINT, width, height);
        let (source, target) = (StorageImage::new(&cx.device, shape)?, StorageImage::new(&cx.device, shape)?);
        let words: Vec<u32> = (0..width * height).map(|i| i * 77 + 1).collect();
        let (from, to) = (HostBuffer::of(&cx.device, &words)?, cx.host(u64::from(width * height) * 4)?);
        let sizes = cx.host(12)?;
        let set = kernel.empty_set(0)?;
        set.write_image(0, &source);
        set.write_image(1, &target);
        set.write(2, 0, &[Bound::whole(&sizes)]);
        cx.run(|r| {
            r.general(&[&source, &target]);
            r.copy_to_image(&from, &source, &[shape.whole_level(0, 0)]);
            r.barrier();
            r.bind(&kernel, &[&set], &[], &[]);
            r.dispatch([width.div_ceil(8), height.div_ceil(8), 1]);
            r.barrier();
            r.copy_from_image(&target, &to, &[shape.whole_level(0, 0)]);
            r.barrier();
        })?;
        check_eq!(sizes.words(), vec![width, height, width * height], "imageSize and invocations");
        let mirrored: Vec<u32> =
            words.chunks(width as usize).flat_map(|row| row.iter().rev().copied()).collect();
        same(&format!("{width} x {height}"), &to.words(), &mirrored)?;
    }
    Ok(())
}
