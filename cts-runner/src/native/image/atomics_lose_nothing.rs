//! Atomics on texels by thousands of invocations: no update is lost, and each ticket is given once.

use crate::native::prelude::*;

use super::super::context::IMAGE;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::StorageImage(vk::Format::R32_UINT)];

pub(super) fn run(cx: &Context) -> Outcome {
    const WIDTH: u32 = 5;
    const GROUPS: u32 = 200;
    const COUNT: u32 = GROUPS * 64;
    let image = StorageImage::new(&cx.device, ImageShape::flat(vk::Format::R32_UINT, WIDTH, 2))?;
    let (tickets, to) = (cx.host(u64::from(COUNT) * 4)?, cx.host(u64::from(WIDTH) * 8)?);
    let kernel = cx.kernel_with(vk::IMAGE_ATOMICS, &[IMAGE, (vk::DescriptorType::STORAGE_BUFFER, 1)])?;
    let set = kernel.empty_set(0)?;
    set.write_image(0, &image);
    set.write(1, 0, &[Bound::whole(&tickets)]);
    cx.run(|r| {
        r.general(&[&image]);
        r.clear(&image, vk::ClearColorValue { uint32: [0; 4] }, &[image.all()]);
        r.barrier();
        r.run(&kernel, &set, &[], GROUPS);
        r.barrier();
        r.copy_from_image(&image, &to, &[image.shape.whole_level(0, 0)]);
        r.barrier();
    })?;
    let found = to.words();
    uniform("counts", &found[..WIDTH as usize], COUNT / WIDTH)?;
    same("maxima", &found[WIDTH as usize..], &(COUNT - WIDTH..COUNT).collect::<Vec<_>>())?;
    uniform("tickets", &tickets.words(), 1)
}
