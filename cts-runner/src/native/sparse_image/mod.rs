//! Sparse images: blocks, mip tails, and what unbound ones do.
//!
//! The files with parameters are named as the groups of `dEQP-VK.sparse_resources` for images; their fixture is `weave`.

mod access;
mod aliased_images_share_blocks;
mod binding;
mod block_shapes;
mod block_shapes_are_standard;
mod blocks_show_their_memory;
mod flat_levels_are_bound_in_blocks;
mod mip_tails_are_bound_layer_by_layer;
mod mips;
mod multisample;
mod one_bind_covers_many_blocks;
mod opaque_binds_cover_all;
mod rebind;
mod rebound_blocks_keep_their_memory;
mod residency;
mod shaders_see_blocks;
mod unbound_blocks_are_zero;
mod weave;
mod wrong_block_binds_are_refused;

use crate::native::{Case, Context};
use crate::vk::{self, ImageShape, SparseImage};

super::cases!("sparse_image":
    aliased_images_share_blocks,
    block_shapes_are_standard,
    blocks_show_their_memory,
    flat_levels_are_bound_in_blocks,
    mip_tails_are_bound_layer_by_layer,
    one_bind_covers_many_blocks,
    opaque_binds_cover_all,
    rebound_blocks_keep_their_memory,
    shaders_see_blocks,
    unbound_blocks_are_zero,
    wrong_block_binds_are_refused,
);

/// The cases with parameters, of all files.
pub(super) fn cases() -> Vec<Case> {
    [
        binding::cases(),
        residency::cases(),
        rebind::cases(),
        mips::cases(),
        block_shapes::cases(),
        access::cases(),
        multisample::cases(),
    ]
    .concat()
}

/// A sparse image of one level of `R32_UINT`.
fn words(cx: &Context, width: u32, height: u32) -> vk::Result<SparseImage> {
    SparseImage::new(&cx.device, ImageShape::flat(vk::Format::R32_UINT, width, height), Default::default())
}

/// All texels of level 0, row by row, through a copy.
fn texels(cx: &Context, image: &SparseImage) -> vk::Result<Vec<u32>> {
    let shape = image.image.shape;
    let count: u32 = shape.extent.iter().product::<u32>() * shape.layers;
    let to = cx.host(u64::from(count) * 4)?;
    cx.run(|r| {
        r.copy_from_image(&image.image, &to, &[shape.whole_level(0, 0)]);
        r.barrier();
    })?;
    Ok(to.words())
}

/// What a 2D image of words shows if the block at a texel is `value(column, row)`.
fn mosaic(image: &SparseImage, value: impl Fn(u32, u32) -> u32) -> Vec<u32> {
    let ([width, height, _], [block_x, block_y, _]) = (image.image.shape.extent, image.block());
    (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .map(|(x, y)| value(x / block_x, y / block_y))
        .collect()
}
