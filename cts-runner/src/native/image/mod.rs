//! Images: copies, clears, and storage images in shaders.

mod accesses_outside_do_nothing;
mod atomics_lose_nothing;
mod blits_scale_and_mirror;
mod clears_fill_exactly_their_range;
mod colors_are_converted;
mod copies_between_images;
mod copies_cross_borders_of_blocks;
mod copies_move_exactly_their_box;
mod copies_round_trip;
mod depth_and_stencil_are_apart;
mod depth_is_copied_to_color;
mod disjoint_planes_have_their_own_memory;
mod every_queue_copies;
mod formats_without_names_are_stored;
mod shaders_load_and_store;
mod slices_are_blitted_to_layers;
mod stores_follow_the_views_format;
mod the_host_copies;
mod what_queries_offer_can_be_made;

use super::prelude::*;

super::cases!("image":
    accesses_outside_do_nothing,
    atomics_lose_nothing,
    clears_fill_exactly_their_range,
    colors_are_converted,
    copies_between_images,
    depth_and_stencil_are_apart,
    copies_cross_borders_of_blocks,
    blits_scale_and_mirror,
    copies_move_exactly_their_box,
    copies_round_trip,
    depth_is_copied_to_color,
    disjoint_planes_have_their_own_memory,
    every_queue_copies,
    formats_without_names_are_stored,
    shaders_load_and_store,
    slices_are_blitted_to_layers,
    stores_follow_the_views_format,
    the_host_copies,
    what_queries_offer_can_be_made,
);

/// What a kernel of rows of eight writes to one image of a shape when another one holds `before`.
fn through(cx: &Context, kernel: &Kernel, shape: ImageShape, before: &[u8]) -> vk::Result<Vec<u8>> {
    let (source, target) = (StorageImage::new(&cx.device, shape)?, StorageImage::new(&cx.device, shape)?);
    let (from, to) = (HostBuffer::of(&cx.device, before)?, cx.host(before.len() as u64)?);
    let [width, height, _] = shape.extent;
    let set = kernel.empty_set(0)?;
    set.write_image(0, &source);
    set.write_image(1, &target);
    cx.run(|r| {
        r.general(&[&source, &target]);
        r.copy_to_image(&from, &source, &[shape.whole_level(0, 0)]);
        r.barrier();
        r.bind(kernel, &[&set], &[], &[]);
        r.dispatch([width.div_ceil(8), height, 1]);
        r.barrier();
        r.copy_from_image(&target, &to, &[shape.whole_level(0, 0)]);
        r.barrier();
    })?;
    Ok(to.memory.read(0, before.len()))
}
