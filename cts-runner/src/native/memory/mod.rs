//! Device memory and buffers.

mod absurd_sizes_are_refused;
mod addresses_may_run_out;
mod buffer_requirements_make_sense;
mod buffers_share_one_allocation;
mod captured_addresses_are_replayed;
mod every_type_can_be_allocated;
mod exported_memory_is_shared;
mod flush_and_invalidate_whole_ranges;
mod host_pointers_are_imported;
mod many_allocations_stay_apart;
mod mapping_at_an_offset;
mod mappings_hold_what_was_written;
mod threads_allocate_and_free;

super::cases!("memory":
    absurd_sizes_are_refused,
    addresses_may_run_out,
    buffer_requirements_make_sense,
    buffers_share_one_allocation,
    captured_addresses_are_replayed,
    every_type_can_be_allocated,
    exported_memory_is_shared,
    flush_and_invalidate_whole_ranges,
    host_pointers_are_imported,
    many_allocations_stay_apart,
    mapping_at_an_offset,
    mappings_hold_what_was_written,
    threads_allocate_and_free,
);
