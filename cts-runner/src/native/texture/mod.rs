//! Sampled images in compute shaders.

mod conversions_make_colors;
mod samples_are_filtered_fetched_and_gathered;

super::cases!("texture":
    conversions_make_colors,
    samples_are_filtered_fetched_and_gathered,
);
