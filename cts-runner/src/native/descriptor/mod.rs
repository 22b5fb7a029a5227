//! Descriptor sets.

mod arrays_and_several_sets;
mod copies_between_sets;
mod dynamic_offsets;
mod null_descriptors;
mod offsets_and_ranges;
mod pools_run_out_and_recover;
mod push_descriptors;
mod update_templates;
mod writes_overflow_to_the_next_binding;

super::cases!("descriptor":
    arrays_and_several_sets,
    copies_between_sets,
    dynamic_offsets,
    null_descriptors,
    offsets_and_ranges,
    pools_run_out_and_recover,
    push_descriptors,
    update_templates,
    writes_overflow_to_the_next_binding,
);
