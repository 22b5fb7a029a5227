//! A level that has as many bytes as a block is bound in blocks, even where it is shorter than one in some dimension: only
//! smaller ones are in the mip tail (Vulkan specification, "Mip Tail Regions").

use super::weave::{COPIES, Weave};
use crate::native::prelude::*;

pub(super) const NEEDS: &[Need] =
    &[Need::Compute, Need::SparseImages, Need::SparseImages3D, Need::StrictZero];

pub(super) fn run(cx: &Context) -> Outcome {
    let flat = ImageShape { levels: 3, ..ImageShape::flat(vk::Format::R8_UINT, 503, 137) };
    let solid = ImageShape {
        levels: 3,
        ..ImageShape::new(vk::Format::R8_UINT, vk::ImageType::TYPE_3D, [256, 128, 8])
    };
    for (shape, blocks_of_levels) in [(flat, vec![2]), (solid, vec![4 * 4])] {
        let weave = Weave::of_shape(cx, shape, 1, vk::ImageCreateFlags::empty(), COPIES)?;
        let needs = weave.image.requirements;
        check_eq!(needs.image_mip_tail_first_lod as usize, blocks_of_levels.len(), "levels of {shape:?}");
        for (level, blocks) in (0..).zip(blocks_of_levels) {
            check_eq!(weave.places(level).len(), blocks, "blocks of level {level} of {shape:?}");
            weave.bind(level, |n, _| (n % 2 == 1).then_some((blocks - n) as u64))?;
            let data = weave.data(level, 5);
            weave.upload(level, &data)?;
            weave.expect("every other block", level, &data)?;
        }
    }
    Ok(())
}
