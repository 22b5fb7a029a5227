//! Sampled images in compute shaders.

mod samples_are_filtered_fetched_and_gathered;

super::cases!("texture":
    samples_are_filtered_fetched_and_gathered,
);
