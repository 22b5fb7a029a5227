//! The small levels of each layer are bound by offset: a layer whose tail is bound keeps what is written, another drops it.

use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] = &[Need::Compute, Need::SparseImages, Need::StrictZero];

pub(super) fn run(cx: &Context) -> Outcome {
    let shape = ImageShape { levels: 8, layers: 3, ..ImageShape::flat(vk::Format::R32_UINT, 200, 130) };
    let image = SparseImage::new(&cx.device, shape, Default::default())?;
    let needs = image.requirements;
    let flags = needs.format_properties.flags;
    if needs.image_mip_tail_size == 0 || flags.contains(vk::SparseImageFormatFlags::SINGLE_MIPTAIL) {
        return Err(vk::Error::NotSupported("a mip tail for each layer".into()).into());
    }
    check_eq!(needs.image_mip_tail_size % image.page(), 0, "a tail is whole pages");
    check!(needs.image_mip_tail_stride >= needs.image_mip_tail_size, "tails overlap: {needs:?}");
    let memory = image.memory(&cx.device, 2 * needs.image_mip_tail_size / image.page())?;
    let tail = |layer: u64, slot: u64| {
        let offset = needs.image_mip_tail_offset + layer * needs.image_mip_tail_stride;
        Bind::to(offset, needs.image_mip_tail_size, &memory, slot * needs.image_mip_tail_size)
    };
    cx.sparse()?.bind_image(&cx.device, &image.image, &[], &[tail(0, 1), tail(2, 0)])?;
    for level in needs.image_mip_tail_first_lod..shape.levels {
        let region = shape.whole_level(level, 0);
        let count = region.image_extent.width * region.image_extent.height;
        let data: Vec<u32> = (0..count * 3).map(|n| n + 1 + level * 1000).collect();
        let (from, to) = (HostBuffer::of(&cx.device, &data)?, cx.host(u64::from(count) * 12)?);
        cx.run(|r| {
            r.copy_to_image(&from, &image.image, &[region]);
            r.barrier();
            r.copy_from_image(&image.image, &to, &[region]);
            r.barrier();
        })?;
        let expected: Vec<_> =
            (0..).zip(&data).map(|(n, &word)| if n / count == 1 { 0 } else { word }).collect();
        same(&format!("level {level}"), &to.words(), &expected)?;
    }
    Ok(())
}
