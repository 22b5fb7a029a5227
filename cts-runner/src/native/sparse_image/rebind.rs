//! Blocks that are bound elsewhere: memory keeps what it has, whichever image or block it is bound to.

use super::weave::{COPIES, Kind, Weave, of_each};
use crate::native::prelude::*;

pub(super) fn cases() -> Vec<Case> {
    [
        of_each("rebind.two_sets", &[], two_sets),
        of_each("rebind.one_block_at_a_time", &[Need::StrictZero], one_block_at_a_time),
        of_each("aliasing.two_images", &[Need::SparseAliased], two_images),
        of_each("aliasing.one_block_everywhere", &[Need::SparseAliased], one_block_everywhere),
    ]
    .concat()
}

/// Two sets of memory in turn, each with its own texels.
fn two_sets(cx: &Context, kind: Kind, format: vk::Format, bytes: u32) -> Outcome {
    let weave = Weave::new(cx, kind, format, bytes)?;
    let count = weave.places(0).len() as u64;
    let set = |number: u64| weave.bind(0, |n, _| Some(number * count + n as u64));
    let data = [weave.data(0, 1), weave.data(0, 2)];
    for number in [0, 1] {
        set(number)?;
        weave.upload(0, &data[number as usize])?;
    }
    for number in [0, 1, 0] {
        set(number)?;
        weave.expect(&format!("set {number}"), 0, &data[number as usize])?;
    }
    Ok(())
}

/// Single blocks move to fresh memory and are written there; all others stay as they are.
fn one_block_at_a_time(cx: &Context, kind: Kind, format: vk::Format, bytes: u32) -> Outcome {
    let weave = Weave::new(cx, kind, format, bytes)?;
    let places = weave.places(0);
    let count = places.len() as u64;
    weave.bind(0, |n, _| Some(n as u64))?;
    let (old, new) = (weave.data(0, 1), weave.data(0, 2));
    weave.upload(0, &old)?;
    let moved = [places[0], places[places.len() / 2], places[places.len() - 1]];
    let at = |place| moved.iter().position(|moved| *moved == place);
    weave.bind(0, |n, place| Some(at(place).map_or(n as u64, |i| count + i as u64)))?;
    // All of the new texels go to the image, then the old ones with the moved blocks unbound.
    weave.upload(0, &new)?;
    weave.bind(0, |n, place| at(place).is_none().then_some(n as u64))?;
    weave.upload(0, &old)?;
    weave.bind(0, |n, place| Some(at(place).map_or(n as u64, |i| count + i as u64)))?;
    let mixed: Vec<u8> = (0..)
        .zip(old.chunks_exact(bytes as usize).zip(new.chunks_exact(bytes as usize)))
        .flat_map(|(n, (old, new))| if at(weave.place_of(0, n)).is_some() { new } else { old })
        .copied()
        .collect();
    weave.expect("three blocks moved", 0, &mixed)
}

/// What is written through one image shows in the other, which has the same shape and memory.
fn two_images(cx: &Context, kind: Kind, format: vk::Format, bytes: u32) -> Outcome {
    let aliased = vk::ImageCreateFlags::SPARSE_ALIASED;
    let make = || Weave::with(cx, kind, format, bytes, 1, aliased, COPIES);
    let (a, b) = (make()?, make()?);
    a.bind(0, |n, _| Some(n as u64))?;
    b.bind_as(&a)?;
    let data = a.data(0, 1);
    a.upload(0, &data)?;
    b.expect("through the other image", 0, &data)?;
    let data = a.data(0, 2);
    b.upload(0, &data)?;
    a.expect("and back", 0, &data)
}

/// All whole blocks show one block of memory.
fn one_block_everywhere(cx: &Context, kind: Kind, format: vk::Format, bytes: u32) -> Outcome {
    let aliased = vk::ImageCreateFlags::SPARSE_ALIASED;
    let weave = Weave::with(cx, kind, format, bytes, 1, aliased, COPIES)?;
    let whole = |(.., at): (u32, u32, [u32; 3])| {
        let (extent, block) = (weave.image.image.shape.extent, weave.image.block());
        (0..3).all(|axis| (at[axis] + 1) * block[axis] <= extent[axis] || extent[axis] == 1)
    };
    let count = weave.places(0).len() as u64;
    weave.bind(0, |n, place| Some(if whole(place) && n > 0 { count } else { n as u64 }))?;
    let data = weave.data(0, 1);
    weave.upload(0, &data)?;
    weave.bind(0, |n, place| Some(if whole(place) { 0 } else { n as u64 }))?;
    // Texels of whole blocks are those of the first block at the same place in it.
    let (texel, shape) = (bytes as usize, weave.image.image.shape);
    let ([width, height, depth], block) = (shape.extent, weave.image.block());
    let mut expected = data.clone();
    for n in 0..weave.texels(0) {
        if whole(weave.place_of(0, n)) {
            let at = [n % width, n / width % height, n / width / height % depth];
            let first: [u32; 3] = std::array::from_fn(|axis| at[axis] % block[axis]);
            let from = (first[0] + width * (first[1] + height * first[2])) as usize * texel;
            let to = n as usize * texel;
            expected[to..to + texel].copy_from_slice(&data[from..from + texel]);
        }
    }
    weave.expect("one block everywhere", 0, &expected)
}
