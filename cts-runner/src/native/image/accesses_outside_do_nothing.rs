//! Stores to texels outside of an image change nothing, neither in it nor in the memory around it.

use crate::native::prelude::*;

use super::super::context::IMAGE;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::StorageImage(vk::Format::R32_UINT)];

pub(super) fn run(cx: &Context) -> Outcome {
    let shape = ImageShape::solid(vk::Format::R32_UINT, [6, 5, 4]);
    // Several, so that what is beside one is likely another.
    let images = (0..4).map(|_| StorageImage::new(&cx.device, shape)).collect::<vk::Result<Vec<_>>>()?;
    let result = cx.host(64 * 4)?;
    let kernel = cx.kernel_with(vk::IMAGE_OUTSIDE, &[IMAGE, (vk::DescriptorType::STORAGE_BUFFER, 1)])?;
    let set = kernel.empty_set(0)?;
    set.write_image(0, &images[1]);
    set.write(1, 0, &[Bound::whole(&result)]);
    let seen = cx.host(6 * 5 * 4 * 4)?;
    cx.run(|r| {
        r.general(&images.iter().collect::<Vec<_>>());
        for image in &images {
            r.clear(image, vk::ClearColorValue { uint32: [3; 4] }, &[image.all()]);
        }
        r.barrier();
        r.run(&kernel, &set, &[], 1);
        r.barrier();
    })?;
    for (i, image) in images.iter().enumerate() {
        cx.run(|r| {
            r.copy_from_image(image, &seen, &[shape.whole_level(0, 0)]);
            r.barrier();
        })?;
        uniform(&format!("image {i}"), &seen.words(), 3)?;
    }
    // A load from outside gives zero, or at most something from the image.
    check!(result.words().iter().all(|word| [0, 3].contains(word)), "loaded: {:x?}", result.words());
    Ok(())
}
