//! Levels of sparse images: those of blocks, and the small ones in the mip tail, each bound or not.

use super::weave::{COPIES, Kind, Weave, of_each};
use crate::native::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    [
        of_each("mips.single_levels", &[Need::StrictZero], single_levels),
        of_each("mips.tail_of_one_layer", &[Need::StrictZero], tail_of_one_layer),
        of_each("mips.tail_rebound", &[], tail_rebound),
        of_each("mips.requirements", &[], requirements),
    ]
    .concat()
}

fn with_levels(cx: &Context, kind: Kind, format: vk::Format, bytes: u32) -> vk::Result<Weave<'_>> {
    // Two blocks and a third of one: the second level still has whole blocks, and the tail has several levels.
    Weave::with(cx, kind, format, bytes, 5, vk::ImageCreateFlags::empty(), COPIES)
}

/// Binds of the tail of a layer, or of all layers where they share one, to the page `slot` tails into a memory.
fn tail(weave: &Weave<'_>, layer: u32, memory: &vk::Memory, slot: u64) -> Bind {
    let needs = weave.image.requirements;
    let offset = needs.image_mip_tail_offset + u64::from(layer) * needs.image_mip_tail_stride;
    Bind::to(offset, needs.image_mip_tail_size, memory, slot * needs.image_mip_tail_size)
}

/// Whether all layers share one tail.
fn is_single(weave: &Weave<'_>) -> bool {
    weave.image.requirements.format_properties.flags.contains(vk::SparseImageFormatFlags::SINGLE_MIPTAIL)
}

/// Layers that have a tail of their own.
fn tails(weave: &Weave<'_>) -> u32 {
    if is_single(weave) { 1 } else { weave.image.image.shape.layers }
}

/// Levels in the tail.
fn tail_levels(weave: &Weave<'_>) -> std::ops::Range<u32> {
    weave.image.requirements.image_mip_tail_first_lod..weave.image.image.shape.levels
}

/// One level of blocks is bound, then the next: the others read zero and take nothing.
fn single_levels(cx: &Context, kind: Kind, format: vk::Format, bytes: u32) -> Outcome {
    let weave = with_levels(cx, kind, format, bytes)?;
    let levels = weave.image.image.shape.levels;
    for chosen in 0..weave.image.requirements.image_mip_tail_first_lod.min(levels) {
        for level in 0..weave.image.requirements.image_mip_tail_first_lod.min(levels) {
            weave.bind(level, |n, _| (level == chosen).then_some(n as u64))?;
        }
        let data: Vec<_> = (0..levels).map(|level| weave.data(level, level + 1)).collect();
        for level in 0..levels {
            weave.upload(level, &data[level as usize])?;
        }
        for level in 0..levels {
            weave.expect(&format!("with level {chosen} bound"), level, &data[level as usize])?;
        }
    }
    Ok(())
}

/// The last layer's tail alone is bound.
fn tail_of_one_layer(cx: &Context, kind: Kind, format: vk::Format, bytes: u32) -> Outcome {
    let weave = with_levels(cx, kind, format, bytes)?;
    let needs = weave.image.requirements;
    if needs.image_mip_tail_size == 0 {
        return Err(vk::Error::NotSupported("a mip tail".into()).into());
    }
    let memory = weave.image.memory(&cx.device, needs.image_mip_tail_size.div_ceil(weave.image.page()))?;
    let last = tails(&weave) - 1;
    cx.sparse()?.bind_image(&cx.device, &weave.image.image, &[], &[tail(&weave, last, &memory, 0)])?;
    for level in tail_levels(&weave) {
        let data = weave.data(level, level + 7);
        weave.upload(level, &data)?;
        let layer = data.len() / weave.image.image.shape.layers as usize;
        let mut expected = data.clone();
        expected[..layer * last as usize].fill(0);
        weave.same("with the last layer's tail bound", level, &weave.download(level)?, &expected)?;
    }
    Ok(())
}

/// Tails of all layers, written, bound elsewhere, written, and bound back.
fn tail_rebound(cx: &Context, kind: Kind, format: vk::Format, bytes: u32) -> Outcome {
    let weave = with_levels(cx, kind, format, bytes)?;
    let needs = weave.image.requirements;
    if needs.image_mip_tail_size == 0 {
        return Err(vk::Error::NotSupported("a mip tail".into()).into());
    }
    let count = tails(&weave);
    let pages = needs.image_mip_tail_size.div_ceil(weave.image.page());
    let memory = weave.image.memory(&cx.device, 2 * u64::from(count) * pages)?;
    let bind = |set: u32| {
        let binds: Vec<_> =
            (0..count).map(|layer| tail(&weave, layer, &memory, u64::from(set * count + layer))).collect();
        cx.sparse()?.bind_image(&cx.device, &weave.image.image, &[], &binds)
    };
    for set in [0, 1] {
        bind(set)?;
        for level in tail_levels(&weave) {
            weave.upload(level, &weave.data(level, 10 * set + level))?;
        }
    }
    for set in [0, 1] {
        bind(set)?;
        for level in tail_levels(&weave) {
            let data = weave.data(level, 10 * set + level);
            weave.same(&format!("tails of set {set}"), level, &weave.download(level)?, &data)?;
        }
    }
    Ok(())
}

/// What requirements say fits together: pages, tails that do not overlap, and a tail for each level that has no whole block.
fn requirements(cx: &Context, kind: Kind, format: vk::Format, bytes: u32) -> Outcome {
    let weave = with_levels(cx, kind, format, bytes)?;
    let (needs, all, page) = (weave.image.requirements, weave.image.memory_requirements, weave.image.page());
    let shape = weave.image.image.shape;
    check_eq!(all.size % page, 0, "the image is whole pages");
    check_eq!(needs.image_mip_tail_size % page, 0, "a tail is whole pages");
    let block = weave.image.block();
    check_eq!(u64::from(block.iter().product::<u32>() * bytes), page, "a block is a page");
    let first = needs.image_mip_tail_first_lod;
    check!(first <= shape.levels, "the tail begins at level {first} of {}", shape.levels);
    let last = tails(&weave) - 1;
    if needs.image_mip_tail_size > 0 {
        check_eq!(needs.image_mip_tail_offset % page, 0, "a tail begins at a page");
        if !is_single(&weave) && last > 0 {
            check!(needs.image_mip_tail_stride >= needs.image_mip_tail_size, "tails overlap: {needs:?}");
        }
        let texels: u32 = (first..shape.levels).map(|level| weave.texels(level) / shape.layers).sum();
        let layers = if is_single(&weave) { shape.layers } else { 1 };
        let least = u64::from(texels * bytes * layers);
        check!(needs.image_mip_tail_size >= least, "{least} bytes of texels in a tail of {needs:?}");
    }
    let blocks: usize = (0..first.min(shape.levels)).map(|level| weave.places(level).len()).sum();
    let least = blocks as u64 * page + needs.image_mip_tail_size * u64::from(last + 1);
    check!(all.size >= least, "{} bytes for {least} bytes of blocks and tails", all.size);
    Ok(())
}
