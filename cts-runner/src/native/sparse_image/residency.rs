//! Images of every kind of which every other block is bound: copies and clears reach exactly what is bound.

use super::weave::{COPIES, Kind, Weave, of_each};
use crate::native::prelude::*;

const STRICT: &[Need] = &[Need::StrictZero];

pub(super) fn cases() -> Vec<Case> {
    [
        of_each("residency.buffer_copies", STRICT, buffer_copies),
        of_each("residency.image_copies", STRICT, image_copies),
        of_each("residency.clears", STRICT, clears),
    ]
    .concat()
}

fn buffer_copies(cx: &Context, kind: Kind, format: vk::Format, bytes: u32) -> Outcome {
    let weave = Weave::new(cx, kind, format, bytes)?;
    weave.checkerboard()?;
    let data = weave.data(0, 1);
    weave.upload(0, &data)?;
    weave.expect("every other block", 0, &data)?;
    // Then the others, and the first are unbound: their memory keeps what it has.
    let count = weave.places(0).len() as u64;
    weave.bind(0, |n, place| weave.bound(place).is_none().then_some(count + n as u64))?;
    let other = weave.data(0, 2);
    weave.upload(0, &other)?;
    weave.expect("the other blocks", 0, &other)?;
    weave.checkerboard()?;
    weave.expect("the first blocks again", 0, &data)
}

/// Through a plain image and back into the sparse one with all blocks bound.
fn image_copies(cx: &Context, kind: Kind, format: vk::Format, bytes: u32) -> Outcome {
    let weave = Weave::new(cx, kind, format, bytes)?;
    let count = weave.places(0).len() as u64;
    weave.bind(0, |n, _| Some(count + n as u64))?;
    let data = weave.data(0, 1);
    weave.upload(0, &data)?;
    let shape = weave.image.image.shape;
    let mut plain = StorageImage::unbound(&cx.device, shape, kind.flags(), COPIES)?;
    plain.bind_memory()?;
    let layers = shape.whole_level(0, 0).image_subresource;
    let region = vk::ImageCopy {
        src_subresource: layers,
        dst_subresource: layers,
        extent: shape.whole_level(0, 0).image_extent,
        ..Default::default()
    };
    cx.run(|r| {
        r.general(&[&plain]);
        r.copy_image(&weave.image.image, &plain, &[region]);
        r.barrier();
    })?;
    weave.checkerboard()?;
    cx.run(|r| {
        r.copy_image(&plain, &weave.image.image, &[region]);
        r.barrier();
    })?;
    weave.expect("copied from an image", 0, &data)?;
    cx.run(|r| {
        r.copy_image(&weave.image.image, &plain, &[region]);
        r.barrier();
    })?;
    let to = cx.dirty((data.len() as u64).next_multiple_of(4))?;
    cx.run(|r| {
        r.copy_from_image(&plain, &to, &[shape.whole_level(0, 0)]);
        r.barrier();
    })?;
    weave.same("copied to an image", 0, &to.memory.read(0, data.len()), &weave.shown(0, &data))
}

/// A clear of all: unbound blocks stay zero, and memory that is bound nowhere stays as it is.
fn clears(cx: &Context, kind: Kind, format: vk::Format, bytes: u32) -> Outcome {
    let weave = Weave::new(cx, kind, format, bytes)?;
    weave.checkerboard()?;
    // One in all channels, of every format of the group.
    let one = match format {
        vk::Format::R8_UINT | vk::Format::R32_UINT | vk::Format::R32G32B32A32_UINT => {
            vk::ClearColorValue { uint32: [1; 4] }
        }
        _ => vk::ClearColorValue { float32: [1.0; 4] },
    };
    cx.run(|r| {
        r.clear(&weave.image.image, one, &[weave.image.image.all()]);
        r.barrier();
    })?;
    let texel: &[u8] = match format {
        vk::Format::R8_UINT => &[1],
        vk::Format::R16_SFLOAT => &[0, 0x3c],
        vk::Format::R8G8B8A8_UNORM => &[255; 4],
        vk::Format::R32_UINT => &[1, 0, 0, 0],
        vk::Format::R32G32_SFLOAT => &[0, 0, 0x80, 0x3f, 0, 0, 0x80, 0x3f],
        _ => &[1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0],
    };
    weave.expect("cleared", 0, &texel.repeat(weave.texels(0) as usize))?;
    let (page, count) = (weave.image.page(), weave.places(0).len() as u64);
    for block in count..2 * count {
        let words: Vec<u32> = weave.memory.read(block * page, page as usize / 4);
        uniform(&format!("memory block {block}, which is bound nowhere"), &words, 0xa5a5_a5a5)?;
    }
    Ok(())
}
