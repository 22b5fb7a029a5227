//! Descriptor sets.

mod arrays_and_several_sets;
mod copies_between_sets;
mod dynamic_offsets;
mod heap_data_need_no_descriptors;
mod heaps_are_read_when_commands_run;
mod heaps_hold_buffers;
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
    heap_data_need_no_descriptors,
    heaps_are_read_when_commands_run,
    heaps_hold_buffers,
    null_descriptors,
    offsets_and_ranges,
    pools_run_out_and_recover,
    push_descriptors,
    update_templates,
    writes_overflow_to_the_next_binding,
);
